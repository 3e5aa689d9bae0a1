"""Results into nbgrader's own gradebook and folders, by nbgrader's rules: formgrader and export work on."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from eds_autograder.course import Course
from eds_autograder.files import copy_into
from eds_autograder.grading.assignment import Kit, extra_files
from eds_autograder.grading.registration import register
from eds_autograder.grading.results import Problem, Result, ResultCache
from eds_autograder.grading.submissions import TIMESTAMP, Submission
from eds_datasets.errors import EdsError

__all__ = ["Recorder", "is_written", "latest_result"]

NO_RESPONSE = "No response."
HELD = "Held until a person has looked: "


def latest_result(course: Course, student: str, assignment: str) -> Result | None:
    """Return what `Recorder` recorded last for a student, or None."""
    try:
        return Result.read(_latest_file(course, student, assignment))
    except (OSError, ValueError):
        return None


def is_written(course: Course, result: Result) -> bool:
    """Tell whether a result is what `Recorder` recorded last, and its notebooks still lie in their folder."""
    latest = latest_result(course, result.student, result.assignment)
    if latest is None or latest.key != result.key or latest.exercises != result.exercises:
        return False
    folder = course.autograded_folder(result.student, result.assignment)
    return all((folder / f"{name}.ipynb").is_file() for name in result.notebooks)


def _latest_file(course: Course, student: str, assignment: str) -> Path:
    return course.state_dir / "graded" / assignment / f"{student}.json"


@dataclass
class _Page:
    """What the gradebook knows of one assignment.

    Attributes
    ----------
    assignment : nbgrader.api.Assignment
    standing : dict of str to (datetime or None, dict)
        Student to the time of handing in and the machine's marks, (notebook, grade id) to points.
    """

    assignment: Any
    standing: dict[str, tuple[Any, dict[tuple[str, str], float | None]]]


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
        self._pages: dict[str, _Page] = {}
        self._holds_back = False

    def open_page(self, kit: Kit) -> None:
        """Make the gradebook know an assignment as its source is now; `record` does it by itself.

        Raises
        ------
        EdsError
            When nbgrader cannot change what it knows, see `eds_autograder.grading.registration.register`.
        """
        self._page(kit)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Write what is recorded in the block in one transaction, at its end, also when the block fails."""
        self._holds_back = True
        try:
            yield
        finally:
            self._holds_back = False
            self.gradebook.db.commit()

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
        page = self._page(kit)
        timestamp, problems = self._timestamp(submission)
        if self._is_recorded(page, result, timestamp):
            self._judge_again(page, result.student)
        else:
            self._record_marks(page, result, timestamp, kit)
            if write_folder:
                self._write_autograded(submission, result, kit)
            result.write(_latest_file(self.course, result.student, result.assignment))
        return problems

    def _page(self, kit: Kit) -> _Page:
        if kit.assignment not in self._pages:
            register(self.course, self.gradebook, kit)
            assignment = self.gradebook.find_assignment(kit.assignment)
            self._pages[kit.assignment] = _Page(assignment, _standing(self.gradebook, assignment))
        return self._pages[kit.assignment]

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

    def _is_recorded(self, page: _Page, result: Result, timestamp: Any) -> bool:
        """Tell whether this very result stands in the gradebook: then a person's later work is left alone."""
        if result.student not in page.standing:
            return False
        known_timestamp, marks = page.standing[result.student]
        if timestamp is not None and known_timestamp != timestamp:
            return False
        return marks == _marks(result) and is_written(self.course, result)

    def _record_marks(self, page: _Page, result: Result, timestamp: Any, kit: Kit) -> None:
        found = self._find(page, result.student) or self._add(page, result.student)
        if timestamp is not None:
            found.timestamp = timestamp
        marks = _marks(result)
        for notebook in found.notebooks:
            for grade in notebook.grades:
                grade.auto_score = marks.get((notebook.name, grade.name))
                grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None
            unanswered = result.unanswered.get(notebook.name, ())
            for comment in notebook.comments:
                comment.auto_comment = NO_RESPONSE if comment.name in unanswered else None
            _say_why_held(notebook, result, kit)
        self._assign_penalties(found)
        if not self._holds_back:
            self.gradebook.db.commit()
        page.standing[result.student] = (found.timestamp, marks)

    def _judge_again(self, page: _Page, student: str) -> None:
        """Reckon lateness anew: the due date and a person's marks change without a change of the result."""
        handed_in, _ = page.standing[student]
        if handed_in is None:
            return
        self._assign_penalties(self._find(page, student))
        if not self._holds_back:
            self.gradebook.db.commit()

    def _find(self, page: _Page, student: str) -> Any:
        """Return a student's submission with all that belongs to it, or None."""
        from nbgrader.api import Comment, Grade, SubmittedAssignment, SubmittedNotebook
        from sqlalchemy.orm import selectinload

        notebooks = selectinload(SubmittedAssignment.notebooks)
        return (
            self.gradebook.db.query(SubmittedAssignment)
            .filter_by(assignment_id=page.assignment.id, student_id=student)
            .options(
                notebooks.selectinload(SubmittedNotebook.grades).joinedload(Grade.cell),
                notebooks.selectinload(SubmittedNotebook.comments).joinedload(Comment.cell),
            )
            .one_or_none()
        )

    def _add(self, page: _Page, student: str) -> Any:
        """Add a submission as nbgrader's ``add_submission`` does, without its transactions."""
        from nbgrader.api import Comment, Grade, Student, SubmittedAssignment, SubmittedNotebook

        database = self.gradebook.db
        if database.get(Student, student) is None:
            database.add(Student(id=student))
        added = SubmittedAssignment(assignment_id=page.assignment.id, student_id=student)
        for known in page.assignment.notebooks:
            notebook = SubmittedNotebook(notebook_id=known.id, assignment=added)
            for cell in [*known.grade_cells, *known.task_cells]:
                Grade(cell_id=cell.id, notebook=notebook)
            for cell in [*known.solution_cells, *known.task_cells]:
                Comment(cell_id=cell.id, notebook=notebook)
        database.add(added)
        database.flush()
        return added

    @cached_property
    def _judge(self) -> Any:
        """The late-submission plugin of nbgrader's configuration, with its preprocessor's own checks."""
        from nbgrader.preprocessors import AssignLatePenalties

        judge = AssignLatePenalties(config=self.course.config, log=_quiet_log())
        judge.init_plugin()
        return judge

    def _assign_penalties(self, submission: Any) -> None:
        late = submission.total_seconds_late
        for notebook in submission.notebooks:
            notebook.late_submission_penalty = None
        if late <= 0:
            return
        # scores are sums that the database makes
        self.gradebook.db.flush()
        for notebook in submission.notebooks:
            self.gradebook.db.refresh(notebook)
            notebook.late_submission_penalty = self._penalty(submission.student_id, notebook, late)

    def _penalty(self, student: str, notebook: Any, late: float) -> float | None:
        try:
            penalty = self._judge.plugin_inst.late_submission_penalty(student, notebook.score, late)
            return None if penalty is None else self._judge._check_late_penalty(notebook, penalty)
        except Exception as error:
            # the course's own code: there is no telling what it raises
            raise EdsError(
                f"{student}: the plugin for late submissions failed ({type(error).__name__}: {error})",
                "mend it, or AssignLatePenalties.plugin_class in nbgrader_config.py, and grade again: "
                "what was graded is kept",
            ) from error

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
        folder.chmod(0o2775 if self.course.coursedir.groupshared else 0o755)
        for path in folder.rglob("*"):
            if path.is_file():
                path.chmod(self._mode)

    @cached_property
    def _mode(self) -> int:
        from nbgrader.converters import Autograde

        return int(str(Autograde(coursedir=self.course.coursedir, config=self.course.config).permissions), 8)


