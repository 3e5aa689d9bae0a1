"""Graded cells that lost their mark: another editor drops nbgrader's metadata, the text still tells them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from eds_autograder.grading.assignment import GradedCell
from eds_autograder.grading.reading import Recognizer, UnreadableNotebookError, source_text
from eds_autograder.grading.results import Problem

__all__ = ["match_cells", "recognizer"]

_DEFINITION = re.compile(r"^(?:async\s+def|def|class)\s+(\w+)", re.MULTILINE)


def match_cells(notebook: Any, cells: Sequence[GradedCell]) -> list[Problem]:
    """Give cells without a grade id back the one that their text tells, in place.

    A test or a given cell is known by its released text, an answer by what it defines.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        The submission.
    cells : sequence of GradedCell
        Those of the instructor's notebook, in order.

    Returns
    -------
    list of Problem

    Raises
    ------
    UnreadableNotebookError
        When it has graded cells, and every one is of another assignment.
    """
    found = {_grade_id(cell) for cell in notebook.cells} - {None}
    lost = [cell for cell in cells if cell.grade_id not in found]
    free = [cell for cell in notebook.cells if _grade_id(cell) is None]
    matched = [source.grade_id for source in lost if _give_back(source, free)]
    if found and not matched and not found & {cell.grade_id for cell in cells}:
        names = ", ".join(sorted(map(repr, found))[:3])
        raise UnreadableNotebookError(f"a notebook of another assignment (its graded cells are {names})")
    if not matched:
        return []
    amount = f"{len(matched)} graded cell{'' if len(matched) == 1 else 's'}"
    return [Problem("repair", f"{amount} without nbgrader's metadata: known again by the text")]


def recognizer(cells: Iterable[GradedCell]) -> Recognizer:
    """Return what counts the cells that earn points among those of a file, by id or by text."""
    graded = [cell for cell in cells if cell.graded]
    ids = {cell.grade_id for cell in graded}
    texts = {_plain(cell.released) for cell in graded if not cell.solution} - {""}

    def count(found: Sequence[Mapping[str, Any]]) -> int:
        known = {_grade_id(cell) for cell in found} & ids
        return len(known) or len({_plain(source_text(cell)) for cell in found} & texts)

    return count


def _grade_id(cell: Mapping[str, Any]) -> str | None:
    meta = cell.get("metadata")
    mark = meta.get("nbgrader") if isinstance(meta, Mapping) else None
    grade_id = mark.get("grade_id") if isinstance(mark, Mapping) else None
    return grade_id if isinstance(grade_id, str) else None


def _give_back(source: GradedCell, free: list[Any]) -> bool:
    """Mark the cell that must be this one, and take it out of those that are free."""
    place = _same_text(source, free)
    if place is None and source.solution:
        place = _same_definitions(source, free)
    if place is None:
        return False
    free.pop(place).metadata["nbgrader"] = {
        "grade_id": source.grade_id,
        "schema_version": 3,
        "grade": source.grade,
        "solution": source.solution,
        "locked": source.locked,
        "task": source.task,
        "cell_type": source.cell_type,
        **({} if source.points is None else {"points": source.points}),
    }
    return True


def _same_text(source: GradedCell, free: Sequence[Any]) -> int | None:
    wanted = _plain(source.released)
    if not wanted:
        return None
    return next((index for index, cell in enumerate(free) if _plain(cell.source) == wanted), None)


def _same_definitions(source: GradedCell, free: Sequence[Any]) -> int | None:
    """Return the last cell that defines all that the answer's stub defines: it is the one that counts."""
    wanted = set(_DEFINITION.findall(source.released))
    if not wanted:
        return None
    places = [
        index
        for index, cell in enumerate(free)
        if cell.cell_type == "code" and wanted <= set(_DEFINITION.findall(cell.source))
    ]
    return places[-1] if places else None


def _plain(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())
