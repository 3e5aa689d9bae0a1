"""Why something that was graded before runs again, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from eds_autograder.grading.results import Result

__all__ = ["regrade_lines", "why_again"]

_CAUSES = (
    ("submission", "handed in anew"),
    ("source", "the source or its tests changed"),
    ("limits", "the limits changed"),
    ("environment", "the installed packages changed"),
)


def why_again(before: Result, now: Result) -> str:
    """Return what changed between two results of one student's work on one assignment.

    Parameters
    ----------
    before, now : Result

    Returns
    -------
    str
        The first cause that explains it; what a student did goes before what an instructor did.
    """
    for name, words in _CAUSES:
        if before.hashes.get(name) != now.hashes.get(name):
            return words
    if before.isolation != now.isolation:
        return f"isolation was {before.isolation}"
    if before.engine != now.engine:
        return f"graded by engine {before.engine} before"
    return "asked for"


def regrade_lines(again: Iterable[tuple[str, str]]) -> list[str]:
    """Return one line for each assignment and cause: ``12 of 02-regression graded again: …``.

    Parameters
    ----------
    again : iterable of (str, str)
        Assignment and cause, once for each submission that was run again.
    """
    return [
        f"{count} of {assignment} graded again: {cause}"
        for (assignment, cause), count in sorted(Counter(again).items())
    ]
