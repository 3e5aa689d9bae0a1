"""One page for each student and lesson: what earned points, what did not yet, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eds_autograder.course import Course
from eds_autograder.files import write_atomically
from eds_autograder.grading.assignment import GradedCell, Kit
from eds_autograder.grading.hidden import Scrubber
from eds_autograder.grading.kernels.limits import LIMITS_BY_NAME
from eds_autograder.grading.recorder import HELD, NO_RESPONSE, latest_result
from eds_autograder.grading.render import CellRenderer, highlight_styles
from eds_autograder.grading.results import (
    Exercise,
    Problem,
    Result,
    ResultCache,
    points_text,
)
from eds_datasets.errors import EdsError

__all__ = ["feedback_page", "write_feedback"]

_WORDS = {
    "passed": ("passed", "passed"),
    "partial": ("partly there", "partial"),
    "failed": ("not there yet", "open"),
    "timed out": ("out of time", "open"),
    "kernel died": ("stopped", "open"),
    "not run": ("not run", "open"),
    "held": ("a person will look", "waits"),
    "manual": ("waits to be read", "waits"),
    "no answer": ("no answer", "open"),
}
_TOLD = ("repair", "restored", "kernel", "time", "file", *LIMITS_BY_NAME)


@dataclass
class _Part:
    """An exercise as the page shows it."""

    name: str
    points: str
    max_points: str
    word: str
    look: str
    message: str | None = None
    comments: list[str] = field(default_factory=list)
    work: str = ""
    tests: str = ""
    after: str = ""
    more_tests: bool = False
    held: bool = False


@dataclass
class _Page:
    """All that the template shows."""

    student: str
    assignment: str
    handed_in: str
    score: str
    max_score: str
    earned: str
    penalty: str
    waiting: bool
    held: bool
    remarks: list[str]
    exercises: list[_Part]
    rest: str
    engine: str
    isolation: str
    highlight_light: str
    highlight_dark: str


def write_feedback(course: Course, gradebook: Any, kit: Kit, student: str) -> Path:
    """Write a student's page for an assignment into the course's feedback folder.

    Parameters
    ----------
    course : Course
    gradebook : nbgrader.api.Gradebook
        Open; the marks on the page are the gradebook's, a person's changes included.
    kit : Kit
        The assignment, made ready.
    student : str

    Returns
    -------
    Path
        Of the page.

    Raises
    ------
    EdsError
        When the submission has not been graded.
    """
    result = latest_result(course, student, kit.assignment)
    if result is None:
        raise EdsError(
            f"{student} {kit.assignment}: not graded yet, so there is no feedback to write",
            f"run 'eds grade {kit.assignment}' first",
        )
    notebooks = _read_notebooks(ResultCache(course.state_dir / "results"), result)
    path = course.feedback_folder(student, kit.assignment) / f"{kit.assignment}.html"
    write_atomically(path, feedback_page(gradebook, kit, result, notebooks))
    path.chmod(0o664 if course.coursedir.groupshared else 0o644)
    return path


def feedback_page(gradebook: Any, kit: Kit, result: Result, notebooks: dict[str, Any]) -> str:
    """Return the page as one HTML text that needs no other file.

    Parameters
    ----------
    gradebook : nbgrader.api.Gradebook
    kit : Kit
    result : Result
    notebooks : dict of str to nbformat.NotebookNode
        The executed notebooks of the result.
    """
    import jinja2

    loader = jinja2.PackageLoader("eds_autograder.grading", ".")
    environment = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.get_template("feedback.html.j2").render(page=_page(gradebook, kit, result, notebooks))


def _read_notebooks(cache: ResultCache, result: Result) -> dict[str, Any]:
    import nbformat

    paths = {name: cache.notebook(result.key, name) for name in result.notebooks}
    lost = [path for path in paths.values() if not path.is_file()]
    if lost:
        raise EdsError(
            f"{result.student} {result.assignment}: the executed notebook is gone ({lost[0]})",
            f"run 'eds grade {result.assignment} --student {result.student} --force'",
        )
    return {name: nbformat.read(path, as_version=4) for name, path in paths.items()}


def _page(gradebook: Any, kit: Kit, result: Result, notebooks: dict[str, Any]) -> _Page:
    record = gradebook.find_submission(result.assignment, result.student)
    penalty = float(record.late_submission_penalty or 0.0)
    parts, rest = _parts(record, kit, result, notebooks)
    light, dark = highlight_styles()
    return _Page(
        student=result.student,
        assignment=result.assignment,
        handed_in=f"{record.timestamp:%Y-%m-%d %H:%M} UTC" if record.timestamp else "",
        score=points_text(max(0.0, float(record.score) - penalty)),
        max_score=points_text(float(record.max_score)),
        earned=points_text(float(record.score)),
        penalty=points_text(penalty) if penalty else "",
        waiting=bool(record.needs_manual_grade) and result.outcome != "invalid",
        held=any(part.held for part in parts),
        remarks=[_remark(problem) for problem in result.problems if problem.kind in _TOLD],
        exercises=parts,
        rest=rest,
        engine=result.engine,
        isolation=result.isolation,
        highlight_light=light,
        highlight_dark=dark,
    )


def _remark(problem: Problem) -> str:
    text = problem.text[:1].upper() + problem.text[1:]
    return text if text.endswith(".") else f"{text}."


def _parts(record: Any, kit: Kit, result: Result, notebooks: dict[str, Any]) -> tuple[list[_Part], str]:
    """Return the exercises in order, and what the student wrote behind the last one."""
    scrubber = Scrubber(kit.cells)
    marks = {(item.notebook, item.grade_id): item for item in result.exercises}
    graded = {note.name: note for note in record.notebooks}
    parts, rest = [], []
    for name in kit.notebooks:
        cells = kit.cells_of(name)
        renderer = CellRenderer(scrubber, cells)
        grades = {grade.name: grade for grade in graded[name].grades}
        said = _comments(graded[name])
        blocks, left = _blocks(notebooks.get(name), cells)
        for source, block in blocks:
            part = _part(source, marks[name, source.grade_id], grades.get(source.grade_id), block, renderer)
            part.comments = [said[each] for each in _ids(block, source) if each in said]
            parts.append(part)
        rest.append(renderer.cells(left))
    return parts, "".join(rest)


def _comments(notebook: Any) -> dict[str, str]:
    """Return what a person wrote, by answer; the machine's notes are not for the page."""
    return {
        comment.name: comment.comment
        for comment in notebook.comments
        if comment.comment and comment.comment != NO_RESPONSE and not comment.comment.startswith(HELD)
    }


