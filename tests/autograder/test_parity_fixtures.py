"""The notebooks that nbgrader's own tests grade get the scores here that nbgrader gives them."""

from __future__ import annotations

import gc
import shutil
from pathlib import Path

import pytest

from eds_autograder.course import Course
from eds_autograder.grading.assignment import generate
from eds_autograder.grading.job import Limits
from eds_autograder.grading.pool import Engine
from eds_autograder.grading.results import Result
from eds_autograder.grading.submissions import find_submissions

pytestmark = pytest.mark.slow

# nbgrader starts a kernel to write its autotests, and leaves the kernel's sockets to the garbage collector
LEFT_OPEN = pytest.mark.filterwarnings(
    "ignore:unclosed:ResourceWarning",
    "ignore:Unclosed:ResourceWarning",
    "ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning",
)

STUB = 'c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE"}\n'


RELEASE = "what was released"


def files() -> Path:
    import nbgrader

    folder = Path(nbgrader.__file__).parent / "tests" / "apps" / "files"
    if not folder.is_dir():
        pytest.skip("this nbgrader came without its tests")
    return folder


def release(course: Course, folder: Path) -> Path:
    generate(course, "ps1", f"sqlite:///{folder / 'throwaway.db'}", folder / "release")
    return next((folder / "release").rglob("p1.ipynb"))


def grade(
    folder: Path,
    source: str,
    submissions: dict[str, str],
    config: str = "",
    limits: Limits | None = None,
) -> dict[str, Result]:
    """Grade fixtures against a fixture: student to the name of what they hand in."""
    (folder / "source" / "ps1").mkdir(parents=True)
    (folder / "nbgrader_config.py").write_text("c = get_config()\n" + config)
    shutil.copy(files() / f"{source}.ipynb", folder / "source" / "ps1" / "p1.ipynb")
    shutil.copy(files() / "autotests.yml", folder / "autotests.yml")
    engine = Engine(Course.open(folder), limits=limits)
    for student, name in submissions.items():
        place = folder / "submitted" / student / "ps1"
        place.mkdir(parents=True)
        made = release(engine.course, folder) if name == RELEASE else files() / f"{name}.ipynb"
        shutil.copy(made, place / "p1.ipynb")
    found = find_submissions(engine.course, ["ps1"])
    results = {result.student: result for _, result in engine.grade(found)}
    gc.collect()
    return results


def scores(results: dict[str, Result]) -> dict[str, tuple[float | None, float]]:
    return {student: (result.points, result.max_points) for student, result in results.items()}


def test_plain_changed_and_cheating_notebooks(tmp_path: Path) -> None:
    names = ["unchanged", "changed", "cheat-attempt", "cheat-attempt-alternative"]
    names += ["grade-cell-changed", "locked-cell-changed"]
    results = grade(tmp_path, "submitted-unchanged", {name: f"submitted-{name}" for name in names})
    assert scores(results) == {name: (2.0 if name == "changed" else 1.0, 7.0) for name in names}
    assert results["changed"].needs_grading
    assert not results["unchanged"].needs_grading


@LEFT_OPEN
def test_autotests(tmp_path: Path) -> None:
    results = grade(tmp_path, "autotest-multi", {"a": "autotest-multi-changed"})
    assert scores(results) == {"a": (3.0, 4.0)}


@LEFT_OPEN
def test_hidden_autotests(tmp_path: Path) -> None:
    handed_in = {"wrong": "autotest-hidden-changed-wrong", "right": "autotest-hidden-changed-right"}
    assert scores(grade(tmp_path, "autotest-hidden", handed_in)) == {"wrong": (0.0, 1.0), "right": (1.0, 1.0)}


def test_a_cell_that_sleeps_depends_on_the_limit(tmp_path: Path) -> None:
    assert scores(grade(tmp_path / "a", "timeout", {"a": "timeout"})) == {"a": (1.0, 1.0)}
    short = grade(tmp_path / "b", "timeout", {"a": "timeout"}, limits=Limits.for_cells(2))
    assert scores(short) == {"a": (0.0, 1.0)}


def test_tests_worth_nothing_do_no_harm(tmp_path: Path) -> None:
    results = grade(tmp_path, "validation-zero-points", {"a": "validation-zero-points"})
    assert scores(results) == {"a": (0.0, 0.0)}
    assert results["a"].outcome == "graded"


def test_a_lesson_handed_in_with_its_answers(tmp_path: Path) -> None:
    assert scores(grade(tmp_path, "test", {"a": "test"})) == {"a": (3.0, 6.0)}


@pytest.mark.parametrize(("config", "points"), [(STUB, 1.5), ("", 0.0)])
def test_an_untouched_release_with_hidden_tests(tmp_path: Path, config: str, points: float) -> None:
    results = grade(tmp_path, "test-hidden-tests", {"a": RELEASE}, config=config)
    assert scores(results) == {"a": (points, 3.0)}
    assert not results["a"].problems
