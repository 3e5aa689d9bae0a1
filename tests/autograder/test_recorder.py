"""Results stand in nbgrader's own gradebook and folders, by nbgrader's rules."""

from __future__ import annotations

import dataclasses
import datetime
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import nbformat
import pytest
from conftest import GradedClass
from small_course import LESSON, cell, lesson, make_course, submit
from sqlalchemy import event

from eds_autograder.course import Course
from eds_autograder.gradebook import open_gradebook
from eds_autograder.grading.assignment import Kit, generate, prepare
from eds_autograder.grading.recorder import Recorder, latest_result
from eds_autograder.grading.results import Exercise, Problem, Result, ResultCache
from eds_autograder.grading.submissions import find_submissions
from eds_datasets.errors import EdsError


def test_marks_of_the_whole_class_are_in_the_gradebook(graded: GradedClass) -> None:
    with open_gradebook(graded.course) as gradebook:
        for result in graded.report.results:
            found = gradebook.find_submission(LESSON, result.student)
            assert found.score == (result.points or 0.0)
            assert found.max_score == 12.0
            grades = {grade.name: grade for grade in found.notebooks[0].grades}
            for exercise in result.exercises:
                assert grades[exercise.grade_id].auto_score == exercise.points
                assert grades[exercise.grade_id].needs_manual_grade == (exercise.points is None)


def test_executed_notebooks_lie_where_nbgrader_looks_and_cannot_be_changed(graded: GradedClass) -> None:
    folder = graded.course.autograded_folder("ada", LESSON)
    names = {path.name for path in folder.iterdir()}
    assert names == {f"{LESSON}.ipynb", "numbers.txt", "helper.py", "timestamp.txt"}
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o444 for path in folder.iterdir())
    assert not graded.course.autograded_folder("eve", LESSON).exists()


def test_the_time_of_handing_in_is_recorded(graded: GradedClass) -> None:
    with open_gradebook(graded.course) as gradebook:
        found = gradebook.find_submission(LESSON, "ada")
        assert found.timestamp == datetime.datetime(2026, 1, 2, 3, 4, 5)


def test_the_text_of_the_lesson_goes_to_nobody(graded: GradedClass) -> None:
    assert (graded.course.source_folder(LESSON) / f"{LESSON}.py").is_file()
    for folder in (graded.course.autograded_dir, graded.course.state_dir):
        assert not list(folder.rglob(f"{LESSON}.py"))


@dataclasses.dataclass
class Desk:
    """A course with a kit and a recorder, and results made up for it: nothing runs."""

    course: Course
    kit: Kit
    gradebook: Any
    cache: ResultCache

    def result(self, key: str, line: float | None = 5.0, outcome: str = "graded") -> Result:
        made = tuple(
            Exercise(LESSON, grade_id, worth, line if grade_id == "test-line" else None, "passed")
            for (_, grade_id), worth in self.kit.max_points.items()
        )
        notebooks = (LESSON,) if outcome == "graded" else ()
        return Result("ada", LESSON, key, outcome, made, notebooks=notebooks, unanswered={LESSON: ("total",)})

    def record(self, result: Result, timestamp: str | None = None) -> list[Problem]:
        path = submit(self.course.root, "ada", lesson())
        if timestamp is not None:
            (path.parent / "timestamp.txt").write_text(timestamp)
        made = lesson()
        made.metadata["from"] = result.key
        self.cache.keep(result, {LESSON: nbformat.writes(made).encode()})
        (submission,) = find_submissions(self.course, [LESSON])
        return Recorder(self.course, self.gradebook, self.cache).record(submission, result, self.kit)

    def grade(self, grade_id: str = "test-line") -> Any:
        return self.gradebook.find_grade(grade_id, LESSON, LESSON, "ada")

    @property
    def executed(self) -> Path:
        return self.course.autograded_folder("ada", LESSON) / f"{LESSON}.ipynb"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_course(tmp_path_factory.mktemp("prepared") / "course")
    prepare(Course.open(folder), LESSON)
    return folder


@pytest.fixture
def desk(prepared: Path, tmp_path: Path) -> Iterator[Desk]:
    folder = tmp_path / "course"
    shutil.copytree(prepared, folder)
    course = Course.open(folder)
    kit = prepare(course, LESSON)
    shutil.copy(kit.gradebook, folder / "gradebook.db")
    with open_gradebook(course) as gradebook:
        yield Desk(course, kit, gradebook, ResultCache(course.state_dir / "results"))


