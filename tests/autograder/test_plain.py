"""Plain `nbgrader autograde`, wired to our engine, gives the marks of `eds grade`."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from conftest import BOTH, OURS, RENAMED, GradedClass
from small_course import CONFIG, LESSON, answered, make_course, submit
from traitlets.config import Config
from traitlets.config.loader import DeferredConfigString

from eds_autograder.course import Course
from eds_autograder.gradebook import open_gradebook
from eds_autograder.grading.assignment import prepare
from eds_autograder.grading.feedback import write_feedback
from eds_autograder.grading.pool import cell_seconds
from eds_autograder.grading.settings import settings
from eds_autograder.wiring import wire

WIRED = CONFIG + "from eds_autograder.wiring import wire\nwire(c)\n"
LATE = "2026-01-02 03:04:05 UTC"

Marks = dict[str, dict[str, tuple[float | None, bool]]]


def nbgrader(folder: Path, *arguments: str, status: int = 0) -> str:
    command = [sys.executable, "-m", "nbgrader", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stderr
    return done.stderr


def marks(folder: Path) -> Marks:
    """Student to grade id to (the machine's mark, whether a person has to look)."""
    with open_gradebook(Course.open(folder)) as gradebook:
        return {
            submission.student.id: {
                grade.name: (grade.auto_score, bool(grade.needs_manual_grade))
                for notebook in submission.notebooks
                for grade in notebook.grades
            }
            for submission in gradebook.assignment_submissions(LESSON)
        }


@pytest.fixture(scope="module")
def plain(graded: GradedClass, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The class of `graded`, handed to nbgrader's own command; and what that said."""
    folder = tmp_path_factory.mktemp("plain") / "course"
    left = shutil.ignore_patterns(".eds", "*.db", "autograded", "feedback", "loose")
    shutil.copytree(graded.folder, folder, ignore=left)
    (folder / "nbgrader_config.py").write_text(WIRED)
    nbgrader(folder, "generate_assignment", LESSON)
    return folder, nbgrader(folder, "autograde", LESSON, status=1)


@pytest.mark.slow
def test_every_mark_is_that_of_eds_grade(graded: GradedClass, plain: tuple[Path, str]) -> None:
    ours, theirs = marks(graded.folder), marks(plain[0])
    assert set(ours) == {*BOTH, *OURS, RENAMED}
    assert theirs == ours


@pytest.mark.slow
def test_executed_notebooks_and_comments_are_those_of_eds_grade(
    graded: GradedClass, plain: tuple[Path, str]
) -> None:
    def outcome(folder: Path) -> set[str]:
        root = folder / "autograded"
        return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}

    ours = outcome(graded.folder)
    assert outcome(plain[0]) == ours - {f"ada/{LESSON}/loose"}
    assert f"{RENAMED}/{LESSON}/{LESSON}.ipynb" in ours


@pytest.mark.slow
def test_the_log_tells_problems_and_the_isolation(graded: GradedClass, plain: tuple[Path, str]) -> None:
    _, said = plain
    for result in graded.report.results:
        for problem in result.problems:
            assert problem.text in said or "loose" in problem.text
    assert f"isolation: {graded.report.results[0].isolation}" in said
    assert said.count("Traceback") == 1  # nbgrader's way to tell of eve's file, which is no notebook


@pytest.mark.slow
def test_feedback_can_be_written_for_what_plain_nbgrader_graded(plain: tuple[Path, str]) -> None:
    course = Course.open(plain[0])
    with open_gradebook(course) as gradebook:
        page = write_feedback(course, gradebook, prepare(course, LESSON), "ada").read_text("utf-8")
    assert "10 <span" in page


@pytest.mark.slow
def test_formgraders_button_goes_the_same_way(plain: tuple[Path, str]) -> None:
    """The button calls nbgrader's Python interface, in the process of the Jupyter server."""
    folder, _ = plain
    before = marks(folder)
    code = (
        "from nbgrader.apps import NbGraderAPI; from nbgrader.apps.baseapp import NbGrader; import json\n"
        "app = NbGrader(); app.initialize([])\n"
        f"done = NbGraderAPI(app.coursedir, parent=app).autograde({LESSON!r}, 'bob')\n"
        "print(json.dumps([done['success'], done['log']]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True
    )
    assert "true" in done.stdout
    assert "bob lines: 6.5 of 12 points (engine" in done.stdout
    assert marks(folder) == before


@pytest.mark.slow
def test_a_late_penalty_is_the_same_both_ways(tmp_path: Path) -> None:
    folder = make_course(tmp_path / "course", WIRED + "c.LateSubmissionPlugin.penalty_method = 'zero'\n")
    nbgrader(folder, "db", "assignment", "add", LESSON, "--duedate", "2026-01-01 00:00:00 UTC")
    nbgrader(folder, "generate_assignment", LESSON)
    place = submit(folder, "ada", answered()).parent
    (place / "timestamp.txt").write_text(LATE)

    def penalty() -> Any:
        with open_gradebook(Course.open(folder)) as gradebook:
            return gradebook.find_submission(LESSON, "ada").late_submission_penalty

    nbgrader(folder, "autograde", LESSON)
    assert penalty() == 10.0
    (place / "timestamp.txt").write_text("2025-12-31 00:00:00 UTC")
    nbgrader(folder, "autograde", LESSON, "--force")
    assert penalty() == 0.0


def test_what_grading_depends_on_is_the_same_whichever_program_asks(tmp_path: Path) -> None:
    folder = make_course(tmp_path / "course", WIRED + "c.LimitOutput.max_lines = 7\n")
    course = Course.open(folder)
    ours = settings(course)
    assert ours["LimitOutput"] == {"max_lines": 7}
    assert ours["Execute"] == {"timeout": 8}
    more: Mapping[str, Any] = {
        "BaseConverter": {"force": True},
        "Autograde": {"force": True, "create_student": False},
        "CourseDirectory": {"student_id": "ada"},
        "HTMLExporter": {"template_name": "formgrade"},
        "ServerApp": {"token": "secret"},
    }
    asked = Course(course.root, Config({**course.config}), course.coursedir)
    asked.config.merge(Config(more))
    assert settings(asked) == ours


def test_what_a_command_line_says_has_the_type_that_is_meant(tmp_path: Path) -> None:
    course = Course.open(make_course(tmp_path / "course"))
    said = {
        "enabled": DeferredConfigString("True"),
        "preserve_cell_metadata_mask": DeferredConfigString("['a']"),
    }
    course.config.ClearMetadataPreprocessor = Config(said)
    assert settings(course)["ClearMetadataPreprocessor"] == {
        "enabled": True,
        "preserve_cell_metadata_mask": ["a"],
    }
    course.config.Execute.timeout = DeferredConfigString("2")
    assert cell_seconds(course) == 2


def test_the_repositorys_own_course_is_wired(repository: Path) -> None:
    wired = Config()
    wire(wired)
    course = Course.open(repository)
    for section, values in wired.items():
        for name, value in values.items():
            assert course.config[section][name] == value


def test_the_wire_costs_nothing_until_it_is_used() -> None:
    code = "import sys; from eds_autograder.wiring import wire; print(len({'nbgrader', 'numpy', 'traitlets'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"
