"""Entries with their scores and counts, in and out of the database."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from eds_leaderboard.clock import read_stamp, stamp
from eds_leaderboard.event import Event, History
from eds_leaderboard.metrics import ConfusionMatrix
from eds_leaderboard.store.database import Database
from eds_leaderboard.teams import Team

__all__ = [
    "NewEntry",
    "ScoredEntry",
    "add_entry",
    "load_confusion",
    "load_content",
    "load_entries",
    "load_history",
    "pack",
]


@dataclass(frozen=True)
class ScoredEntry:
    """An entry with the unrounded scores of one split, by metric."""

    id: int
    team_id: int
    seq: int
    received_at: datetime
    message: str
    scores: Mapping[str, float]


def load_history(db: Database, team: Team, sha256: str) -> History:
    """Return what a team has entered so far, and whether this very file is among it."""
    found = db.rows("SELECT seq, received_at, sha256 FROM entry WHERE team_id = ? ORDER BY seq", [team.id])
    same = next((row["seq"] for row in found if row["sha256"] == sha256), None)
    return History(tuple(read_stamp(row["received_at"]) for row in found), same)


@dataclass(frozen=True)
class NewEntry:
    """What is stored of an entry, made before the transaction begins; scores and counts are by split."""

    message: str
    sha256: str
    packed: bytes
    matrices: Mapping[str, ConfusionMatrix]
    scores: Mapping[str, Mapping[str, float]]


def pack(content: bytes) -> bytes:
    """Return a file as it is stored."""
    return zlib.compress(content, 6)


def add_entry(db: Database, team: Team, seq: int, now: datetime, entry: NewEntry) -> int:
    """Store an entry with its counts and scores, and return its id."""
    scores = [
        (split, metric, value) for split, values in entry.scores.items() for metric, value in values.items()
    ]
    counts = [(split, *cell) for split, matrix in entry.matrices.items() for cell in matrix.cells()]
    with db.atomic():
        entry_id = db.write(
            "INSERT INTO entry (team_id, seq, received_at, message, sha256, content)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [team.id, seq, stamp(now), entry.message, entry.sha256, entry.packed],
        )
        db.write_many(
            "INSERT INTO score (entry_id, split, metric, value) VALUES (?, ?, ?, ?)",
            [(entry_id, *score) for score in scores],
        )
        db.write_many(
            "INSERT INTO confusion (entry_id, split, true_code, predicted_code, rows) VALUES (?, ?, ?, ?, ?)",
            [(entry_id, *count) for count in counts],
        )
    return entry_id


def load_entries(db: Database, event: Event, split: str) -> list[ScoredEntry]:
    """Return the entries of an event that have scores of a split, oldest first, with these scores alone."""
    found = db.rows(
        "SELECT entry.id, team_id, seq, received_at, message, metric, value FROM entry"
        " JOIN team ON team.id = entry.team_id JOIN score ON score.entry_id = entry.id"
        " WHERE team.event_id = ? AND score.split = ? ORDER BY received_at, entry.id",
        [event.id, split],
    )
    return [_scored(list(rows)) for _, rows in groupby(found, key=itemgetter("id"))]


def _scored(rows: Sequence[sqlite3.Row]) -> ScoredEntry:
    """Return the entry of its score rows."""
    first = rows[0]
    return ScoredEntry(
        first["id"],
        first["team_id"],
        first["seq"],
        read_stamp(first["received_at"]),
        first["message"],
        {row["metric"]: row["value"] for row in rows},
    )


def load_confusion(db: Database, entry_id: int, split: str, labels: tuple[str, ...]) -> ConfusionMatrix:
    """Return the stored counts of an entry."""
    found = db.rows(
        "SELECT true_code, predicted_code, rows FROM confusion WHERE entry_id = ? AND split = ?",
        [entry_id, split],
    )
    return ConfusionMatrix.from_cells(
        ((row["true_code"], row["predicted_code"], row["rows"]) for row in found), labels
    )


def load_content(db: Database, entry_id: int) -> bytes:
    """Return the file of an entry, byte for byte as it was sent."""
    row = db.row("SELECT content FROM entry WHERE id = ?", [entry_id])
    if row is None:
        raise KeyError(entry_id)
    return zlib.decompress(row["content"])
