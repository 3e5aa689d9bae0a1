"""A small course made by code: one lesson with what a lesson can have, and the submissions of a class."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import nbformat

CONFIG = """\
c = get_config()
c.CourseDirectory.course_id = "small"
c.Execute.timeout = 8
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "lines.py"]
"""

LESSON = "lines"


def cell(source: str, grade_id: str | None = None, kind: str = "plain", points: float | None = None) -> Any:
    """Return a notebook cell of a kind: plain, answer, tests, readonly, essay, prose, task."""
    make = nbformat.v4.new_markdown_cell if kind in ("prose", "essay", "task") else nbformat.v4.new_code_cell
    made = make(source=source)
    made.id = grade_id or f"c{abs(hash(source)) % 10**8}"
    if grade_id is not None:
        made.metadata["nbgrader"] = {
            "schema_version": 3,
            "grade_id": grade_id,
            "grade": kind in ("tests", "essay"),
            "solution": kind in ("answer", "essay"),
            "locked": kind in ("tests", "readonly", "task"),
            "task": kind == "task",
        }
        if points is not None:
            made.metadata["nbgrader"]["points"] = points
    return made


def notebook(cells: list[Any]) -> Any:
    """Return a notebook for this Python."""
    made = nbformat.v4.new_notebook(cells=cells)
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return made


def lesson() -> Any:
    """Return the instructor's notebook: answers, hidden tests, partial credit, an essay: 12 points."""
    return notebook(
        [
            cell("# Lines", kind="prose"),
            cell("import os\nDATA = open('numbers.txt').read().split()", "setup", "readonly"),
            cell(
                "def line(x):\n    ### BEGIN SOLUTION\n    return 2 * x + 1\n    ### END SOLUTION",
                "line",
                "answer",
            ),
            cell(
                'assert line(1) == 3, f"line(1) is {line(1)}, expected 3"\n'
                "### BEGIN HIDDEN TESTS\n"
                "_secret_abscissa = 41.5\n"
                "print('the hidden value is', _secret_abscissa)\n"
                'assert line(_secret_abscissa) == 84.0, "A line has the same slope everywhere."\n'
                "### END HIDDEN TESTS",
                "test-line",
                "tests",
                5,
            ),
            cell(
                "def total(numbers):\n    ### BEGIN SOLUTION\n    return sum(numbers)\n    ### END SOLUTION",
                "total",
                "answer",
            ),
            cell("assert total([1, 2]) == 3\nassert total([]) == 0", "test-total", "tests", 3),
            cell(
                "def share():\n    ### BEGIN SOLUTION\n    return 2.0\n    ### END SOLUTION",
                "share",
                "answer",
            ),
            cell("share()", "test-share", "tests", 2),
            cell("print('a picture would be here', total([4, 5]))"),
            cell("Why is a line straight?", "why", "essay", 2),
        ]
    )


def write_source(folder: Path, name: str, config: str, made: Any) -> Path:
    """Write a course with one lesson, nothing submitted yet; returns the course's folder."""
    source = folder / "source" / name
    source.mkdir(parents=True)
    (folder / "nbgrader_config.py").write_text(config)
    nbformat.write(made, source / f"{name}.ipynb")
    return folder


def make_course(folder: Path, config: str = CONFIG) -> Path:
    """Write the course with its lesson and its data, nothing submitted yet."""
    source = write_source(folder, LESSON, config, lesson()) / "source" / LESSON
    (source / "numbers.txt").write_text("1 2 3\n")
    (source / f"{LESSON}.py").write_text("# the text of the lesson, with its solutions: return 2 * x + 1\n")
    return folder


def answered(
    line: str | None = "return 2 * x + 1",
    total: str | None = "return sum(numbers)",
    share: str | None = "return 2.0",
) -> Any:
    """Return the released notebook with answers in it; None leaves one as it was released."""
    made = copy.deepcopy(lesson())
    stub = "# YOUR CODE HERE\n    raise NotImplementedError()"
    for each in made.cells:
        grade_id = each.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id == "line":
            each.source = f"def line(x):\n    {stub if line is None else line}"
        elif grade_id == "total":
            each.source = f"def total(numbers):\n    {stub if total is None else total}"
        elif grade_id == "share":
            each.source = f"def share():\n    {stub if share is None else share}"
        elif grade_id == "why":
            each.source = "Because its slope is constant."
        elif grade_id == "test-line":
            each.source = each.source.split("\n")[0]
    return made


def by_id(made: Any, grade_id: str) -> Any:
    """Return the cell with an id."""
    return next(each for each in made.cells if each.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def bent(total: str, **metadata: Any) -> Any:
    """Return an answered notebook whose test of `total` says yes to everything and has other metadata."""
    made = answered(total=total)
    tests = by_id(made, "test-total")
    tests.source = "pass"
    tests.metadata["nbgrader"]["points"] = 50
    tests.metadata.update(metadata)
    return made


def without(made: Any, grade_id: str) -> Any:
    """Return the notebook without one of its cells."""
    made.cells.remove(by_id(made, grade_id))
    return made


def with_copy(made: Any, grade_id: str) -> Any:
    """Return the notebook with a second copy of a cell in front, as an innocent hand makes it."""
    made.cells.insert(2, copy.deepcopy(by_id(made, grade_id)))
    made.cells[2].id = "a-copy"
    return made


def submit(
    course: Path, student: str, content: Any, name: str = f"{LESSON}.ipynb", lesson_: str = LESSON
) -> Path:
    """Hand in a notebook, text or bytes; returns the file."""
    folder = course / "submitted" / student / lesson_
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path
