"""Events with their class list, in and out of the database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from eds_leaderboard.clock import read_stamp, stamp
from eds_leaderboard.errors import UsageError
from eds_leaderboard.event import Event, Rules
from eds_leaderboard.store.backend import Row
from eds_leaderboard.store.database import Database
from eds_leaderboard.store.truths import add_truth
from eds_leaderboard.truth import Truth

__all__ = ["add_event", "load_event", "load_labels", "set_times"]

_TIMES = ("opened_at", "closes_at", "closed_at", "freezes_at", "revealed_at")


def add_event(db: Database, name: str, challenge: str, rules: Rules, truth: Truth, now: datetime) -> Event:
    """Store a new event with its truth.

    Raises
    ------
    UsageError
        If the database has an event of this name.
    """
    with db.atomic():
        if db.row("SELECT 1 FROM event WHERE name = ?", [name]):
            raise UsageError(f"{db.shown} has an event '{name}' already", "choose another name")
        event_id = db.insert(
            "INSERT INTO event (name, challenge, metric, entry_limit, hourly_limit, pause_seconds,"
            " grace_seconds, ladder, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                name,
                challenge,
                rules.metric,
                rules.entry_limit,
                rules.hourly_limit,
                int(rules.pause.total_seconds()),
                int(rules.grace.total_seconds()),
                int(rules.ladder),
                stamp(now),
            ],
        )
        labels = [(event_id, code, label) for code, label in enumerate(truth.expected.labels)]
        db.write_many("INSERT INTO label (event_id, code, name) VALUES (?, ?, ?)", labels)
        add_truth(db, event_id, 1, truth, stamp(now))
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
        raise UsageError(f"{db.shown} has no event '{name}'", "make it with leaderboard create")
    rules = Rules(
        row["metric"],
        row["entry_limit"],
        row["hourly_limit"],
        timedelta(seconds=row["pause_seconds"]),
        timedelta(seconds=row["grace_seconds"]),
        bool(row["ladder"]),
    )
    times = {column: _optional(row, column) for column in _TIMES}
    return Event(row["id"], row["name"], row["challenge"], rules, read_stamp(row["created_at"]), **times)


def _optional(row: Row, column: str) -> datetime | None:
    return None if row[column] is None else read_stamp(row[column])


def set_times(db: Database, event: Event, times: Mapping[str, datetime | None]) -> None:
    """Set some of the times of an event."""
    unknown = set(times) - set(_TIMES)
    if unknown:
        raise ValueError(f"no such time: {', '.join(unknown)}")
    assignments = ", ".join(f"{column} = ?" for column in times)
    values = [None if time is None else stamp(time) for time in times.values()]
    # the names were compared with a fixed list above
    db.write(f"UPDATE event SET {assignments} WHERE id = ?", [*values, event.id])  # noqa: S608


def load_labels(db: Database, event: Event) -> tuple[str, ...]:
    """Return the class list."""
    found = db.rows("SELECT name FROM label WHERE event_id = ? ORDER BY code", [event.id])
    return tuple(row["name"] for row in found)
