"""No way to cheat that we know of gains a mark without being noticed."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from corpora.cheats import cheats
from corpora.vault import LESSON, make_vault, submission
from small_course import submit

from eds_autograder.course import Course
from eds_autograder.grading.grade import grade_class
from eds_autograder.grading.results import Result

CHEATS = cheats()


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
