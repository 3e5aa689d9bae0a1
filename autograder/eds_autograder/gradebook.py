"""nbgrader's gradebook, opened for a course, its own errors told in one line."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

from eds_autograder.course import Course
from eds_datasets.errors import EdsError

__all__ = ["only_writer", "open_gradebook"]

_PATIENCE_SECONDS = 30


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
        _make_tables(course.db_url)
        with Gradebook(_patient(course.db_url), course.course_id) as gradebook:
            # what was read for one student need not be read again for the next
            gradebook.db().expire_on_commit = False
            yield gradebook
    except SQLAlchemyError as error:
        first = str(error).splitlines()[0]
        if "is locked" in first:
            raise EdsError(
                f"{course.db_url}: another program keeps the gradebook locked",
                "close it or wait for it, then run the same command again: what was graded is kept",
            ) from error
        raise EdsError(
            f"{course.db_url}: the gradebook does not answer as expected ({first})",
            _what_helps(first),
        ) from error


def _what_helps(said: str) -> str:
    """Return the tip for what a database said."""
    if "is full" in said:
        return "make room on its disk, then run the same command again: what was graded is kept"
    if "readonly" in said or "unable to open" in said:
        return "let yourself write this file and its folder, then run the same command again"
    if "not a database" in said or "malformed" in said:
        return "put a backup in its place; without one, move it away: 'eds grade' writes a new one"
    return "after an upgrade of nbgrader, back the file up and run 'nbgrader db upgrade'"


def _make_tables(url: str) -> None:
    """Make a new gradebook's file as nbgrader does, which starts another program to ask for one number."""
    if not url.startswith("sqlite:////") or Path(url.removeprefix("sqlite:///")).exists():
        return
    from alembic.script import ScriptDirectory
    from nbgrader.api import Base
    from sqlalchemy import create_engine, text

    with resources.as_file(resources.files("nbgrader") / "alembic") as folder:
        version = ScriptDirectory(str(folder)).get_current_head()
    engine = create_engine(_patient(url))
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:version)"), {"version": version})
    engine.dispose()


def _patient(url: str) -> str:
    """Wait for other programs longer than the five seconds that are usual with SQLite."""
    return f"{url}?timeout={_PATIENCE_SECONDS}" if url.startswith("sqlite:////") and "?" not in url else url


@contextmanager
def only_writer(course: Course) -> Iterator[None]:
    """Keep a second grading of the same course out while the block runs.

    Raises
    ------
    EdsError
        When one is at work, or the course cannot be written; the system forgets one that was killed.
    """
    try:
        course.state_dir.mkdir(parents=True, exist_ok=True)
        handle = os.open(course.state_dir / "grading.lock", os.O_RDWR | os.O_CREAT, 0o664)
    except OSError as error:
        raise EdsError(
            f"{course.state_dir}: cannot be written ({error.strerror})",
            "grading keeps its results there: make it a folder that you may write to",
        ) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise EdsError(
                f"{course.root}: another 'eds grade' is at work in this course",
                "wait until it is done: two writers would spoil each other's records",
            ) from error
        yield
    finally:
        os.close(handle)
