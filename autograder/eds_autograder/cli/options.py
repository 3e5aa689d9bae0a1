"""Options that several commands share, defined once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

__all__ = ["assignments_argument", "course_option"]

F = TypeVar("F", bound=Callable[..., Any])


def course_option(function: F) -> F:
    """Add ``--course DIR``; the command opens it with `eds_autograder.course.Course.open`."""
    return click.option(
        "--course",
        "course_dir",
        type=click.Path(file_okay=False, path_type=Path),
        default=Path(),
        show_default="here",
        metavar="DIR",
        help="The course directory, which has an nbgrader_config.py.",
    )(function)


def assignments_argument(function: F) -> F:
    """Add ``[ASSIGNMENT]…``; none named means all."""
    return click.argument("assignments", nargs=-1, metavar="[ASSIGNMENT]…")(function)
