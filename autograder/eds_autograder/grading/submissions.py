"""What the students handed in: found folder by folder, listed without following a link, hashed by content."""

from __future__ import annotations

import difflib
import glob
import hashlib
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from eds_autograder.course import Course
from eds_datasets.errors import UsageError

__all__ = ["Submission", "find_submissions", "submission_digest"]

TIMESTAMP = "timestamp.txt"


@dataclass(frozen=True)
class Submission:
    """One student's folder for one assignment.

    Attributes
    ----------
    student, assignment : str
    folder : Path
        Where it lies.
    files : tuple of (str, Path)
        Regular files by their name relative to the folder, in order: notebooks and what lies beside them.
    refused : tuple of str
        Names of links, of what may not be read, and of what is no regular file; nobody opens them.
    """

    student: str
    assignment: str
    folder: Path
    files: tuple[tuple[str, Path], ...]
    refused: tuple[str, ...] = ()

    @property
    def extra_files(self) -> tuple[tuple[str, Path], ...]:
        """The files that are no notebook."""
        return tuple((name, path) for name, path in self.files if not name.endswith(".ipynb"))

    @property
    def run_files(self) -> tuple[tuple[str, Path], ...]:
        """The files that a run depends on: all but the time stamp."""
        return tuple((name, path) for name, path in self.files if name != TIMESTAMP)


def find_submissions(
    course: Course, assignments: Sequence[str], students: Iterable[str] = ()
) -> list[Submission]:
    """Find the submissions of some assignments, of some students or of all.

    Parameters
    ----------
    course : Course
    assignments : sequence of str
    students : iterable of str, optional
        Who is meant; nobody named means everybody whom nbgrader's ``student_id_exclude`` does not exclude.

    Returns
    -------
    list of Submission
        By assignment, then by student.

    Raises
    ------
    UsageError
        When a student who is named handed in none of the assignments.
    """
    wanted = list(dict.fromkeys(students))
    excluded = {name.strip() for name in str(course.coursedir.student_id_exclude).split(",")}
    found = [
        _read_folder(course, student, assignment, folder)
        for assignment in assignments
        for student, folder in _folders(course, assignment)
        if (student in wanted if wanted else student not in excluded)
    ]
    _check_students(course, assignments, wanted, found)
    return found


def submission_digest(submission: Submission) -> str:
    """Return the hash of all that a run of the submission depends on: names and bytes, not the time."""
    digest = hashlib.sha256()
    for name, path in submission.run_files:
        content = path.read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode("utf-8", "surrogateescape"))
        digest.update(content)
    for name in submission.refused:
        digest.update(f"refused\0{name}\0".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _folders(course: Course, assignment: str) -> list[tuple[str, Path]]:
    step = course.coursedir.submitted_directory
    pattern = re.compile(
        course.coursedir.format_path(step, "(?P<student>[^/]+)", re.escape(assignment), escape=True)
    )
    places = glob.glob(course.coursedir.format_path(step, "*", glob.escape(assignment)))  # noqa: PTH207
    matches = [(pattern.fullmatch(place), Path(place)) for place in sorted(places)]
    return [(_legible(match["student"]), place) for match, place in matches if match and place.is_dir()]


def _legible(name: str) -> str:
    """Return the name as UTF-8 can write it: archives of old systems bring other bytes along."""
    return name.encode("utf-8", "backslashreplace").decode()


def _read_folder(course: Course, student: str, assignment: str, folder: Path) -> Submission:
    files: list[tuple[str, Path]] = []
    refused: list[str] = []
    if os.access(folder, os.R_OK | os.X_OK):
        _walk(course, folder, folder, files, refused)
    else:
        refused.append("the folder")
    return Submission(student, assignment, folder, tuple(sorted(files)), tuple(sorted(refused)))


def _walk(
    course: Course, root: Path, folder: Path, files: list[tuple[str, Path]], refused: list[str]
) -> None:
    for path in sorted(folder.iterdir()):
        name = _legible(path.relative_to(root).as_posix())
        if any(path.match(pattern) for pattern in course.ignore) and path.suffix != ".ipynb":
            continue
        if path.is_symlink() or not os.access(path, os.R_OK):
            refused.append(name)
        elif path.is_dir():
            _walk(course, root, path, files, refused)
        elif path.is_file():
            files.append((name, path))
        else:
            refused.append(name)


def _check_students(
    course: Course, assignments: Sequence[str], wanted: Sequence[str], found: Sequence[Submission]
) -> None:
    missing = [name for name in wanted if name not in {submission.student for submission in found}]
    if not missing:
        return
    known = sorted({student for assignment in assignments for student, _ in _folders(course, assignment)})
    near = difflib.get_close_matches(missing[0], known, n=1)
    raise UsageError(
        f"{missing[0]}: handed in nothing for {', '.join(assignments)} in {course.submitted_dir}",
        f"did you mean {near[0]}?" if near else f"{len(known)} students did",
    )
