"""Authoring and grading: lessons as text, built into notebooks, released, graded and given back.

From Python, without a course: ``grade(source, submission)`` returns a `Result`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from eds_autograder.grading.job import Limits
    from eds_autograder.grading.results import Exercise, Problem, Result
    from eds_autograder.grading.single import grade

__all__ = ["Exercise", "Limits", "Problem", "Result", "grade"]

_PLACES = {
    "Exercise": "eds_autograder.grading.results",
    "Limits": "eds_autograder.grading.job",
    "Problem": "eds_autograder.grading.results",
    "Result": "eds_autograder.grading.results",
    "grade": "eds_autograder.grading.single",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is asked for: command lines import this package and need none of them."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_PLACES[name]), name)
