"""Arguments like those of a test and yet not the same: ties, other orders, one value at a boundary."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

__all__ = ["perturbed"]

_ROWS = 8


def perturbed(calls: list[tuple[str, tuple[Any, ...], dict[str, Any]]]) -> Any:
    """Return a hypothesis strategy of calls ``(name, args, kwargs)`` near those given."""

    @st.composite
    def strategy(draw: Any) -> tuple[str, list[Any], dict[str, Any]]:
        name, args, kwargs = draw(st.sampled_from(calls))
        if draw(st.booleans()):
            args = _with_rows(draw, args)
        changed = [_changed(draw, value) if draw(st.booleans()) else value for value in args]
        words = {key: _changed(draw, value) for key, value in kwargs.items()}
        return name, changed, words if draw(st.booleans()) else kwargs

    return strategy()


def _with_rows(draw: Any, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Draw some rows anew, the same ones of all arguments that are equally long."""
    rows_in = [
        value for value in args if isinstance(value, list) or (isinstance(value, np.ndarray) and value.ndim)
    ]
    lengths = [len(value) for value in rows_in if len(value) > 1]
    if not lengths:
        return args
    length = draw(st.sampled_from(sorted(set(lengths))))
    rows = draw(st.lists(st.integers(0, length - 1), min_size=1, max_size=max(_ROWS, length)))
    return tuple(_rows_of(value, rows, length) for value in args)


def _rows_of(value: Any, rows: list[int], length: int) -> Any:
    if isinstance(value, np.ndarray) and value.ndim and len(value) == length:
        return value[rows]
    if isinstance(value, list) and len(value) == length:
        return [value[row] for row in rows]
    return value


def _changed(draw: Any, value: Any) -> Any:
    if isinstance(value, bool | np.bool_):
        return draw(st.booleans())
    if isinstance(value, int | np.integer):
        # what counts something stays a count
        return max(int(value) + draw(st.integers(-2, 2)), 0 if value >= 0 else -99)
    if isinstance(value, float | np.floating):
        number = float(value)
        return draw(st.sampled_from([number, -number, 0.0, 1.0, number * 10, number / 10]))
    if isinstance(value, np.ndarray) and value.size and value.dtype.kind in "fiu":
        return _changed_array(draw, value)
    if isinstance(value, list | tuple) and 0 < len(value) <= _ROWS:
        return type(value)(_changed(draw, item) for item in value)
    if isinstance(value, dict) and 0 < len(value) <= _ROWS:
        return {key: _changed(draw, item) for key, item in value.items()}
    return value


def _changed_array(draw: Any, value: Any) -> Any:
    """Set a few values to others of the same array, to whole numbers, or to something near."""
    made = np.array(value)
    flat = made.reshape(-1)
    places = st.integers(0, flat.size - 1)
    for place in draw(st.lists(places, max_size=4)):
        if made.dtype.kind == "f":
            other = float(flat[draw(places)])
            flat[place] = draw(st.sampled_from([other, 0.0, 1.0, -1.0, other + 1, other * 1e-6]))
        else:
            flat[place] = draw(st.sampled_from([int(flat[draw(places)]), 0, 1]))
    if made.dtype.kind == "f":
        made = made * draw(st.sampled_from([1.0, 1.0, -1.0, 1e3, 1e-3, 1e-9]))
    return made.tolist() if draw(st.booleans()) and draw(st.booleans()) else made
