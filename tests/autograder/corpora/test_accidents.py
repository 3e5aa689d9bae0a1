"""No mishap of an honest student costs a mark that was earned, and none is taken for a trick."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from accidents import Accident, accidents
from small_course import LESSON, make_course

from eds_autograder.course import Course
from eds_autograder.grading.job import Limits
from eds_autograder.grading.pool import Engine
from eds_autograder.grading.results import Result
from eds_autograder.grading.submissions import find_submissions

pytestmark = pytest.mark.slow

CORPUS = list(accidents())
# what may be said about honest work; whatever else is said would be a suspicion
HONEST = {"repair", "restored", "kernel", "time", "memory", "file"}


def student(accident: Accident) -> str:
    return f"zoë {accident.name}".replace(".", "_")


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    """The whole corpus as one class: one mishap must not touch another either."""
    folder = make_course(tmp_path_factory.mktemp("accidents") / "course")
    for accident in CORPUS:
        for name, content in accident.files.items():
            path = folder / "submitted" / student(accident) / LESSON / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    course = Course.open(folder)
    engine = Engine(course, limits=Limits.for_cells(10))
    return {result.student: result for _, result in engine.grade(find_submissions(course, [LESSON]))}


def test_there_are_enough_of_them_and_no_two_are_one() -> None:
    assert len({student(accident) for accident in CORPUS}) == len(CORPUS) >= 25


@pytest.mark.parametrize("accident", CORPUS, ids=lambda accident: accident.name)
def test_no_earned_mark_is_lost(accident: Accident, results: dict[str, Result]) -> None:
    result = results[student(accident)]
    problems = "; ".join(problem.text for problem in result.problems)
    assert {item.grade_id: item.points for item in result.exercises} == accident.marks, problems
    assert not result.flagged
    assert {problem.kind for problem in result.problems} <= HONEST
    if accident.told is None:
        assert not problems
    else:
        assert re.search(accident.told, problems), problems
