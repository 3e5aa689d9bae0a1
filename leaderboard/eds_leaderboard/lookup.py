"""The place of each text among millions of others, in vectorised steps.

A hash table per level: of the texts that fall into one slot one keeps it, and the others go on to the next
level, where they are hashed anew. A slot holds a text's place and half of its hash, which tells whether to go
on. A place that is found is compared word by word in the end, so that no hash decides.
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
# of 10 million texts, two fall together with all of their hash once in a thousand draws
DRAWS = 5
_HALF = np.uint64(32)
_LOW = np.uint64(2**32 - 1)

Hashes = npt.NDArray[np.uint64]


class DuplicateError(ValueError):
    """Two of the texts are equal."""


class _Factors(NamedTuple):
    """Odd and arbitrary, one per word of a text and one per level."""

    of_word: Hashes
    of_level: Hashes

    @classmethod
    def draw(cls, number: int) -> _Factors:
        generator = np.random.default_rng([20150706, number])
        n_words = MAX_BYTES // WORD
        halves = generator.integers(0, 2**63, n_words + MAX_LEVELS, dtype=np.uint64)
        factors = halves * np.uint64(2) + np.uint64(1)
        return cls(factors[:n_words], factors[n_words:])

    def hashes(self, words: Words) -> Hashes:
        """Return a hash of each text, shape (n_texts,)."""
        hashes: Hashes = words[:, 0] * self.of_word[0]
        for k in range(1, words.shape[1]):
            # a difference in high bits alone must reach all bits of the next product
            hashes ^= hashes >> _HALF
            hashes += words[:, k]
            hashes *= self.of_word[k]
        hashes ^= hashes >> _HALF
        return hashes


class _Level(NamedTuple):
    # in the high half the place of a text, in the low half that of its hash
    slots: Hashes
    factor: np.uint64
    shift: np.uint64

    @classmethod
    def empty(cls, factor: np.uint64, n_texts: int) -> _Level:
        bits = max(MIN_BITS, math.ceil(math.log2(SPARE * n_texts)))
        return cls(np.zeros(2**bits, dtype=np.uint64), factor, np.uint64(64 - bits))

    def fill(self, hashes: Hashes, texts: Positions) -> None:
        """Let every text take its slot; the last one keeps it."""
        mixed = hashes * self.factor
        slots = (mixed >> self.shift).view(np.int64)
        mixed &= _LOW
        mixed |= texts.view(np.uint64) << _HALF
        self.slots[slots] = mixed

    def find(self, hashes: Hashes) -> _Kept:
        """Return what is in the slot of each hash."""
        mixed = hashes * self.factor
        return _Kept(self.slots.take((mixed >> self.shift).view(np.int64)), mixed)


class _Kept(NamedTuple):
    """What stands in slots, and the hashes that were looked for there."""

    slots: Hashes
    mixed: Hashes

    @property
    def texts(self) -> Positions:
        """Whose slots they are."""
        return (self.slots >> _HALF).view(np.int64)

    @property
    def differ(self) -> npt.NDArray[np.bool_]:
        """Where the slot is another text's."""
        differing = self.slots ^ self.mixed
        differing &= _LOW
        differ: npt.NDArray[np.bool_] = differing != 0
        return differ


@dataclass(frozen=True)
class Lookup:
    """Positions of texts; see `Lookup.of`."""

    words: Words
    factors: _Factors
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
        for number in range(DRAWS):
            factors = _Factors.draw(number)
            levels = _levels(words, factors)
            if levels is not None:
                return cls(words, factors, levels)
        raise OverflowError(f"{len(words)} texts cannot be told apart")

    def find(self, words: Words) -> Positions:
        """Return the position of each text, −1 where it is not there.

        Parameters
        ----------
        words : array of uint64, shape (n_wanted, n_words)
            As many words per text as those of the table.
        """
        first, *others = self.levels
        hashes = self.factors.hashes(words)
        kept = first.find(hashes)
        found = kept.texts
        left = np.flatnonzero(kept.differ) if others else np.empty(0, np.int64)
        for level in others:
            if not left.size:
                break
            kept = level.find(hashes[left])
            found[left] = kept.texts
            left = left[kept.differ]
        # an empty slot points to the first text, which is compared like any other
        there = self.words.take(found, axis=0)
        if not np.array_equal(there, words):
            found[(there != words).any(axis=1)] = -1
        return found


def _levels(words: Words, factors: _Factors) -> tuple[_Level, ...] | None:
    """Return tables in which no text is taken for another, or None where these factors give none."""
    hashes = np.concatenate(for_each(lambda rows: factors.hashes(words[rows]), spans(len(words))))
    left = np.arange(len(words))
    levels: list[_Level] = []
    for factor in factors.of_level:
        level = _Level.empty(factor, left.size)
        levels.append(level)
        kept, same = _filled(level, hashes, left)
        lost = kept != left
        alike = lost & same
        if (words[left[alike]] == words[kept[alike]]).all(axis=1).any():
            raise DuplicateError
        if alike.any():
            return None
        left = left[lost]
        if not left.size:
            return tuple(levels)
    return None


def _filled(level: _Level, hashes: Hashes, texts: Positions) -> tuple[Positions, npt.NDArray[np.bool_]]:
    """Fill a level; returns which text keeps the slot of each, and whether their hashes are the same."""
    rows = spans(len(texts))
    for_each(lambda rows: level.fill(hashes[texts[rows]], texts[rows]), rows)
    kept = for_each(lambda rows: level.find(hashes[texts[rows]]), rows)
    return np.concatenate([each.texts for each in kept]), np.concatenate([~each.differ for each in kept])


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
