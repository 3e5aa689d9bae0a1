"""From text to notebook and back, for the lessons of a course; nothing that a person wrote is overwritten."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eds_autograder.authoring.checks import check_lesson
from eds_autograder.authoring.lesson import (
    Cell,
    Lesson,
    LessonError,
    Problem,
    parse_lesson,
    read_lesson,
    read_text,
)
from eds_autograder.authoring.notebook import (
    built_from,
    cells_of,
    edited_since_built,
    mark_as_built,
    notebook_text,
    read_notebook,
    was_built,
)
from eds_autograder.authoring.text import merge_into_text
from eds_autograder.authoring.topics import read_topics
from eds_autograder.course import Course
from eds_autograder.files import shown, write_atomically
from eds_datasets.errors import EdsError

__all__ = ["Built", "build_lessons", "check_sources", "lessons_as_text", "load_lesson", "take_back"]

_UNUSUAL = "take the line '# %%' or the unusual line end out of the cell"


@dataclass(frozen=True)
class Built:
    """What was done with a lesson.

    Attributes
    ----------
    path : Path
        The file that is now up to date.
    changed : bool
        Whether it had to be written.
    """

    path: Path
    changed: bool


def lessons_as_text(course: Course, names: Iterable[str] = ()) -> list[str]:
    """Return the assignments that have a text, of those asked for (all, when none is named)."""
    wanted = course.check_assignments(names)
    return [name for name in wanted if text_path(course, name).is_file()]


def text_path(course: Course, name: str) -> Path:
    """Return where the text of a lesson is, or would be."""
    return course.source_folder(name) / f"{name}.py"


def load_lesson(course: Course, name: str) -> Lesson:
    """Read a lesson and check it.

    Raises
    ------
    LessonError
        When something is wrong with it, with file and line.
    """
    lesson = read_lesson(shown(text_path(course, name)))
    if problems := check_lesson(lesson, read_topics(course.root)):
        raise LessonError(problems)
    return lesson


def build_lessons(course: Course, names: Iterable[str] = (), *, force: bool = False) -> list[Built]:
    """Build the notebooks of a course from their texts.

    Parameters
    ----------
    course : Course
    names : iterable of str
        The lessons to build; all that have a text, when none is named.
    force : bool
        Overwrite a notebook even when someone edited it.

    Returns
    -------
    list of Built

    Raises
    ------
    LessonError
        With the problems of all lessons; no notebook is written then.
    EdsError
        When a notebook was edited by hand after it was built.
    """
    wanted = lessons_as_text(course, names)
    texts = {_notebook_path(course, name): text for name, text in _build_all(course, wanted)}
    if not force:
        for path, text in texts.items():
            _refuse_to_overwrite(path, text)
    return [_write(path, text) for path, text in texts.items()]


def take_back(course: Course, names: Iterable[str] = ()) -> list[Built]:
    """Take edits made in the notebooks (JupyterLab's Create Assignment, say) back into the texts.

    Parameters
    ----------
    course : Course
    names : iterable of str
        The lessons to take back; all that have a text, when none is named.

    Returns
    -------
    list of Built
        The texts; the notebooks are built again from them, unless the edit left a problem.

    Raises
    ------
    LessonError
        When what was edited cannot be built, such as a new graded cell that names no topics yet. The edit is
        in the text by then: nothing is lost, and the message has the lines to complete.
    EdsError
        When the text was changed too since the notebook was built from it, or has no way to hold the edit.
    """
    wanted = lessons_as_text(course, names)
    edits = [(name, _edited_text(course, name)) for name in wanted]  # all are read before one is written
    results = [_write_text(course, name, text) for name, text in edits]
    build_lessons(course, wanted, force=True)
    return results


def check_sources(course: Course, names: Iterable[str] = ()) -> list[str]:
    """Return a line for each notebook in ``source/`` that is not what its text builds.

    Raises
    ------
    LessonError
        When a text cannot be built at all.
    """
    stale = []
    for name, text in _build_all(course, lessons_as_text(course, names)):
        path = _notebook_path(course, name)
        if not path.is_file():
            stale.append(f"{shown(path)}: missing (run 'eds course build {name}')")
        elif not _holds(path, text):
            stale.append(f"{shown(path)}: not what {name}.py builds (run 'eds course build {name}')")
    return stale


def _build_all(course: Course, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    problems: list[Problem] = []
    built = []
    for name in names:
        try:
            built.append((name, notebook_text(load_lesson(course, name))))
        except LessonError as error:
            problems += error.problems
    if problems:
        raise LessonError(problems)
    yield from built


def _edited_text(course: Course, name: str) -> str | None:
    """Return the text with the notebook's edit in it, or None where there is no edit to take back."""
    path, notebook = shown(text_path(course, name)), read_notebook(shown(_notebook_path(course, name)))
    text, edited = read_text(path), cells_of(notebook)
    lesson = parse_lesson(path, text)
    if not edited_since_built(notebook) or _same(lesson.cells, edited):
        return None
    if was_built(notebook) and not built_from(notebook, lesson.cells):
        raise EdsError(
            f"{path}: changed since the notebook was built from it, and so was the notebook: "
            "one edit would undo the other",
            "bring one edit into the other file, or discard the notebook's with 'eds course build --force'",
        )
    merged = merge_into_text(text, lesson, edited)
    _refuse_a_loss(path, notebook, merged)
    return merged


def _refuse_a_loss(path: Path, notebook: Mapping[str, Any], merged: str) -> None:
    """Refuse an edit that the text would not give back."""
    for number, cell in enumerate(notebook["cells"], 1):
        if cell.get("attachments"):
            raise EdsError(
                f"{path.with_suffix('.ipynb')}: cell {number} holds a pasted picture, which a text cannot",
                "save the picture as a file beside the lesson, and show that file",
            )
    try:
        given_back = parse_lesson(path, merged).cells
    except LessonError as error:
        raise EdsError(
            f"{path.with_suffix('.ipynb')}: a text cannot hold the edit: {error.problems[0].message}",
            _UNUSUAL,
        ) from error
    for number, (cell, back) in enumerate(itertools.zip_longest(cells_of(notebook), given_back), 1):
        if cell is None or back is None or cell.content != back.content:
            raise EdsError(
                f"{path.with_suffix('.ipynb')}: cell {number} would be another one in the text", _UNUSUAL
            )


def _same(cells: Sequence[Cell], others: Sequence[Cell]) -> bool:
    return [cell.content for cell in cells] == [cell.content for cell in others]


def _notebook_path(course: Course, name: str) -> Path:
    return course.source_folder(name) / f"{name}.ipynb"


def _refuse_to_overwrite(path: Path, text: str) -> None:
    if not path.is_file() or _holds(path, text):
        return
    notebook = read_notebook(path)
    if edited_since_built(notebook) and cells_of(notebook) != cells_of(json.loads(text)):
        raise EdsError(
            f"{shown(path)} was edited after it was built, and building would overwrite the edit",
            f"keep it with 'eds course build --from-notebook {path.stem}', discard it with --force",
        )


def _write_text(course: Course, name: str, text: str | None) -> Built:
    """Write a text into which a notebook's edit was taken, and note in the notebook that it was."""
    path, notebook_path = text_path(course, name), _notebook_path(course, name)
    if text is None:
        return Built(path, changed=False)
    ends = b"\r\n" in path.read_bytes()
    write_atomically(path, text.replace("\n", "\r\n") if ends else text)
    # whoever completes the text by hand can then build it, and the edit is not taken back twice
    write_atomically(notebook_path, mark_as_built(read_notebook(notebook_path)))
    return Built(path, changed=True)


def _write(path: Path, text: str) -> Built:
    if path.is_file() and _holds(path, text):
        return Built(path, changed=False)
    write_atomically(path, text)
    return Built(path, changed=True)


def _holds(path: Path, text: str) -> bool:
    # git on Windows may have changed the line ends; a file that is no text at all is another one
    return path.read_bytes().replace(b"\r\n", b"\n") == text.encode()
