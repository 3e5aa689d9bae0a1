"""The gradebook as a table for spreadsheets and for learning platforms."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eds_autograder.grading.results import points_text

__all__ = ["FORMS", "PER", "Column", "Mark", "Person", "Table", "grade_table", "to_csv"]

PER = ("assignment", "exercise", "topic")

# a spreadsheet takes a cell that begins so for a formula and runs it
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Mark:
    """What one student got for one column.

    Attributes
    ----------
    points : float
        What is known so far, the late penalty taken off where the column is a whole assignment.
    waiting : int
        How many exercises in it wait for a person.
    penalty : float
        What was taken off.
    """

    points: float
    waiting: int = 0
    penalty: float = 0.0


@dataclass(frozen=True)
class Column:
    """An assignment, an exercise or a topic."""

    name: str
    max_points: float


@dataclass(frozen=True)
class Person:
    """A student and their marks by column; a column that is missing there was not handed in."""

    id: str
    last_name: str
    first_name: str
    email: str
    lms_id: str
    marks: Mapping[str, Mark]


@dataclass(frozen=True)
class Table:
    """What is exported, before it has the form of a certain program."""

    columns: tuple[Column, ...]
    people: tuple[Person, ...]
    penalties: bool
    """Whether late penalties are taken off: they belong to whole assignments."""

    @property
    def waiting(self) -> int:
        """How many of the marks wait for a person."""
        return sum(bool(mark.waiting) for person in self.people for mark in person.marks.values())


def grade_table(
    gradebook: Any,
    assignments: Sequence[str],
    per: str = "assignment",
    topics: Mapping[str, Iterable[str]] | None = None,
) -> Table:
    """Read the marks of every student of the gradebook.

    Parameters
    ----------
    gradebook : nbgrader.api.Gradebook
    assignments : sequence of str
        Which, in the order of the columns; those that the gradebook does not know are left out.
    per : {"assignment", "exercise", "topic"}
        What has a column.
    topics : mapping of str to iterable of str, optional
        Topic to the exercises that grade it, ``notebook/exercise``; an exercise may grade several.

    Returns
    -------
    Table
    """
    known = {assignment.name: assignment for assignment in gradebook.assignments}
    chosen = [known[name] for name in assignments if name in known]
    read = {"assignment": _whole, "exercise": _each, "topic": _by_topic({**(topics or {})})}[per]
    columns: dict[str, float] = {}
    for assignment in chosen:
        cells = [
            (notebook.name, cell.name, Mark(float(cell.max_score)))
            for notebook in assignment.notebooks
            for cell in [*notebook.grade_cells, *notebook.task_cells]
        ]
        for name, mark in read(assignment, 0.0, sorted(cells, key=lambda cell: cell[:2])):
            columns[name] = columns.get(name, 0.0) + mark.points
    submissions: dict[str, list[Any]] = {}
    for assignment in chosen:
        for submission in assignment.submissions:
            submissions.setdefault(submission.student.id, []).append((assignment, submission))
    people = [
        _person(student, submissions.get(student.id, []), read)
        for student in sorted(gradebook.students, key=lambda student: str(student.id))
    ]
    named = tuple(Column(name, worth) for name, worth in columns.items())
    return Table(named, tuple(people), penalties=per == "assignment")


_Cells = Sequence[tuple[str, str, Mark]]
_Reader = Callable[[Any, float, _Cells], Iterator[tuple[str, Mark]]]


def _person(student: Any, submissions: Iterable[tuple[Any, Any]], read: _Reader) -> Person:
    marks: dict[str, Mark] = {}
    for assignment, submission in submissions:
        cells = [
            (notebook.name, grade.name, Mark(float(grade.score), int(bool(grade.needs_manual_grade))))
            for notebook in submission.notebooks
            for grade in notebook.grades
        ]
        for name, mark in read(assignment, float(submission.late_submission_penalty or 0.0), cells):
            before = marks.get(name, Mark(0.0))
            marks[name] = Mark(
                before.points + mark.points, before.waiting + mark.waiting, before.penalty + mark.penalty
            )
    return Person(
        id=str(student.id),
        last_name=student.last_name or "",
        first_name=student.first_name or "",
        email=student.email or "",
        lms_id=student.lms_user_id or "",
        marks=marks,
    )


def _whole(assignment: Any, penalty: float, cells: _Cells) -> Iterator[tuple[str, Mark]]:
    score = sum(mark.points for _, _, mark in cells)
    waiting = sum(mark.waiting for _, _, mark in cells)
    yield assignment.name, Mark(max(0.0, score - penalty), waiting, penalty)


def _each(assignment: Any, _penalty: float, cells: _Cells) -> Iterator[tuple[str, Mark]]:
    several = len(assignment.notebooks) > 1
    for notebook, name, mark in cells:
        yield "/".join([assignment.name, *([notebook] if several else []), name]), mark


def _by_topic(topics: Mapping[str, Iterable[str]]) -> _Reader:
    graded = [(exercise, topic) for topic, exercises in topics.items() for exercise in exercises]

    def read(_assignment: Any, _penalty: float, cells: _Cells) -> Iterator[tuple[str, Mark]]:
        marks = {f"{notebook}/{name.removeprefix('test-')}": mark for notebook, name, mark in cells}
        for exercise, topic in graded:
            if exercise in marks:
                yield topic, marks[exercise]

    return read


Rows = tuple[list[str], list[list[str]]]


def _generic(table: Table) -> Rows:
    """Give all that is known: what waits and what was taken off stands beside each mark."""
    late = table.penalties
    header = ["student_id", "last_name", "first_name", "email"]
    for column in table.columns:
        more = [f"{column.name} late penalty"] if late else []
        header += [column.name, *more, f"{column.name} max", f"{column.name} to grade"]
    rows = []
    for person in table.people:
        row = [person.id, person.last_name, person.first_name, person.email]
        for column in table.columns:
            mark = person.marks.get(column.name)
            shown = [mark.points, *([mark.penalty] if late else [])] if mark else [None] * (1 + late)
            row += [*map(_number, shown), _number(column.max_points), str(mark.waiting) if mark else ""]
        total = sum(mark.points for mark in person.marks.values())
        rows.append([*row, _number(total), _number(sum(column.max_points for column in table.columns))])
    return [*header, "total", "total max"], rows


def _moodle(table: Table) -> Rows:
    """Give the columns by which Moodle's grade import finds a user, and one for each grade item."""
    header = ["First name", "Last name", "Username", "ID number", "Email address"]
    rows = [
        [
            person.first_name,
            person.last_name,
            person.id,
            person.lms_id,
            person.email,
            *_settled(table, person),
        ]
        for person in table.people
    ]
    return [*header, *(column.name for column in table.columns)], rows