def _marks(result: Result) -> dict[tuple[str, str], float | None]:
    return {(item.notebook, item.grade_id): item.points for item in result.exercises}


def _standing(gradebook: Any, assignment: Any) -> dict[str, tuple[Any, dict[tuple[str, str], float | None]]]:
    """Read the marks of a whole class at once."""
    from nbgrader.api import BaseCell, Grade, Notebook, SubmittedAssignment, SubmittedNotebook

    rows = (
        gradebook.db.query(
            SubmittedAssignment.student_id,
            SubmittedAssignment.timestamp,
            Notebook.name,
            BaseCell.name,
            Grade.auto_score,
        )
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .join(BaseCell, BaseCell.id == Grade.cell_id)
        .filter(SubmittedAssignment.assignment_id == assignment.id)
    )
    found: dict[str, tuple[Any, dict[tuple[str, str], float | None]]] = {}
    for student, timestamp, notebook, cell, score in rows:
        found.setdefault(student, (timestamp, {}))[1][notebook, cell] = score
    return found


def _say_why_held(notebook: Any, result: Result, kit: Kit) -> None:
    """Put the evidence where the instructor reads in formgrader: at the notebook's first answer."""
    answers = [cell.grade_id for cell in kit.cells_of(notebook.name) if cell.solution]
    comments = {comment.name: comment for comment in notebook.comments}
    place = next((comments[name] for name in answers if name in comments), None)
    if result.evidence and place is not None:
        place.auto_comment = HELD + "; ".join(result.evidence)


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
