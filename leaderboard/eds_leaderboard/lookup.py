"""The place of each text among millions of others, in vectorised steps.

A hash table per level: of the texts that fall into one slot one keeps it, and the others go on to the next
level, where they are hashed anew. A place that is found is compared word by word, so that no hash decides.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from eds_leaderboard.blocks import for_each, spans
from eds_leaderboard.words import MAX_BYTES, WORD, Names, Positions, Words

__all__ = ["DuplicateError", "Lookup", "Placed", "placed"]

MAX_LEVELS = 24
MIN_BITS = 10
# slots per text: the more, the fewer texts go on to another level, and the less of the table is in the cache
SPARE = 1.6
# texts that are looked at first for the different ones
SAMPLE = 4096
# odd and arbitrary, one per word of a text and one per level
_GENERATOR = np.random.default_rng(20150706)
_OF_WORD = _GENERATOR.integers(0, 2**63, MAX_BYTES // WORD, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
_OF_LEVEL = _GENERATOR.integers(0, 2**63, MAX_LEVELS, dtype=np.uint64) * np.uint64(2) + np.uint64(1)


class DuplicateError(ValueError):
    """Two of the texts are equal."""


class _Level(NamedTuple):
    number: int
    places: npt.NDArray[np.int32]
    shift: np.uint64

    @classmethod
    def empty(cls, number: int, n_texts: int) -> _Level:
        bits = max(MIN_BITS, math.ceil(math.log2(SPARE * n_texts)))
        return cls(number, np.zeros(2**bits, dtype=np.int32), np.uint64(64 - bits))

    def slots(self, words: Words) -> Positions:
        """Return the slot of each text."""
        hashes: npt.NDArray[np.uint64] = words[:, 0] * _OF_WORD[0]
        for k in range(1, words.shape[1]):
            hashes += words[:, k] * _OF_WORD[k]
        # a difference in high bits alone must reach all bits of the next product
        hashes ^= hashes >> np.uint64(32)
        hashes *= _OF_LEVEL[self.number]
        hashes >>= self.shift
        return hashes.view(np.int64)


@dataclass(frozen=True)
class Lookup:
    """Positions of texts; see `Lookup.of`."""

    words: Words
    levels: tuple[_Level, ...]

    @classmethod
    def of(cls, words: Words) -> Lookup:
        """Make the tables.

        Parameters
        ----------
        words : array of uint64, shape (n_texts, n_words)

        Raises
        ------
        DuplicateError
            If two texts are equal.
        OverflowError
            If the texts cannot be told apart by hashing, which chance alone does not bring about.
        """
        left = np.arange(len(words), dtype=np.int32)
        rest = words
        levels: list[_Level] = []
        while left.size:
            if len(levels) == MAX_LEVELS:
                raise OverflowError(f"{left.size} texts fall together")
            level = _Level.empty(len(levels), left.size)
            lost = _fill(level, rest, left)
            kept = level.places.take(level.slots(rest[lost]))
            left, rest = left[lost], rest[lost]
            if (rest == words[kept]).all(axis=1).any():
                raise DuplicateError
            levels.append(level)
        return cls(words, tuple(levels))

    def find(self, words: Words) -> Positions:
        """Return the position of each text, −1 where it is not there.

        Parameters
        ----------
        words : array of uint64, shape (n_wanted, n_words)
            As many words per text as those of the table.
        """
        first, *others = self.levels
        # an empty slot points to the first text, which is compared like any other
        found = first.places.take(first.slots(words)).astype(np.int64)
        left = np.flatnonzero(~self._equal(words, found))
        for level in others:
            if not left.size:
                break
            rest = words[left]
            places = level.places.take(level.slots(rest)).astype(np.int64)
            found[left] = places
            left = left[~self._equal(rest, places)]
        found[left] = -1
        return found

    def _equal(self, words: Words, places: Positions) -> npt.NDArray[np.bool_]:
        there = self.words.take(places, axis=0)
        equal: npt.NDArray[np.bool_] = there[:, 0] == words[:, 0]
        for k in range(1, words.shape[1]):
            equal &= there[:, k] == words[:, k]
        return equal


def _fill(level: _Level, words: Words, texts: npt.NDArray[np.int32]) -> Positions:
    """Let every text take its slot, and return which of them lost it again to another."""

    def take(rows: slice) -> None:
        level.places[level.slots(words[rows])] = texts[rows]

    def lost(rows: slice) -> Positions:
        kept = level.places.take(level.slots(words[rows]))
        places: Positions = np.flatnonzero(kept != texts[rows]) + rows.start
        return places

    rows = spans(len(texts))
    for_each(take, rows)
    return np.concatenate(for_each(lost, rows))


class Placed(NamedTuple):
    """The different ones among many texts, and for each text which of them it is."""

    texts: Names
    places: Positions


def placed(words: Words, at_most: int) -> Placed | None:
    """Find the different ones among many texts that repeat; None when there are more than `at_most`."""
    n_texts = len(words)
    distinct = _distinct(words[:SAMPLE])
    places = np.full(n_texts, -1, dtype=np.int64)
    left: list[slice] = spans(n_texts)
    while left and len(distinct) <= at_most:
        lookup = Lookup.of(distinct)

        def find(rows: slice, lookup: Lookup = lookup) -> slice | None:
            places[rows] = lookup.find(words[rows])
            return rows if places[rows].min() < 0 else None

        left = [rows for rows in for_each(find, left) if rows is not None]
        if left:
            new = words[left[0]][places[left[0]] < 0]
            distinct = np.concatenate([distinct, _distinct(new)], axis=0)
    return Placed(Names(distinct), places) if not left else None


def _distinct(words: Words) -> Words:
    return np.unique(words, axis=0)
