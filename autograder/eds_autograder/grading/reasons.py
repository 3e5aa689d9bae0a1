"""Why something that was graded before runs again, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from eds_autograder.grading.results import Result

__all__ = ["regrade_lines", "why_again"]

# nbgrader's settings are part of the source's hash, and the time of a cell is one of them
_CAUSES = (
    (("submission",), "handed in anew"),
    (("source", "limits"), "the limits changed, and maybe the source, its tests or nbgrader's settings"),
    (("source",), "the source, its tests or nbgrader's settings changed"),
    (("limits",), "the limits changed"),
    (("environment",), "the installed packages changed"),
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
    for names, words in _CAUSES:
        if all(before.hashes.get(name) != now.hashes.get(name) for name in names):
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
