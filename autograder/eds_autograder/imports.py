"""Packages imported without detours that take longer than all the rest."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType

__all__ = ["import_nbgrader", "without"]

_EXTENSIONS = ("assignment_list", "course_list", "formgrader", "validate_assignment")


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
    """Import nbgrader before anybody else does, in a fraction of the time.

    It imports jsonschema, which builds a grammar of international web addresses when it finds the package
    for that: seconds each time, for the check of a format that no notebook has; and likewise for durations.
    And it imports its extensions of Jupyter's server, with all that they need, for a server that would ask
    for them; whoever imports such an extension afterwards gets it. Call this before the first import of
    nbgrader or nbformat; later it does nothing.
    """
    if "nbgrader" in sys.modules:
        return
    hollow = _hollow([f"nbgrader.server_extensions.{name}" for name in _EXTENSIONS])
    with without("rfc3987_syntax"), without("isoduration"), hollow:
        import nbformat  # noqa: F401
        import nbgrader  # noqa: F401


@contextmanager
def _hollow(names: Sequence[str]) -> Iterator[None]:
    """Let modules that have only the one function that nbgrader takes from each stand for the real ones."""
    for name in names:
        module = ModuleType(name)
        module.load_jupyter_server_extension = None  # type: ignore[attr-defined]
        sys.modules[name] = module
    try:
        yield
    finally:
        for name in names:
            del sys.modules[name]
