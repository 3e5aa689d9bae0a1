"""Right answers get their marks, whatever odd but honest things stand around them."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from corpora.honest import honest
from corpora.vault import LESSON, POINTS, make_vault
from small_course import submit

from eds_autograder.course import Course
from eds_autograder.grading.grade import grade_class
from eds_autograder.grading.results import Result

HONEST = honest()


@pytest.fixture(scope="module")
def graded_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_vault(tmp_path_factory.mktemp("honest") / "course")


@pytest.fixture(scope="module")
def marked(graded_folder: Path) -> Mapping[str, Result]:
    """The whole class, graded once."""
    for name, made in HONEST.items():
        submit(graded_folder, name, made, f"{LESSON}.ipynb", LESSON)
    return {result.student: result for result in grade_class(Course.open(graded_folder)).results}


def _outputs(folder: Path, name: str, kind: str) -> list[Any]:
    path = folder / "autograded" / name / LESSON / f"{LESSON}.ipynb"
    cells = json.loads(path.read_text("utf-8"))["cells"]
    outputs = [output for each in cells for output in each.get("outputs", [])]
    return [output for output in outputs if output["output_type"] == kind]


def _displayed(folder: Path, name: str) -> list[str]:
    return ["".join(each["data"]["text/plain"]) for each in _outputs(folder, name, "display_data")]


@pytest.mark.slow
@pytest.mark.parametrize("name", HONEST)
def test_honest_work_gets_full_marks_and_no_flag(
    marked: Mapping[str, Result], graded_folder: Path, name: str
) -> None:
    result = marked[name]
    assert result.evidence == ()
    assert {item.grade_id: item.points for item in result.exercises} == POINTS, result.exercises
    # nor does any other cell see that copies ran between
    assert _outputs(graded_folder, name, "error") == []


@pytest.mark.slow
def test_the_result_says_which_tests_have_canaries(marked: Mapping[str, Result]) -> None:
    result = marked["as-it-should-be"]
    assert set(result.guarded) == {f"{LESSON}/{name}" for name in POINTS}
    assert result.unguarded == {}


@pytest.mark.slow
def test_a_display_is_updated_by_cells_and_by_no_test(
    marked: Mapping[str, Result], graded_folder: Path
) -> None:
    assert marked["cells-that-update-a-display"].points == sum(POINTS.values())
    assert _displayed(graded_folder, "cells-that-update-a-display") == ["'100 %'"]
    assert _displayed(graded_folder, "a-display-handle-in-an-answer") == ["'done'"]
    # what a test was asked is not for other cells to show
    assert _displayed(graded_folder, "a-display-that-a-test-updates") == ["'waiting'"]
