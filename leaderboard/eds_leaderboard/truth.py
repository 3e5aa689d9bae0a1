"""The truth: the labels of the held-out rows, and which of them are public and which private."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from eds_leaderboard.csvfile import FILE_LIMITS, Limits, check_size, read_capped, rows, separator_remedy
from eds_leaderboard.entries import Codes, Expected
from eds_leaderboard.errors import InvalidFileError, UsageError, file_tip
from eds_leaderboard.lookup import DuplicateError, placed
from eds_leaderboard.metrics import MAX_CLASSES, ConfusionMatrix
from eds_leaderboard.parts import InMemory
from eds_leaderboard.plain import Column, PlainFile
from eds_leaderboard.problems import Problems, counted, shown
from eds_leaderboard.words import MAX_BYTES, Names, Words, n_words

__all__ = ["SPLITS", "Table", "Truth", "class_list", "parse_truth", "read_table", "read_truth"]

# public rows rank during the event and private ones after it; feedback rows never rank
SPLITS = ("public", "private", "feedback")
Columns = tuple[list[str], Sequence[Sequence[str]], Sequence[int]]
_TIP = "mend the file and try again; nothing was changed"
_WHOLE_NUMBER = re.compile(r"-?[0-9]+")


@dataclass(frozen=True)
class Table:
    """The named columns of a truth file; row ``i`` stands in line ``lines[i]``."""

    source: str
    columns: dict[str, Sequence[str]]
    lines: Sequence[int]


@dataclass(frozen=True)
class Truth:
    """Labels of held-out rows.

    Parameters
    ----------
    expected : Expected
        Ids and class list.
    codes : array of int64, shape (n_ids,)
        True class of each id, in the order of ``expected.ids``.
    splits : tuple of str, optional
        One of `SPLITS` for each id; empty when the file is not split.
    groups : tuple of str, optional
        What the rows of one origin share (a station, an event); empty when there is none.
    """

    expected: Expected
    codes: Codes
    splits: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()

    @cached_property
    def _rows(self) -> dict[str, Codes]:
        names = np.asarray(self.splits, dtype=np.str_)
        return {str(name): np.flatnonzero(names == name) for name in np.unique(names)}

    @property
    def used_splits(self) -> tuple[str, ...]:
        """The splits that have rows."""
        return tuple(split for split in SPLITS if split in self._rows)

    def rows_of(self, split: str) -> Codes:
        """Return the positions of a split's rows, ascending."""
        return self._rows.get(split, np.empty(0, dtype=np.int64))

    def confusion(self, predicted: Codes, split: str | None = None) -> ConfusionMatrix:
        """Return the confusion matrix of all rows, or of one split's."""
        true = self.codes
        if split is not None:
            rows = self.rows_of(split)
            true, predicted = true[rows], predicted[rows]
        return ConfusionMatrix.from_codes(true, predicted, self.expected.labels)

    def right(self, predicted: Codes, split: str | None = None) -> npt.NDArray[np.bool_]:
        """Return, for all rows or for one split's in their order, whether each is predicted right."""
        right: npt.NDArray[np.bool_] = predicted == self.codes
        return right if split is None else right[self.rows_of(split)]


def class_list(labels: Sequence[str]) -> tuple[str, ...]:
    """Return the classes, each once: whole numbers in their order, names alphabetically."""
    names = set(labels)
    if all(_WHOLE_NUMBER.fullmatch(name) for name in names):
        return tuple(sorted(names, key=lambda name: (int(name), name)))
    return tuple(sorted(names))


def read_table(path: Path, needed: Sequence[str], limits: Limits = FILE_LIMITS) -> Table:
    """Read a CSV file that has the needed columns among its own.

    Raises
    ------
    InvalidFileError
        If it cannot be split into rows of equal width, or a needed column is not there or has an empty cell.
    """
    return table_of(read_capped(path, limits), path.name, needed, limits)


@file_tip(_TIP)
def table_of(data: bytes, source: str, needed: Sequence[str], limits: Limits = FILE_LIMITS) -> Table:
    """Return the table of a CSV file's bytes; see `read_table`."""
    header, columns, lines = _plain_columns(data, limits) or _slow_columns(data, limits, source)
    problems = Problems(source)
    table = Table(source, dict(zip(header, columns, strict=True)), lines)
    for name in needed:
        if name not in table.columns:
            problems.add(
                "header",
                1,
                f"No column '{name}' in {shown(','.join(header))}",
                f"expected {', '.join(needed)}",
                separator_remedy(header, needed) or f"name the column '{name}' in the first line",
            )
    if len(table.columns) != len(header):
        problems.add(
            "header", 1, "Two columns of the same name", "expected each name once", "rename one of them"
        )
    if not problems:
        _refuse_empty_cells(table, needed, problems)
    if problems:
        raise InvalidFileError(problems)
    return table


def _plain_columns(data: bytes, limits: Limits) -> Columns | None:
    """Split a file whose cells are what its bytes say; None leaves it to the slow reading."""
    # a space or a tab may surround a cell
    if len(data) > limits.max_bytes or b" " in data or b"\t" in data:
        return None
    file = PlainFile.open(InMemory(data))
    if file is None or file.n_rows > limits.max_rows or not _is_text(data):
        return None
    if b"\r" in data and not (file.is_crlf and data.count(b"\r") == file.n_rows + 1):
        return None
    columns = _names(file, limits.max_line)
    return None if columns is None else (file.header, columns, range(2, file.n_rows + 2))


