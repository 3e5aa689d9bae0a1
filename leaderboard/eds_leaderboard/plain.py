"""Plain CSV in vectorised steps: a file whose every line has the same number of unquoted cells.

Nothing is explained here: whatever is unusual about a file, it is left to the slow reading.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, starmap
from typing import TypeVar

import numpy as np

from eds_leaderboard.blocks import for_each
from eds_leaderboard.csvfile import BOM
from eds_leaderboard.parts import Parts
from eds_leaderboard.words import MAX_BYTES, POSSIBLE, WORD, Bytes, Positions, Words, words_of_cells

__all__ = ["Column", "PlainFile"]

T = TypeVar("T")

BLOCK = 2**20
_COMMA, _LINE_FEED, _RETURN, _QUOTE = b',\n\r"'


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


class PlainFile:
    """A file that may be plain; see `open`.

    Parameters
    ----------
    parts : Parts
    header : list of str
    start : int
        Where its first row begins.
    is_crlf : bool
        Whether lines end in two bytes.
    """

    def __init__(self, parts: Parts, header: list[str], start: int, *, is_crlf: bool) -> None:
        self.parts = parts
        self.header = header
        self.is_crlf = is_crlf
        self._start = start
        self._spans = list(pairwise(_edges(parts, start)))

    @classmethod
    def open(cls, parts: Parts) -> PlainFile | None:
        """Return the file when its first line is plain, else None; a byte order mark is passed over."""
        begin = len(BOM) if parts.part(0, min(len(BOM), parts.size)).tobytes() == BOM else 0
        start = parts.behind_line(begin)
        head = parts.part(begin, start).tobytes()
        if not POSSIBLE or start == parts.size or b'"' in head or b"\0" in head:
            return None
        is_crlf = head.endswith(b"\r\n")
        try:
            header = head.removesuffix(b"\n").removesuffix(b"\r").decode().split(",")
        except UnicodeDecodeError:
            return None
        return cls(parts, header, start, is_crlf=is_crlf)

    @cached_property
    def rows(self) -> list[slice]:
        """The rows of each block, counted from 0 without the header."""
        stops = np.cumsum(for_each(self._count_lines, self._spans)).tolist()
        return list(starmap(slice, pairwise([0, *stops])))

    @property
    def n_rows(self) -> int:
        """How many rows there are."""
        rows: int = self.rows[-1].stop
        return rows

    def widths_of_first_row(self) -> list[int]:
        """Return the bytes of each cell in the first row, at least one for each heading."""
        line = self.parts.part(self._start, self.parts.behind_line(self._start)).tobytes()
        widths = [len(cell) for cell in line.removesuffix(b"\n").split(b",")] + [1] * len(self.header)
        return widths[: len(self.header)]

    def for_each(self, read: Callable[[int, list[Column]], T | None], max_line: int) -> list[T] | None:
        """Split the file block by block and hand the columns of each to a function.

        Parameters
        ----------
        read : callable
            Takes the number of a block and its columns; None ends the reading.
        max_line : int
            Bytes that a line may have.

        Returns
        -------
        list or None
            What the function returned for each block; None when a block is not plain, or not to its liking.
        """
        is_plain = self._start <= max_line + 1

        def one(number: int) -> T | None:
            nonlocal is_plain
            columns = self._columns(*self._spans[number], max_line) if is_plain else None
            result = None if columns is None else read(number, columns)
            is_plain = is_plain and result is not None
            return result

        results = for_each(one, range(len(self._spans)))
        return [result for result in results if result is not None] if is_plain else None

    def _columns(self, start: int, stop: int, max_line: int) -> list[Column] | None:
        chunk, size = self._chunk(start, stop)
        text, n_columns = chunk[:size], len(self.header)
        line_feeds = text == _LINE_FEED
        n_rows = int(np.count_nonzero(line_feeds))
        line_feeds |= text == _COMMA
        separators = np.flatnonzero(line_feeds)
        if len(separators) != n_rows * n_columns or _has_unplain(text):
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

    def _chunk(self, start: int, stop: int) -> tuple[Bytes, int]:
        """Return the bytes of whole lines and some more, and how many are of the lines."""
        size = stop - start
        if stop + MAX_BYTES <= self.parts.size:
            return self.parts.part(start, stop + MAX_BYTES), size
        rest = self.parts.part(start, stop)
        end = np.frombuffer(b"\n" + bytes(MAX_BYTES), dtype=np.uint8)
        return np.concatenate([rest, end]), size + int(rest[-1] != _LINE_FEED)

    def _count_lines(self, span: tuple[int, int]) -> int:
        chunk, size = self._chunk(*span)
        return int(np.count_nonzero(chunk[:size] == _LINE_FEED))


def _has_unplain(text: Bytes) -> bool:
    """Tell whether there is a quote, or a NUL, which words are filled up with."""
    return bool((text == _QUOTE).any() or (text == 0).any())


def _edges(parts: Parts, start: int) -> list[int]:
    """Return the places between blocks, each behind a line."""
    edges = [start]
    while edges[-1] < parts.size:
        # a last block that is shorter than what is read beyond a cell joins the one before
        target = edges[-1] + BLOCK
        end = parts.behind_line(target) if target + MAX_BYTES < parts.size else parts.size
        edges.append(end if end <= parts.size - MAX_BYTES else parts.size)
    return edges
