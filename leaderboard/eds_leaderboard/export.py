"""The board as a file: CSV that a spreadsheet cannot be tricked with, JSON, Markdown."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eds_leaderboard.errors import UsageError

__all__ = ["FORMATS", "escape_formula", "render", "write_whole"]

Record = Mapping[str, Any]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MARKDOWN = re.compile(r"([\\`*_\[\]<>|&~])")


def escape_formula(value: Any) -> Any:
    """Return text with a leading ``'`` where a spreadsheet would take it for a formula."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value


def _csv(records: Sequence[Record], columns: Sequence[str]) -> str:
    stream = io.StringIO()
    # CRLF as RFC 4180 has it: only then does the module quote a cell with a carriage return
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([escape_formula(record.get(column)) for column in columns] for record in records)
    return stream.getvalue()


def _json(records: Sequence[Record], columns: Sequence[str]) -> str:
    rows = [{column: record.get(column) for column in columns} for record in records]
    return f"{json.dumps(rows, indent=2, ensure_ascii=False)}\n"


def _markdown(records: Sequence[Record], columns: Sequence[str]) -> str:
    lines = [columns, ["---"] * len(columns)]
    lines += [[_markdown_cell(record.get(column)) for column in columns] for record in records]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _markdown_cell(value: Any) -> str:
    if value is None:
        return ""
    text = " ".join(str(value).split())
    return _MARKDOWN.sub(r"\\\1", text) if isinstance(value, str) else text


FORMATS = {"csv": _csv, "json": _json, "md": _markdown}


def render(records: Sequence[Record], columns: Sequence[str], format_: str) -> str:
    """Return records as text in one of `FORMATS`."""
    return FORMATS[format_](records, columns)


def write_whole(path: Path, text: str) -> None:
    """Write a file that is there whole or not at all.

    Raises
    ------
    UsageError
        If the folder is not there or may not be written to.
    """
    try:
        handle, draft = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
        Path(draft).chmod(0o644)
        Path(draft).replace(path)
    except OSError as error:
        raise UsageError(
            f"cannot write {path}: {error.strerror}", "choose another place with --to"
        ) from error