def _names(file: PlainFile, max_line: int) -> list[Names] | None:
    """Return all columns; None when the file is not plain, or a cell is too long."""
    # most columns are about as wide as their first cell
    longest = file.widths_of_first_row()
    while max(longest) <= MAX_BYTES:
        words = [np.empty((file.n_rows, n_words(size)), dtype=np.uint64) for size in longest]

        def read(number: int, columns: list[Column], words: list[Words] = words) -> list[int]:
            rows = file.rows[number]
            fits = [column.write(target[rows]) for column, target in zip(columns, words, strict=True)]
            return [] if all(fits) else [column.longest for column in columns]

        told = file.for_each(read, max_line)
        if told is None:
            return None
        wider = [sizes for sizes in told if sizes]
        if not wider:
            return [Names(column) for column in words]
        # longer cells than any before: once more with room for them
        longest = [max(sizes) for sizes in zip(longest, *wider, strict=True)]
    return None


def _is_text(data: bytes) -> bool:
    try:
        return data.isascii() or bool(data.decode())
    except UnicodeDecodeError:
        return False


def _slow_columns(data: bytes, limits: Limits, source: str) -> Columns:
    data = check_size(data, limits, Problems(source))
    problems = Problems(source)
    table = list(rows(data, problems))
    header = table[0].cells if table else []
    body = []
    for row in table[1:]:
        if len(row.cells) == len(header):
            body.append(row)
            continue
        problems.add(
            "columns",
            row.line,
            f"{counted(len(row.cells), 'cell')} in the row",
            f"expected {len(header)} as in the header",
            "mend the row",
        )
    if problems:
        raise InvalidFileError(problems)
    return header, [[row.cells[k] for row in body] for k in range(len(header))], [row.line for row in body]


def _refuse_empty_cells(table: Table, needed: Sequence[str], problems: Problems) -> None:
    if not table.lines:
        problems.add("empty", 1, "No row after the header", "expected one row per id", "write the file again")
    for name in needed:
        column = table.columns[name]
        if "" in column:
            for line, cell in zip(table.lines, column, strict=True):
                if not cell:
                    problems.add(
                        "empty-cell", line, f"Empty cell in column '{name}'", "expected a value", "fill it"
                    )


def read_truth(
    path: Path, *, id_column: str = "id", label_column: str = "label", limits: Limits = FILE_LIMITS
) -> Truth:
    """Read ids and true labels, and no other column, of a CSV file.

    Raises
    ------
    InvalidFileError
        If the file has problems; it carries all of them.
    """
    data = read_capped(path, limits)
    return parse_truth(data, path.name, id_column=id_column, label_column=label_column, limits=limits)


def parse_truth(
    data: bytes,
    source: str,
    *,
    id_column: str = "id",
    label_column: str = "label",
    limits: Limits = FILE_LIMITS,
) -> Truth:
    """Return the truth of a CSV file's bytes; see `read_truth`."""
    if id_column == label_column:
        raise UsageError(f"the ids and the labels cannot both be in column '{id_column}'")
    table = table_of(data, source, [id_column, label_column], limits)
    return truth_of(table, id_column, label_column)


@file_tip(_TIP)
def truth_of(table: Table, id_column: str = "id", label_column: str = "label") -> Truth:
    """Return the ids and labels of a table, each id checked to stand there once."""
    names, labels = table.columns[id_column], table.columns[label_column]
    classes, codes = classified(labels)
    problems = Problems(table.source)
    expected = Expected(names, classes, id_column, label_column)
    if not _each_once(expected):
        _tell_duplicates(table, names, problems)
    if len(classes) > MAX_CLASSES:
        problems.add(
            "classes",
            1,
            f"{len(classes):,} different values in column '{label_column}'",
            f"at most {MAX_CLASSES:,} classes",
            "choose the column of class names with --label-column",
        )
    if problems:
        raise InvalidFileError(problems)
    return Truth(expected, codes)


def _each_once(expected: Expected) -> bool:
    try:
        return expected.keys is not None or len(set(expected.ids)) == len(expected.ids)
    except DuplicateError:
        return False


def classified(labels: Sequence[str]) -> tuple[tuple[str, ...], Codes]:
    """Return the class list and the class of each label."""
    words = labels.words if isinstance(labels, Names) else None
    places = None if words is None else placed(words, MAX_CLASSES)
    if places is None:
        classes = class_list(labels)
        numbers = {label: code for code, label in enumerate(classes)}
        return classes, np.fromiter(map(numbers.__getitem__, labels), np.int64, len(labels))
    found = list(places.texts)
    classes = class_list(found)
    return classes, np.array([classes.index(label) for label in found])[places.places]


def _tell_duplicates(table: Table, names: Sequence[str], problems: Problems) -> None:
    first: dict[str, int] = {}
    for name, line in zip(names, table.lines, strict=True):
        if name in first:
            problems.add(
                "duplicate-id",
                line,
                f"Duplicate id {shown(name)}",
                f"expected each id once, it stands in line {first[name]} already",
                "keep one of the rows",
            )
        first.setdefault(name, line)
