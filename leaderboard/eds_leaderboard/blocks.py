"""Large arrays in blocks that fit into the processor's cache, the blocks spread over its cores."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

__all__ = ["ROWS", "for_each", "spans"]

T = TypeVar("T")
R = TypeVar("R")

ROWS = 65_536
MAX_THREADS = 4


def spans(size: int, block: int | None = None) -> list[slice]:
    """Return the slices that together cover so many rows."""
    block = block or ROWS
    return [slice(start, min(start + block, size)) for start in range(0, size, block)]


def for_each(function: Callable[[T], R], items: Sequence[T]) -> list[R]:
    """Return the results for all items in their order; numpy lets other threads work while it computes."""
    threads = min(MAX_THREADS, len(items), _cores())
    if threads < 2:
        return [function(item) for item in items]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(function, items))


def _cores() -> int:
    # a container may own fewer than the machine has
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
