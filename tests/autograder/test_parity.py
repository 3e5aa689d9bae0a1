"""The same submissions get the same marks from `eds grade` and from plain `nbgrader autograde`.

Wherever both give one; where ours is another on purpose, a test names the difference and its reason.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import BOTH, GradedClass
from small_course import LESSON

pytestmark = pytest.mark.slow

Marks = dict[str, dict[str, float | None]]

# (student, exercise) where the marks differ on purpose
ON_PURPOSE = {
    # a test that never ran is no test that passed
    ("sam", "test-total"): (0.0, 3.0),
    # a share of the points below zero is a broken answer, not a perfect one
    ("ola", "test-share"): (0.0, 2.0),
    # a warning, a progress bar, a line of a log say nothing about an answer
    ("ian", "test-total"): (3.0, 0.0),
}


def marks(folder: Path) -> Marks:
    """Student to grade id to the machine's mark, out of a gradebook."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}", "small") as gradebook:
        return {
            submission.student.id: {
                grade.name: grade.auto_score for notebook in submission.notebooks for grade in notebook.grades
            }
            for submission in gradebook.assignment_submissions(LESSON)
        }


@pytest.fixture(scope="module")
def plain(graded: GradedClass, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the course that plain nbgrader grades, without those whom it gives no mark."""
    folder = tmp_path_factory.mktemp("plain") / "course"
    shutil.copytree(
        graded.folder, folder, ignore=shutil.ignore_patterns(".eds", "*.db", "autograded", "loose")
    )
    for student in (folder / "submitted").iterdir():
        if student.name not in BOTH:
            shutil.rmtree(student)
    tools = Path(sys.executable).parent
    for command in ("generate_assignment", "autograde"):
        done = subprocess.run(
            [tools / "nbgrader", command, LESSON],
            cwd=folder,
            env=os.environ | {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    return folder


def test_every_mark_is_the_same_or_differs_on_purpose(graded: GradedClass, plain: Path) -> None:
    ours, theirs = marks(graded.folder), marks(plain)
    assert set(theirs) == set(BOTH)
    different = {
        (student, grade_id): (ours[student][grade_id], mark)
        for student, found in theirs.items()
        for grade_id, mark in found.items()
        if mark is not None and ours[student][grade_id] != mark
    }
    assert different == ON_PURPOSE


def test_what_a_test_writes_to_stderr_costs_nothing_here(graded: GradedClass, plain: Path) -> None:
    assert marks(plain)["ian"]["test-total"] == 0.0
    assert marks(graded.folder)["ian"]["test-total"] == 3.0
    assert graded.exercise("ian", "test-total").status == "passed"


def test_both_leave_the_same_marks_to_a_person(graded: GradedClass, plain: Path) -> None:
    from nbgrader.api import Gradebook

    def waiting(folder: Path) -> set[tuple[str, str]]:
        with Gradebook(f"sqlite:///{folder / 'gradebook.db'}", "small") as gradebook:
            return {
                (submission.student.id, grade.name)
                for submission in gradebook.assignment_submissions(LESSON)
                if submission.student.id in BOTH
                for notebook in submission.notebooks
                for grade in notebook.grades
                if grade.needs_manual_grade
            }

    assert waiting(graded.folder) == waiting(plain) != set()


def test_both_write_the_same_files_and_comments(graded: GradedClass, plain: Path) -> None:
    from nbgrader.api import Gradebook

    def comments(folder: Path) -> set[tuple[str, str, str | None]]:
        with Gradebook(f"sqlite:///{folder / 'gradebook.db'}", "small") as gradebook:
            return {
                (submission.student.id, comment.name, comment.auto_comment)
                for submission in gradebook.assignment_submissions(LESSON)
                if submission.student.id in BOTH
                for notebook in submission.notebooks
                for comment in notebook.comments
            }

    def files(folder: Path) -> set[str]:
        root = folder / "autograded"
        found = {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}
        return {name for name in found if name.split("/")[0] in BOTH}

    assert comments(graded.folder) == comments(plain)
    assert files(graded.folder) == files(plain)
