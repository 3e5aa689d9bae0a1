"""`grade(source, submission)`: one notebook, no course."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from small_course import answered, lesson

import eds_autograder
from eds_datasets.errors import EdsError


def test_one_notebook_is_graded_by_its_path_alone(tmp_path: Path) -> None:
    source, submission, data = tmp_path / "lines.ipynb", tmp_path / "mine (2).ipynb", tmp_path / "numbers.txt"
    nbformat.write(lesson(), source)
    nbformat.write(answered(total="return 0"), submission)
    data.write_text("1 2 3\n")
    before = sorted(tmp_path.iterdir())
    result = eds_autograder.grade(source, submission, files=[data])
    marks = {exercise.grade_id: exercise.points for exercise in result.exercises}
    assert marks == {"test-line": 5.0, "test-total": 0.0, "test-share": 2.0, "why": None}
    assert (result.outcome, result.points, result.max_points) == ("graded", 7.0, 12.0)
    assert result.guarded
    assert sorted(tmp_path.iterdir()) == before


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    nbformat.write(lesson(), tmp_path / "lines.ipynb")
    with pytest.raises(EdsError, match=r"mine.ipynb: there is no such file"):
        eds_autograder.grade(tmp_path / "lines.ipynb", tmp_path / "mine.ipynb")


def test_public_names_are_there_and_cost_nothing_until_asked_for() -> None:
    code = (
        "import sys, eds_autograder; before = set(sys.modules); "
        "assert not [name for name in before if name.startswith(('nbgrader', 'nbformat', 'traitlets'))]; "
        "assert all(getattr(eds_autograder, name) for name in eds_autograder.__all__)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with pytest.raises(AttributeError, match="no attribute 'grades'"):
        _ = eds_autograder.grades
