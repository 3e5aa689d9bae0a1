"""The gradebook as a table: what counts stands in it, and no spreadsheet runs a cell."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from conftest import GradedClass
from small_course import LESSON, make_course

from eds_autograder.cli.root import main
from eds_autograder.course import Course
from eds_autograder.gradebook import open_gradebook
from eds_autograder.grading.export import grade_rows, to_csv


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    return Course.open(make_course(tmp_path_factory.mktemp("export") / "course"))


@pytest.fixture
def gradebook(course: Course) -> Iterator[Any]:
    """Two assignments and three students; one handed in late, one only half, one nothing."""
    with open_gradebook(course) as gradebook:
        for name in ("first", "second"):
            gradebook.update_or_create_assignment(name)
            gradebook.update_or_create_notebook(name, name)
            for cell, points in (("b", 4), ("a", 6)):
                gradebook.update_or_create_grade_cell(cell, name, name, max_score=points, cell_type="code")
        gradebook.update_or_create_student(
            "ada", last_name='Lovelace, "Countess"', first_name="=1+1", email="@ada"
        )
        gradebook.update_or_create_student("-bob")
        gradebook.update_or_create_student("cyd")
        for student, assignment, marks in (
            ("ada", "first", (4, 6)),
            ("ada", "second", (2.5, None)),
            ("-bob", "first", (1, 3)),
        ):
            (notebook,) = gradebook.update_or_create_submission(assignment, student).notebooks
            for grade, points in zip(
                sorted(notebook.grades, key=lambda it: str(it.name)), marks[::-1], strict=True
            ):
                grade.auto_score = points
                grade.needs_manual_grade = points is None
        (notebook,) = gradebook.find_submission("first", "-bob").notebooks
        notebook.late_submission_penalty = 1.5
        gradebook.db.commit()
        yield gradebook


def read(text: str) -> dict[str, dict[str, str]]:
    return {row["student_id"]: row for row in csv.DictReader(io.StringIO(text))}


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's own add_submission
def test_a_row_for_each_student_and_what_counts_in_it(gradebook: Any) -> None:
    rows = read(to_csv(*grade_rows(gradebook, ["first", "second"])))
    ada, bob, cyd = rows["ada"], rows["'-bob"], rows["cyd"]
    assert (ada["first"], ada["second"], ada["total"], ada["total max"]) == ("10", "2.5", "12.5", "20")
    assert (ada["first to grade"], ada["second to grade"]) == ("0", "1")
    assert (bob["first"], bob["first late penalty"], bob["second"], bob["total"]) == ("2.5", "1.5", "", "2.5")
    assert (cyd["first"], cyd["first max"], cyd["total"]) == ("", "10", "0")


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's own add_submission
def test_exercises_have_columns_when_asked_for(gradebook: Any) -> None:
    columns, rows = grade_rows(gradebook, ["first"], exercises=True)
    assert [column for column in columns if "/" in column] == ["first/a", "first/b"]
    assert (rows[1]["student_id"], rows[1]["first/a"], rows[1]["first/b"]) == ("ada", "6", "4")


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's own add_submission
def test_names_are_quoted_and_formulas_are_disarmed(gradebook: Any) -> None:
    text = to_csv(*grade_rows(gradebook, ["first"]))
    assert '"Lovelace, ""Countess"""' in text
    ada = read(text)["ada"]
    assert (ada["first_name"], ada["email"]) == ("'=1+1", "'@ada")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_text_begins_as_a_formula_does(start: str) -> None:
    text = to_csv([f"{start}column"], [])
    assert next(csv.reader(io.StringIO(text)))[0].startswith("'")


def test_the_command_writes_the_whole_class(graded: GradedClass, tmp_path: Path) -> None:
    path = tmp_path / "marks" / "grades.csv"
    arguments = ["export", "--course", str(graded.folder), "--to", str(path), "--exercises"]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output
    rows = read(path.read_text("utf-8"))
    assert set(rows) == {result.student for result in graded.report.results}
    for result in graded.report.results:
        assert float(rows[result.student][LESSON]) == (result.points or 0.0)
        assert float(rows[result.student][f"{LESSON}/test-line"]) == (result.exercises[0].points or 0.0)


def test_an_empty_gradebook_is_told(tmp_path: Path) -> None:
    folder = make_course(tmp_path / "course")
    done = CliRunner().invoke(main, ["export", "--course", str(folder), "--to", str(tmp_path / "x.csv")])
    assert done.exit_code == 1
    assert "no student in the gradebook yet" in done.output
    assert not (tmp_path / "x.csv").exists()
