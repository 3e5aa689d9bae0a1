"""From the bytes of a submitted file to a notebook, with safe repairs, or to a reason why there is none."""

from __future__ import annotations

import codecs
import json
import re
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from eds_autograder.grading.results import Problem

__all__ = [
    "MissingNotebookError",
    "Recognizer",
    "UnreadableNotebookError",
    "choose_notebook",
    "read_notebook",
    "source_text",
]

_SIGNATURES = (
    (b"PK\x03\x04", "a zip archive"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"{\\rtf", "a text document (RTF)"),
)
_ENCODINGS = (
    (codecs.BOM_UTF8, "utf-8-sig", "the file began with a byte-order mark: removed"),
    (codecs.BOM_UTF16_LE, "utf-16", "the file was saved as UTF-16: converted"),
    (codecs.BOM_UTF16_BE, "utf-16", "the file was saved as UTF-16: converted"),
    (b"{\0", "utf-16-le", "the file was saved as UTF-16: converted"),
    (b"\0{", "utf-16-be", "the file was saved as UTF-16: converted"),
)

# the cells of a notebook's JSON → how many graded cells of a certain notebook are among them
Recognizer = Callable[[Sequence[Mapping[str, Any]]], int]


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
    record, problems = _read_record(content)
    found = record.get("nbformat")
    if not isinstance(found, int) or not ("cells" in record or "worksheets" in record):
        raise UnreadableNotebookError("JSON, but not a notebook (it has no cells)")
    if found > 4:
        raise UnreadableNotebookError(f"notebook format {found} is newer than this grader knows (4)")
    mended = _without_halves(record)
    if mended != record:
        problems.append(Problem("repair", "characters that are no Unicode: replaced by '?'"))
    if _fill_in(mended):
        problems.append(Problem("repair", "parts that the notebook format asks for were missing: added"))
    notebook = _upgrade(json.dumps(mended))
    if found < 4:
        problems.append(Problem("repair", f"old notebook format {found}: upgraded to 4"))
    return notebook, problems


def _read_record(content: bytes) -> tuple[dict[str, Any], list[Problem]]:
    text, problems = _decode(content)
    record, more = _parse(text)
    return record, [*problems, *more]


