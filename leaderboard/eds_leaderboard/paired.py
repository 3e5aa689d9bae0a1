"""Two entries on the same rows, and whether their difference can be chance.

What is kept of an entry and a split is one bit per row, right or wrong. McNemar's exact test takes the rows
on which two entries differ: if neither were better, each would fall to either with probability ½.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["LEVEL", "Paired", "mcnemar", "mcnemar_p", "pack_bits", "pairwise_p", "unpack_bits"]

# pairs whose p-value is at least this are told as tied
LEVEL = 0.05
# rows that are compared at once, all entries with all
BLOCK = 65_536

Right = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


def pack_bits(right: Right) -> bytes:
    """Return one bit per row, the first row in the highest bit of the first byte."""
    return np.packbits(np.asarray(right, dtype=bool)).tobytes()


def unpack_bits(packed: bytes, n_rows: int) -> Right:
    """Return the rows of `pack_bits`.

    Parameters
    ----------
    packed : bytes
    n_rows : int
        How many rows were packed.

    Raises
    ------
    ValueError
        If so many rows fill another number of bytes.
    """
    if len(packed) != (n_rows + 7) // 8:
        raise ValueError(f"{len(packed)} bytes cannot hold {n_rows} rows")
    return np.unpackbits(np.frombuffer(packed, dtype=np.uint8), count=n_rows).astype(bool)


class Paired(NamedTuple):
    """Rows that only the first, only the second entry has right, and the p-value of their difference."""

    only_first: int
    only_second: int
    p_value: float

    @property
    def tied(self) -> bool:
        """Whether the rows cannot separate the two entries."""
        return self.p_value >= LEVEL


def mcnemar(first: Right, second: Right) -> Paired:
    """Compare two entries by McNemar's exact test.

    Parameters
    ----------
    first, second : array of bool, shape (n_rows,)
        Whether each row is right.
    """
    if first.shape != second.shape:
        raise ValueError(f"{first.size} rows against {second.size}: expected the same rows")
    only_first = int(np.count_nonzero(first & ~second))
    only_second = int(np.count_nonzero(second & ~first))
    return Paired(only_first, only_second, mcnemar_p(only_first, only_second))


def mcnemar_p(only_first: int, only_second: int) -> float:
    """Return the two-sided p-value of McNemar's exact test.

    Parameters
    ----------
    only_first, only_second : int
        Rows that only one of the two entries has right.

    References
    ----------
    Q. McNemar (1947): Note on the sampling error of the difference between correlated proportions or
    percentages. Psychometrika 12, 153-157. Exact form: twice the tail of the binomial distribution with
    probability ½, at most 1.
    """
    if only_first < 0 or only_second < 0:
        raise ValueError("a number of rows is negative")
    n, fewer = only_first + only_second, min(only_first, only_second)
    # from the largest term down; what is smaller than the last bit of the sum cannot move it
    term = math.lgamma(n + 1) - math.lgamma(fewer + 1) - math.lgamma(n - fewer + 1) - n * math.log(2)
    ratio, relative = 1.0, [1.0]
    for k in range(fewer, 0, -1):
        ratio *= k / (n - k + 1)
        if ratio < 1e-18:
            break
        relative.append(ratio)
    return min(1.0, 2 * math.exp(term + math.log(math.fsum(relative))))


def pairwise_p(rights: Sequence[Right]) -> Floats:
    """Return McNemar's p-value of every pair of entries.

    Parameters
    ----------
    rights : sequence of array of bool, each of shape (n_rows,)
        Per entry, whether each row is right.

    Returns
    -------
    array of float, shape (n_entries, n_entries)
        Symmetric, 1 on the diagonal.
    """
    n_entries = len(rights)
    both = np.zeros((n_entries, n_entries))
    n_rows = len(rights[0]) if rights else 0
    for start in range(0, n_rows, BLOCK):
        block = np.stack([right[start : start + BLOCK] for right in rights]).astype(np.float64)
        both += block @ block.T
    only = (np.diagonal(both)[:, None] - both).astype(np.int64)
    result = np.ones((n_entries, n_entries))
    for i in range(n_entries):
        for j in range(i):
            result[i, j] = result[j, i] = mcnemar_p(int(only[i, j]), int(only[j, i]))
    return result