def test_a_new_submission_replaces_every_mark_of_the_one_before(desk: Desk) -> None:
    desk.record(desk.result("first"))
    assert desk.grade().auto_score == 5.0
    desk.record(desk.result("second", line=0.0))
    assert desk.grade().auto_score == 0.0
    assert '"second"' in desk.executed.read_text()


def test_a_new_submission_without_a_notebook_takes_the_old_marks_away(desk: Desk) -> None:
    desk.record(desk.result("first"))
    desk.record(desk.result("second", line=None, outcome="invalid"))
    assert desk.grade().auto_score is None
    assert desk.grade().needs_manual_grade
    assert not desk.executed.exists()


def test_our_own_failure_leaves_what_was_recorded(desk: Desk) -> None:
    desk.record(desk.result("first"))
    desk.record(desk.result("second", line=None, outcome="failed"))
    assert desk.grade().auto_score == 5.0
    assert desk.executed.exists()
    latest = latest_result(desk.course, "ada", LESSON)
    assert latest is not None
    assert latest.key == "first"


def test_a_persons_marks_stay_and_are_not_asked_for_again(desk: Desk) -> None:
    desk.record(desk.result("first"))
    grade = desk.grade("why")
    grade.manual_score, grade.needs_manual_grade = 1.5, False
    desk.gradebook.db.commit()
    desk.record(desk.result("first"))
    assert (desk.grade("why").score, desk.grade("why").needs_manual_grade) == (1.5, False)


def test_a_persons_marks_are_looked_at_again_when_the_work_changed(desk: Desk) -> None:
    desk.record(desk.result("first"))
    grade = desk.grade("why")
    grade.manual_score, grade.needs_manual_grade = 1.5, False
    desk.gradebook.db.commit()
    desk.record(desk.result("second"))
    assert (desk.grade("why").score, desk.grade("why").needs_manual_grade) == (1.5, True)


def test_what_was_left_as_released_is_commented(desk: Desk) -> None:
    desk.record(desk.result("first"))
    assert desk.gradebook.find_comment("total", LESSON, LESSON, "ada").comment == "No response."
    assert desk.gradebook.find_comment("line", LESSON, LESSON, "ada").comment is None


def test_a_date_that_cannot_be_read_is_told_and_stops_nothing(desk: Desk) -> None:
    (problem,) = desk.record(desk.result("first"), timestamp="yesterday, I think")
    assert problem.text.startswith("timestamp.txt: no date")
    assert desk.grade().auto_score == 5.0


@pytest.mark.parametrize(("late", "penalty"), [(True, 5.0), (False, None)])
def test_a_late_submission_is_judged_by_nbgraders_plugin(
    desk: Desk, late: bool, penalty: float | None
) -> None:
    desk.course.config.LateSubmissionPlugin.penalty_method = "zero"
    desk.gradebook.update_or_create_assignment(LESSON, duedate="2026-01-02 00:00:00 UTC")
    desk.record(desk.result("first"), timestamp=f"2026-01-0{3 if late else 1} 00:00:00 UTC")
    (notebook,) = desk.gradebook.find_submission(LESSON, "ada").notebooks
    assert notebook.late_submission_penalty == penalty


@pytest.mark.parametrize(("due", "penalty"), [("2026-01-02", 5.0), ("2026-01-04", None)])
def test_a_due_date_that_changes_afterwards_counts_at_the_next_grading(
    desk: Desk, due: str, penalty: float | None
) -> None:
    desk.course.config.LateSubmissionPlugin.penalty_method = "zero"
    desk.gradebook.update_or_create_assignment(
        LESSON, duedate="2026-01-01 00:00:00 UTC" if not penalty else None
    )
    desk.record(desk.result("first"), timestamp="2026-01-03 00:00:00 UTC")
    desk.gradebook.update_or_create_assignment(LESSON, duedate=f"{due} 00:00:00 UTC")
    desk.record(desk.result("first"), timestamp="2026-01-03 00:00:00 UTC")
    (notebook,) = desk.gradebook.find_submission(LESSON, "ada").notebooks
    assert notebook.late_submission_penalty == penalty


