"""Plain CSV in vectorised steps: a file whose every line has the same number of unquoted cells.

Nothing is explained here: whatever is unusual about a file, it is left to the slow reading.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np

from eds_leaderboard.blocks import for_each
from eds_leaderboard.words import MAX_BYTES, POSSIBLE, WORD, Bytes, Positions, Words, words_of_cells

__all__ = ["Column", "PlainFile"]

T = TypeVar("T")

BLOCK = 2**20
_COMMA, _LINE_FEED, _RETURN = b",\n\r"


@dataclass(frozen=True)
class Column:
    """The cells of a column in one block of a file."""

    chunk: Bytes
    starts: Positions
    lengths: Positions

    @property
    def longest(self) -> int:
        """Bytes of the longest cell."""
        return int(self.lengths.max())

    def write(self, words: Words) -> bool:
        """Write the cells as words, shape (n_rows, n_words), unless one is longer."""
        if self.longest > WORD * words.shape[1]:
            return False
        words_of_cells(self.chunk, self.starts, self.lengths, words)
        return True


@dataclass(frozen=True)
class _Span:
    """A part of the file that begins with a line and ends with one, and its rows."""

    start: int
    stop: int
    rows: slice


class PlainFile:
    """A file that may be plain; see `open`.

    Parameters
    ----------
    data : bytes
    header : list of str
    """

    def __init__(self, data: bytes, header: list[str], start: int, *, is_crlf: bool) -> None:
        self.data = data
        self.header = header
        self.is_crlf = is_crlf
        self._start = start
        self._spans = _spans(data, start)
        self.n_rows = self._spans[-1].rows.stop

    @classmethod
    def open(cls, data: bytes) -> PlainFile | None:
        """Return the file when its first line is plain and there is no quote in it, else None."""
        start = data.find(b"\n") + 1
        if not POSSIBLE or not 0 < start < len(data) or b'"' in data or b"\0" in data:
            return None
        head = data[: start - 1]
        is_crlf = head.endswith(b"\r")
        try:
            header = head.removesuffix(b"\r").decode().split(",")
        except UnicodeDecodeError:
            return None
        return cls(data, header, start, is_crlf=is_crlf)

    def widths_of_first_row(self) -> list[int]:
        """Return the bytes of each cell in the first row, at least one for each heading."""
        end = self.data.find(b"\n", self._start)
        line = self.data[self._start : end if end >= 0 else None]
        widths = [len(cell) for cell in line.split(b",")] + [1] * len(self.header)
        return widths[: len(self.header)]

    def for_each(self, read: Callable[[slice, list[Column]], T], max_line: int) -> list[T] | None:
        """Split the file block by block and hand the columns of each to a function.

        Parameters
        ----------
        read : callable
            Takes the rows of a block, counted from 0 without the header, and its columns.
        max_line : int
            Bytes that a line may have.

        Returns
        -------
        list or None
            What the function returned for each block; None when a block is not plain.
        """

        def one(span: _Span) -> tuple[T] | None:
            columns = self._columns(span, max_line)
            return None if columns is None else (read(span.rows, columns),)

        results = for_each(one, self._spans) if self._start <= max_line + 1 else [None]
        return None if None in results else [result[0] for result in results if result is not None]

    def _columns(self, span: _Span, max_line: int) -> list[Column] | None:
        size = span.stop - span.start
        if span.stop + MAX_BYTES > len(self.data):
            chunk = np.frombuffer(self.data[span.start :] + b"\n" + bytes(MAX_BYTES), dtype=np.uint8)
            size += int(self.data[-1] != _LINE_FEED)
        else:
            chunk = np.frombuffer(self.data, np.uint8, size + MAX_BYTES, span.start)
        text, n_rows, n_columns = chunk[:size], span.rows.stop - span.rows.start, len(self.header)
        separators = np.flatnonzero((text == _COMMA) | (text == _LINE_FEED))
        if len(separators) != n_rows * n_columns:
            return None
        ends = separators.reshape(n_rows, n_columns)
        lines = ends[:, -1]
        # as many line ends as rows: where they all stand last in their row, the others are commas
        if not (text[lines] == _LINE_FEED).all():
            return None
        starts = np.empty_like(separators)
        starts[0] = 0
        np.add(separators[:-1], 1, out=starts[1:])
        if int((lines - starts[::n_columns]).max()) > max_line:
            return None
        if self.is_crlf:
            lines = ends[:, -1] = lines - 1
            if not (text[lines] == _RETURN).all():
                return None
        begins = starts.reshape(n_rows, n_columns)
        return [Column(chunk, begins[:, k], ends[:, k] - begins[:, k]) for k in range(n_columns)]


def _spans(data: bytes, start: int) -> list[_Span]:
    edges = [start]
    while edges[-1] < len(data):
        # a last block that is shorter than what is read beyond a cell joins the one before
        target = edges[-1] + BLOCK
        end = data.find(b"\n", target) + 1 if target + MAX_BYTES < len(data) else 0
        edges.append(end if 0 < end <= len(data) - MAX_BYTES else len(data))
    pairs = list(pairwise(edges))
    counts = for_each(lambda pair: _count_lines(data, *pair), pairs)
    stops = np.cumsum(counts).tolist()
    rows = [slice(stop - count, stop) for count, stop in zip(counts, stops, strict=True)]
    return [_Span(*pair, inside) for pair, inside in zip(pairs, rows, strict=True)]


def _count_lines(data: bytes, start: int, stop: int) -> int:
    text = np.frombuffer(data, np.uint8, stop - start, start)
    return int(np.count_nonzero(text == _LINE_FEED)) + int(text[-1] != _LINE_FEED)
