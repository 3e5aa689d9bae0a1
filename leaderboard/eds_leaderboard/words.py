"""Short texts as machine words, for work on millions of them in vectorised steps.

A text of up to eight bytes is one 64-bit word, filled up with NUL; a longer one is several. Texts without NUL
are equal exactly when their words are.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import overload

import numpy as np
import numpy.typing as npt

__all__ = ["MAX_BYTES", "POSSIBLE", "WORD", "Names", "Words", "n_words", "words_of_cells", "words_of_texts"]

# longer texts are left to the slow reading
MAX_BYTES = 256
# the first byte of a text is the lowest of its word
POSSIBLE = sys.byteorder == "little"
WORD = 8
# what the slow reading strips, splits at or refuses: a text with it can only be read there
_UNPLAIN = (b"\0", b"\r", b'"', b",")
_MASKS = np.array([(1 << (8 * size)) - 1 for size in range(WORD + 1)], dtype=np.uint64)

# shape (n_texts, n_words)
Words = npt.NDArray[np.uint64]
Bytes = npt.NDArray[np.uint8]
Positions = npt.NDArray[np.int64]


def words_of_cells(chunk: Bytes, starts: Positions, lengths: Positions, words: Words) -> None:
    """Write the cells of a buffer as words.

    Parameters
    ----------
    chunk : array of uint8, contiguous
        It goes on for at least `MAX_BYTES` after the last start.
    starts, lengths : array of int, shape (n_texts,)
        Where each cell is.
    words : array of uint64, shape (n_texts, n_words), contiguous
        Overwritten; no cell is longer.
    """
    whole = np.dtype((np.void, WORD * words.shape[1]))
    at_every_byte = np.ndarray((len(chunk) - whole.itemsize + 1,), whole, chunk, strides=(1,))
    words.view(whole)[:, 0] = at_every_byte[starts]
    low, high = int(lengths.min()), int(lengths.max())
    # whole words hold nothing but the cell
    for k in range(low // WORD, words.shape[1]):
        masks = _MASKS[min(max(low - k * WORD, 0), WORD)]
        if low != high:
            masks = _MASKS.take(lengths - k * WORD, mode="clip")
        words[:, k] &= masks


def words_of_texts(texts: Sequence[str]) -> Words | None:
    """Return the words of texts, or None where a cell of a file could not be told from one of them."""
    if isinstance(texts, Names):
        return texts.words
    try:
        blob = "\n".join(texts).encode() + b"\n"
    except UnicodeEncodeError:
        return None
    if not POSSIBLE or any(character in blob for character in _UNPLAIN):
        return None
    chunk = np.frombuffer(blob + bytes(MAX_BYTES), dtype=np.uint8)
    ends = np.flatnonzero(chunk == ord("\n"))
    starts = np.concatenate([[0], ends[:-1] + 1])
    lengths = ends - starts
    if len(ends) != len(texts) or lengths.min() == 0 or lengths.max() > MAX_BYTES:
        return None
    edges = chunk[np.concatenate([starts, ends - 1])]
    if np.isin(edges, (ord(" "), ord("\t"))).any():
        return None
    words = np.empty((len(texts), n_words(int(lengths.max()))), dtype=np.uint64)
    words_of_cells(chunk, starts, lengths, words)
    return words


def n_words(n_bytes: int) -> int:
    """Return how many words hold so many bytes."""
    return max(1, -(-n_bytes // WORD))


class Names(Sequence[str]):
    """Texts that become `str` only when they are looked at.

    Parameters
    ----------
    words : array of uint64, shape (n_texts, n_words), contiguous
    """

    def __init__(self, words: Words) -> None:
        self.words = words

    def __len__(self) -> int:
        return len(self.words)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[str, ...]: ...
    def __getitem__(self, index: int | slice) -> str | tuple[str, ...]:
        if isinstance(index, slice):
            return tuple(_decoded(self.words[index]))
        return _decoded(self.words[[index]])[0]

    def __iter__(self) -> Iterator[str]:
        return iter(_decoded(self.words))

    def __contains__(self, text: object) -> bool:
        raw = text.encode() if isinstance(text, str) else None
        width = WORD * self.words.shape[1]
        if raw is None or len(raw) > width:
            return False
        wanted = np.frombuffer(raw.ljust(width, b"\0"), dtype=np.uint64)
        return bool((self.words == wanted).all(axis=1).any())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Names):
            return bool(np.array_equal(self.words, other.words))
        return isinstance(other, Sequence) and len(self) == len(other) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))


def _decoded(words: Words) -> list[str]:
    packed = np.ascontiguousarray(words).view(f"S{WORD * words.shape[1]}").ravel()
    return [text.decode() for text in packed.tolist()]
