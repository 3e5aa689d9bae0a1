"""From text to notebook and back: what a person wrote is never overwritten, what is stale is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from eds_autograder.authoring.build import build_lessons, check_sources, take_back
from eds_autograder.authoring.lesson import LessonError
from eds_autograder.course import Course
from eds_datasets.errors import EdsError


def notebook_path(course: Course) -> Path:
    return course.root / "source" / "01-rating" / "01-rating.ipynb"


def edit(course: Course, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the notebook as JupyterLab would: its own layout, outputs, another language_info."""
    path = notebook_path(course)
    notebook = json.loads(path.read_text(encoding="utf-8"))
    change(notebook)
    notebook["metadata"]["language_info"] = {"name": "python", "version": "3.12.1", "file_extension": ".py"}
    path.write_text(json.dumps(notebook, indent=4), encoding="utf-8")


def test_building_twice_writes_once(course: Course) -> None:
    assert [built.changed for built in build_lessons(course)] == [True]
    assert [built.changed for built in build_lessons(course)] == [False]
    assert check_sources(course) == []


def test_check_names_what_is_missing_and_what_is_stale(course: Course) -> None:
    assert "missing (run 'eds course build 01-rating')" in check_sources(course)[0]
    build_lessons(course)
    text = course.root / "source" / "01-rating" / "01-rating.py"
    text.write_text(text.read_text(encoding="utf-8").replace("grows", "rises"), encoding="utf-8")
    assert "not what 01-rating.py builds" in check_sources(course)[0]


def test_a_refused_lesson_leaves_its_notebook_as_it_was(course: Course) -> None:
    build_lessons(course)
    before = notebook_path(course).read_bytes()
    text = course.root / "source" / "01-rating" / "01-rating.py"
    text.write_text(text.read_text(encoding="utf-8").replace(" points=2", ""), encoding="utf-8")
    with pytest.raises(LessonError, match=r"01-rating\.py:18: graded cell without points"):
        build_lessons(course)
    assert notebook_path(course).read_bytes() == before


def test_an_edited_notebook_is_not_overwritten(course: Course) -> None:
    build_lessons(course)
    edit(course, lambda notebook: notebook["cells"][0].update(source="# Another title"))
    with pytest.raises(EdsError, match="was edited after it was built") as caught:
        build_lessons(course)
    assert "--from-notebook 01-rating" in str(caught.value.tip)
    assert [built.changed for built in build_lessons(course, force=True)] == [True]


def test_a_notebook_that_was_only_run_is_built_again(course: Course) -> None:
    build_lessons(course)
    edit(course, lambda notebook: notebook["cells"][1].update(execution_count=1))
    assert [built.changed for built in build_lessons(course)] == [True]


def test_taking_back_what_was_not_edited_changes_no_byte(course: Course, lesson_text: str) -> None:
    build_lessons(course)
    take_back(course)
    text = course.root / "source" / "01-rating" / "01-rating.py"
    assert text.read_text(encoding="utf-8") == lesson_text


def test_an_edit_in_jupyterlab_comes_back_as_its_own_lines_alone(course: Course, lesson_text: str) -> None:
    build_lessons(course)

    def change(notebook: dict[str, Any]) -> None:
        cell = notebook["cells"][3]
        cell["metadata"]["nbgrader"]["points"] = 4.0
        cell["source"] = "".join(cell["source"]).replace("should be 7", "should be 7 m³/s")

    edit(course, change)
    take_back(course)
    text = course.root / "source" / "01-rating" / "01-rating.py"
    expected = lesson_text.replace("points=2", "points=4").replace("should be 7", "should be 7 m³/s")
    assert text.read_text(encoding="utf-8") == expected
    assert check_sources(course) == []


