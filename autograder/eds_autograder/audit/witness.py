"""The input that tells a surviving mutant from the reference: what the tests should have asked."""

from __future__ import annotations

import copy
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from eds_autograder.audit.shell import Shell

__all__ = ["find_witness"]

_CALLS = 40
_EXAMPLES = 300
_SHOWN = 400
_ADDRESS = re.compile(r" at 0x[0-9A-Fa-f]+")


@dataclass(frozen=True)
class _Call:
    name: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


def find_witness(shell: Shell, exercise: dict[str, Any], trial: dict[str, Any]) -> dict[str, Any]:
    """Search for a call that the reference and the mutant answer differently.

    Starts from the calls that the tests make, and changes their arguments.

    Returns
    -------
    dict
        ``call``, ``reference`` and ``mutant`` as text; empty when none was found.
    """
    calls, references = _record(shell, exercise)
    mutants = dict(shell.names)
    exec(compile(trial["text"], "mutant", "exec"), mutants)  # noqa: S102  the course's own code

    def differ(call: _Call) -> bool:
        return _differ(call, references[call.name], mutants[call.name])

    found = next((call for call in calls if differ(call)), None)
    if found is None and calls:
        found = _search(calls, differ)
    return _told(found, references[found.name], mutants[found.name]) if found else {}


def _search(calls: list[_Call], differ: Callable[[_Call], bool]) -> _Call | None:
    """Search near some calls for one that differs, and make it as simple as it can be."""
    try:
        from hypothesis import HealthCheck, Phase, find, settings
        from hypothesis.errors import NoSuchExample

        from eds_autograder.audit.perturb import perturbed
    except ImportError:
        return None
    limits = settings(
        max_examples=_EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    try:
        near = perturbed([(call.name, call.args, call.kwargs) for call in calls])
        return _Call(*find(near, lambda drawn: differ(_Call(*drawn)), settings=limits))
    except NoSuchExample:
        return None


def _told(call: _Call, reference: Any, mutant: Any) -> dict[str, Any]:
    expected, got = (_outcome(function, call)[0] for function in (reference, mutant))
    if expected[0] == got[0] and same(expected[1], got[1]):
        return {"call": _show_call(call), "reference": _show(expected[1]), "mutant": "changes its arguments"}
    return {"call": _show_call(call), "reference": _show(expected[1]), "mutant": _show(got[1])}


def _record(shell: Shell, exercise: dict[str, Any]) -> tuple[list[_Call], dict[str, Any]]:
    """Run the reference and its tests, and note with what they call it."""
    calls: list[_Call] = []
    originals: dict[str, Any] = {}
    for cell in exercise["segment"]:
        if cell["kind"] == "tests":
            continue
        shell.run(cell["source"])
        for name in exercise["names"]:
            function = shell.names.get(name)
            if callable(function) and not isinstance(function, type) and name not in originals:
                originals[name] = function
                shell.names[name] = _recording(name, function, calls)
    for cell in exercise["segment"]:
        if cell["kind"] == "tests":
            shell.run(cell["source"])
    shell.names.update(originals)
    return calls, originals


def _recording(name: str, function: Callable[..., Any], calls: list[_Call]) -> Callable[..., Any]:
    def recording(*args: Any, **kwargs: Any) -> Any:
        if len(calls) < _CALLS:
            try:
                calls.append(_Call(name, copy.deepcopy(args), copy.deepcopy(kwargs)))
            except Exception:  # what cannot be copied cannot be asked again
                return function(*args, **kwargs)
        return function(*args, **kwargs)

    return recording


def _differ(call: _Call, reference: Any, mutant: Any) -> bool:
    (expected, args), (got, others) = _outcome(reference, call), _outcome(mutant, call)
    if expected[0] == "error" and expected[1] not in ("ValueError", "KeyError"):
        return False  # such a call was never meant
    return expected[0] != got[0] or not same(expected[1], got[1]) or not same(args, others)


def _outcome(function: Any, call: _Call) -> tuple[tuple[str, Any], Any]:
    """Return what a call gives, and its arguments afterwards."""
    args, kwargs = copy.deepcopy((call.args, call.kwargs))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ("value", function(*args, **kwargs)), args
        except Exception as error:
            return ("error", type(error).__name__), args


def same(one: Any, other: Any) -> bool:
    """Whether two results say the same; an array and a list of the same numbers do."""
    import numpy as np

    if isinstance(one, dict) and isinstance(other, dict):
        return list(map(str, one)) == list(map(str, other)) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, str | None) or isinstance(other, str | None):
        return type(one) is type(other) and bool(one == other)
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    try:
        first, second = np.asarray(one, dtype=float), np.asarray(other, dtype=float)
    except (TypeError, ValueError):
        return _alike(one, other)
    return first.shape == second.shape and bool(
        np.allclose(first, second, rtol=1e-7, atol=1e-10, equal_nan=True)
    )


def _alike(one: Any, other: Any) -> bool:
    """Compare objects by what they tell of themselves."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if hasattr(one, "get_params") and hasattr(other, "get_params"):
        return type(one) is type(other) and repr(one.get_params()) == repr(other.get_params())
    return type(one) is type(other)


def _show_call(call: _Call) -> str:
    words = [*map(_show, call.args), *(f"{name}={_show(value)}" for name, value in call.kwargs.items())]
    return f"{call.name}({', '.join(words)})"[: 2 * _SHOWN]


def _show(value: Any) -> str:
    import numpy as np

    with np.printoptions(threshold=40, precision=6):
        text = _ADDRESS.sub("", " ".join(repr(value).split()))
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
