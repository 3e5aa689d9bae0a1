"""Packages imported without detours that take longer than all the rest."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["import_nbgrader", "without"]


@contextmanager
def without(module: str) -> Iterator[None]:
    """Let imports in the block not find a package, unless it is imported already; later ones find it."""
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[module]


def import_nbgrader() -> None:
    """Import nbgrader before anybody else does, in about half the time.

    It imports jsonschema, which builds a grammar of international web addresses when it finds the package
    for that: seconds each time, for the check of a format that no notebook has. Call it before the first
    import of nbgrader or nbformat; later it does nothing.
    """
    with without("rfc3987_syntax"):
        import nbgrader  # noqa: F401
