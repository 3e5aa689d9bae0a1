"""nbgrader's gradebook, opened so that it also works where the environment is not activated."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from eds_datasets.errors import EdsError

from eds_autograder.course import Course

__all__ = ["open_gradebook", "own_scripts_on_path"]


@contextmanager
def own_scripts_on_path() -> Iterator[None]:
    """Let nbgrader find ``alembic``, which it starts by name when it makes a new gradebook."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), before])
    try:
        yield
    finally:
        os.environ["PATH"] = before


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
        with own_scripts_on_path():
            gradebook = Gradebook(course.db_url, course.course_id)
        with gradebook:
            yield gradebook
    except SQLAlchemyError as error:
        first = str(error).splitlines()[0]
        raise EdsError(
            f"{course.db_url}: the gradebook does not answer as expected ({first})",
            "after an upgrade of nbgrader, back the file up and run 'nbgrader db upgrade'",
        ) from error