def _canvas(table: Table) -> Rows:
    """Give the columns of Canvas's gradebook, and its second row, which says what each one is worth."""
    header = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    worth = ["    Points Possible", "", "", "", "", *(_number(column.max_points) for column in table.columns)]
    rows = [worth]
    for person in table.people:
        name = ", ".join(filter(None, [person.last_name, person.first_name])) or person.id
        rows.append([name, person.lms_id, "", person.id, "", *_settled(table, person)])
    return [*header, *(column.name for column in table.columns)], rows


# a form that somebody needs is a function more
FORMS: Mapping[str, Callable[[Table], Rows]] = {"generic": _generic, "moodle": _moodle, "canvas": _canvas}


def _settled(table: Table, person: Person) -> Iterator[str]:
    """Yield the marks that stand; a platform would take what waits for a person for the last word."""
    for column in table.columns:
        mark = person.marks.get(column.name)
        yield "" if mark is None or mark.waiting else _number(mark.points)


def _number(points: float | None) -> str:
    return "" if points is None else points_text(points)


def _text(value: str) -> str:
    """Return a text that a spreadsheet shows and does not run."""
    # also behind spaces, which some programs take off
    guard = "'" if value.lstrip(" ").startswith(_FORMULA) or value.startswith(_FORMULA) else ""
    return guard + "".join(" " if letter < " " else letter for letter in value)


def to_csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return the table as CSV text (RFC 4180 quoting, one line end)."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerows([_text(cell) for cell in row] for row in [header, *rows])
    return stream.getvalue()
