"""The lessons' tests are as good as `docs/audit.json` says, and the README says the same."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from eds_autograder.audit.answers import read_answers
from eds_autograder.audit.command import problems_of
from eds_autograder.audit.exercises import exercises_of
from eds_autograder.audit.markers import judge_markers, markers_of
from eds_autograder.audit.mutants import make_mutants
from eds_autograder.audit.run import audit_lesson
from eds_autograder.audit.scores import content_digest, lowered, read_scores, summary
from eds_autograder.authoring.build import load_lesson
from eds_autograder.course import Course
from eds_autograder.grading.pool import Engine
from eds_autograder.grading.submissions import find_submissions

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


@pytest.mark.slow
def test_the_engine_agrees_equivalent_mutants_score_full_and_mistakes_score_nothing(
    course: Course, tmp_path: Path
) -> None:
    """One notebook has an equivalent mutant wherever there is one, two have a mistake in every exercise."""
    lesson = "05-iris"
    exercises = exercises_of(load_lesson(course, lesson))
    equivalent, mistakes = {}, {}
    for exercise in exercises:
        cell = exercise.cells[exercise.answers[0]]
        mutants = make_mutants(cell.source).kept
        named = [marker for marker in markers_of(cell.source) if marker.change]
        right = judge_markers(named, mutants)[0]
        about = {marker.about for marker in markers_of(cell.source)}
        wrong = [mutant for mutant in mutants if mutant.line not in about]
        equivalent[cell.grade_id] = mutants[min(right)].text if right else cell.source
        mistakes[cell.grade_id] = [wrong[0].text, wrong[len(wrong) // 2].text]
    root = shutil.copytree(ROOT / "source" / lesson, tmp_path / "source" / lesson).parents[1]
    shutil.copy(ROOT / "nbgrader_config.py", root)
    copied = Course.open(root)
    hand_in(copied, lesson, "equal", equivalent)
    for number in range(2):
        hand_in(
            copied, lesson, f"mistaken-{number}", {name: texts[number] for name, texts in mistakes.items()}
        )
    marks = {
        submission.student: [one.points for one in result.exercises]
        for submission, result in Engine(copied).grade(find_submissions(copied, [lesson]))
    }
    assert sum(points or 0 for points in marks["equal"]) == 100
    assert marks["mistaken-0"] == marks["mistaken-1"] == [0] * len(exercises)


def hand_in(course: Course, lesson: str, student: str, answers: dict[str, str]) -> None:
    notebook = json.loads(course.source_notebook(lesson).read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["id"] in answers:
            cell["source"] = answers[cell["id"]]
    folder = course.submitted_folder(student, lesson)
    folder.mkdir(parents=True)
    (folder / f"{lesson}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
