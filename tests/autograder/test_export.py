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
from eds_autograder.grading.export import FORMS, grade_table, to_csv


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
            "ada",
            last_name='Lovelace, "Countess"',
            first_name="=1+1",
            email="@ada",
            lms_user_id="4711",
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


def read(text: str, key: str = "student_id") -> dict[str, dict[str, str]]:
    return {row[key]: row for row in csv.DictReader(io.StringIO(text))}


def exported(gradebook: Any, form: str = "generic", **how: Any) -> str:
    return to_csv(*FORMS[form](grade_table(gradebook, ["first", "second"], **how)))


TOPICS = {"reg.linear": ["first/a", "second/a"], "clf.trees": ["first/a", "first/b"], "reg.none": ["third/a"]}
# nbgrader's own add_submission warns
pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")


def test_a_row_for_each_student_and_what_counts_in_it(gradebook: Any) -> None:
    rows = read(exported(gradebook))
    ada, bob, cyd = rows["ada"], rows["'-bob"], rows["cyd"]
    assert (ada["first"], ada["second"], ada["total"], ada["total max"]) == ("10", "2.5", "12.5", "20")
    assert (ada["first to grade"], ada["second to grade"]) == ("0", "1")
    assert (bob["first"], bob["first late penalty"], bob["second"], bob["total"]) == ("2.5", "1.5", "", "2.5")
    assert (cyd["first"], cyd["first max"], cyd["total"]) == ("", "10", "0")


def test_exercises_have_columns_when_asked_for(gradebook: Any) -> None:
    text = exported(gradebook, per="exercise")
    ada = read(text)["ada"]
    assert [name for name in ada if "/" in name and " " not in name] == [
        "first/a", "first/b", "second/a", "second/b",
    ]  # fmt: skip
    assert (ada["first/a"], ada["first/b"], ada["first/a max"]) == ("6", "4", "6")
    assert (ada["second/a"], ada["second/a to grade"], ada["second/b"]) == ("0", "1", "2.5")


def test_topics_add_up_what_grades_them(gradebook: Any) -> None:
    text = exported(gradebook, per="topic", topics=TOPICS)
    ada, cyd = read(text)["ada"], read(text)["cyd"]
    assert (ada["reg.linear"], ada["reg.linear max"], ada["reg.linear to grade"]) == ("6", "12", "1")
    assert (ada["clf.trees"], ada["clf.trees max"], ada["clf.trees to grade"]) == ("10", "10", "0")
    assert "reg.none" not in ada
    assert cyd["clf.trees"] == ""


def test_moodle_finds_its_users_and_gets_no_mark_that_waits(gradebook: Any) -> None:
    text = exported(gradebook, "moodle")
    assert text.splitlines()[0] == "First name,Last name,Username,ID number,Email address,first,second"
    rows = read(text, "Username")
    assert (rows["ada"]["ID number"], rows["ada"]["first"], rows["ada"]["second"]) == ("4711", "10", "")
    assert (rows["'-bob"]["first"], rows["'-bob"]["second"], rows["cyd"]["first"]) == ("2.5", "", "")


def test_canvas_gets_its_five_columns_and_the_row_of_points(gradebook: Any) -> None:
    text = exported(gradebook, "canvas")
    header, worth, *_ = list(csv.reader(io.StringIO(text)))
    assert header == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "first", "second"]
    assert worth == ["    Points Possible", "", "", "", "", "10", "10"]
    rows = read(text, "SIS Login ID")
    assert rows["ada"]["Student"] == 'Lovelace, "Countess", =1+1'
    assert (rows["ada"]["ID"], rows["ada"]["first"], rows["ada"]["second"]) == ("4711", "10", "")
    assert rows["cyd"]["Student"] == "cyd"


def test_names_are_quoted_and_formulas_are_disarmed(gradebook: Any) -> None:
    text = exported(gradebook)
    assert '"Lovelace, ""Countess"""' in text
    ada = read(text)["ada"]
    assert (ada["first_name"], ada["email"]) == ("'=1+1", "'@ada")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_text_begins_as_a_formula_does(start: str) -> None:
    for text in (f"{start}column", f"  {start}column"):
        assert next(csv.reader(io.StringIO(to_csv([text], []))))[0].startswith("'")


def test_the_command_writes_the_whole_class(graded: GradedClass, tmp_path: Path) -> None:
    path = tmp_path / "marks" / "grades.csv"
    arguments = ["export", "--course", str(graded.folder), "--to", str(path), "--per", "exercise"]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output
    assert "for a person: what is known so far is written" in done.output
    rows = read(path.read_text("utf-8"))
    assert set(rows) == {result.student for result in graded.report.results}
    for result in graded.report.results:
        assert float(rows[result.student]["total"]) == (result.points or 0.0)
        assert float(rows[result.student][f"{LESSON}/test-line"]) == (result.exercises[0].points or 0.0)


def test_topics_that_no_exercise_names_are_told(graded: GradedClass, tmp_path: Path) -> None:
    arguments = ["export", "--course", str(graded.folder), "--to", str(tmp_path / "x.csv"), "--per", "topic"]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 1
    assert "names a topic" in done.output


def test_an_empty_gradebook_is_told(tmp_path: Path) -> None:
    folder = make_course(tmp_path / "course")
    done = CliRunner().invoke(main, ["export", "--course", str(folder), "--to", str(tmp_path / "x.csv")])
    assert done.exit_code == 1
    assert "no student in the gradebook yet" in done.output
    assert not (tmp_path / "x.csv").exists()
