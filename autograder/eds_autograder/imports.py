"""nbgrader imported without a detour that takes longer than all the rest of it."""

from __future__ import annotations

import sys

__all__ = ["import_nbgrader"]

_DETOUR = "rfc3987_syntax"


def import_nbgrader() -> None:
    """Import nbgrader before anybody else does, in about half the time.

    It imports jsonschema, which builds a grammar of international web addresses when it finds the package
    for that: seconds each time, for the check of a format that no notebook has. Call it before the first
    import of nbgrader or nbformat; later it does nothing.
    """
    if _DETOUR in sys.modules:
        import nbgrader

        return
    sys.modules[_DETOUR] = None  # type: ignore[assignment]
    try:
        import nbgrader  # noqa: F401
    finally:
        # whoever wants the package itself still gets it
        del sys.modules[_DETOUR]
