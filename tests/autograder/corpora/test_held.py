"""A flagged submission's marks wait for a person, with the reason where the person looks; nothing is lost."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from corpora.cheats import cheats
from corpora.vault import LESSON, RIGHT, make_vault, submission
from small_course import submit

from eds_autograder.course import Course
from eds_autograder.gradebook import open_gradebook
from eds_autograder.grading.assignment import prepare
from eds_autograder.grading.feedback import write_feedback
from eds_autograder.grading.grade import ClassReport, grade_class
from eds_autograder.grading.recorder import HELD
from eds_autograder.grading.results import Result
from eds_autograder.grading.summary import legend, records, sign

CHEAT = "ast-transformer-drops-assertions"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    folder = make_vault(tmp_path_factory.mktemp("held") / "course")
    submit(folder, "eve", cheats()[CHEAT], f"{LESSON}.ipynb", LESSON)
    submit(folder, "ada", submission("", dict(RIGHT)), f"{LESSON}.ipynb", LESSON)
    return Course.open(folder)


@pytest.fixture(scope="module")
def report(course: Course) -> ClassReport:
    return grade_class(course)


def of(report: ClassReport, student: str) -> Result:
    return next(result for result in report.results if result.student == student)


@pytest.mark.slow
def test_the_result_holds_the_marks_and_says_why(report: ClassReport) -> None:
    result = of(report, "eve")
    assert result.flagged
    assert result.points == 0.0
    held = {item.grade_id: item.held for item in result.exercises if item.status == "held"}
    assert held["test-slope"] == 4.0
    assert all(item.points is None for item in result.exercises if item.status == "held")
    assert any("an AST transformer of the submission" in text for text in result.evidence)
    assert any("passed a copy of the test" in text for text in result.evidence)
    assert {problem.kind for problem in result.problems} == {"evidence"}
    assert Result.from_dict(result.to_dict()) == result


@pytest.mark.slow
def test_table_and_json_show_it(report: ClassReport) -> None:
    result = of(report, "eve")
    assert "!" in {sign(item) for item in result.exercises}
    lines = legend([result])
    assert any("! held until a person has looked" in line for line in lines)
    assert lines[-1] == "canaries guard 4 of 4 tests"
    record = next(record for record in records(report.results) if record["student"] == "eve")
    assert record["evidence"] == result.evidence


@pytest.mark.slow
def test_the_gradebook_asks_for_a_person_and_names_the_evidence(course: Course, report: ClassReport) -> None:
    with open_gradebook(course) as gradebook:
        found = gradebook.find_submission(LESSON, "eve")
        assert found.needs_manual_grade
        grades = {grade.name: grade for notebook in found.notebooks for grade in notebook.grades}
        assert (grades["test-slope"].auto_score, grades["test-slope"].needs_manual_grade) == (None, True)
        said = [
            comment.comment
            for notebook in found.notebooks
            for comment in notebook.comments
            if comment.comment
        ]
        assert said[0].startswith(HELD)
        assert of(report, "eve").evidence[0] in said[0]
        assert not gradebook.find_submission(LESSON, "ada").needs_manual_grade


@pytest.mark.slow
def test_the_student_reads_that_a_person_will_look_and_no_accusation(
    course: Course, report: ClassReport
) -> None:
    with open_gradebook(course) as gradebook:
        page = write_feedback(course, gradebook, prepare(course, LESSON), "eve").read_text("utf-8")
    assert "A person will look at this part before it is marked." in page
    assert "copy of the test" not in page
    assert HELD not in page
