"""Events, their class list and their truth, in and out of the database."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import datetime

import numpy as np

from eds_leaderboard.clock import read_stamp, stamp
from eds_leaderboard.entries import Expected
from eds_leaderboard.errors import UsageError
from eds_leaderboard.event import Event, Rules
from eds_leaderboard.store.database import Database
from eds_leaderboard.truth import Truth

__all__ = ["add_event", "load_event", "load_labels", "load_truth", "set_times"]


def add_event(db: Database, name: str, challenge: str, rules: Rules, truth: Truth, now: datetime) -> Event:
    """Store a new event with its truth.

    Raises
    ------
    UsageError
        If the database has an event of this name.
    """
    with db.atomic():
        if db.row("SELECT 1 FROM event WHERE name = ?", [name]):
            raise UsageError(f"{db.path} has an event '{name}' already", "choose another name")
        event_id = db.write(
            "INSERT INTO event (name, challenge, metric, entry_limit, hourly_limit, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [name, challenge, rules.metric, rules.entry_limit, rules.hourly_limit, stamp(now)],
        )
        labels = [(event_id, code, label) for code, label in enumerate(truth.expected.labels)]
        db.write_many("INSERT INTO label (event_id, code, name) VALUES (?, ?, ?)", labels)
        groups = truth.groups or (None,) * len(truth.codes)
        columns = zip(truth.expected.ids, truth.codes.tolist(), truth.splits, groups, strict=True)
        db.write_many(
            "INSERT INTO truth (event_id, position, row_id, label_code, split, group_name)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [(event_id, position, *row) for position, row in enumerate(columns)],
        )
    return Event(event_id, name, challenge, rules, now)


def load_event(db: Database, name: str) -> Event:
    """Return an event.

    Raises
    ------
    UsageError
        If there is none of this name.
    """
    row = db.row("SELECT * FROM event WHERE name = ?", [name])
    if row is None:
        raise UsageError(f"{db.path} has no event '{name}'", "make it with leaderboard create")
    rules = Rules(row["metric"], row["entry_limit"], row["hourly_limit"])
    return Event(
        row["id"],
        row["name"],
        row["challenge"],
        rules,
        read_stamp(row["created_at"]),
        *(_optional(row, column) for column in ("opened_at", "closes_at", "revealed_at")),
    )


def _optional(row: sqlite3.Row, column: str) -> datetime | None:
    return None if row[column] is None else read_stamp(row[column])


def set_times(db: Database, event: Event, times: Mapping[str, datetime]) -> None:
    """Set some of ``opened_at``, ``closes_at`` and ``revealed_at``."""
    unknown = set(times) - {"opened_at", "closes_at", "revealed_at"}
    if unknown:
        raise ValueError(f"no such time: {', '.join(unknown)}")
    assignments = ", ".join(f"{column} = ?" for column in times)
    values = [stamp(time) for time in times.values()]
    # the names were compared with a fixed list above
    db.write(f"UPDATE event SET {assignments} WHERE id = ?", [*values, event.id])  # noqa: S608


def load_labels(db: Database, event: Event) -> tuple[str, ...]:
    """Return the class list."""
    found = db.rows("SELECT name FROM label WHERE event_id = ? ORDER BY code", [event.id])
    return tuple(row["name"] for row in found)


def load_truth(db: Database, event: Event) -> Truth:
    """Return the truth with its splits."""
    found = db.rows(
        "SELECT row_id, label_code, split, group_name FROM truth WHERE event_id = ? ORDER BY position",
        [event.id],
    )
    ids, codes, splits, groups = zip(*map(tuple, found), strict=True)
    has_groups = groups[0] is not None
    expected = Expected(ids, load_labels(db, event))
    return Truth(expected, np.asarray(codes, dtype=np.int64), splits, groups if has_groups else ())
