"""``eds course audit``: its forms, its exit status, its page, the scores that are committed."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from eds_autograder.audit.page import audit_page
from eds_autograder.audit.report import LessonAudit
from eds_autograder.audit.scores import content_digest, read_scores
from eds_autograder.cli import main
from eds_autograder.course import Course
from eds_datasets.errors import EdsError

from .conftest import LESSON, NAME, write_course


def run(course: Course, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["course", "audit", "--course", str(course.root), *arguments])


def test_json_has_the_fixed_form(audited_course: Course, audit: LessonAudit) -> None:
    done = run(audited_course, "--format", "json")
    record = json.loads(done.stdout)
    assert list(record) == ["lessons"]
    (lesson,) = record["lessons"]
    assert lesson["lesson"] == NAME
    assert lesson["score"] == round(audit.score, 4)
    assert 0 < lesson["score"] < 1
    assert [found["exercise"] for found in lesson["exercises"]] == ["mean-depth", "shallow", "cells"]


def test_problems_have_an_exit_status_and_a_line_each(audited_course: Course) -> None:
    done = run(audited_course)
    assert done.exit_code == 1
    assert "mean-depth: right 'not-so-right': scores less than full" in done.stderr
    assert "shallow: line" in done.stderr


def test_the_table_shows_survivors_as_diffs_and_says_how_fast_it_was(audited_course: Course) -> None:
    shown = run(audited_course, "--force", "--redundant", "--jobs", "1").stdout
    assert "+    found = depths < limit" in shown
    assert "apart at shallow(" in shown
    assert "because nothing less is the same as nothing more" in shown
    assert re.search(r"\d+ answers graded in \d+ s, [\d.]+ a second", shown)
    assert "redundant (line" in shown
    assert "nothing has changed since the last audit" in run(audited_course).stdout


def test_csv_has_a_row_for_each_exercise(audited_course: Course) -> None:
    rows = list(csv.DictReader(io.StringIO(run(audited_course, "--format", "csv").stdout)))
    assert [row["exercise"] for row in rows] == ["mean-depth", "shallow", "cells"]
    assert rows[0]["score"] == "100%"


def test_the_page_shows_what_survives_and_escapes_it(audited_course: Course, audit: LessonAudit) -> None:
    page = audit_page([audit])
    assert "<ins>+    found = depths &lt; limit</ins>" in page
    assert "<script" not in page
    run(audited_course, "--html", str(audited_course.root / "audit.html"))
    assert (audited_course.root / "audit.html").read_text(encoding="utf-8") == page


def test_scores_are_saved_with_the_hash_of_what_they_were_measured_on(audited_course: Course) -> None:
    run(audited_course, "--save")
    score = read_scores(audited_course)[NAME]
    assert score.content == content_digest(audited_course, NAME)
    assert score.exercises == 3
    assert score.counted > score.killed_hidden > 0


def test_changed_code_is_another_content_and_changed_prose_is_not(
    audited_course: Course, tmp_path: Path
) -> None:
    write_course(tmp_path, LESSON.replace("kilometre = 1000.0", "kilometre = 1000"))
    course = Course.open(tmp_path)
    assert content_digest(course, NAME) != content_digest(audited_course, NAME)
    write_course(tmp_path, LESSON.replace("# # Depths", "# # How deep?"))
    assert content_digest(course, NAME) == content_digest(audited_course, NAME)
    path = course.source_folder(NAME) / "answers" / "mean-depth.py"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert content_digest(course, NAME) != content_digest(audited_course, NAME)


def test_a_lower_score_than_the_committed_one_fails_the_check(audited_course: Course, tmp_path: Path) -> None:
    course = Course.open(shutil.copytree(audited_course.root, tmp_path / "course"))
    run(course, "--save")
    assert "were" not in run(course, "--check").stderr
    path = course.root / "docs" / "audit.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    record["lessons"][0]["score"] = 0.99
    path.write_text(json.dumps(record), encoding="utf-8")
    assert "of the mutants are killed, 99.0% were" in run(course, "--check").stderr


def test_a_file_that_holds_no_scores_is_an_error(tmp_path: Path) -> None:
    write_course(tmp_path, LESSON)
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "audit.json").write_text('{"lessons": [{}]}', encoding="utf-8")
    with pytest.raises(EdsError, match="no scores of an audit"):
        read_scores(Course.open(tmp_path))


def test_a_stale_notebook_is_not_audited(tmp_path: Path) -> None:
    write_course(tmp_path, LESSON)
    text = tmp_path / "source" / NAME / f"{NAME}.py"
    text.write_text(LESSON.replace("# # Depths", "# # Other depths"), encoding="utf-8")
    done = run(Course.open(tmp_path))
    assert done.exit_code == 1
    assert "build before you audit" in done.stderr
