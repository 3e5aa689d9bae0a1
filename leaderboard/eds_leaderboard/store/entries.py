"""Entries with their scores, in and out of the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from eds_leaderboard.clock import read_stamp, stamp
from eds_leaderboard.event import Event, History
from eds_leaderboard.store.backend import Row
from eds_leaderboard.store.database import Database
from eds_leaderboard.store.packing import unpack_bytes
from eds_leaderboard.teams import Team

__all__ = [
    "NewEntry",
    "ScoredEntry",
    "add_entry",
    "add_ruling",
    "entry_ids",
    "load_content",
    "load_entries",
    "load_history",
    "load_voids",
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


@dataclass(frozen=True)
class NewEntry:
    """What is stored of a file, made before the transaction begins."""

    message: str
    sha256: str
    packed: bytes


def load_history(db: Database, team: Team, sha256: str) -> History:
    """Return what a team has entered so far, and whether this very file is among it."""
    found = db.rows("SELECT seq, received_at, sha256 FROM entry WHERE team_id = ? ORDER BY seq", [team.id])
    same = next((row["seq"] for row in found if row["sha256"] == sha256), None)
    return History(tuple(read_stamp(row["received_at"]) for row in found), same)


def add_entry(db: Database, team: Team, seq: int, now: datetime, entry: NewEntry) -> int:
    """Store an entry and return its id; its results follow in the same transaction.

    Raises
    ------
    ConstraintError
        If the team has an entry of this number or with these bytes.
    """
    return db.insert(
        "INSERT INTO entry (team_id, seq, received_at, message, sha256, content) VALUES (?, ?, ?, ?, ?, ?)",
        [team.id, seq, stamp(now), entry.message, entry.sha256, entry.packed],
    )


def load_entries(db: Database, event: Event, version: int, split: str, after: int = 0) -> list[ScoredEntry]:
    """Return the entries of an event with the scores of one split and version of the truth, oldest first.

    Parameters
    ----------
    after : int
        Only entries with a larger id.

    Raises
    ------
    PermissionError
        If nobody may see the scores of this split yet.
    """
    event.check_visible(split)
    found = db.rows(
        "SELECT entry.id, team_id, seq, received_at, message, metric, value FROM entry"
        " JOIN team ON team.id = entry.team_id JOIN score ON score.entry_id = entry.id"
        " WHERE team.event_id = ? AND entry.id > ? AND score.version = ? AND score.split = ?"
        " ORDER BY entry.id",
        [event.id, after, version, split],
    )
    return [_scored(list(rows)) for _, rows in groupby(found, key=itemgetter("id"))]


def _scored(rows: Sequence[Row]) -> ScoredEntry:
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


def entry_ids(db: Database, event: Event) -> list[int]:
    """Return the ids of all entries of an event, oldest first."""
    found = db.rows(
        "SELECT entry.id FROM entry JOIN team ON team.id = team_id WHERE event_id = ? ORDER BY entry.id",
        [event.id],
    )
    return [row["id"] for row in found]


def load_content(db: Database, entry_id: int) -> bytes:
    """Return the file of an entry, byte for byte as it was sent."""
    row = db.row("SELECT content FROM entry WHERE id = ?", [entry_id])
    if row is None:
        raise KeyError(entry_id)
    return unpack_bytes(row["content"])


def add_ruling(db: Database, entry_id: int, now: datetime, reason: str, *, is_void: bool) -> None:
    """Take an entry off the board or put it back; the newest ruling counts."""
    db.write(
        "INSERT INTO ruling (entry_id, at, is_void, reason) VALUES (?, ?, ?, ?)",
        [entry_id, stamp(now), int(is_void), reason],
    )


def load_voids(db: Database, event: Event) -> dict[int, str]:
    """Return the reasons by id of the entries that are void now."""
    found = db.rows(
        "SELECT ruling.entry_id, is_void, reason FROM ruling JOIN entry ON entry.id = ruling.entry_id"
        " JOIN team ON team.id = entry.team_id WHERE event_id = ? ORDER BY ruling.id",
        [event.id],
    )
    newest = {row["entry_id"]: row for row in found}
    return {entry_id: row["reason"] for entry_id, row in newest.items() if row["is_void"]}
