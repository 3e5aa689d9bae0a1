"""An unchanged class is known without its gradebook, and a gradebook that changed is looked into."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from small_course import LESSON, answered, make_course, submit

from eds_autograder.course import Course
from eds_autograder.gradebook import open_gradebook
from eds_autograder.grading import grade
from eds_autograder.grading.settings import settings
from eds_autograder.grading.standing import stands

_AGAIN = """\
import sys
from eds_autograder.course import Course
from eds_autograder.grading.grade import grade_class
(result,) = grade_class(Course.open("."), isolation="none").results
assert result.cached and result.points == 10
print([name for name in ("sqlalchemy", "nbconvert", "nbgrader.converters") if name in sys.modules])
"""


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    folder = make_course(tmp_path_factory.mktemp("course"))
    submit(folder, "ada", answered())
    opened = Course.open(folder)
    grade.grade_class(opened, isolation="none")
    return opened


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each time that grading opens the gradebook."""
    times: list[str] = []

    def open_and_tell(course: Course) -> object:
        times.append(course.db_url)
        return open_gradebook(course)

    monkeypatch.setattr(grade, "open_gradebook", open_and_tell)
    return times


def regrade(course: Course) -> None:
    (result,) = grade.grade_class(course, isolation="none").results
    assert result.cached


def test_an_unchanged_class_needs_no_gradebook_and_none_of_what_opens_one(course: Course) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _AGAIN], cwd=course.root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "[]\n"


def test_after_a_change_the_gradebook_is_looked_into_and_a_persons_mark_stays(
    course: Course, opened: list[str]
) -> None:
    regrade(course)
    assert opened == []
    with open_gradebook(course) as gradebook:
        gradebook.find_grade("test-line", LESSON, LESSON, "ada").manual_score = 1.5
        gradebook.db.commit()
    regrade(course)
    assert len(opened) == 1
    with open_gradebook(course) as gradebook:
        assert gradebook.find_grade("test-line", LESSON, LESSON, "ada").score == 1.5
    regrade(course)
    assert len(opened) == 1


def test_a_new_time_of_handing_in_and_a_lost_notebook_are_noticed(course: Course, opened: list[str]) -> None:
    folder = course.submitted_folder("ada", LESSON)
    (folder / "timestamp.txt").write_text("2026-02-03 04:05:06 UTC")
    regrade(course)
    assert len(opened) == 1
    lost = course.autograded_folder("ada", LESSON) / f"{LESSON}.ipynb"
    lost.unlink()
    regrade(course)
    assert len(opened) == 2
    assert lost.is_file()


def test_a_date_that_cannot_be_read_is_told_every_time(course: Course) -> None:
    (course.submitted_folder("ada", LESSON) / "timestamp.txt").write_text("yesterday")
    for _ in range(2):
        (result,) = grade.grade_class(course, isolation="none").results
        assert [problem.kind for problem in result.problems] == ["file"]


def test_a_gradebook_that_somebody_writes_to_or_that_is_no_file_is_not_known(
    tmp_path: Path, course: Course
) -> None:
    assert stands(course, [])
    journal = Path(course.db_url.removeprefix("sqlite:///") + "-journal")
    journal.write_bytes(b"")
    assert not stands(course, [])
    journal.unlink()
    assert stands(course, [])
    elsewhere = Course.open(make_course(tmp_path))
    assert not stands(elsewhere, [])


def test_settings_are_the_same_from_the_notes_and_others_preprocessors_are_looked_at(tmp_path: Path) -> None:
    config = (
        "c = get_config()\nc.OverwriteCells.add_missing_cells = True\nc.ClearSolutions.code_stub = {'a': 'b'}"
    )
    folder = make_course(tmp_path / "plain", config)
    first = settings(Course.open(folder))
    assert list((folder / ".eds" / "preprocessors").iterdir())
    assert settings(Course.open(folder)) == first
    assert first["OverwriteCells"] == {"add_missing_cells": True}
    own = f"{config}\nc.Autograde.autograde_preprocessors = ['nbgrader.preprocessors.LimitOutput']\n"
    other = make_course(tmp_path / "own", own)
    assert settings(Course.open(other))["Autograde"] == {
        "autograde_preprocessors": ["nbgrader.preprocessors.LimitOutput"]
    }
    assert not (other / ".eds" / "preprocessors").exists()
