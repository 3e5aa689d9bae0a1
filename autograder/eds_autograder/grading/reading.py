"""From the bytes of a submitted file to a notebook, with safe repairs, or to a reason why there is none."""

from __future__ import annotations

import codecs
import json
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from eds_autograder.grading.results import Problem

__all__ = ["MissingNotebookError", "UnreadableNotebookError", "choose_notebook", "read_notebook"]

_SIGNATURES = (
    (b"PK\x03\x04", "a zip archive"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"{\\rtf", "a text document (RTF)"),
)


class UnreadableNotebookError(Exception):
    """The file is no notebook; the message is the reason in one line."""


class MissingNotebookError(UnreadableNotebookError):
    """There is no file that could be the notebook."""


def read_notebook(content: bytes) -> tuple[Any, list[Problem]]:
    """Read a notebook out of a file's bytes.

    Parameters
    ----------
    content : bytes
        Of the submitted file.

    Returns
    -------
    notebook : nbformat.NotebookNode
        In nbformat 4, valid.
    problems : list of Problem
        What was repaired on the way.

    Raises
    ------
    UnreadableNotebookError
        With the reason.
    """
    text, problems = _decode(content)
    record = _parse(text)
    found = record.get("nbformat")
    if not isinstance(found, int) or not ("cells" in record or "worksheets" in record):
        raise UnreadableNotebookError("JSON, but not a notebook (it has no cells)")
    if found > 4:
        raise UnreadableNotebookError(f"notebook format {found} is newer than this grader knows (4)")
    mended = _without_halves(record)
    if mended != record:
        problems.append(Problem("repair", "characters that are no Unicode: replaced by '?'"))
        text = json.dumps(mended)
    notebook = _upgrade(text)
    if found < 4:
        problems.append(Problem("repair", f"old notebook format {found}: upgraded to 4"))
    return notebook, problems


def choose_notebook(
    name: str, files: Mapping[str, Path], expected: Iterable[str], ids: Iterable[str]
) -> tuple[Path, list[Problem]]:
    """Find the file of a notebook among the submitted ones, by its name or else by its graded cells.

    Parameters
    ----------
    name : str
        Of the notebook, without its suffix.
    files : mapping of str to Path
        All submitted files.
    expected : iterable of str
        Names of all notebooks of the assignment: another one's file is not taken for this one.
    ids : iterable of str
        Ids of the notebook's graded cells.

    Raises
    ------
    UnreadableNotebookError
        When there is no such notebook, or more than one that it could be.
    """
    if f"{name}.ipynb" in files:
        return files[f"{name}.ipynb"], []
    taken = {f"{other}.ipynb" for other in expected}
    others = {file: path for file, path in files.items() if file.endswith(".ipynb") and file not in taken}
    wanted = set(ids)
    matching = [file for file, path in others.items() if wanted & _grade_ids(path)]
    if len(matching) == 1:
        return others[matching[0]], [
            Problem("repair", f"{matching[0]}: taken for {name}.ipynb (its graded cells are the same)")
        ]
    if matching:
        raise UnreadableNotebookError(f"no {name}.ipynb, and {len(matching)} notebooks that it could be")
    seen = ", ".join(sorted(files)[:3]) or "an empty folder"
    raise MissingNotebookError(f"no {name}.ipynb was handed in (found: {seen})")


def _grade_ids(path: Path) -> set[str]:
    try:
        cells = _parse(_decode(path.read_bytes())[0]).get("cells", [])
        metas = [cell["metadata"].get("nbgrader") or {} for cell in cells]
        return {str(meta.get("grade_id")) for meta in metas}
    except (UnreadableNotebookError, OSError, KeyError, TypeError, AttributeError):
        return set()


def _decode(content: bytes) -> tuple[str, list[Problem]]:
    if not content.strip():
        raise UnreadableNotebookError("the file is empty")
    for signature, what in _SIGNATURES:
        if content.startswith(signature):
            raise UnreadableNotebookError(f"not a notebook: {what}")
    problems = []
    encoding = "utf-8"
    if content.startswith(codecs.BOM_UTF8):
        encoding = "utf-8-sig"
        problems.append(Problem("repair", "the file began with a byte-order mark: removed"))
    elif content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
        problems.append(Problem("repair", "the file was saved as UTF-16: converted"))
    try:
        return content.decode(encoding), problems
    except UnicodeDecodeError as error:
        raise UnreadableNotebookError(f"not a notebook: no UTF-8 text (byte {error.start})") from error


def _parse(text: str) -> dict[str, Any]:
    try:
        record = json.loads(text)
    except json.JSONDecodeError as error:
        at_the_end = error.pos >= len(text.rstrip()) - 1 or error.msg.startswith("Unterminated string")
        if text.lstrip().startswith("{") and at_the_end:
            reason = f"the file breaks off in line {error.lineno} (an upload that was cut?)"
        elif text.lstrip().startswith("<"):
            reason = "not a notebook: a web page"
        else:
            reason = f"not a notebook: no JSON (line {error.lineno}: {error.msg})"
        raise UnreadableNotebookError(reason) from error
    except RecursionError as error:
        raise UnreadableNotebookError("not a notebook: JSON nested too deeply") from error
    if not isinstance(record, dict):
        raise UnreadableNotebookError("JSON, but not a notebook (no object at the top)")
    return record


def _without_halves(value: Any) -> Any:
    """Return JSON without halves of surrogate pairs, which it can escape but nothing can write as UTF-8."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_without_halves(item) for item in value]
    if isinstance(value, dict):
        return {_without_halves(key): _without_halves(item) for key, item in value.items()}
    return value


def _upgrade(text: str) -> Any:
    import nbformat
    from nbformat.validator import normalize

    with warnings.catch_warnings():
        # missing and doubled cell ids are set right below, without a word to the student
        warnings.simplefilter("ignore")
        try:
            _, notebook = normalize(nbformat.reads(text, as_version=4))
            for cell in notebook.cells:
                if cell.cell_type == "code" and not isinstance(cell.get("outputs"), list):
                    cell.outputs = []
            nbformat.validate(notebook, relax_add_props=True)
        except (nbformat.ValidationError, KeyError, TypeError, AttributeError, ValueError) as error:
            first = str(error).strip().splitlines()[0][:120] if str(error).strip() else type(error).__name__
            raise UnreadableNotebookError(f"not a valid notebook: {first}") from error
    return notebook