def test_a_new_graded_cell_without_topics_comes_back_and_is_named(course: Course) -> None:
    build_lessons(course)

    def change(notebook: dict[str, Any]) -> None:
        new = json.loads(json.dumps(notebook["cells"][3]))
        new["metadata"] = {"nbgrader": new["metadata"]["nbgrader"] | {"grade_id": "test-more"}}
        new["id"], new["source"] = "random-id", "assert discharge(0, 1, 5) == 5"
        notebook["cells"].insert(4, new)

    edit(course, change)
    with pytest.raises(LessonError, match="graded cell without topics") as caught:
        take_back(course)
    text = course.root / "source" / "01-rating" / "01-rating.py"
    lines = text.read_text(encoding="utf-8").split("\n")
    (problem,) = caught.value.problems
    assert lines[problem.line - 1] == '# %% tests="test-more" points=2'
    assert lines[problem.line] == "assert discharge(0, 1, 5) == 5"


def test_a_magic_survives_the_way_there_and_back(course: Course) -> None:
    build_lessons(course)
    edit(
        course, lambda notebook: notebook["cells"][1].update(source="%matplotlib inline\nimport numpy as np")
    )
    take_back(course)
    text = (course.root / "source" / "01-rating" / "01-rating.py").read_text(encoding="utf-8")
    assert "# %matplotlib inline\nimport numpy as np\n" in text
    notebook = json.loads(notebook_path(course).read_text(encoding="utf-8"))
    assert "".join(notebook["cells"][1]["source"]) == "%matplotlib inline\nimport numpy as np"


def test_a_change_of_the_text_is_not_undone_by_an_older_notebook(course: Course, lesson_text: str) -> None:
    build_lessons(course)
    text = course.root / "source" / "01-rating" / "01-rating.py"
    changed = lesson_text.replace("grows", "rises")
    text.write_text(changed, encoding="utf-8")
    assert [built.changed for built in take_back(course)] == [False]
    assert text.read_text(encoding="utf-8") == changed
    assert check_sources(course) == []


def test_two_edits_that_would_undo_each_other_are_refused(course: Course, lesson_text: str) -> None:
    build_lessons(course)
    text = course.root / "source" / "01-rating" / "01-rating.py"
    changed = lesson_text.replace("grows", "rises")
    text.write_text(changed, encoding="utf-8")
    edit(course, lambda notebook: notebook["cells"][1].update(source="import numpy"))
    before = notebook_path(course).read_bytes()
    with pytest.raises(EdsError, match="one edit would undo the other"):
        take_back(course)
    assert (text.read_text(encoding="utf-8"), notebook_path(course).read_bytes()) == (changed, before)


def test_an_edit_completed_in_the_text_is_built_without_force(course: Course) -> None:
    build_lessons(course)
    edit(course, lambda notebook: notebook["cells"][3]["metadata"].pop("topics"))
    with pytest.raises(LessonError, match="graded cell without topics"):
        take_back(course)
    text = course.root / "source" / "01-rating" / "01-rating.py"
    completed = text.read_text(encoding="utf-8").replace("points=2", 'points=2 topics="reg.mse"')
    text.write_text(completed, encoding="utf-8")
    assert [built.changed for built in build_lessons(course)] == [True]
    assert text.read_text(encoding="utf-8") == completed


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"source": "x = 1\n#%%\ny = 2"}, "cell 2 would be another one"),
        ({"source": "x = 1\n# %% the rest\ny = 2"}, "cannot hold the edit"),
        ({"source": "x = 1\r\ny = 2"}, "cell 2 would be another one"),
        ({"attachments": {"a.png": {"image/png": "aGk="}}, "source": "2"}, "cell 2 holds a pasted picture"),
    ],
)
def test_an_edit_that_a_text_cannot_hold_is_refused(
    course: Course, lesson_text: str, changed: dict[str, Any], message: str
) -> None:
    build_lessons(course)
    edit(course, lambda notebook: notebook["cells"][1].update(changed))
    before = notebook_path(course).read_bytes()
    with pytest.raises(EdsError, match=message):
        take_back(course)
    text = course.root / "source" / "01-rating" / "01-rating.py"
    assert (text.read_text(encoding="utf-8"), notebook_path(course).read_bytes()) == (lesson_text, before)


