"""A submitted notebook set right before it runs: the graded cells are the instructor's again.

nbgrader's own preprocessors do the work; what they would stop at (a copied cell, a flipped flag, metadata of
another version) is put in order before they see it, and everything that was changed is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from eds_autograder.grading.assignment import GradedCell
from eds_autograder.grading.results import Problem

__all__ = ["preprocessors", "put_in_order", "run_preprocessor"]

SCHEMA = 3
_KEPT = ("nbgrader", "tags", "deletable", "editable")
MISSING_ANSWER = "*There is no answer to this in the notebook.*"


def put_in_order(notebook: Any, cells: Iterable[GradedCell]) -> list[Problem]:
    """Restore what identifies the graded cells, in place, so that nbgrader's preprocessors can do the rest.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        The submission.
    cells : iterable of GradedCell
        Those of the instructor's notebook, in order.

    Returns
    -------
    list of Problem
        What was changed and should not have been.
    """
    known = {cell.grade_id: cell for cell in cells}
    _drop_metadata(notebook)
    return [
        *_drop_strange_ids(notebook, known),
        *_demote_copies(notebook),
        *_restore(notebook, known),
        *_set_in_order(notebook, list(known)),
        *_put_back(notebook, list(known.values())),
    ]


def preprocessors(config: Any, names: str) -> list[Any]:
    """Return nbgrader's preprocessor classes of one of Autograde's two lists, as configured."""
    from nbgrader.converters import Autograde
    from nbgrader.coursedir import CourseDirectory
    from traitlets.utils.importstring import import_item

    classes = getattr(Autograde(coursedir=CourseDirectory(), config=config), names)
    return [import_item(item) if isinstance(item, str) else item for item in classes]


def run_preprocessor(class_: Any, config: Any, notebook: Any, resources: Any, log: Any) -> Any:
    """Run one preprocessor as nbconvert would: only when it is enabled. Returns the notebook."""
    preprocessor = class_(config=config, log=log)
    if not preprocessor.enabled:
        return notebook
    notebook, _ = preprocessor.preprocess(notebook, resources)
    return notebook


def _meta(cell: Any) -> Mapping[str, Any]:
    meta = cell.metadata.get("nbgrader")
    return meta if isinstance(meta, dict) else {}


def _names(ids: list[str], limit: int = 4) -> str:
    shown = ", ".join(repr(name) for name in ids[:limit])
    return shown + (f" and {len(ids) - limit} more" if len(ids) > limit else "")


def _cells(ids: list[str]) -> str:
    return f"cell {_names(ids)}" if len(ids) == 1 else f"cells {_names(ids)}"


def _drop_strange_ids(notebook: Any, known: Mapping[str, GradedCell]) -> list[Problem]:
    strange = []
    for cell in notebook.cells:
        grade_id = _meta(cell).get("grade_id")
        if "nbgrader" in cell.metadata and grade_id not in known:
            del cell.metadata["nbgrader"]
            if grade_id:
                strange.append(str(grade_id))
    if not strange:
        return []
    return [Problem("restored", f"{_cells(strange)}: not of this assignment, run as plain code")]


def _demote_copies(notebook: Any) -> list[Problem]:
    """Let the last of several cells with one id stand, as nbgrader does."""
    seen: set[str] = set()
    copies = []
    for cell in reversed(notebook.cells):
        grade_id = _meta(cell).get("grade_id")
        if grade_id is None:
            continue
        if grade_id in seen:
            copies.append(grade_id)
            del cell.metadata["nbgrader"]
        seen.add(grade_id)
    if not copies:
        return []
    return [Problem("restored", f"{_cells(copies[::-1])}: there more than once, the last one counts")]


def _restore(notebook: Any, known: Mapping[str, GradedCell]) -> list[Problem]:
    """Restore points, flags and tags, and say in one line what was changed, edited text included.

    A cell that is still as it was given out is renewed without a word: the instructor has changed it since.
    """
    changed: dict[str, list[str]] = {"points": [], "flags": [], "tags": [], "text": []}
    for cell in notebook.cells:
        meta = _meta(cell)
        if not meta:
            continue
        source = known[meta["grade_id"]]
        older = _is_of_a_release(cell, source)
        found = {
            "points": source.points is not None and meta.get("points") != source.points,
            "flags": any(
                bool(meta.get(flag)) != getattr(source, flag) for flag in ("grade", "solution", "task")
            ),
            "tags": bool(cell.metadata.get("tags")),
            "text": _is_edited(cell, source),
        }
        for what, is_so in found.items():
            if is_so and (not older or what == "tags"):
                changed[what].append(source.grade_id)
        cell.metadata = _metadata(cell, source)
    told = [f"{what} of {_names(ids)}" for what, ids in changed.items() if ids]
    return [Problem("restored", f"locked cells were changed and restored: {'; '.join(told)}")] if told else []


def _is_of_a_release(cell: Any, source: GradedCell) -> bool:
    """Tell whether a cell agrees with the checksum that nbgrader gave it at its release.

    Of an answer the text is the student's: what was released is put in its place.
    """
    from nbformat import from_dict
    from nbgrader.utils import compute_checksum

    released = from_dict(cell) if source.restored else from_dict({**cell, "source": source.released})
    try:
        return bool(compute_checksum(released) == _meta(cell).get("checksum"))
    except (AttributeError, KeyError, TypeError, ValueError):
        return False


def _is_edited(cell: Any, source: GradedCell) -> bool:
    if not source.restored:
        return False
    return bool(cell.cell_type != source.cell_type or cell.source.strip() != source.released.strip())


def _metadata(cell: Any, source: GradedCell) -> Any:
    """Build the metadata anew: a tag such as skip-execution would let a test go by unrun."""
    from nbformat import NotebookNode, from_dict

    meta: dict[str, Any] = {
        "schema_version": SCHEMA,
        "grade_id": source.grade_id,
        "grade": source.grade,
        "solution": source.solution,
        "locked": source.locked,
        "task": source.task,
        "cell_type": source.cell_type,
    }
    if source.points is not None:
        meta["points"] = source.points
    if source.checksum is not None:
        meta["checksum"] = source.checksum
    kept = {key: cell.metadata[key] for key in ("deletable", "editable") if key in cell.metadata}
    rebuilt: NotebookNode = from_dict({**kept, "nbgrader": meta})
    return rebuilt


def _drop_metadata(notebook: Any) -> None:
    """Leave a cell nothing but nbgrader's metadata and its tags, which decide whether a plain cell runs."""
    from nbformat import from_dict

    for cell in notebook.cells:
        kept = {key: cell.metadata[key] for key in _KEPT if key in cell.metadata}
        tags = kept.get("tags")
        if "tags" in kept and not (isinstance(tags, list) and all(isinstance(tag, str) for tag in tags)):
            del kept["tags"]
        cell.metadata = from_dict(kept)