def _blocks(
    notebook: Any, cells: Sequence[GradedCell]
) -> tuple[list[tuple[GradedCell, list[Any]]], list[Any]]:
    """Cut a notebook behind each graded cell and the plain cells below it, which look at what was made.

    What is graded but not in the notebook comes with nothing.
    """
    known = {cell.grade_id: cell for cell in cells}
    found: dict[str, list[Any]] = {}
    block: list[Any] = []
    last: list[Any] | None = None
    for cell in notebook.cells if notebook is not None else []:
        source = known.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
        if source is None and last is not None:
            last.append(cell)
            continue
        block.append(cell)
        last = None
        if source is not None and source.graded:
            found[source.grade_id] = last = block
            block = []
    return [(source, found.get(source.grade_id, [])) for source in known.values() if source.graded], block


def _ids(block: Iterable[Any], source: GradedCell) -> list[str]:
    ids = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in block]
    return list(dict.fromkeys([*[name for name in ids if name], source.grade_id]))


def _part(source: GradedCell, mark: Exercise, grade: Any, block: list[Any], renderer: CellRenderer) -> _Part:
    word, look = _WORDS[mark.status]
    decided = grade is not None and grade.manual_score is not None
    score = float(grade.score) if grade is not None else mark.points
    if decided:
        full = score is not None and score >= mark.max_points
        word, look = "read by a person", "passed" if full else "partial"
    waits = mark.points is None and not decided
    place = next((index for index, cell in enumerate(block) if _is(cell, source)), len(block))
    work = block[: place + 1] if source.solution else block[:place]
    return _Part(
        name=source.grade_id.removeprefix("test-"),
        points="–" if waits else points_text(score),
        max_points=points_text(mark.max_points),
        word=word,
        look=look,
        message=None if decided else mark.message,
        work=renderer.cells(work),
        tests=renderer.tests(source, block[place] if place < len(block) else None),
        after=renderer.cells(block[place + 1 :]),
        more_tests=bool(source.hidden) and not source.solution,
        held=mark.status == "held" and not decided,
    )


def _is(cell: Any, source: GradedCell) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("grade_id") == source.grade_id)
