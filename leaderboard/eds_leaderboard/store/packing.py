"""Columns as bytes: a million rows of truth are one row of the database."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = [
    "pack_bytes",
    "pack_numbers",
    "pack_texts",
    "unpack_bytes",
    "unpack_numbers",
    "unpack_texts",
]

# little-endian whatever the machine, so that a database can move between two
_NUMBERS = np.dtype("<i8")


def pack_bytes(content: bytes) -> bytes:
    """Return bytes as they are stored."""
    return zlib.compress(content, 1)


def unpack_bytes(packed: bytes) -> bytes:
    """Return the bytes of `pack_bytes`."""
    return zlib.decompress(packed)


def pack_numbers(numbers: npt.NDArray[np.int64]) -> bytes:
    """Return whole numbers of any shape as they are stored."""
    return pack_bytes(np.ascontiguousarray(numbers, dtype=_NUMBERS).tobytes())


def unpack_numbers(packed: bytes) -> npt.NDArray[np.int64]:
    """Return the numbers of `pack_numbers`, shape (n,)."""
    return np.frombuffer(unpack_bytes(packed), dtype=_NUMBERS).astype(np.int64)


def pack_texts(texts: Sequence[str]) -> bytes:
    """Return texts as they are stored.

    Raises
    ------
    ValueError
        If one has a line end, which keeps them apart.
    """
    joined = "\n".join(texts)
    if joined.count("\n") != max(len(texts) - 1, 0):
        raise ValueError("a text with a line end")
    return pack_bytes(joined.encode())


def unpack_texts(packed: bytes) -> tuple[str, ...]:
    """Return the texts of `pack_texts`, at least one."""
    return tuple(unpack_bytes(packed).decode().split("\n"))
