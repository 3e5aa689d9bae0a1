"""nbgrader's gradebook, opened for a course, its own errors told in one line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from eds_autograder.course import Course
from eds_datasets.errors import EdsError

__all__ = ["open_gradebook"]


@contextmanager
def open_gradebook(course: Course) -> Iterator[Any]:
    """Open the course's gradebook, made when there is none.

    Yields
    ------
    nbgrader.api.Gradebook

    Raises
    ------
    EdsError
        When the database does not answer, or is of another version of nbgrader.
    """
    from nbgrader.api import Gradebook
    from sqlalchemy.exc import SQLAlchemyError

    try:
        with Gradebook(course.db_url, course.course_id) as gradebook:
            yield gradebook
    except SQLAlchemyError as error:
        first = str(error).splitlines()[0]
        raise EdsError(
            f"{course.db_url}: the gradebook does not answer as expected ({first})",
            "after an upgrade of nbgrader, back the file up and run 'nbgrader db upgrade'",
        ) from error
