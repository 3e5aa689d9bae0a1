"""Results into nbgrader's own gradebook and folders, by nbgrader's rules: formgrader and export work on."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from eds_autograder.course import Course
from eds_autograder.files import copy_into
from eds_autograder.grading.assignment import Kit, extra_files, generate
from eds_autograder.grading.results import Problem, Result, ResultCache
from eds_autograder.grading.submissions import TIMESTAMP, Submission
from eds_datasets.errors import EdsError

__all__ = ["Recorder", "latest_result", "register"]

NO_RESPONSE = "No response."


def latest_result(course: Course, student: str, assignment: str) -> Result | None:
    """Return what `Recorder` recorded last for a student, or None."""
    try:
        return Result.read(_latest_file(course, student, assignment))
    except (OSError, ValueError):
        return None


def _latest_file(course: Course, student: str, assignment: str) -> Path:
    return course.state_dir / "graded" / assignment / f"{student}.json"


def register(course: Course, gradebook: Any, kit: Kit) -> None:
    """Make the gradebook know the assignment as its source is now, the way generate_assignment does.

    Raises
    ------
    EdsError
        When graded cells were added or removed while the gradebook holds submissions: nbgrader cannot
        change that.
    """
    if _is_registered(gradebook, kit):
        return
    gradebook.db.close()
    with tempfile.TemporaryDirectory(prefix="eds-release-") as release:
        try:
            generate(course, kit.assignment, course.db_url, Path(release))
        except EdsError as error:
            if "Cannot" not in error.message:
                raise
            raise EdsError(
                f"{kit.assignment}: graded cells were added or removed after submissions were recorded",
                f"back up the gradebook, then 'nbgrader db assignment remove {kit.assignment} --force' "
                "and grade again",
            ) from error


def _is_registered(gradebook: Any, kit: Kit) -> bool:
    from nbgrader.api import MissingEntry

    try:
        assignment = gradebook.find_assignment(kit.assignment)
    except MissingEntry:
        return False
    known = {
        (notebook.name, cell.name): (cell.checksum, cell.source)
        for notebook in assignment.notebooks
        for cell in notebook.source_cells
    }
    points = {
        (notebook.name, cell.name): float(cell.max_score)
        for notebook in assignment.notebooks
        for cell in [*notebook.grade_cells, *notebook.task_cells]
    }
    wanted = {(cell.notebook, cell.grade_id): (cell.checksum, cell.source) for cell in kit.cells}
    return known == wanted and points == kit.max_points


class Recorder:
    """The one writer: puts results into the gradebook and executed notebooks into ``autograded``.

    Parameters
    ----------
    course : Course
    gradebook : nbgrader.api.Gradebook
        Open.
    cache : ResultCache
        Where the executed notebooks lie.
    """

    def __init__(self, course: Course, gradebook: Any, cache: ResultCache) -> None:
        self.course = course
        self.gradebook = gradebook
        self.cache = cache
        self._registered: set[str] = set()

    def record(
        self, submission: Submission, result: Result, kit: Kit, *, write_folder: bool = True
    ) -> list[Problem]:
        """Record one result in place of what was recorded for the student before.

        A result of our own failure is not recorded: what was there stays.

        Parameters
        ----------
        submission : Submission
        result : Result
        kit : Kit
        write_folder : bool
            Write the folder in ``autograded``, too; nbgrader's own loop does that by itself.

        Returns
        -------
        list of Problem
            What came up while recording, such as a time stamp that cannot be read.
        """
        if result.outcome == "failed":
            return []
        if kit.assignment not in self._registered:
            register(self.course, self.gradebook, kit)
            self._registered.add(kit.assignment)
        timestamp, problems = self._timestamp(submission)
        if not self._is_recorded(result, timestamp):
            self._record_marks(result, timestamp)
            if write_folder:
                self._write_autograded(submission, result, kit)
        result.write(_latest_file(self.course, result.student, result.assignment))
        return problems

    def _timestamp(self, submission: Submission) -> tuple[Any, list[Problem]]:
        from nbgrader.utils import parse_utc

        path = dict(submission.files).get(TIMESTAMP)
        if path is None:
            return None, []
        try:
            text = path.read_text("utf-8").strip()
            return (parse_utc(text) if text else None), []
        except (ValueError, OverflowError, UnicodeDecodeError):
            return None, [Problem("file", f"{TIMESTAMP}: no date that can be read, lateness is unknown")]

    def _is_recorded(self, result: Result, timestamp: Any) -> bool:
        """Tell whether this very result stands in the gradebook: then a person's later work is left alone."""
        from nbgrader.api import MissingEntry

        try:
            found = self.gradebook.find_submission(result.assignment, result.student)
        except MissingEntry:
            return False
        if timestamp is not None and found.timestamp != timestamp:
            return False
        latest = latest_result(self.course, result.student, result.assignment)
        if latest is None or latest.key != result.key or latest.exercises != result.exercises:
            return False
        folder = self.course.autograded_folder(result.student, result.assignment)
        marks = {
            (note.name, grade.name): grade.auto_score for note in found.notebooks for grade in note.grades
        }
        wanted = {(item.notebook, item.grade_id): item.points for item in result.exercises}
        return marks == wanted and all((folder / f"{name}.ipynb").is_file() for name in result.notebooks)

    def _record_marks(self, result: Result, timestamp: Any) -> None:
        fields = {} if timestamp is None else {"timestamp": timestamp}
        # nbgrader builds the submission before it adds it to the session: an early flush would warn
        with self.gradebook.db.no_autoflush:
            self.gradebook.update_or_create_student(result.student)
            found = self.gradebook.update_or_create_submission(result.assignment, result.student, **fields)
        marks = {(item.notebook, item.grade_id): item for item in result.exercises}
        for notebook in found.notebooks:
            for grade in notebook.grades:
                mark = marks.get((notebook.name, grade.name))
                grade.auto_score = None if mark is None else mark.points
                grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None
            unanswered = result.unanswered.get(notebook.name, ())
            for comment in notebook.comments:
                comment.auto_comment = NO_RESPONSE if comment.name in unanswered else None
        self.gradebook.db.commit()
        self._assign_penalties(found)

    def _assign_penalties(self, submission: Any) -> None:
        """Ask the late-submission plugin of nbgrader's configuration, with its preprocessor's own checks."""
        from nbgrader.preprocessors import AssignLatePenalties

        judge = AssignLatePenalties(config=self.course.config, log=_quiet_log())
        judge.init_plugin()
        late = submission.total_seconds_late
        for notebook in submission.notebooks:
            self.gradebook.db.refresh(notebook)
            notebook.late_submission_penalty = None
            if late > 0:
                penalty = judge.plugin_inst.late_submission_penalty(
                    submission.student.id, notebook.score, late
                )
                if penalty is not None:
                    notebook.late_submission_penalty = judge._check_late_penalty(notebook, penalty)
        self.gradebook.db.commit()

    def _write_autograded(self, submission: Submission, result: Result, kit: Kit) -> None:
        """Write the folder that nbgrader's autograde would, whole or not at all."""
        place = self.course.autograded_folder(result.student, result.assignment)
        place.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=place.parent, prefix=f".{place.name}."))
        try:
            for name, path in self._files(submission, result, kit):
                copy_into(fresh, name, path)
            self._set_permissions(fresh)
            _replace_folder(fresh, place, keep=bool(result.notebooks))
        finally:
            shutil.rmtree(fresh, ignore_errors=True)

    def _files(self, submission: Submission, result: Result, kit: Kit) -> Iterable[tuple[str, Path]]:
        yield from submission.extra_files
        for name, path in extra_files(self.course, kit.files):
            yield name, path
        for name in result.notebooks:
            yield f"{name}.ipynb", self.cache.notebook(result.key, name)

    def _set_permissions(self, folder: Path) -> None:
        from nbgrader.converters import Autograde

        mode = int(str(Autograde(coursedir=self.course.coursedir, config=self.course.config).permissions), 8)
        folder.chmod(0o2775 if self.course.coursedir.groupshared else 0o755)
        for path in folder.rglob("*"):
            if path.is_file():
                path.chmod(mode)


def _replace_folder(fresh: Path, place: Path, keep: bool) -> None:
    """Put a folder in the place of another; without a notebook in it, only take the other away."""
    old = Path(tempfile.mkdtemp(dir=place.parent, prefix=f".{place.name}.old."))
    try:
        if place.exists():
            place.replace(old / place.name)
        if keep:
            fresh.replace(place)
    finally:
        shutil.rmtree(old, ignore_errors=True)


def _quiet_log() -> logging.Logger:
    log = logging.Logger("eds.recorder", logging.CRITICAL)
    log.addHandler(logging.NullHandler())
    return log