def test_a_plugin_for_late_submissions_that_is_not_there_is_told_in_one_line(desk: Desk) -> None:
    desk.course.config.AssignLatePenalties.plugin_class = "no_such_plugin.Late"
    desk.gradebook.update_or_create_assignment(LESSON, duedate="2026-01-02 00:00:00 UTC")
    with pytest.raises(
        EdsError, match=r"ada: the plugin for late submissions failed .*no_such_plugin"
    ) as raised:
        desk.record(desk.result("first"), timestamp="2026-01-03 00:00:00 UTC")
    assert raised.value.tip is not None
    assert "plugin_class" in raised.value.tip


def test_what_is_recorded_together_is_one_transaction(desk: Desk) -> None:
    submit(desk.course.root, "ada", lesson())
    (submission,) = find_submissions(desk.course, [LESSON])
    recorder = Recorder(desk.course, desk.gradebook, desk.cache)
    commits: list[int] = []
    event.listen(desk.gradebook.db(), "before_commit", lambda _: commits.append(1))
    recorder.open_page(desk.kit)
    with recorder.together():
        for student in ("ada", "bob", "cyd"):
            result = dataclasses.replace(desk.result("first", outcome="invalid"), student=student)
            recorder.record(submission, result, desk.kit)
        assert not commits
    assert len(commits) == 1
    assert desk.grade().auto_score == 5.0


def rows(path: Path) -> set[tuple[Any, ...]]:
    """What a gradebook knows of the assignment, without the ids of its rows."""
    with closing(sqlite3.connect(path)) as database:
        return {
            *database.execute("select name, kernelspec, NULL, NULL, NULL, NULL from notebook"),
            *database.execute("select name, type, NULL, NULL, NULL, NULL from base_cell"),
            *database.execute(
                "select base_cell.name, cell_type, max_score, NULL, NULL, NULL"
                " from grade_cells join base_cell using (id)"
            ),
            *database.execute("select name, cell_type, locked, source, checksum, NULL from source_cell"),
            *database.execute("select name, course_id, duedate, NULL, NULL, NULL from assignment"),
        }


def test_a_new_assignment_stands_as_nbgrader_registers_it(desk: Desk, tmp_path: Path) -> None:
    desk.gradebook.close()
    path = desk.course.root / "gradebook.db"
    path.unlink()
    with open_gradebook(desk.course) as gradebook:
        Recorder(desk.course, gradebook, desk.cache).open_page(desk.kit)
    generate(desk.course, LESSON, f"sqlite:///{tmp_path / 'theirs.db'}", tmp_path / "release")
    assert rows(path) == rows(tmp_path / "theirs.db") != set()


def test_a_new_gradebook_is_made_as_nbgrader_makes_it(desk: Desk, tmp_path: Path) -> None:
    from nbgrader.api import Gradebook

    desk.gradebook.close()
    ours, theirs = desk.course.root / "gradebook.db", tmp_path / "theirs.db"
    ours.unlink()
    with open_gradebook(desk.course), Gradebook(f"sqlite:///{theirs}", "small"):
        pass

    def everything(path: Path) -> tuple[set[Any], list[Any], list[Any]]:
        with closing(sqlite3.connect(path)) as database:
            schema = database.execute("select type, name, sql from sqlite_master")
            tables = {(kind, name, " ".join(str(sql).split()).rstrip(";")) for kind, name, sql in schema}
            version = database.execute("select version_num from alembic_version").fetchall()
            return tables, version, database.execute("select id from course").fetchall()

    assert everything(ours) == everything(theirs)


def change_source(desk: Desk, change: Callable[[Any], None]) -> Kit:
    path = desk.course.source_notebook(LESSON)
    made = nbformat.read(path, as_version=4)
    change(made)
    nbformat.write(made, path)
    return prepare(desk.course, LESSON)


def test_a_changed_test_is_made_known_to_the_gradebook(desk: Desk) -> None:
    desk.record(desk.result("first"))

    def harder(made: Any) -> None:
        made.cells[5].metadata["nbgrader"]["points"] = 4

    desk.kit = change_source(desk, harder)
    desk.record(desk.result("second"))
    assert desk.gradebook.find_assignment(LESSON).max_score == 13.0


def test_an_added_test_is_refused_with_what_to_do(desk: Desk) -> None:
    desk.record(desk.result("first"))
    desk.kit = change_source(desk, lambda made: made.cells.append(cell("assert 1", "more", "tests", 1)))
    with pytest.raises(EdsError, match="added or removed") as caught:
        desk.record(desk.result("second"))
    assert caught.value.tip
    assert "nbgrader db assignment remove" in caught.value.tip
