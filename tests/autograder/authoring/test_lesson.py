"""The text of a lesson is read into cells that know what they are and where they stand."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import pytest

from eds_autograder.authoring.lesson import HIDDEN, SOLUTION, Kind, LessonError, read_lesson
from eds_datasets.errors import EdsError

Write = Callable[[str], Path]


def test_every_marker_gives_its_kind(write_lesson: Write, lesson_text: str) -> None:
    lesson = read_lesson(write_lesson(lesson_text))
    assert [cell.kind for cell in lesson.cells] == [
        Kind.PLAIN, Kind.READONLY, Kind.ANSWER, Kind.TESTS, Kind.PLAIN, Kind.ESSAY,
    ]  # fmt: skip
    tests = lesson.cells[3]
    assert (tests.grade_id, tests.points, tests.topics) == ("test-discharge", 2, ("reg.linear", "def.model"))
    assert tests.exercise == "discharge"


def test_every_cell_knows_its_line(write_lesson: Write, lesson_text: str) -> None:
    path = write_lesson(lesson_text)
    lines = path.read_text(encoding="utf-8").split("\n")
    for cell in read_lesson(path).cells:
        assert lines[cell.line - 1].startswith("# %%")


def test_a_marker_inside_a_string_begins_no_cell(write_lesson: Write, lesson_text: str) -> None:
    text = lesson_text.replace("import numpy as np", 'import numpy as np\nHELP = """\n# %% not a cell\n"""')
    lesson = read_lesson(write_lesson(text))
    assert len(lesson.cells) == 6
    assert "# %% not a cell" in lesson.cells[1].source


def test_text_before_the_first_marker_is_a_cell(write_lesson: Write) -> None:
    lesson = read_lesson(write_lesson('\nimport math\n\n# %% readonly="a"\nx = 1\n'))
    assert [(cell.line, cell.kind) for cell in lesson.cells] == [(2, Kind.PLAIN), (4, Kind.READONLY)]


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ('# %% answer="a" tests="b"', "two kinds on one cell: answer and tests"),
        ("# %% answer=fit-line", "marker not understood"),
        ('# %% test="test-a"', "did you mean 'tests'?"),
        ('# %% tests="a" points="two"', "points='two' is no number"),
        ('# %% tests="a" points=true', "points=True is no number"),
        ('# %% tests="a" points=NaN', "points=nan is no number"),
        ("# %% A look at the data", "'A look at the data' is no marker"),
        ('# %%% answer="a"', "a cell has no depth"),
    ],
)
def test_a_marker_that_is_not_understood_is_refused_with_its_line(
    write_lesson: Write, marker: str, message: str
) -> None:
    with pytest.raises(LessonError) as caught:
        read_lesson(write_lesson(f"# %% [markdown]\n# text\n\n{marker}\nx = 1\n"))
    (problem,) = caught.value.problems
    assert problem.line == 4
    assert message in problem.message
    assert "01-rating.py:4: " in str(caught.value)


def test_a_file_that_is_no_text_or_not_there_is_one_clear_line(write_lesson: Write, tmp_path: Path) -> None:
    path = write_lesson("")
    path.write_bytes(b"# %%\nx = '\xff'\n")
    with pytest.raises(EdsError, match="not UTF-8 text"):
        read_lesson(path)
    with pytest.raises(EdsError, match="no such lesson text"):
        read_lesson(tmp_path / "02-none.py")


@pytest.mark.parametrize("marker", ["#%%", "  # %%", "# In[3]:", "# <codecell>"])
def test_a_marker_of_another_editor_begins_a_cell_too(
    write_lesson: Write, lesson_text: str, marker: str
) -> None:
    lesson = read_lesson(write_lesson(f"{lesson_text}\n{marker}\nx = 1\n"))
    assert (lesson.cells[-1].source, lesson.cells[-1].line) == ("x = 1", lesson_text.count("\n") + 2)


def test_a_byte_order_mark_hides_no_marker(write_lesson: Write, lesson_text: str) -> None:
    expected = read_lesson(write_lesson(lesson_text))
    assert read_lesson(write_lesson("\ufeff" + lesson_text)) == expected


def test_a_header_that_jupytext_does_not_take_is_one_clear_line(write_lesson: Write) -> None:
    path = write_lesson("# ---\n# jupyter:\n#   kernelspec:\n#     name: x\n# ---\n\n# %%\nx = 1\n")
    with pytest.raises(EdsError, match="jupytext cannot read it") as caught:
        read_lesson(path)
    assert "\n" not in str(caught.value)


def test_a_region_parts_a_cell_by_line() -> None:
    outside, inside = SOLUTION.split("a\n### BEGIN SOLUTION\nb\nc\n### END SOLUTION\nd")
    assert (outside, inside) == ([(0, "a"), (5, "d")], [(2, "b"), (3, "c")])
    assert HIDDEN.split("a\nb") == ([(0, "a"), (1, "b")], [])


def test_the_error_crosses_a_process(write_lesson: Write) -> None:
    with pytest.raises(LessonError) as caught:
        read_lesson(write_lesson('# %% test="a"\nx = 1\n'))
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.problems) == (str(caught.value), caught.value.problems)
