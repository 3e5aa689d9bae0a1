"""The truth of an event in its versions: the first one, and one more for every correction."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from eds_leaderboard.entries import Expected
from eds_leaderboard.store.packing import pack_numbers, pack_texts, unpack_numbers, unpack_texts
from eds_leaderboard.truth import SPLITS, Truth

if TYPE_CHECKING:
    from eds_leaderboard.store.database import Database

__all__ = ["add_truth", "load_truth", "truth_version"]


def add_truth(db: Database, event_id: int, version: int, truth: Truth, made_at: str) -> None:
    """Store one version of the truth."""
    position = {split: number for number, split in enumerate(SPLITS)}
    splits = np.fromiter((position[split] for split in truth.splits), np.int64, len(truth.splits))
    db.write(
        "INSERT INTO truth (event_id, version, made_at, n_rows, ids, codes, splits, group_names)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            event_id,
            version,
            made_at,
            len(truth.codes),
            pack_texts(truth.expected.ids),
            pack_numbers(truth.codes),
            pack_numbers(splits),
            pack_texts(truth.groups) if truth.groups else None,
        ],
    )


def truth_version(db: Database, event_id: int) -> int:
    """Return the number of the version that counts: the newest."""
    return int(db.value("SELECT max(version) FROM truth WHERE event_id = ?", [event_id]))


def load_truth(db: Database, event_id: int, version: int, labels: tuple[str, ...]) -> Truth:
    """Return one version of the truth with its splits."""
    row = db.row(
        "SELECT ids, codes, splits, group_names FROM truth WHERE event_id = ? AND version = ?",
        [event_id, version],
    )
    if row is None:
        raise KeyError((event_id, version))
    splits = tuple(SPLITS[number] for number in unpack_numbers(row["splits"]).tolist())
    groups = () if row["group_names"] is None else unpack_texts(row["group_names"])
    return Truth(Expected(unpack_texts(row["ids"]), labels), unpack_numbers(row["codes"]), splits, groups)
