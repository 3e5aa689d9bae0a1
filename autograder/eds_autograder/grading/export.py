"""The gradebook as a table for spreadsheets and for the university's system."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from eds_autograder.grading.results import points_text

__all__ = ["grade_rows", "to_csv"]

# a spreadsheet takes a cell that begins so for a formula and runs it
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_PERSON = ("student_id", "last_name", "first_name", "email")


def grade_rows(
    gradebook: Any, assignments: Sequence[str], *, exercises: bool = False
) -> tuple[list[str], list[dict[str, str]]]:
    """Return one row for each student of the gradebook.

    A student who handed nothing in has empty cells for that assignment; the total counts them as 0.

    Parameters
    ----------
    gradebook : nbgrader.api.Gradebook
    assignments : sequence of str
        Which, in the order of the columns; those that the gradebook does not know are left out.
    exercises : bool
        Add a column for each exercise.

    Returns
    -------
    columns : list of str
        ``student_id``, ``last_name``, ``first_name``, ``email``; for each assignment its score (the late
        penalty taken off), ``late penalty``, ``max`` and ``to grade`` (how many exercises wait for a
        person); ``total`` and ``total max``.
    rows : list of dict
        Column to text, by student.
    """
    known = {assignment.name: assignment for assignment in gradebook.assignments}
    chosen = [known[name] for name in assignments if name in known]
    columns = [*_PERSON]
    for assignment in chosen:
        columns += _assignment_columns(assignment, exercises)
    columns += ["total", "total max"]
    submissions = {
        (submission.student.id, assignment.name): submission
        for assignment in chosen
        for submission in assignment.submissions
    }
    rows = [_row(student, chosen, submissions, exercises) for student in _by_id(gradebook.students)]
    return columns, rows


def _by_id(students: Iterable[Any]) -> list[Any]:
    return sorted(students, key=lambda student: str(student.id))


def _assignment_columns(assignment: Any, exercises: bool) -> list[str]:
    name = assignment.name
    each = [f"{name}/{exercise}" for exercise in _exercise_names(assignment)] if exercises else []
    return [name, f"{name} late penalty", f"{name} max", f"{name} to grade", *each]


def _exercise_names(assignment: Any) -> Iterator[str]:
    several = len(assignment.notebooks) > 1
    for notebook in assignment.notebooks:
        for cell in sorted([*notebook.grade_cells, *notebook.task_cells], key=lambda cell: str(cell.name)):
            yield f"{notebook.name}/{cell.name}" if several else str(cell.name)


def _row(
    student: Any, assignments: Iterable[Any], submissions: Mapping[tuple[str, str], Any], exercises: bool
) -> dict[str, str]:
    row = {
        "student_id": _text(student.id),
        "last_name": _text(student.last_name),
        "first_name": _text(student.first_name),
        "email": _text(student.email),
    }
    total = most = 0.0
    for assignment in assignments:
        most += float(assignment.max_score)
        row[f"{assignment.name} max"] = points_text(float(assignment.max_score))
        submission = submissions.get((student.id, assignment.name))
        if submission is None:
            continue
        penalty = float(submission.late_submission_penalty or 0.0)
        score = max(0.0, float(submission.score) - penalty)
        total += score
        row[assignment.name] = points_text(score)
        row[f"{assignment.name} late penalty"] = points_text(penalty)
        grades = list(_grades(submission))
        row[f"{assignment.name} to grade"] = str(sum(bool(grade.needs_manual_grade) for _, grade in grades))
        if exercises:
            row |= {f"{assignment.name}/{name}": points_text(float(grade.score)) for name, grade in grades}
    return {**row, "total": points_text(total), "total max": points_text(most)}


def _grades(submission: Any) -> Iterator[tuple[str, Any]]:
    several = len(submission.notebooks) > 1
    for notebook in submission.notebooks:
        for grade in notebook.grades:
            yield (f"{notebook.name}/{grade.name}" if several else str(grade.name)), grade


def _text(value: Any) -> str:
    """Return a text that a spreadsheet shows and does not run."""
    text = "" if value is None else str(value)
    guard = "'" if text.startswith(_FORMULA) else ""
    return guard + "".join(" " if letter < " " else letter for letter in text)


def to_csv(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    """Return the table as CSV text (RFC 4180 quoting, one line end)."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, fieldnames=list(columns), restval="", lineterminator="\n")
    writer.writerow({column: _text(column) for column in columns})
    writer.writerows(rows)
    return stream.getvalue()
