"""What is handed in is found, listed without following a link, and read or refused with a reason."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.utils import compute_checksum
from small_course import LESSON, answered, by_id, cell, lesson, make_course, notebook, submit

from eds_autograder.course import Course
from eds_autograder.grading.assignment import GradedCell
from eds_autograder.grading.reading import UnreadableNotebookError, choose_notebook, read_notebook
from eds_autograder.grading.sanitize import put_in_order
from eds_autograder.grading.submissions import find_submissions, submission_digest
from eds_datasets.errors import EdsError, UsageError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_course(tmp_path / "course")


def text(made: object) -> bytes:
    return json.dumps(made).encode()


class TestCourse:
    def test_a_folder_without_a_configuration_is_refused_with_a_tip(self, tmp_path: Path) -> None:
        with pytest.raises(EdsError, match="no course directory") as caught:
            Course.open(tmp_path)
        assert caught.value.tip

    def test_a_broken_configuration_is_refused_in_one_line(self, tmp_path: Path) -> None:
        (tmp_path / "nbgrader_config.py").write_text("c = get_config(\n")
        with pytest.raises(EdsError, match="nbgrader_config"):
            Course.open(tmp_path)

    def test_settings_of_the_configuration_are_honoured(self, folder: Path) -> None:
        with (folder / "nbgrader_config.py").open("a") as config:
            config.write(
                "c.CourseDirectory.db_url = 'sqlite:///elsewhere.db'\n"
                "c.CourseDirectory.submitted_directory = 'handed_in'\n"
                "c.CourseDirectory.directory_structure = '{nbgrader_step}/{assignment_id}/{student_id}'\n"
            )
        course = Course.open(folder)
        assert course.course_id == "small"
        assert course.db_url == f"sqlite:///{folder / 'elsewhere.db'}"
        assert course.submitted_folder("ada", LESSON) == folder / "handed_in" / LESSON / "ada"

    def test_a_misspelt_assignment_is_answered_with_the_right_name(self, folder: Path) -> None:
        with pytest.raises(UsageError, match="linse") as caught:
            Course.open(folder).check_assignments(["linse"])
        assert caught.value.tip == "did you mean lines?"


class TestFinding:
    def test_names_that_are_no_utf8_are_written_so_that_they_can_be(self, folder: Path) -> None:
        odd = os.fsdecode(b"\xdcbung")
        submit(folder, f"ada{odd}", answered(), name=f"{odd}.ipynb")
        (found,) = find_submissions(Course.open(folder), [LESSON])
        assert found.student == "ada\\udcdcbung"
        ((name, path),) = found.files
        assert (name, path.name) == ("\\udcdcbung.ipynb", f"{odd}.ipynb")
        assert submission_digest(found)

    def test_what_may_not_be_read_is_named_and_not_opened(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        submit(folder, "ada", answered())
        submit(folder, "ada", "?", name="secret.txt")
        may = os.access
        monkeypatch.setattr(os, "access", lambda path, mode: path.name != "secret.txt" and may(path, mode))
        (found,) = find_submissions(Course.open(folder), [LESSON])
        assert [name for name, _ in found.files] == [f"{LESSON}.ipynb"]
        assert found.refused == ("secret.txt",)
        monkeypatch.setattr(os, "access", lambda path, _: path.name != LESSON)
        (found,) = find_submissions(Course.open(folder), [LESSON])
        assert (found.files, found.refused) == ((), ("the folder",))

    def test_everybody_is_found_by_name_or_all_together(self, folder: Path) -> None:
        for student in ("bob", "ada"):
            submit(folder, student, answered())
        course = Course.open(folder)
        assert [item.student for item in find_submissions(course, [LESSON])] == ["ada", "bob"]
        assert [item.student for item in find_submissions(course, [LESSON], ["bob"])] == ["bob"]

    def test_a_student_who_handed_in_nothing_is_named(self, folder: Path) -> None:
        submit(folder, "ada", answered())
        with pytest.raises(UsageError, match="adda") as caught:
            find_submissions(Course.open(folder), [LESSON], ["adda"])
        assert caught.value.tip == "did you mean ada?"

    def test_excluded_students_are_left_out_unless_asked_for(self, folder: Path) -> None:
        with (folder / "nbgrader_config.py").open("a") as config:
            config.write("c.CourseDirectory.student_id_exclude = 'ada, bob'\n")
        for student in ("ada", "bob", "cyd"):
            submit(folder, student, answered())
        course = Course.open(folder)
        assert [item.student for item in find_submissions(course, [LESSON])] == ["cyd"]
        assert [item.student for item in find_submissions(course, [LESSON], ["ada"])] == ["ada"]

    def test_a_link_is_named_and_never_opened(self, folder: Path, tmp_path: Path) -> None:
        secret = tmp_path / "secret.txt"
        secret.write_text("the solutions")
        place = submit(folder, "ada", answered()).parent
        (place / "data.txt").symlink_to(secret)
        (place / "up").symlink_to(tmp_path, target_is_directory=True)
        (found,) = find_submissions(Course.open(folder), [LESSON])
        assert found.refused == ("data.txt", "up")
        assert [name for name, _ in found.files] == [f"{LESSON}.ipynb"]

    def test_ignored_files_are_not_taken(self, folder: Path) -> None:
        place = submit(folder, "ada", answered()).parent
        (place / "__pycache__").mkdir()
        (place / "__pycache__" / "x.pyc").write_text("")
        (place / "helper.py").write_text("")
        (found,) = find_submissions(Course.open(folder), [LESSON])
        assert [name for name, _ in found.files] == ["helper.py", f"{LESSON}.ipynb"]

    def test_the_hash_sees_bytes_and_names_and_not_the_time(self, folder: Path) -> None:
        place = submit(folder, "ada", answered()).parent
        submit(folder, "bob", answered())
        course = Course.open(folder)

        def digests() -> list[str]:
            return [submission_digest(item) for item in find_submissions(course, [LESSON])]

        first = digests()
        assert first[0] == first[1]
        (place / "timestamp.txt").write_text("2026-01-01 12:00:00 UTC")
        assert digests() == first
        (place / "helper.py").write_text("a = 1")
        assert digests()[0] != first[0]


class TestReading:
    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"", "empty"),
            (b"  \n", "empty"),
            (b"print('hello')", "no JSON"),
            (b"<html><body>Log in</body></html>", "a web page"),
            (b"PK\x03\x04rest", "a zip archive"),
            (b"%PDF-1.7", "a PDF"),
            (b"\xff\xfe\x00", "no UTF-8|no JSON"),
            (b"[1, 2]", "no object"),
            (b'{"a": 1}', "no cells"),
            (b'{"nbformat": 9, "nbformat_minor": 0, "metadata": {}, "cells": []}', "newer"),
            (b"[" * 100_000, "nested too deeply|no JSON"),
            (
                b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"a": 1}]}',
                "not a valid notebook",
            ),
            (
                b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": {"a": 1}}',
                "not a valid notebook",
            ),
        ],
    )
    def test_what_is_no_notebook_has_a_reason(self, content: bytes, reason: str) -> None:
        with pytest.raises(UnreadableNotebookError, match=reason) as caught:
            read_notebook(content)
        assert "\n" not in str(caught.value)

    @pytest.mark.parametrize("share", [0.3, 0.5, 0.9])
    def test_a_cut_file_is_told_from_another_kind_of_file(self, share: float) -> None:
        content = json.dumps(lesson(), indent=1).encode()
        with pytest.raises(UnreadableNotebookError):
            read_notebook(content[: int(len(content) * share)])
        with pytest.raises(UnreadableNotebookError, match="breaks off"):
            read_notebook(content[: content.rindex(b"]")].rstrip())

    @pytest.mark.parametrize(
        ("content", "told"),
        [
            (b"\xef\xbb\xbf" + text(lesson()), "byte-order mark"),
            (json.dumps(lesson()).encode("utf-16"), "UTF-16"),
            (text(lesson()).replace(b"# Lines", b"# Lines \\ud800"), "no Unicode"),
        ],
    )
    def test_an_editors_mark_is_taken_off_and_reported(self, content: bytes, told: str) -> None:
        made, problems = read_notebook(content)
        assert len(made.cells) == len(lesson().cells)
        assert [problem.kind for problem in problems] == ["repair"]
        assert told in problems[0].text

    def test_an_old_format_is_upgraded_and_reported(self) -> None:
        old = nbformat.v3.new_notebook(
            worksheets=[nbformat.v3.new_worksheet(cells=[nbformat.v3.new_code_cell(input="a = 1")])]
        )
        made, problems = read_notebook(text(old))
        assert made.nbformat == 4
        assert made.cells[0].source == "a = 1"
        assert "format 3" in problems[0].text


def recognize(cells: Sequence[Mapping[str, Any]]) -> int:
    return sum(each["metadata"].get("nbgrader", {}).get("grade_id") == "test-line" for each in cells)


class TestChoosing:
    def files(self, tmp_path: Path, **names: object) -> dict[str, Path]:
        paths = {}
        for name, made in names.items():
            paths[f"{name}.ipynb"] = tmp_path / f"{name}.ipynb"
            paths[f"{name}.ipynb"].write_bytes(text(made))
        return paths

    def test_the_right_name_is_taken(self, tmp_path: Path) -> None:
        files = self.files(tmp_path, lines=lesson(), other=lesson())
        assert choose_notebook("lines", files, ["lines"], recognize) == (files["lines.ipynb"], [])

    def test_a_renamed_notebook_is_known_by_its_tests(self, tmp_path: Path) -> None:
        files = self.files(tmp_path, renamed=lesson(), scratch=notebook([cell("1")]))
        path, problems = choose_notebook("lines", files, ["lines"], recognize)
        assert path.name == "renamed.ipynb"
        assert problems[0].kind == "repair"

    def test_two_that_it_could_be_are_one_too_many(self, tmp_path: Path) -> None:
        other = lesson()
        other.cells[2].source += "\n# another attempt"
        files = self.files(tmp_path, one=lesson(), two=other)
        with pytest.raises(UnreadableNotebookError, match="2 notebooks that it could be"):
            choose_notebook("lines", files, ["lines"], recognize)

    def test_a_strange_notebook_is_not_taken(self, tmp_path: Path) -> None:
        files = self.files(tmp_path, scratch=notebook([cell("1")]))
        with pytest.raises(UnreadableNotebookError, match=r"no lines\.ipynb .*scratch"):
            choose_notebook("lines", files, ["lines"], recognize)


def graded_cells() -> list[GradedCell]:
    """The cells as preparing the assignment reads them, without nbgrader."""
    cells = []
    for each in lesson().cells:
        meta = each.metadata.get("nbgrader")
        if meta:
            released = each.source.split("\n### BEGIN")[0]
            cells.append(
                GradedCell(
                    LESSON,
                    meta["grade_id"],
                    each.cell_type,
                    meta["grade"],
                    meta["solution"],
                    meta["locked"],
                    meta["task"],
                    meta.get("points"),
                    each.source,
                    released,
                    "0" * 32,
                )
            )
    return cells


class TestPuttingInOrder:
    def ids(self, made: object) -> list[str | None]:
        return [each.metadata.get("nbgrader", {}).get("grade_id") for each in made.cells]  # type: ignore[attr-defined]

    def test_an_honest_notebook_is_left_alone(self) -> None:
        made = answered()
        assert put_in_order(made, graded_cells()) == []
        assert self.ids(made) == self.ids(lesson())

    def test_points_flags_tags_and_text_are_restored_and_told_in_one_line(self) -> None:
        made = answered()
        tests = by_id(made, "test-total")
        tests.metadata["nbgrader"] |= {"points": 50, "grade": False}
        tests.metadata["tags"] = ["skip-execution"]
        tests.source = "pass"
        (problem,) = put_in_order(made, graded_cells())
        assert problem.kind == "restored"
        assert all(
            word in problem.text for word in ("points of", "flags of", "tags of", "text of", "test-total")
        )
        restored = by_id(made, "test-total").metadata
        assert restored["nbgrader"]["points"] == 3
        assert restored["nbgrader"]["grade"] is True
        assert "tags" not in restored

    @pytest.mark.parametrize("points", [3, 1])
    def test_what_the_instructor_changed_after_the_release_is_nobody_elses_doing(self, points: int) -> None:
        made = answered()
        tests, essay = by_id(made, "test-total"), by_id(made, "why")
        tests.source = "assert total([9]) == 9"
        for each in (tests, essay):
            each.metadata["nbgrader"]["points"] = points
        given = {"test-total": tests.source, "why": by_id(lesson(), "why").source}
        for each in (tests, essay):
            as_given = nbformat.from_dict({**each, "source": given[each.metadata["nbgrader"]["grade_id"]]})
            each.metadata["nbgrader"]["checksum"] = compute_checksum(as_given)
        assert put_in_order(made, graded_cells()) == []
        assert tests.metadata["nbgrader"]["points"] == 3
        tests.metadata["nbgrader"]["checksum"] = compute_checksum(tests)
        tests.source = "pass"
        (problem,) = put_in_order(made, graded_cells())
        assert "text of 'test-total'" in problem.text

    def test_a_deleted_test_is_put_back_behind_its_answer(self) -> None:
        made = answered()
        made.cells.remove(by_id(made, "test-total"))
        (problem,) = put_in_order(made, graded_cells())
        assert "'test-total': missing" in problem.text
        assert self.ids(made) == self.ids(lesson())

    def test_the_first_of_all_is_put_back_at_the_top(self) -> None:
        cells = [each for each in graded_cells() if each.grade_id != "setup"][1:]
        made = answered()
        made.cells = made.cells[4:]
        put_in_order(made, cells)
        assert self.ids(made)[0] == "test-line"

    def test_without_any_metadata_the_tests_follow_the_answers(self) -> None:
        made = answered()
        for each in made.cells:
            each.metadata.pop("nbgrader", None)
        put_in_order(made, graded_cells())
        assert [name for name in self.ids(made) if name] == ["test-line", "test-total", "test-share", "why"]
        assert self.ids(made)[: len(lesson().cells)] == [None] * len(lesson().cells)

    def test_graded_cells_that_were_moved_stand_in_order_again_among_the_students_own(self) -> None:
        made = answered()
        tests = by_id(made, "test-total")
        made.cells.remove(tests)
        made.cells.insert(1, tests)
        (problem,) = put_in_order(made, graded_cells())
        assert "'test-total'" in problem.text
        assert "stood in another order" in problem.text
        wanted = [name for name in self.ids(lesson()) if name]
        assert [name for name in self.ids(made) if name] == wanted
        # the student's own cells stay where they were
        assert made.cells[0].source == "# Lines"
        assert "a picture would be here" in made.cells[-2].source

    def test_what_editors_note_at_cells_is_dropped_and_tags_of_plain_cells_are_kept(self) -> None:
        made = answered()
        made.cells[0].metadata.update(
            {"id": "colab", "outputId": "x", "execution": {"shell.execute_reply": "t"}}
        )
        plain = made.cells[-2]
        plain.metadata.update({"vscode": {"languageId": "r"}, "tags": ["skip-execution"]})
        by_id(made, "line").metadata["jupyter"] = {"source_hidden": True}
        assert put_in_order(made, graded_cells()) == []
        assert dict(made.cells[0].metadata) == {}
        assert dict(plain.metadata) == {"tags": ["skip-execution"]}
        assert set(by_id(made, "line").metadata) == {"nbgrader"}
        plain.metadata["tags"] = "skip-execution"
        put_in_order(made, graded_cells())
        assert dict(plain.metadata) == {}

    def test_of_a_copied_cell_the_last_one_counts(self) -> None:
        made = answered()
        made.cells.insert(0, by_id(answered(), "test-total"))
        (problem,) = put_in_order(made, graded_cells())
        assert "more than once" in problem.text
        assert self.ids(made)[0] is None

    @pytest.mark.parametrize("strange", [{}, {"grade_id": "of-another-lesson", "grade": True}, None, []])
    def test_strange_metadata_make_a_plain_cell(self, strange: object) -> None:
        made = answered()
        made.cells[0].metadata["nbgrader"] = strange
        put_in_order(made, graded_cells())
        assert "nbgrader" not in made.cells[0].metadata

    def test_old_metadata_are_brought_up_to_date(self) -> None:
        made = answered()
        for each in made.cells:
            if "nbgrader" in each.metadata:
                each.metadata["nbgrader"].pop("task")
                each.metadata["nbgrader"]["schema_version"] = 1
        assert put_in_order(made, graded_cells()) == []
        assert by_id(made, "line").metadata["nbgrader"]["schema_version"] == 3
