"""The notebook of a lesson: nbgrader's schema, the same bytes each time, and read back as it was."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from eds_autograder.authoring.lesson import Kind, Lesson, read_lesson
from eds_autograder.authoring.notebook import cells_of, edited_since_built, notebook_text, read_notebook
from eds_datasets.errors import EdsError


@pytest.fixture
def lesson(write_lesson: Callable[[str], Path], lesson_text: str) -> Lesson:
    return read_lesson(write_lesson(lesson_text))


def test_nbgrader_accepts_every_cell(lesson: Lesson) -> None:
    import nbformat
    from nbgrader.nbgraderformat import MetadataValidator

    notebook = nbformat.reads(notebook_text(lesson), as_version=4)
    MetadataValidator().validate_nb(notebook)
    tests = next(cell for cell in notebook.cells if cell.id == "test-discharge")
    assert tests.metadata.nbgrader == {
        "cell_type": "code", "grade": True, "grade_id": "test-discharge", "locked": True,
        "points": 2, "schema_version": 3, "solution": False, "task": False,
    }  # fmt: skip
    assert tests.metadata.topics == ["reg.linear", "def.model"]


def test_it_is_built_to_the_same_bytes_without_outputs(lesson: Lesson) -> None:
    text = notebook_text(lesson)
    assert text == notebook_text(lesson)
    cells = json.loads(text)["cells"]
    assert all(
        cell["outputs"] == [] and cell["execution_count"] is None
        for cell in cells
        if cell["cell_type"] == "code"
    )
    assert "jupytext" not in text


def test_an_inserted_cell_changes_no_other_id(write_lesson: Callable[[str], Path], lesson_text: str) -> None:
    def ids(text: str) -> list[str]:
        return [cell["id"] for cell in json.loads(notebook_text(read_lesson(write_lesson(text))))["cells"]]

    before = ids(lesson_text)
    after = ids("# %% [markdown]\n# A new first cell.\n\n" + lesson_text)
    assert after[1:] == before


def test_two_equal_plain_cells_get_ids_of_their_own(write_lesson: Callable[[str], Path]) -> None:
    lesson = read_lesson(write_lesson("# %%\nx = 1\n\n# %%\nx = 1\n"))
    ids = [cell["id"] for cell in json.loads(notebook_text(lesson))["cells"]]
    assert len(set(ids)) == 2


def test_cells_are_read_back_as_they_were(lesson: Lesson) -> None:
    for built, read in zip(lesson.cells, cells_of(json.loads(notebook_text(lesson))), strict=True):
        assert (read.cell_type, read.source, read.kind) == (built.cell_type, built.source, built.kind)
        assert (read.grade_id, read.points, read.topics) == (built.grade_id, built.points, built.topics)


def test_running_a_notebook_is_no_edit_but_changing_a_cell_is(lesson: Lesson) -> None:
    notebook = json.loads(notebook_text(lesson))
    notebook["cells"][1] |= {
        "execution_count": 3,
        "outputs": [{"output_type": "stream", "name": "stdout", "text": "x"}],
    }
    notebook["metadata"]["language_info"] = {"name": "python", "version": "3.12"}
    assert not edited_since_built(notebook)
    for key, value in (("source", "import math"), ("metadata", {})):
        changed = json.loads(json.dumps(notebook))
        changed["cells"][1][key] = value
        assert edited_since_built(changed)


def test_a_manually_graded_task_is_refused_by_name(lesson: Lesson) -> None:
    notebook = json.loads(notebook_text(lesson))
    notebook["cells"][0]["metadata"]["nbgrader"] = {
        "grade": False, "solution": False, "locked": True, "task": True, "grade_id": "draw-it", "points": 1,
    }  # fmt: skip
    with pytest.raises(EdsError, match="'draw-it' is a manually graded task"):
        cells_of(notebook)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"cel": []}', "\x00"])
def test_a_file_that_is_no_notebook_is_one_clear_line(tmp_path: Path, content: str) -> None:
    path = tmp_path / "x.ipynb"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(EdsError, match=r"x\.ipynb: not a notebook"):
        read_notebook(path)


def test_unknown_nbgrader_metadata_is_a_plain_cell() -> None:
    (cell,) = cells_of(
        {"cells": [{"cell_type": "code", "source": ["x\n", "y"], "metadata": {"nbgrader": {}}}]}
    )
    assert (cell.kind, cell.source) == (Kind.PLAIN, "x\ny")
