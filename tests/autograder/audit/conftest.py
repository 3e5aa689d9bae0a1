"""A small course whose tests are partly good and partly weak, and what its audit found."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from eds_autograder.audit.report import LessonAudit
from eds_autograder.audit.run import audit_lesson
from eds_autograder.authoring.build import build_lessons
from eds_autograder.course import Course

REPOSITORY = Path(__file__).parents[3]
NAME = "01-depth"

LESSON = '''\
# %% [markdown]
# # Depths

# %% readonly="setup"
import numpy as np

kilometre = 1000.0

# %% answer="mean-depth"
def mean_depth(depths):
    """Return the mean depth.

    Parameters
    ----------
    depths : array, shape (n,)

    Returns
    -------
    float
    """
    ### BEGIN SOLUTION
    # audit: equivalent [arithmetic] because nothing less is the same as nothing more
    return float(np.mean(depths + 0.0))
    ### END SOLUTION


# %% tests="test-mean-depth" points=2 topics="reg.mse"
from types import SimpleNamespace as _Box

assert mean_depth(np.array([2.0, 4.0])) == 3.0, "the mean of 2 and 4 is 3"
### BEGIN HIDDEN TESTS
_depths = _Box(values=np.random.default_rng(3).uniform(1, 9, 12))
_kept = _depths.values.copy()
assert np.isclose(mean_depth(_depths.values), sum(_kept) / 12), "It must be the mean: neither the sum nor the median."
assert np.array_equal(_depths.values, _kept), "mean_depth must not change its input."
assert np.ndim(mean_depth(np.array([4.0]))) == 0, "It must be one number."
assert np.isclose(mean_depth(np.array([5.0])), 5.0), "One depth is its own mean."
### END HIDDEN TESTS

# %% answer="shallow"
def shallow(depths, limit):
    """Return which depths are at most the limit.

    Parameters
    ----------
    depths : array, shape (n,)
    limit : float

    Returns
    -------
    array of bool, shape (n,)
    """
    ### BEGIN SOLUTION
    # audit: equivalent because nothing survives here
    found = depths <= limit
    return found
    ### END SOLUTION


# %% tests="test-shallow" points=2 topics="reg.mse"
assert list(shallow(np.array([1.0, 9.0]), 5.0)) == [True, False], "1 is shallow and 9 is not"
### BEGIN HIDDEN TESTS
assert list(shallow(np.array([8.0, 2.0]), 5.0)) == [False, True], "Shallow is what lies above the limit."
### END HIDDEN TESTS

# %% answer="cells"
%%capture
def cells(n):
    ### BEGIN SOLUTION
    return int(n) + 1
    ### END SOLUTION


# %% tests="test-cells" points=1 topics="reg.mse"
assert cells(1) == 2, "one and one"
### BEGIN HIDDEN TESTS
assert cells(4) == 5, "It must be one more."
### END HIDDEN TESTS
'''

MEAN_DEPTH = """\
# %% right="looped"
def mean_depth(depths):
    total = 0.0
    for depth in depths:
        total += depth
    return total / len(depths)


# %% right="not-so-right"
def mean_depth(depths):
    return np.sum(depths) / 2


# %% invariant="reversed"
def mean_depth(depths):
    return reference(depths[::-1])


# %% wrong="sum" says="neither the sum"
def mean_depth(depths):
    return np.sum(depths)


# %% wrong="first-two" says="must not change"
def mean_depth(depths):
    return (depths[0] + depths[1]) / 2


# %% wrong="no-mistake" says="the mean"
def mean_depth(depths):
    return np.mean(depths)
"""


@pytest.fixture(scope="session")
def audited_course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    root = tmp_path_factory.mktemp("audited")
    write_course(root, LESSON)
    return Course.open(root)


@pytest.fixture(scope="session")
def audit(audited_course: Course) -> LessonAudit:
    return audit_lesson(audited_course, NAME)


def write_course(root: Path, lesson: str) -> None:
    """Write the course with one lesson, built, and its answers."""
    folder = root / "source" / NAME
    (folder / "answers").mkdir(parents=True, exist_ok=True)
    (folder / f"{NAME}.py").write_text(lesson, encoding="utf-8")
    (folder / "answers" / "mean-depth.py").write_text(MEAN_DEPTH, encoding="utf-8")
    shutil.copy(REPOSITORY / "nbgrader_config.py", root)
    build_lessons(Course.open(root), force=True)