def _set_in_order(notebook: Any, ids: list[str]) -> list[Problem]:
    """Let the instructor's cells stand in their order, in the places that they have among the student's own.

    A test that was moved above its answer would fail, and so would an answer above what it was given.
    """
    places = [index for index, cell in enumerate(notebook.cells) if _meta(cell)]
    found = [notebook.cells[index] for index in places]
    ordered = sorted(found, key=lambda cell: ids.index(_meta(cell)["grade_id"]))
    moved = [_meta(cell)["grade_id"] for cell, there in zip(found, ordered, strict=True) if cell is not there]
    if not moved:
        return []
    for index, cell in zip(places, ordered, strict=True):
        notebook.cells[index] = cell
    return [Problem("restored", f"{_cells(moved)}: stood in another order, put in the assignment's")]


def _put_back(notebook: Any, cells: list[GradedCell]) -> list[Problem]:
    """Put graded cells that were deleted where they belong: behind what stood before them, else at the end.

    At the end, a notebook that lost all its metadata still has its answers run before the tests.
    """
    place = {_meta(cell).get("grade_id"): cell for cell in notebook.cells if _meta(cell)}
    missing = [cell for cell in cells if cell.graded and cell.grade_id not in place]
    for source in missing:
        before = cells[: cells.index(source)]
        anchor = next((place[cell.grade_id] for cell in reversed(before) if cell.grade_id in place), None)
        restored = _new_cell(source, with_id=notebook.nbformat_minor >= 5)
        if anchor is not None:
            position = next(i for i, cell in enumerate(notebook.cells) if cell is anchor) + 1
        else:
            position = 0 if any(cell.grade_id in place for cell in cells) else len(notebook.cells)
        notebook.cells.insert(position, restored)
        place[source.grade_id] = restored
    if not missing:
        return []
    ids = [cell.grade_id for cell in missing]
    return [Problem("restored", f"{_cells(ids)}: missing from the notebook, put back")]


def _new_cell(source: GradedCell, with_id: bool) -> Any:
    from nbformat import NotebookNode, v4

    make: Any = v4.new_code_cell if source.cell_type == "code" else v4.new_markdown_cell
    # an answer that is missing may stand elsewhere: a person looks, which the released text would prevent
    cell: NotebookNode = make(source=MISSING_ANSWER if source.solution else source.source)
    cell.metadata = _metadata(cell, source)
    if not with_id:
        del cell["id"]
    return cell
