"""No way to cheat that we know of gains a mark without being noticed."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from corpora.cheats import cheats
from corpora.cheats_by_telling_apart import cheats_by_telling_apart
from corpora.cheats_more import cheats_more
from corpora.tower import LESSON as TOWER
from corpora.tower import RIGHT, make_tower, tower
from corpora.vault import LESSON, make_vault, submission
from small_course import submit

from eds_autograder.course import Course
from eds_autograder.grading.grade import grade_class
from eds_autograder.grading.results import Result

CHEATS = {**cheats(), **cheats_more()}
TELLING = cheats_by_telling_apart()


@pytest.fixture(scope="module")
def caught(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Result]:
    """The whole class of cheats, graded once, a wrong but honest one among them."""
    folder = make_vault(tmp_path_factory.mktemp("cheats") / "course")
    for name, made in {**CHEATS, "wrong-but-honest": submission()}.items():
        submit(folder, name, made, f"{LESSON}.ipynb", LESSON)
    return {result.student: result for result in grade_class(Course.open(folder)).results}


@pytest.mark.slow
@pytest.mark.parametrize("name", CHEATS)
def test_a_cheat_gains_no_mark_unnoticed(caught: Mapping[str, Result], name: str) -> None:
    result = caught[name]
    assert result.outcome != "failed", result.problems
    gained = {exercise.grade_id: exercise.points for exercise in result.exercises if exercise.points}
    assert not gained, result.problems
    assert all(exercise.held is None for exercise in result.exercises) or result.flagged


@pytest.mark.slow
def test_wrong_answers_alone_are_no_cheat(caught: Mapping[str, Result]) -> None:
    result = caught["wrong-but-honest"]
    assert (result.points, result.evidence) == (0.0, ())


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Result]:
    """The class of those who look at the texts."""
    folder = make_tower(tmp_path_factory.mktemp("telling") / "course")
    for name, made in {**TELLING, "right": tower(**RIGHT)}.items():
        submit(folder, name, made, f"{TOWER}.ipynb", TOWER)
    return {result.student: result for result in grade_class(Course.open(folder)).results}


@pytest.mark.slow
@pytest.mark.parametrize("name", TELLING)
def test_a_copy_cannot_be_told_from_its_test_by_its_look(told: Mapping[str, Result], name: str) -> None:
    result = told[name]
    assert result.outcome == "graded"
    assert not [exercise for exercise in result.exercises if exercise.points], result.problems


@pytest.mark.slow
def test_right_answers_among_copies_that_look_alike_get_full_marks(told: Mapping[str, Result]) -> None:
    assert (told["right"].points, told["right"].evidence) == (10.0, ())
