"""The parameter-free Ladder: a board that tells a team only of improvements that are no noise.

Whoever sees the exact public score of every entry learns the public rows: the majority vote of random files
that happened to score well climbs the board without knowing anything. The Ladder shows a new score only if
it beats the team's best by more than the difference of the two could be by chance, else the old best again.

A. Blum and M. Hardt (2015): The Ladder: a reliable leaderboard for machine learning competitions. ICML,
algorithm 2. Their loss is the share of wrong rows, so this is for boards that rank by accuracy.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

__all__ = ["improves", "ladder"]

Right = npt.NDArray[np.bool_]


def improves(best: Right, new: Right) -> bool:
    """Tell whether an entry is better than the best so far by more than s / √n.

    Parameters
    ----------
    best : array of bool, shape (n_rows,)
        Whether each row of the entry that was shown last is right; a team's first entry is always shown.
    new : array of bool, shape (n_rows,)
        The same of the new entry.

    Notes
    -----
    s is the standard deviation (with n − 1) of the rows' differences in loss, −1, 0 or 1: g rows were
    gained and l lost. Both sides squared, n cancels out and integers remain: (g − l)² > g + l.
    """
    if best.shape != new.shape:
        raise ValueError(f"{new.size} rows against {best.size}: expected the same rows")
    gained = int(np.count_nonzero(new & ~best))
    lost = int(np.count_nonzero(best & ~new))
    return gained > lost and (gained - lost) ** 2 > gained + lost


def ladder(entries: Iterable[Right]) -> list[float]:
    """Return the accuracy that is shown after each entry of a team, oldest first.

    Parameters
    ----------
    entries : iterable of array of bool, each of shape (n_rows,)
        Whether each row is right.
    """
    best: Right | None = None
    shown: list[float] = []
    for right in entries:
        if best is None or improves(best, right):
            best = right
        shown.append(int(np.count_nonzero(best)) / best.size)
    return shown
