"""What stands in the gradebook, known without opening it: noted when it was recorded, until anybody writes.

To open the gradebook takes longer than all else that an unchanged class needs. The note holds only for the
very file that it was made of: after any change of it, by a person in formgrader as well, it is looked into.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from eds_autograder.course import Course
from eds_autograder.files import write_atomically
from eds_autograder.grading.recorder import is_written
from eds_autograder.grading.results import Result
from eds_autograder.grading.submissions import TIMESTAMP, Submission

__all__ = ["note", "stands"]

_HEADER = 100  # bytes at the start of a database of SQLite, with a counter of its changes


def stands(course: Course, graded: Iterable[tuple[Submission, Result]]) -> bool:
    """Tell whether these results are recorded for certain; where that is not known, False.

    Parameters
    ----------
    course : Course
    graded : iterable of (Submission, Result)

    Returns
    -------
    bool
    """
    stamp = _stamp(course)
    try:
        known = json.loads(_file(course).read_text("utf-8"))
        if stamp is None or known["gradebook"] != stamp:
            return False
        return all(
            known["recorded"].get(_name(result)) == _said(submission, result) and is_written(course, result)
            for submission, result in graded
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def note(course: Course, graded: Iterable[tuple[Submission, Result]]) -> None:
    """Note that these results, and no others, were recorded without a problem; the gradebook is closed."""
    stamp = _stamp(course)
    with suppress(OSError):
        if stamp is None:
            _file(course).unlink(missing_ok=True)
            return
        recorded = {_name(result): _said(submission, result) for submission, result in graded}
        write_atomically(_file(course), json.dumps({"gradebook": stamp, "recorded": recorded}))


def _file(course: Course) -> Path:
    return course.state_dir / "standing.json"


def _name(result: Result) -> str:
    return f"{result.assignment}/{result.student}"


def _said(submission: Submission, result: Result) -> str:
    """Return a hash of what the gradebook was told."""
    timestamp = dict(submission.files).get(TIMESTAMP)
    digest = hashlib.sha256(result.key.encode())
    digest.update(b"" if timestamp is None else b"at " + timestamp.read_bytes())
    return digest.hexdigest()


def _stamp(course: Course) -> list[str | int] | None:
    """Return what any change of the gradebook changes, None where it is no plain file of SQLite."""
    place = Path(course.db_url.removeprefix("sqlite:///"))
    if not course.db_url.startswith("sqlite:////") or any(_unfinished(place)):
        return None
    try:
        with place.open("rb") as file:
            header = file.read(_HEADER).hex()
        found = place.stat()
    except OSError:
        return None
    return [course.db_url, course.course_id, header, found.st_ino, found.st_size, found.st_mtime_ns]


def _unfinished(place: Path) -> Iterable[bool]:
    """Look for what a writer at work keeps beside the file."""
    for ending in ("-journal", "-wal"):
        yield place.with_name(place.name + ending).exists()
