"""An instructor's edit in JupyterLab, taken back into the text; unchanged cells keep their lines."""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Iterator, Sequence

from eds_autograder.authoring.lesson import Cell, Kind, Lesson

__all__ = ["merge_into_text", "render_cell"]


def merge_into_text(text: str, lesson: Lesson, edited: Sequence[Cell]) -> str:
    """Return the lesson's text with the cells of an edited notebook.

    Parameters
    ----------
    text : str
        The text as it is.
    lesson : Lesson
        What `lesson.read_lesson` made of that text.
    edited : sequence of Cell
        The notebook's cells, as `notebook.cells_of` returns them.

    Returns
    -------
    str
        Unchanged cells are copied from the text byte for byte, so that the difference shows the edit alone.
    """
    before, after = [cell.content for cell in lesson.cells], [cell.content for cell in edited]
    if before == after:
        return text
    # not splitlines: a form feed is no end of a line here
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)
    starts = [cell.line - 1 for cell in lesson.cells]
    ends = [*starts[1:], len(lines)] if starts else []
    chunks = ["".join(lines[start:end]) for start, end in zip(starts, ends, strict=True)]
    if chunks:
        chunks[-1] = chunks[-1].rstrip("\n") + "\n\n"  # it may be the last no longer
    matcher = difflib.SequenceMatcher(a=before, b=after, autojunk=False)
    parts = ["".join(lines[: starts[0]])] if starts else []
    for operation, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if operation == "equal":
            parts += chunks[old_from:old_to]
        elif operation in ("replace", "insert"):
            parts += _rendered(edited[new_from:new_to], chunks[old_from:old_to])
    return "".join(parts).rstrip("\n") + "\n"


def _rendered(cells: Sequence[Cell], replaced: Sequence[str]) -> Iterator[str]:
    """Yield the text of cells, each with as many empty lines behind it as the one that it replaces."""
    for cell, old in zip(cells, itertools.chain(replaced, itertools.repeat("\n\n")), strict=False):
        yield render_cell(cell) + "\n" * (len(old) - len(old.rstrip("\n")) - 1)


def render_cell(cell: Cell) -> str:
    """Return a cell as py:percent text with its short marker.

    Parameters
    ----------
    cell : Cell

    Returns
    -------
    str
        Ends with one newline.
    """
    import jupytext
    import nbformat

    metadata: dict[str, object] = {}
    if cell.kind is not Kind.PLAIN:
        metadata[cell.kind.value] = cell.grade_id
    if cell.points is not None:
        metadata["points"] = cell.points
    if cell.topics:
        metadata["topics"] = " ".join(cell.topics)
    content = {"cell_type": cell.cell_type, "source": cell.source, "metadata": metadata}
    code: dict[str, object] = {"outputs": [], "execution_count": None} if cell.cell_type == "code" else {}
    notebook = nbformat.from_dict(
        {"cells": [content | code], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    )
    notebook.metadata["jupytext"] = {"notebook_metadata_filter": "-all", "cell_metadata_filter": "all"}
    return str(jupytext.writes(notebook, fmt="py:percent")).strip("\n") + "\n"
