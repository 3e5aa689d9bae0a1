"""A small course of one lesson, written as its author would write it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from eds_autograder.authoring.build import build_lessons
from eds_autograder.authoring.release import release_assignments
from eds_autograder.course import Course

REPOSITORY = Path(__file__).parents[3]

LESSON = '''\
# %% [markdown]
# # Fit a river's rating curve
#
# Discharge grows with stage.

# %% readonly="setup"
import numpy as np

# %% answer="discharge"
def discharge(stage, slope, intercept):
    """Return the discharge in m³/s."""
    ### BEGIN SOLUTION
    stage_in_metres = np.asarray(stage, dtype=float)
    return slope * stage_in_metres + intercept
    ### END SOLUTION


# %% tests="test-discharge" points=2 topics="reg.linear def.model"
_got = discharge(2.0, 3.0, 1.0)
assert _got == 7.0, f"discharge(2, 3, 1) should be 7, got {_got}"
### BEGIN HIDDEN TESTS
_secret_stages = np.array([0.5, 4.0])
assert np.allclose(discharge(_secret_stages, 2.0, 0.5), [1.5, 8.5]), "It must work on arrays of stages too."
### END HIDDEN TESTS

# %% [markdown]
# Why is a straight line too simple for a flood?

# %% [markdown] essay="why-too-simple" points=3 topics="reg.overfitting"
# Because the cross-section widens with stage.
'''


@pytest.fixture
def lesson_text() -> str:
    return LESSON


@pytest.fixture
def write_lesson(tmp_path: Path) -> Callable[[str], Path]:
    """Write a lesson's text as 01-rating of a course in a temporary folder; return its path."""

    def write(text: str) -> Path:
        path = tmp_path / "source" / "01-rating" / "01-rating.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        shutil.copy(REPOSITORY / "nbgrader_config.py", tmp_path)
        return path

    return write


@pytest.fixture(scope="session")
def released_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course, built and released once: nbgrader needs seconds for a new gradebook."""
    root = tmp_path_factory.mktemp("template")
    text = root / "source" / "01-rating" / "01-rating.py"
    text.parent.mkdir(parents=True)
    text.write_text(LESSON, encoding="utf-8")
    shutil.copy(REPOSITORY / "nbgrader_config.py", root)
    course = Course.open(root)
    build_lessons(course)
    release_assignments(course)
    return root


@pytest.fixture
def released(released_template: Path, tmp_path: Path) -> Course:
    """A copy of the course, built and released."""
    return Course.open(shutil.copytree(released_template, tmp_path / "course"))


@pytest.fixture
def course(write_lesson: Callable[[str], Path]) -> Course:
    return Course.open(write_lesson(LESSON).parents[2])
