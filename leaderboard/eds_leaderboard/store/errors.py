"""What a database refuses."""

from __future__ import annotations

__all__ = ["ConstraintError"]


class ConstraintError(Exception):
    """A row that the schema does not admit; whoever wrote it made a mistake, or lost a race."""
