"""What a database refuses."""

from __future__ import annotations

__all__ = ["START_ANEW", "ConstraintError"]

# the tip where what a process knows of a database does not hold any more
START_ANEW = "stop what still runs on it, start it anew"


class ConstraintError(Exception):
    """A row that the schema does not admit; whoever wrote it made a mistake, or lost a race."""