@pytest.mark.parametrize("odd", ["\x0c", "\x0b", "\x85", "\u2028"])
def test_a_form_feed_ends_no_line(course: Course, lesson_text: str, odd: str) -> None:
    text = course.root / "source" / "01-rating" / "01-rating.py"
    text.write_text(lesson_text.replace("grows", f"grows{odd}fast"), encoding="utf-8")
    build_lessons(course)
    edit(course, lambda notebook: notebook["cells"][4].update(source="Why?"))
    take_back(course)
    expected = lesson_text.replace("Why is a straight line too simple for a flood?", "Why?")
    assert text.read_text(encoding="utf-8") == expected.replace("grows", f"grows{odd}fast")


def test_an_edit_keeps_the_line_ends_of_windows(course: Course, lesson_text: str) -> None:
    text = course.root / "source" / "01-rating" / "01-rating.py"
    text.write_bytes(lesson_text.replace("\n", "\r\n").encode())
    build_lessons(course)
    edit(course, lambda notebook: notebook["cells"][4].update(source="Why?"))
    take_back(course)
    expected = lesson_text.replace("Why is a straight line too simple for a flood?", "Why?")
    assert text.read_bytes() == expected.replace("\n", "\r\n").encode()


def test_the_first_cell_of_an_empty_text_may_come_from_the_notebook(course: Course) -> None:
    text = course.root / "source" / "01-rating" / "01-rating.py"
    text.write_text("", encoding="utf-8")
    build_lessons(course)
    new = {"cell_type": "code", "id": "a", "metadata": {"nbgrader": None}, "source": "x = 1"}
    edit(course, lambda notebook: notebook["cells"].append(new))
    take_back(course)
    assert text.read_text(encoding="utf-8") == "# %%\nx = 1\n"


def test_topics_may_be_written_in_jupyterlab_as_the_text_has_them(course: Course) -> None:
    build_lessons(course)
    edit(course, lambda notebook: notebook["cells"][3]["metadata"].update(topics="reg.mse def.model"))
    take_back(course)
    text = (course.root / "source" / "01-rating" / "01-rating.py").read_text(encoding="utf-8")
    assert '# %% tests="test-discharge" points=2 topics="reg.mse def.model"\n' in text


def test_a_notebook_that_was_never_built_is_said(course: Course) -> None:
    with pytest.raises(EdsError, match="no such notebook"):
        take_back(course)


@pytest.mark.parametrize("content", [b"<<<<<<< HEAD\n{}", b"\xff\xfe"])
def test_a_notebook_that_is_none_is_told_and_built_by_force(course: Course, content: bytes) -> None:
    build_lessons(course)
    notebook_path(course).write_bytes(content)
    assert "not what 01-rating.py builds" in check_sources(course)[0]
    with pytest.raises(EdsError, match="not a notebook"):
        build_lessons(course)
    assert [built.changed for built in build_lessons(course, force=True)] == [True]
    assert check_sources(course) == []


def test_an_edited_answer_keeps_the_empty_lines_behind_it(course: Course, lesson_text: str) -> None:
    build_lessons(course)

    def change(notebook: dict[str, Any]) -> None:
        cell = notebook["cells"][2]
        cell["source"] = "".join(cell["source"]).replace("Return the", "Compute the")

    edit(course, change)
    take_back(course)
    text = (course.root / "source" / "01-rating" / "01-rating.py").read_text(encoding="utf-8")
    assert text == lesson_text.replace("Return the", "Compute the")


def test_a_cell_behind_the_last_one_comes_after_an_empty_line(course: Course, lesson_text: str) -> None:
    build_lessons(course)
    new = {"cell_type": "code", "id": "a", "metadata": {}, "source": "x = 1"}
    edit(course, lambda notebook: notebook["cells"].append(new))
    take_back(course)
    text = (course.root / "source" / "01-rating" / "01-rating.py").read_text(encoding="utf-8")
    assert text == lesson_text + "\n# %%\nx = 1\n"
