"""No way to cheat that we know of gains a mark without being noticed."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from corpora.cheats import cheats
from corpora.cheats_by_telling_apart import cheats_by_telling_apart, open_holes
from corpora.cheats_from_within import cheats_from_within
from corpora.cheats_more import cheats_more
from corpora.tower import LESSON as TOWER
from corpora.tower import RIGHT, make_tower, tower
from corpora.vault import LESSON, make_vault, submission
from small_course import submit

from eds_autograder.course import Course
from eds_autograder.grading.grade import grade_class
from eds_autograder.grading.results import Result

CHEATS = {**cheats(), **cheats_more(), **cheats_from_within()}
TELLING = cheats_by_telling_apart()
OPEN = open_holes()


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
    for name, made in {**TELLING, **OPEN, "right": tower(**RIGHT)}.items():
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


@pytest.mark.slow
@pytest.mark.parametrize("name", OPEN)
def test_a_hole_that_the_docs_name_is_still_open(told: Mapping[str, Result], name: str) -> None:
    """When this fails, a hole is mended: the case belongs to the others then, and docs/grading.md says less."""
    result = told[name]
    assert result.evidence == ()
    assert result.points > 0
