"""An entry: a file of ids and labels, validated against the ids and labels that are expected.

A plain file is read in a few vectorised steps; any other is read again, line by line, to tell its problems.
A Parquet file is read as the CSV file that says the same: its first row is line 2.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from eds_leaderboard.apart import as_csv_apart
from eds_leaderboard.csvfile import (
    FILE_LIMITS,
    Limits,
    Row,
    check_size,
    count_lines,
    read_capped,
    rows,
    separator_remedy,
)
from eds_leaderboard.errors import InvalidFileError
from eds_leaderboard.lookup import Lookup
from eds_leaderboard.numbered import Numbered
from eds_leaderboard.parquet import MAGIC
from eds_leaderboard.parts import InMemory, OnDisk, Parts
from eds_leaderboard.plain import Column, PlainFile
from eds_leaderboard.problems import Problems, counted, shown
from eds_leaderboard.words import Words, words_of_texts

__all__ = ["Codes", "Expected", "read_entry", "validate"]

Codes = npt.NDArray[np.int64]
Places = npt.NDArray[np.int32] | npt.NDArray[np.int64]

MAX_LABELS_TOLD = 20


@dataclass(frozen=True)
class Expected:
    """What an entry must hold: each id once, in any order, with one of the labels.

    Parameters
    ----------
    ids : sequence of str
        The held-out rows, in the order in which codes are returned.
    labels : tuple of str
        The class list.
    id_column, label_column : str
        The two headings.
    """

    ids: Sequence[str]
    labels: tuple[str, ...]
    id_column: str = "id"
    label_column: str = "label"

    @cached_property
    def positions(self) -> dict[str, int]:
        """Position of each id."""
        return {name: position for position, name in enumerate(self.ids)}

    @cached_property
    def codes(self) -> dict[str, int]:
        """Code of each label."""
        return {label: code for code, label in enumerate(self.labels)}

    @cached_property
    def keys(self) -> Numbered | Lookup | None:
        """The ids for the fast reading; None when they can only be read slowly."""
        words = words_of_texts(self.ids)
        return None if words is None else Numbered.of(words) or _lookup(words)

    @cached_property
    def label_keys(self) -> Lookup | None:
        """The labels for the fast reading."""
        words = words_of_texts(self.labels)
        return None if words is None else _lookup(words)

    @property
    def header(self) -> list[str]:
        """The headings of an entry."""
        return [self.id_column, self.label_column]

    @cached_property
    def labels_told(self) -> str:
        """The class list for a message."""
        told = ", ".join(self.labels[:MAX_LABELS_TOLD])
        more = len(self.labels) - MAX_LABELS_TOLD
        return f"expected one of {told}" + (f" and {more} more" if more > 0 else "")


def _lookup(words: Words) -> Lookup | None:
    try:
        return Lookup.of(words)
    except OverflowError:
        return None


def read_entry(path: Path, expected: Expected, limits: Limits = FILE_LIMITS) -> Codes:
    """Read and validate a file; see `validate`."""
    codes = None
    if path.is_file():
        # what cannot be read, or is written meanwhile, is told below
        with suppress(OSError, EOFError), OnDisk(path) as parts:
            codes = _plain_codes(parts, expected, limits)
    return validate(read_capped(path, limits), expected, path.name, limits) if codes is None else codes


def validate(
    data: bytes, expected: Expected, source: str = "the file", limits: Limits = FILE_LIMITS
) -> Codes:
    """Return the predicted class codes in the order of the expected ids.

    Parameters
    ----------
    data : bytes
        The whole file, CSV or Parquet.
    expected : Expected
        The ids and labels that are allowed.
    source : str
        The file's name in messages.
    limits : Limits
        What the file may measure.

    Returns
    -------
    array of int64, shape (n_ids,)
        Positions in ``expected.labels``.

    Raises
    ------
    InvalidFileError
        If anything is wrong; it carries all problems.
    """
    limits = limits.for_ids(len(expected.ids))
    if data.startswith(MAGIC):
        data = as_csv_apart(data, expected.header, source, limits)
    codes = _plain_codes(InMemory(data), expected, limits)
    if codes is None:
        data = check_size(data, limits, Problems(source))
        codes = _Explanation(expected, Problems(source)).read(data)
    return codes


def _plain_codes(parts: Parts, expected: Expected, limits: Limits) -> Codes | None:
    """Return the codes of a file that is right and plainly written; None leaves it to the slow reading."""
    keys, label_keys, n_ids = expected.keys, expected.label_keys, len(expected.ids)
    if keys is None or label_keys is None or n_ids > limits.max_rows or parts.size > limits.max_bytes:
        return None
    file = PlainFile.open(parts)
    if file is None or file.header != expected.header:
        return None
    codes = np.full(n_ids, -1, dtype=np.int16)

    def read(_number: int, columns: list[Column]) -> int | None:
        ids, labels = _words_of(columns[0], keys), _words_of(columns[1], label_keys)
        if ids is None or labels is None:
            return None
        found = _found(labels, label_keys)
        in_order = _in_order(ids, keys)
        places = _found(ids, keys) if in_order is None else in_order
        if places is None or found is None:
            return None
        codes[places] = found
        return len(ids)

    counts = file.for_each(read, limits.max_line)
    # as many rows as ids and none without a code: no id is doubled, none is missing
    if counts is None or sum(counts) != n_ids or codes.min() < 0:
        return None
    return codes.astype(np.int64)


def _words_of(column: Column, keys: Numbered | Lookup) -> Words | None:
    """Return the cells as words, or None when one is longer than the keys."""
    words = np.empty((len(column.starts), keys.words.shape[1]), dtype=np.uint64)
    return words if column.write(words) else None


def _found(words: Words, keys: Numbered | Lookup) -> Places | None:
    """Return where the words stand among the keys, or None when one does not."""
    places = keys.find(words)
    return None if places is None or places.min() < 0 else places


def _in_order(words: Words, keys: Numbered | Lookup) -> slice | None:
    """Return where the words stand one after the other among the keys, as in most files, or None."""
    first = keys.find(words[:1])
    if first is None or first[0] < 0:
        return None
    there = keys.words[first[0] :][: len(words)]
    # one row tells whether it is worth comparing them all
    if len(there) < len(words) or (words[-1] != there[-1]).any() or not np.array_equal(words, there):
        return None
    return slice(int(first[0]), int(first[0]) + len(words))


@dataclass
class _Explanation:
    """The slow reading of a file, which notes whatever it meets."""

    expected: Expected
    problems: Problems
    first_line: dict[str, int] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)

    def read(self, data: bytes) -> Codes:
        table = rows(data, self.problems)
        body = self._after_header(next(table, None), table)
        if body is not None:
            for row, id_position, label_position, width in body:
                self._row(row, id_position, label_position, width)
            self._missing(count_lines(data))
        if self.problems:
            raise InvalidFileError(self.problems)
        return np.fromiter(map(self.codes.__getitem__, self.expected.ids), np.int64, len(self.expected.ids))

    def _after_header(
        self, first: Row | None, rest: Iterable[Row]
    ) -> Iterable[tuple[Row, int, int, int]] | None:
        """Return the rows with the positions of their two columns, or None when the columns are unknown."""
        expected = self.expected
        if first is None:
            return None
        header = first.cells
        if header == expected.header:
            return ((row, 0, 1, 2) for row in rest)
        if self._looks_like_a_row(header):
            self.problems.add(
                "header",
                first.line,
                f"No header, the file begins with {shown(','.join(header))}",
                f"expected '{','.join(expected.header)}'",
                "write the two headings as the first line",
            )
            return ((row, 0, 1, 2) for row in [first, *rest])
        self._wrong_header(first)
        if expected.id_column in header and expected.label_column in header:
            places = header.index(expected.id_column), header.index(expected.label_column)
            return ((row, *places, len(header)) for row in rest)
        return ((row, 0, 1, 2) for row in rest) if len(header) == 2 else None

    def _looks_like_a_row(self, cells: list[str]) -> bool:
        return len(cells) == 2 and (cells[0] in self.expected.positions or cells[1] in self.expected.codes)

    def _wrong_header(self, row: Row) -> None:
        wanted = ",".join(self.expected.header)
        remedy = "the first line must hold these two headings, in this order"
        text = ",".join(row.cells)
        if row.cells[0] == "" and row.cells[1:] == self.expected.header:
            remedy = "pandas wrote its index: use to_csv(…, index=False)"
        elif row.cells == self.expected.header[::-1]:
            remedy = "swap the two columns"
        elif len(row.cells) == 1:
            remedy = separator_remedy(row.cells, self.expected.header) or remedy
        elif text.lower() == wanted.lower():
            remedy = "write the headings in the same upper and lower case"
        self.problems.add("header", row.line, f"Header {shown(text)}", f"expected '{wanted}'", remedy)

    def _row(self, row: Row, id_position: int, label_position: int, width: int) -> None:
        if len(row.cells) != width:
            self.problems.add(
                "columns",
                row.line,
                f"{counted(len(row.cells), 'cell')} in the row",
                f"expected {width}",
                "write one id, one comma and one label",
            )
            # an id that stands alone is there all the same: it is not told twice, as missing too
            self.first_line.setdefault(row.cells[min(id_position, len(row.cells) - 1)], row.line)
            return
        name, label = row.cells[id_position], row.cells[label_position]
        # most rows even of a bad file are good ones
        if name in self.expected.positions and name not in self.first_line and label in self.expected.codes:
            self.first_line[name] = row.line
            self.codes[name] = self.expected.codes[label]
            return
        self._id(name, row.line)
        if label not in self.expected.codes:
            self._unknown_label(label, row.line)

    def _id(self, name: str, line: int) -> None:
        if name not in self.expected.positions:
            self._unknown_id(name, line)
        elif name in self.first_line:
            self.problems.add(
                "duplicate-id",
                line,
                f"Duplicate id {shown(name)} in column '{self.expected.id_column}'",
                f"expected each id once, it stands in line {self.first_line[name]} already",
                "keep one of the rows",
            )
        self.first_line.setdefault(name, line)

    def _unknown_id(self, name: str, line: int) -> None:
        if not self.problems.counted_only("unknown-id"):
            column = f"in column '{self.expected.id_column}'"
            what = f"Empty cell {column}" if not name else f"Unknown id {shown(name)} {column}"
            self.problems.add(
                "unknown-id", line, what, "expected an id of the test set", self._id_remedy(name)
            )

    def _id_remedy(self, name: str) -> str:
        known = self.expected.positions
        as_text = f"in pandas: read_csv(…, dtype={{'{self.expected.id_column}': str}})"
        if name.endswith(".0") and name[:-2] in known:
            return f"the ids became floats: write '{name[:-2]}', {as_text}"
        for variant in (name.lower(), name.upper(), name.lstrip("0"), name.strip(), name.strip("'\" \u00a0")):
            if variant in known:
                return f"did you mean {shown(variant)}?"
        width = len(self.expected.ids[0])
        if name.zfill(width) in known:
            padded = shown(name.zfill(width))
            return f"leading zeros are lost: write {padded}, {as_text}"
        return "take the ids from the sample submission, as they are"

    def _unknown_label(self, label: str, line: int) -> None:
        kind = "unknown-label" if label else "empty-label"
        if self.problems.counted_only(kind):
            return
        column = f"in column '{self.expected.label_column}'"
        what = f"Unexpected label {shown(label)} {column}" if label else f"Empty cell {column}"
        self.problems.add(kind, line, what, self.expected.labels_told, self._label_remedy(label))

    def _label_remedy(self, label: str) -> str:
        known = self.expected.codes
        whole = label.split(".")[0]
        if whole in known and label.strip("0123456789") == ".":
            return f"labels are names: write '{whole}', in pandas: astype(int) before to_csv"
        if not label or label.lower() in ("nan", "none", "null", "na", "n/a"):
            return "every id needs a prediction: fill the gap with your best guess"
        folded = {name.casefold(): name for name in self.expected.labels}
        near = difflib.get_close_matches(label.casefold(), folded, n=1)
        return (
            f"did you mean {shown(folded[near[0]])}?" if near else "write one of the class names as they are"
        )

    def _missing(self, last_line: int) -> None:
        for name in self.expected.ids:
            if name not in self.first_line:
                self.problems.add(
                    "missing-id",
                    last_line,
                    f"Missing id {shown(name)}, the file ends",
                    f"expected {len(self.expected.ids):,} ids",
                    "add a row for it",
                )
