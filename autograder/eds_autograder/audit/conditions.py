"""Circumstances under which a right answer stays right: other seeds, another number of threads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from eds_autograder.audit.shell import Shell

__all__ = ["under"]


@contextmanager
def under(shell: Shell, trial: Mapping[str, Any]) -> Iterator[None]:
    """Run the block under a trial's ``seed`` and ``threads``, where it has them, in a child of its own."""
    with ExitStack() as stack:
        if trial.get("threads"):
            from threadpoolctl import threadpool_limits

            stack.enter_context(threadpool_limits(trial["threads"]))
        if trial.get("seed"):
            _shift_seeds(shell, trial["seed"])
        yield


def _shift_seeds(shell: Shell, shift: int) -> None:
    """Let every seed that is written in a test stand for another one; equal seeds stay equal."""
    import numpy as np

    original = np.random.default_rng

    def default_rng(seed: Any = None) -> np.random.Generator:
        return original([int(seed), shift] if isinstance(seed, int | np.integer) else seed)

    np.random.default_rng = default_rng
    for name, value in list(shell.names.items()):
        if value is original:
            shell.names[name] = default_rng
