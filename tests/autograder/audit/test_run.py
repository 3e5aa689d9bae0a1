"""An audit of a small course: what it finds, that the real engine agrees, and that nothing is graded twice."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest

from eds_autograder.audit.exercises import exercises_of
from eds_autograder.audit.mutants import make_mutants
from eds_autograder.audit.report import Check, ExerciseAudit, LessonAudit
from eds_autograder.audit.run import audit_lesson
from eds_autograder.authoring.build import load_lesson
from eds_autograder.course import Course
from eds_autograder.grading.pool import Engine
from eds_autograder.grading.submissions import find_submissions

from .conftest import LESSON, NAME, write_course


def exercise(audit: LessonAudit, name: str) -> ExerciseAudit:
    return next(found for found in audit.exercises if found.exercise == name)


def check(found: ExerciseAudit, name: str) -> Check:
    return next(one for one in found.checks if one.name == name)


def test_good_hidden_tests_kill_every_mistake(audit: LessonAudit) -> None:
    found = exercise(audit, "mean-depth")
    assert found.score == 1
    assert found.counted >= 6
    # the two of the visible test have the same mean and median
    assert found.killed_visible < found.killed_hidden
    (equivalent,) = found.equivalent
    assert equivalent.reason == "nothing less is the same as nothing more"
    assert equivalent.diff.endswith("+    return float(np.mean(depths - 0.0))")
    assert found.counted == found.mutants - 1


def test_a_weak_hidden_test_leaves_a_survivor_and_the_input_that_tells_it_apart(audit: LessonAudit) -> None:
    found = exercise(audit, "shallow")
    boundary = next(survivor for survivor in found.survivors if survivor.operator == "boundary")
    assert boundary.diff == "-    found = depths <= limit\n+    found = depths < limit"
    assert LESSON.split("\n")[boundary.line - 1].strip() == "found = depths <= limit"
    assert boundary.witness["call"].startswith("shallow(")
    assert boundary.witness["reference"] != boundary.witness["mutant"]
    changed = next(survivor for survivor in found.survivors if survivor.operator == "changed depths")
    assert changed.witness["mutant"] == "changes its arguments"
    assert found.score < 1


def test_a_marker_that_is_not_clear_is_a_problem(audit: LessonAudit) -> None:
    lines = LESSON.split("\n")
    place = next(number for number, line in enumerate(lines, 1) if "nothing survives here" in line)
    (first, *_) = exercise(audit, "shallow").problems
    assert first == f"line {place}: a marker: 2 mutants survive there: name [old → new] or [kind]"


def test_right_answers_score_full_and_misconceptions_are_told_what_they_are(audit: LessonAudit) -> None:
    found = exercise(audit, "mean-depth")
    assert check(found, "looped").fine
    assert check(found, "reversed").fine
    assert not check(found, "not-so-right").fine
    assert check(found, "sum").fine
    assert "is told: 'It must be the mean" in check(found, "first-two").detail
    assert "scores full" in check(found, "no-mistake").detail


def test_the_reference_is_tried_under_other_seeds_and_threads_and_against_the_clock(
    audit: LessonAudit,
) -> None:
    names = [one.name for one in exercise(audit, "mean-depth").checks if one.kind == "robust"]
    assert names == ["time", *(f"seed {seed}" for seed in range(1, 11)), "2 threads"]
    assert all(one.fine for one in exercise(audit, "mean-depth").checks if one.kind == "robust")


def test_an_answer_with_a_magic_is_graded_and_not_mutated(audit: LessonAudit) -> None:
    found = exercise(audit, "cells")
    assert found.mutants == 0
    assert found.all_problems == []


def test_a_second_audit_grades_nothing_and_says_the_same(audited_course: Course, audit: LessonAudit) -> None:
    once, again = (audit_lesson(audited_course, NAME) for _ in range(2))
    assert once.graded == again.graded == 0
    assert once.exercises == again.exercises
    assert [found.score for found in again.exercises] == [found.score for found in audit.exercises]


def test_the_real_engine_gives_each_mutant_the_same_verdict(
    audited_course: Course, audit: LessonAudit, tmp_path: Path
) -> None:
    write_course(tmp_path, LESSON)
    course = Course.open(tmp_path)
    built = json.loads(course.source_notebook(NAME).read_text(encoding="utf-8"))
    wanted = {}
    for found in exercises_of(load_lesson(course, NAME))[:2]:
        (place,) = found.answers
        cell = found.cells[place]
        survivors = {one.change for one in exercise(audit, found.name).survivors if not one.visible}
        survivors |= {one.change for one in exercise(audit, found.name).equivalent if not one.visible}
        for number, mutant in enumerate(make_mutants(cell.source).kept[:12]):
            student = f"{found.name}-{number}"
            wanted[student] = (f"test-{found.name}", mutant.change in survivors)
            notebook = json.loads(json.dumps(built))
            answer = next(cell_ for cell_ in notebook["cells"] if cell_["id"] == found.name)
            answer["source"] = mutant.text
            folder = course.submitted_folder(student, NAME)
            folder.mkdir(parents=True)
            (folder / f"{NAME}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    results = Engine(course).grade(find_submissions(course, [NAME]))
    verdicts = {
        submission.student: {one.grade_id: one.status == "passed" for one in result.exercises}
        for submission, result in results
    }
    assert {student: verdicts[student][test] for student, (test, _) in wanted.items()} == {
        student: survives for student, (_, survives) in wanted.items()
    }
    assert any(survives for _, survives in wanted.values())


@pytest.mark.parametrize("number", range(4))
def test_deleting_a_hidden_assertion_lowers_the_score_unless_it_is_said_to_be_redundant(
    audit: LessonAudit, tmp_path: Path, number: int
) -> None:
    before = exercise(audit, "mean-depth")
    use = before.assertions[number]
    lines = LESSON.split("\n")
    assert lines[use.line - 1].startswith("assert")
    write_course(tmp_path, "\n".join([*lines[: use.line - 1], "pass", *lines[use.line :]]))
    after = exercise(audit_lesson(Course.open(tmp_path), NAME), "mean-depth")
    # at least: the call that goes with an assertion may have been another one's, too
    assert before.killed_hidden - after.killed_hidden >= use.alone
    assert after.score < before.score or use.redundant


def test_a_reference_that_fails_is_an_error_with_its_line(tmp_path: Path) -> None:
    from eds_datasets.errors import EdsError

    write_course(tmp_path, LESSON.replace("kilometre = 1000.0", "kilometre = 1 / 0"))
    with pytest.raises(EdsError, match=r"solution does not run: line \d+: ZeroDivisionError"):
        audit_lesson(Course.open(tmp_path), NAME)


def test_tests_that_need_a_lucky_seed_are_found(tmp_path: Path) -> None:
    lucky = 'assert np.random.default_rng(3).random() < 0.2, "It must be lucky."\n### END HIDDEN TESTS'
    write_course(tmp_path, LESSON.replace("### END HIDDEN TESTS", lucky, 1))
    found = exercise(audit_lesson(Course.open(tmp_path), NAME), "mean-depth")
    seeds = [one for one in found.checks if one.name.startswith("seed")]
    assert 0 < sum(not one.fine for one in seeds) <= 10
    assert not found.problems


def test_what_a_lesson_leaves_in_the_temporary_folder_goes_with_the_audit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (temporary := tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    write_course(
        tmp_path, LESSON.replace("kilometre = 1000.0", "import tempfile\nkilometre = tempfile.mkdtemp()")
    )
    audit_lesson(Course.open(tmp_path), NAME)
    assert not list(temporary.iterdir())
