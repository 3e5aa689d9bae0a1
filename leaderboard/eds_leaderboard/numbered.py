"""The place of each text among others that are numbered, such as ``w0000017``: its number tells, no hash.

All texts begin alike and end in a number of equally many digits, which are read eight at a time:
https://kholdstare.github.io/technical/2020/05/26/faster-integer-parsing.html
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from eds_leaderboard.blocks import for_each, spans
from eds_leaderboard.lookup import DuplicateError
from eds_leaderboard.words import WORD, Words

__all__ = ["Numbered"]

# numbers that the table may span for each text
SPARE = 4
_BITS = 8 * WORD
# of a digit beside '0', four bits vary; what is above nine reaches the next four when six is added
_DIGIT, _NO_DIGIT, _SIX = (int.from_bytes(bytes([byte]) * WORD, "little") for byte in (0x0F, 0xF0, 0x06))
# neighbouring digits become pairs, pairs fours, fours the number
_JOINED = (
    (10 * 2**8 + 1, 8, 0x00FF00FF00FF00FF),
    (100 * 2**16 + 1, 16, 0x0000FFFF0000FFFF),
    (10_000 * 2**32 + 1, 32, 0x00000000FFFFFFFF),
)


@dataclass(frozen=True)
class _Form:
    """What all texts have in common, word by word, with zeros for digits; and the bits that vary."""

    size: int
    common: tuple[int, ...]
    varying: tuple[int, ...]

    @classmethod
    def of(cls, text: bytes, n_words: int) -> _Form:
        n_digits = min(len(text) - len(text.rstrip(b"0123456789")), WORD)
        begin, room = len(text) - n_digits, n_words * WORD
        common = (text[:begin] + b"0" * n_digits).ljust(room, b"\0")
        varying = (bytes(begin) + bytes([0x0F]) * n_digits).ljust(room, b"\0")
        return cls(len(text), tuple(_as_words(common)), tuple(_as_words(varying)))

    def numbers(self, words: Words) -> Words | None:
        """Return the number of each text, or None when one has another form."""
        differing = [words[:, k] ^ np.uint64(word) for k, word in enumerate(self.common)]
        for bits, varying in zip(differing, self.varying, strict=True):
            if int(np.bitwise_or.reduce(bits)) & ~varying:
                return None
        digits = self._tail(differing)
        if int(np.bitwise_or.reduce(digits + np.uint64(_SIX))) & _NO_DIGIT:
            return None
        for factor, shift, mask in _JOINED:
            digits *= np.uint64(factor)
            digits >>= np.uint64(shift)
            digits &= np.uint64(mask)
        return digits

    def _tail(self, words: list[npt.NDArray[np.uint64]]) -> npt.NDArray[np.uint64]:
        """Return the last eight bytes of each text."""
        if self.size < WORD:
            return words[0] << np.uint64(_BITS - 8 * self.size)
        k, n_bytes = divmod(self.size - WORD, WORD)
        if not n_bytes:
            return words[k]
        tail = words[k] >> np.uint64(8 * n_bytes)
        tail |= words[k + 1] << np.uint64(_BITS - 8 * n_bytes)
        return tail


@dataclass(frozen=True)
class Numbered:
    """Positions of numbered texts; see `Numbered.of`."""

    words: Words
    form: _Form
    lowest: int
    # by number from the lowest on; −1 where there is no text
    places: npt.NDArray[np.int32]

    @classmethod
    def of(cls, words: Words) -> Numbered | None:
        """Make the table, or return None when the texts are not numbered, or too thinly.

        Parameters
        ----------
        words : array of uint64, shape (n_texts, n_words)
            At least one text.

        Raises
        ------
        DuplicateError
            If two texts are equal.
        """
        form = _Form.of(words[0].tobytes().rstrip(b"\0"), words.shape[1])
        numbers = np.empty(len(words), dtype=np.int32)

        def read(rows: slice) -> bool:
            found = form.numbers(words[rows])
            if found is not None:
                numbers[rows] = found
            return found is not None

        if not all(for_each(read, spans(len(words)))):
            return None
        lowest, highest = int(numbers.min()), int(numbers.max())
        if highest - lowest >= SPARE * len(words):
            return None
        places = np.full(highest - lowest + 1, -1, dtype=np.int32)
        numbers -= lowest
        places[numbers] = np.arange(len(words), dtype=np.int32)
        if np.count_nonzero(places >= 0) < len(words):
            raise DuplicateError
        return cls(words, form, lowest, places)

    def find(self, words: Words) -> npt.NDArray[np.int32] | None:
        """Return the position of each text, −1 for a number that is missing; None when one is no such text.

        Parameters
        ----------
        words : array of uint64, shape (n_wanted, n_words)
            As many words per text as those of the table, at least one text.
        """
        numbers = self.form.numbers(words)
        if numbers is None:
            return None
        # a number below the lowest becomes a huge one
        numbers -= np.uint64(self.lowest)
        if int(numbers.max()) >= len(self.places):
            return None
        places: npt.NDArray[np.int32] = self.places.take(numbers.view(np.int64))
        return places


def _as_words(text: bytes) -> Iterator[int]:
    return (int.from_bytes(text[k : k + WORD], "little") for k in range(0, len(text), WORD))
