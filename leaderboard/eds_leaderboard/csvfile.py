"""Somebody's CSV file: capped before it is parsed, and explained line by line.

A row is a physical line. Accepted without a word, because the meaning cannot change: a UTF-8 byte order
mark, CRLF line ends, a missing last line end, blank lines at the end, cells in double quotes, spaces and tabs
around a cell.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from eds_leaderboard.errors import InvalidFileError, UsageError
from eds_leaderboard.problems import Problems, shown

__all__ = [
    "BOM",
    "ENTRY_LIMITS",
    "FILE_LIMITS",
    "Limits",
    "Row",
    "check_size",
    "count_lines",
    "read_capped",
    "rows",
    "separator_remedy",
]

BLANK = " \t"
BOM = b"\xef\xbb\xbf"
_WIDE_BOMS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars", " ": "spaces"}
_MIB = 2**20
# a file that was written twice is still explained, and one of another test set of a small event
SPARE_ROWS = 10_000


@dataclass(frozen=True)
class Limits:
    """What a file may measure at most; checked before a single cell is looked at."""

    max_bytes: int
    max_rows: int
    max_line: int = 2000

    def for_ids(self, n_ids: int) -> Limits:
        """Return the limits of a file that should have so many rows.

        One far longer is not explained row by row: teams that send such files could keep all others waiting.
        """
        return replace(self, max_rows=min(self.max_rows, 2 * n_ids + SPARE_ROWS))


# one's own files, with one's own memory
FILE_LIMITS = Limits(max_bytes=1024 * _MIB, max_rows=25_000_000)
# the file of a team, in the memory of the host
ENTRY_LIMITS = Limits(max_bytes=64 * _MIB, max_rows=3_000_000)


class Row(NamedTuple):
    """The cells of one physical line; `line` counts from 1 and the header is line 1."""

    line: int
    cells: list[str]


def read_capped(path: Path, limits: Limits) -> bytes:
    """Return the bytes of a file as they are, never more than one above the limit.

    Raises
    ------
    UsageError
        If there is no such file, or it may not be read.
    """
    if not path.is_file():
        what = "a folder, no file" if path.is_dir() else "no such file"
        raise UsageError(f"{path}: {what}", "give the path of the file")
    try:
        with path.open("rb") as stream:
            return stream.read(limits.max_bytes + 1)
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}", "give the path of the file") from error


def check_size(data: bytes, limits: Limits, problems: Problems) -> bytes:
    """Return the data without its byte order mark.

    Raises
    ------
    InvalidFileError
        If it cannot be parsed at all: empty, no text, or larger than the limits.
    """
    _check_bytes(data, limits, problems)
    if not problems:
        data = data.removeprefix(BOM)
        _check_lines(data, limits, problems)
    if problems:
        raise InvalidFileError(problems)
    return data


def _check_bytes(data: bytes, limits: Limits, problems: Problems) -> None:
    if len(data) > limits.max_bytes:
        problems.add(
            "too-large",
            1,
            f"More than {limits.max_bytes:,} bytes",
            "a file of ids and labels is far smaller",
            "write the two columns only, and check that you chose the right file",
        )
    elif data[:2] in _WIDE_BOMS:
        problems.add(
            "encoding",
            1,
            f"The file is encoded in {_WIDE_BOMS[data[:2]]}",
            "expected UTF-8",
            "save it as CSV in UTF-8",
        )
    elif b"\0" in data:
        problems.add(
            "nul",
            data.count(b"\n", 0, data.index(b"\0")) + 1,
            "NUL byte",
            "expected text",
            "the file is no plain CSV (a spreadsheet, an archive, UTF-16?): save it as CSV in UTF-8",
        )
    elif not data.removeprefix(BOM).strip():
        problems.add(
            "empty", 1, "The file is empty", "expected a header and one row per id", "write the file again"
        )


def _check_lines(data: bytes, limits: Limits, problems: Problems) -> None:
    # the header is no row, and the end of the last line begins no other
    n_rows = data.count(b"\n") - data.endswith(b"\n")
    if n_rows > limits.max_rows:
        problems.add(
            "too-many-rows",
            limits.max_rows + 2,
            f"{n_rows:,} rows",
            f"at most {limits.max_rows:,} are read",
            "write one row per id",
        )
        return
    ends = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == ord("\n"))
    lengths = np.diff(ends, prepend=-1, append=len(data)) - 1
    for index in np.flatnonzero(lengths > limits.max_line):
        problems.add(
            "long-line",
            int(index) + 1,
            f"Line of {int(lengths[index]):,} bytes",
            f"at most {limits.max_line:,} bytes are read",
            "write one id and one label per line, and nothing else",
        )


def count_lines(data: bytes) -> int:
    """Return the number of the last line that is not blank."""
    return data.rstrip(b" \t\r\n").count(b"\n") + 1


def rows(data: bytes, problems: Problems) -> Iterator[Row]:
    """Yield the lines with their cells stripped; one that cannot be split is noted in `problems` instead."""
    lines = data.split(b"\n")
    last = count_lines(data)
    if last == 1 and b"\r" in data.strip(b" \t\r\n"):
        problems.add(
            "carriage-return",
            1,
            "Lines end with a bare carriage return",
            "expected line feeds or CRLF",
            "save the file with Unix or Windows line ends",
        )
        return
    for number, raw in enumerate(lines[:last], start=1):
        cells = _cells(raw.removesuffix(b"\r"), number, problems)
        if cells is not None:
            yield Row(number, cells)


def _cells(raw: bytes, number: int, problems: Problems) -> list[str] | None:
    try:
        line = raw.decode()
    except UnicodeDecodeError as error:
        problems.add(
            "encoding",
            number,
            f"Byte 0x{raw[error.start]:02x} is not UTF-8",
            "expected text in UTF-8",
            "save the file in UTF-8, in pandas: to_csv(…, encoding='utf-8')",
        )
        return None
    if "\r" in line:
        problems.add(
            "carriage-return",
            number,
            "Carriage return inside the line",
            "expected one row per line",
            "save the file with Unix or Windows line ends",
        )
        return None
    if not line.strip(BLANK):
        problems.add("blank-line", number, "Empty line between rows", "expected a row", "remove the line")
        return None
    cells = line.split(",") if '"' not in line else _quoted_cells(line, number, problems)
    return None if cells is None else [cell.strip(BLANK) for cell in cells]


def _quoted_cells(line: str, number: int, problems: Problems) -> list[str] | None:
    try:
        return next(csv.reader([line], strict=True, skipinitialspace=True))
    except csv.Error:
        problems.add(
            "quoting",
            number,
            f"Broken quotes in {shown(line)}",
            "expected every quoted cell to begin and end on its line",
            "write ids and labels without quotes",
        )
        return None


def separator_remedy(header: Sequence[str], wanted: Sequence[str]) -> str | None:
    """Return what to do about a header that is one cell because commas do not separate its cells."""
    if len(header) != 1:
        return None
    for separator, name in _SEPARATORS.items():
        # a sentence has blanks too
        if separator in header[0] and (separator != " " or not set(wanted).isdisjoint(header[0].split())):
            return f"the cells are separated by {name}: write commas, in pandas: to_csv(…, sep=',')"
    return None
