"""nbgrader's own commands keep working in a clone: generate, autograde, give feedback, export."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from eds_autograder.classroom import hand_in
from eds_autograder.course import Course

LESSON = "05-iris"


def nbgrader(course: Path, *arguments: str) -> str:
    """Run nbgrader as a person would who activated the environment."""
    tools = Path(sys.executable).parent
    done = subprocess.run(
        [tools / "nbgrader", *arguments],
        cwd=course,
        env=os.environ | {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


@pytest.mark.slow
def test_the_four_commands_work_one_after_the_other(repository: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    for folder in ("source", "release"):
        shutil.copytree(repository / folder, clone / folder)
    shutil.copy(repository / "nbgrader_config.py", clone)

    nbgrader(clone, "generate_assignment", LESSON, "--force")
    released = Path(f"release/{LESSON}/{LESSON}.ipynb")
    assert (clone / released).read_bytes() == (repository / released).read_bytes()

    for student, _ in hand_in(Course.open(clone)):
        if student != "ada":
            shutil.rmtree(clone / "submitted" / student)
    shutil.copytree(clone / "release" / LESSON, clone / "submitted" / "cleo" / LESSON)
    nbgrader(clone, "autograde", LESSON)
    nbgrader(clone, "generate_feedback", LESSON)
    for student in ("ada", "cleo"):
        assert (clone / "feedback" / student / LESSON / f"{LESSON}.html").is_file()

    nbgrader(clone, "export", "--to", "grades.csv")
    with (clone / "grades.csv").open(encoding="utf-8") as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    cells = json.loads((clone / released).read_text(encoding="utf-8"))["cells"]
    assert scores == {
        "ada": sum(cell["metadata"].get("nbgrader", {}).get("points", 0) for cell in cells),
        "cleo": 0,
    }
