"""The record of who did what and when; rows are only ever added.

Every change of an event adds a row in its own transaction, one after the other. So the number of the newest
row tells whether anything has changed, and its time is the latest that the event has known.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from eds_leaderboard.clock import read_stamp, stamp
from eds_leaderboard.event import Event
from eds_leaderboard.store.database import Database

__all__ = ["HOST", "Deed", "latest", "load_deeds", "note", "revision"]

HOST = "host"


@dataclass(frozen=True)
class Deed:
    """One line of the record."""

    id: int
    at: datetime
    actor: str
    action: str
    detail: Mapping[str, Any]


def note(db: Database, event: Event, now: datetime, actor: str, action: str, **detail: Any) -> None:
    """Add a row, in the transaction of what it tells."""
    db.write(
        "INSERT INTO audit (event_id, at, actor, action, detail) VALUES (?, ?, ?, ?, ?)",
        [event.id, stamp(now), actor, action, json.dumps(detail, ensure_ascii=False, sort_keys=True)],
    )


def revision(db: Database, event_id: int) -> int:
    """Return a number that grows with every change of an event."""
    return int(db.value("SELECT max(id) FROM audit WHERE event_id = ?", [event_id]) or 0)


def latest(db: Database, event: Event) -> datetime:
    """Return the time of the last change."""
    found = db.value("SELECT at FROM audit WHERE event_id = ? ORDER BY id DESC LIMIT 1", [event.id])
    return event.created_at if found is None else read_stamp(found)


def load_deeds(db: Database, event: Event) -> list[Deed]:
    """Return the record, oldest first."""
    found = db.rows(
        "SELECT id, at, actor, action, detail FROM audit WHERE event_id = ? ORDER BY id", [event.id]
    )
    return [
        Deed(row["id"], read_stamp(row["at"]), row["actor"], row["action"], json.loads(row["detail"]))
        for row in found
    ]
