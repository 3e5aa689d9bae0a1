"""A lesson as a notebook: built to the same bytes each time, and read back after an edit in JupyterLab."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from eds_autograder.authoring.lesson import Cell, Kind, Lesson
from eds_datasets.errors import EdsError

__all__ = ["built_from", "cells_of", "edited_since_built", "mark_as_built", "notebook_text", "read_notebook"]

# nbgrader's flags for each kind, by which the kind is known again
_FLAGS: Mapping[Kind, Mapping[str, bool]] = {
    Kind.READONLY: {"grade": False, "locked": True, "solution": False, "task": False},
    Kind.ANSWER: {"grade": False, "locked": False, "solution": True, "task": False},
    Kind.TESTS: {"grade": True, "locked": True, "solution": False, "task": False},
    Kind.ESSAY: {"grade": True, "locked": False, "solution": True, "task": False},
}
_KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}


def notebook_text(lesson: Lesson) -> str:
    """Build the notebook of a lesson.

    Parameters
    ----------
    lesson : Lesson
        Free of problems (see `checks.check_lesson`).

    Returns
    -------
    str
        JSON of nbformat 4.5 with nbgrader's schema 3: sorted keys, no outputs, cell ids from grade ids
        (from the content on plain cells, so that a cell inserted above changes no other line).
    """
    import nbformat

    ids = _Ids()
    cells = [_build_cell(cell, ids) for cell in lesson.cells]
    metadata = {
        # short on purpose: it tells an edit, and is no use for guessing what was hidden
        "eds": {"built": _fingerprint(lesson.cells)},
        "kernelspec": _KERNELSPEC,
        "language_info": {"name": "python"},
    }
    text = json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})
    return str(nbformat.writes(nbformat.reads(text, as_version=4))) + "\n"


def read_notebook(path: Path) -> dict[str, Any]:
    """Return a notebook's JSON; raises `EdsError` when the file holds none, or is not there."""
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        notebook["cells"]
    except FileNotFoundError as error:
        raise EdsError(f"{path}: no such notebook", "build it from its text") from error
    except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise EdsError(
            f"{path}: not a notebook ({type(error).__name__}: {error})",
            "mend it, or build it again from its text with 'eds course build --force'",
        ) from error
    return dict(notebook)


def cells_of(notebook: Mapping[str, Any]) -> tuple[Cell, ...]:
    """Read the cells of a notebook, whoever edited it last.

    Parameters
    ----------
    notebook : mapping
        As `read_notebook` returns it.

    Returns
    -------
    tuple of Cell
        Without lines; outputs and execution counts do not matter.
    """
    return tuple(_read_cell(cell) for cell in notebook["cells"])


def edited_since_built(notebook: Mapping[str, Any]) -> bool:
    """Whether someone changed a cell of a notebook that we built (running it is no change)."""
    return not built_from(notebook, cells_of(notebook))


def was_built(notebook: Mapping[str, Any]) -> bool:
    """Whether we built a notebook; one that somebody brought along says nothing of its text."""
    return bool(notebook.get("metadata", {}).get("eds", {}).get("built"))


def built_from(notebook: Mapping[str, Any], cells: Iterable[Cell]) -> bool:
    """Whether a notebook, as it was before any edit, was built from these cells."""
    built = notebook.get("metadata", {}).get("eds", {}).get("built")
    return bool(built == _fingerprint(cells))


def mark_as_built(notebook: Mapping[str, Any]) -> str:
    """Return a notebook's JSON with a note that its text holds all of its edits."""
    metadata = notebook.get("metadata", {}) | {"eds": {"built": _fingerprint(cells_of(notebook))}}
    return json.dumps({**notebook, "metadata": metadata}, indent=1, ensure_ascii=False) + "\n"


class _Ids:
    """Cell ids that are unique in a notebook."""

    def __init__(self) -> None:
        self.used: set[str] = set()

    def of(self, cell: Cell) -> str:
        name = cell.grade_id or hashlib.sha256(f"{cell.cell_type}\n{cell.source}".encode()).hexdigest()[:8]
        unique, number = name, 2
        while unique in self.used:
            unique, number = f"{name}-{number}", number + 1
        self.used.add(unique)
        return unique


def _build_cell(cell: Cell, ids: _Ids) -> dict[str, Any]:
    built: dict[str, Any] = {
        "cell_type": cell.cell_type,
        "id": ids.of(cell),
        "metadata": _metadata(cell),
        "source": cell.source,
    }
    if cell.cell_type == "code":
        built |= {"execution_count": None, "outputs": []}
    return built


def _metadata(cell: Cell) -> dict[str, Any]:
    if cell.kind is Kind.PLAIN:
        return {}
    nbgrader: dict[str, Any] = {
        "cell_type": cell.cell_type,
        "grade_id": cell.grade_id,
        "schema_version": 3,
        **_FLAGS[cell.kind],
    }
    if not cell.kind.graded:
        return {"nbgrader": nbgrader}
    return {"nbgrader": nbgrader | {"points": cell.points}, "topics": list(cell.topics)}


def _read_cell(cell: Mapping[str, Any]) -> Cell:
    source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
    metadata = cell.get("metadata", {})
    nbgrader = metadata.get("nbgrader") or {}
    kind = _kind_of(nbgrader)
    return Cell(
        cell_type=cell["cell_type"],
        source=source,
        kind=kind,
        grade_id="" if kind is Kind.PLAIN else str(nbgrader.get("grade_id", "")),
        points=_plain_number(nbgrader.get("points")) if kind.graded else None,
        topics=_topics_of(metadata) if kind.graded else (),
    )


def _topics_of(metadata: Mapping[str, Any]) -> tuple[str, ...]:
    topics = metadata.get("topics") or ()
    # JupyterLab's property inspector lets a person write them as the text has them
    return tuple(topics.split()) if isinstance(topics, str) else tuple(topics)


def _kind_of(nbgrader: Mapping[str, Any]) -> Kind:
    for kind, flags in _FLAGS.items():
        if nbgrader and all(bool(nbgrader.get(flag)) == value for flag, value in flags.items()):
            return kind
    if nbgrader.get("task"):
        raise EdsError(
            f"cell {nbgrader.get('grade_id')!r} is a manually graded task, which lessons as text do not have",
            "make it a manually graded answer (an essay)",
        )
    return Kind.PLAIN


def _plain_number(value: Any) -> float | None:
    if not isinstance(value, int | float):
        return None
    return int(value) if float(value).is_integer() else float(value)


def _fingerprint(cells: Iterable[Cell]) -> str:
    content = [
        [
            cell.cell_type,
            cell.source,
            cell.kind.value,
            cell.grade_id,
            _plain_number(cell.points),
            list(cell.topics),
        ]
        for cell in cells
    ]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:8]
