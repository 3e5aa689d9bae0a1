"""The judgement of an entry: on each split its counts, its scores, and which rows it has right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from eds_leaderboard.entries import Codes
from eds_leaderboard.metrics import BOARD_METRICS, ConfusionMatrix
from eds_leaderboard.scoring import scores
from eds_leaderboard.truth import Truth

__all__ = ["Judged", "judge"]


@dataclass(frozen=True, eq=False)
class Judged:
    """An entry on one split.

    Parameters
    ----------
    matrix : ConfusionMatrix
        The counts, from which every score follows.
    is_right : array of bool, shape (n_rows_of_split,)
        In the order of the truth's rows.
    scores : mapping of str to float
        Unrounded, by metric of the board.
    """

    matrix: ConfusionMatrix
    is_right: npt.NDArray[np.bool_]
    scores: Mapping[str, float]


def judge(truth: Truth, codes: Codes) -> dict[str, Judged]:
    """Return the judgement by split, for the splits that have rows.

    Parameters
    ----------
    truth : Truth
        With splits.
    codes : array of int64, shape (n_ids,)
        Predicted class of each row of the truth.
    """
    judged = {}
    for split in truth.used_splits:
        matrix = truth.confusion(codes, split)
        judged[split] = Judged(matrix, truth.right(codes, split), scores(matrix, BOARD_METRICS))
    return judged
