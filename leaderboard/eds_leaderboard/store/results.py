"""What an entry got on each split: counts, correctness per row, scores, for each version of the truth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from eds_leaderboard.judging import Judged
from eds_leaderboard.metrics import ConfusionMatrix
from eds_leaderboard.paired import pack_bits, unpack_bits
from eds_leaderboard.store.packing import pack_numbers, unpack_numbers

if TYPE_CHECKING:
    from eds_leaderboard.store.database import Database

__all__ = ["add_results", "load_confusion", "load_is_right"]


def add_results(db: Database, entry_id: int, version: int, judged: Mapping[str, Judged]) -> None:
    """Store what an entry got, in the transaction of the entry or of the new truth."""
    for split, result in judged.items():
        db.write(
            "INSERT INTO result (entry_id, version, split, n_rows, n_right, counts, is_right)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                entry_id,
                version,
                split,
                result.matrix.total,
                int(result.matrix.hits.sum()),
                pack_numbers(result.matrix.counts),
                pack_bits(result.is_right),
            ],
        )
    db.write_many(
        "INSERT INTO score (entry_id, version, split, metric, value) VALUES (?, ?, ?, ?, ?)",
        [
            (entry_id, version, split, metric, value)
            for split, result in judged.items()
            for metric, value in result.scores.items()
        ],
    )


def load_confusion(
    db: Database, entry_id: int, version: int, split: str, labels: tuple[str, ...]
) -> ConfusionMatrix:
    """Return the stored counts of an entry; who may see them is for the caller to decide."""
    packed = db.value(
        "SELECT counts FROM result WHERE entry_id = ? AND version = ? AND split = ?",
        [entry_id, version, split],
    )
    return ConfusionMatrix(labels, unpack_numbers(packed).reshape(len(labels), len(labels)))


def load_is_right(db: Database, entry_id: int, version: int, split: str) -> npt.NDArray[np.bool_]:
    """Return which rows of a split an entry has right, in the order of the truth's rows."""
    row = db.row(
        "SELECT n_rows, is_right FROM result WHERE entry_id = ? AND version = ? AND split = ?",
        [entry_id, version, split],
    )
    if row is None:
        raise KeyError((entry_id, version, split))
    return unpack_bits(row["is_right"], row["n_rows"])
