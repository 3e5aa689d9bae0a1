"""The lessons' tests are as good as `docs/audit.json` says, and the README says the same."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from eds_autograder.audit.answers import read_answers
from eds_autograder.audit.command import problems_of
from eds_autograder.audit.exercises import exercises_of
from eds_autograder.audit.run import audit_lesson
from eds_autograder.audit.scores import content_digest, lowered, read_scores, summary
from eds_autograder.authoring.build import load_lesson
from eds_autograder.course import Course

ROOT = Path(__file__).parents[1]
SCORES = read_scores(Course.open(ROOT))
AT_LEAST = 0.95


@pytest.fixture(scope="module")
def course() -> Course:
    return Course.open(ROOT)


def test_no_audited_lesson_is_lost() -> None:
    assert set(SCORES) >= {"02-regression", "05-iris"}


@pytest.mark.parametrize("lesson", SCORES)
def test_hidden_tests_find_nearly_every_planted_mistake(lesson: str) -> None:
    score = SCORES[lesson]
    assert score.score == round(score.killed_hidden / score.counted, 4) >= AT_LEAST
    assert score.counted >= 5 * score.exercises


@pytest.mark.slow
@pytest.mark.parametrize("lesson", SCORES)
def test_a_lesson_that_has_changed_has_no_lower_score(course: Course, lesson: str) -> None:
    """Audits what has changed since the scores were saved; everything when EDS_AUDIT_ALL is set."""
    if content_digest(course, lesson) == SCORES[lesson].content and not os.environ.get("EDS_AUDIT_ALL"):
        return
    audit = audit_lesson(course, lesson)
    assert lowered(course, [audit]) == []
    assert problems_of([audit]) == []


@pytest.mark.parametrize("lesson", SCORES)
def test_each_exercise_has_two_right_answers_and_two_misconceptions(course: Course, lesson: str) -> None:
    names = [exercise.name for exercise in exercises_of(load_lesson(course, lesson))]
    for name, answers in read_answers(course.source_folder(lesson), names).items():
        kinds = [answer.kind for answer in answers]
        assert kinds.count("right") >= 2, name
        assert kinds.count("wrong") >= 2, name


def test_the_readme_says_what_the_scores_say() -> None:
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert summary(list(SCORES.values())) in readme