def choose_notebook(
    name: str, files: Mapping[str, Path], expected: Iterable[str], known: Recognizer
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
    known : callable
        Takes the cells of a notebook's JSON; returns how many graded cells of this notebook are among them.

    Raises
    ------
    UnreadableNotebookError
        When there is no such notebook, or more than one that it could be.
    """
    named = f"{name}.ipynb"
    taken = {f"{other}.ipynb" for other in expected}
    others = {file: path for file, path in files.items() if _may_be_notebook(file) and file not in taken}
    if named in files and _raw_cells(files[named]) is not None:
        return files[named], []
    matching = _best(others, known)
    if len(matching) == 1:
        (file,) = matching
        why = f"{named} cannot be read" if named in files else "its graded cells are the same"
        return others[file], [Problem("repair", f"{file}: taken for {named} ({why})")]
    if named in files:
        return files[named], []
    if matching:
        raise UnreadableNotebookError(f"no {named}, and {len(matching)} notebooks that it could be")
    seen = ", ".join(sorted(files)[:3]) or "an empty folder"
    raise MissingNotebookError(f"no {named} was handed in (found: {seen})")


def _may_be_notebook(file: str) -> bool:
    """Tell by its name; browsers and mail programs append suffixes of their own."""
    path = PurePosixPath(file)
    # what macOS writes beside each file of an archive
    return ".ipynb" in path.name.lower() and not path.name.startswith("._")


def _best(files: Mapping[str, Path], known: Recognizer) -> list[str]:
    """Return the files that hold most graded cells; of those whose cells are all the same, one."""
    cells = {file: _raw_cells(path) for file, path in files.items()}
    counts = {file: known(found) for file, found in cells.items() if found}
    most = max(counts.values(), default=0)
    if not most:
        return []
    best: dict[str, str] = {}
    for file in sorted(file for file, count in counts.items() if count == most):
        sources = [(cell.get("cell_type"), source_text(cell)) for cell in cells[file] or []]
        best.setdefault(json.dumps(sources), file)
    return list(best.values())


def _raw_cells(path: Path) -> list[Mapping[str, Any]] | None:
    """Return the cells of a file as its JSON has them; None when it is no notebook that can be read."""
    try:
        record, _ = _read_record(path.read_bytes())
    except (UnreadableNotebookError, OSError):
        return None
    cells = record.get("cells", [])
    for worksheet in record.get("worksheets", []) if "cells" not in record else []:
        cells = worksheet.get("cells", []) if isinstance(worksheet, dict) else []
    return [cell for cell in cells if isinstance(cell, dict)] if isinstance(cells, list) else None


def source_text(cell: Mapping[str, Any]) -> str:
    """Return the text of a cell as JSON has it: one string or a list of lines; formats before 4 say input."""
    source = cell.get("source", cell.get("input", ""))
    lines = source if isinstance(source, list) else [source]
    return "".join(line for line in lines if isinstance(line, str))


def _decode(content: bytes) -> tuple[str, list[Problem]]:
    if not content.strip(b"\0 \t\r\n"):
        raise UnreadableNotebookError("the file is empty")
    if content.startswith(b"PK\x03\x04") and b"word/" in content:
        raise UnreadableNotebookError("not a notebook: a Word document")
    for signature, what in _SIGNATURES:
        if content.startswith(signature):
            raise UnreadableNotebookError(f"not a notebook: {what}")
    encoding, told = next((rest for mark, *rest in _ENCODINGS if content.startswith(mark)), ("utf-8", None))
    problems = [Problem("repair", told)] if told else []
    try:
        return content.decode(encoding), problems
    except UnicodeDecodeError as error:
        old = _decode_old(content)
        if old is None:
            raise UnreadableNotebookError(f"not a notebook: no UTF-8 text (byte {error.start})") from error
        return old, [Problem("repair", "the file was saved as Windows-1252, not UTF-8: converted")]


def _decode_old(content: bytes) -> str | None:
    """Return the text of a notebook that an old editor saved in the old code of its country."""
    if not content.lstrip().startswith(b"{"):
        return None
    try:
        text = content.decode("cp1252")
        _parse(text)
    except (UnicodeDecodeError, UnreadableNotebookError):
        return None
    return text


def _parse(text: str) -> tuple[dict[str, Any], list[Problem]]:
    problems = []
    try:
        record, end = json.JSONDecoder().raw_decode(text, len(text) - len(text.lstrip()))
        rest = text[end:].strip("\0 \t\r\n")
        if rest or "\0" in text[end:]:
            problems.append(Problem("repair", "something stood behind the notebook's end: left out"))
    except json.JSONDecodeError as error:
        raise UnreadableNotebookError(_why_no_json(text, error)) from error
    except RecursionError as error:
        raise UnreadableNotebookError("not a notebook: JSON nested too deeply") from error
    if not isinstance(record, dict):
        raise UnreadableNotebookError("JSON, but not a notebook (no object at the top)")
    return record, problems


def _why_no_json(text: str, error: json.JSONDecodeError) -> str:
    at_the_end = error.pos >= len(text.rstrip()) - 1 or error.msg.startswith("Unterminated string")
    if re.search(r"^<<<<<<< ", text, flags=re.MULTILINE):
        return "not a notebook: it holds the marks of a merge conflict (<<<<<<<)"
    if text.lstrip().startswith("{") and at_the_end:
        return f"the file breaks off in line {error.lineno} (an upload that was cut?)"
    if text.lstrip().startswith("<"):
        return "not a notebook: a web page"
    return f"not a notebook: no JSON (line {error.lineno}: {error.msg})"


def _without_halves(value: Any) -> Any:
    """Return JSON without halves of surrogate pairs, which it can escape but nothing can write as UTF-8."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_without_halves(item) for item in value]
    if isinstance(value, dict):
        return {_without_halves(key): _without_halves(item) for key, item in value.items()}
    return value


def _fill_in(record: dict[str, Any]) -> bool:
    """Add to a notebook of format 4 what the format asks for and a run does not need, in place.

    Outputs are dropped: the run makes its own, and what an editor left of the old ones may be malformed.
    """
    if not isinstance(record.get("cells"), list):
        return False
    missing = not isinstance(record.get("metadata"), dict)
    if missing:
        record["metadata"] = {}
    for cell in record["cells"]:
        if not isinstance(cell, dict) or "cell_type" not in cell:
            continue
        if not isinstance(cell.get("metadata"), dict) or not isinstance(cell.get("source"), str | list):
            missing = True
        cell["metadata"] = cell["metadata"] if isinstance(cell.get("metadata"), dict) else {}
        cell["source"] = source_text(cell).replace("\r\n", "\n").replace("\r", "\n")
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
        elif not isinstance(cell.get("attachments", {}), dict):
            del cell["attachments"]
    return missing


def _upgrade(text: str) -> Any:
    import nbformat
    from nbformat.validator import normalize

    with warnings.catch_warnings():
        # missing and doubled cell ids are set right below, without a word to the student
        warnings.simplefilter("ignore")
        try:
            _, notebook = normalize(nbformat.reads(text, as_version=4))
            nbformat.validate(notebook, relax_add_props=True)
        except (nbformat.ValidationError, KeyError, TypeError, AttributeError, ValueError) as error:
            first = str(error).strip().splitlines()[0][:120] if str(error).strip() else type(error).__name__
            raise UnreadableNotebookError(f"not a valid notebook: {first}") from error
    return notebook
