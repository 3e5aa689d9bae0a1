"""The record of who did what and when; rows are only ever added."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from eds_leaderboard.clock import stamp
from eds_leaderboard.event import Event
from eds_leaderboard.store.database import Database

__all__ = ["HOST", "count", "note"]

HOST = "host"


def note(db: Database, event: Event, now: datetime, actor: str, action: str, **detail: Any) -> None:
    """Add a row, in the transaction of what it tells."""
    db.write(
        "INSERT INTO audit (event_id, at, actor, action, detail) VALUES (?, ?, ?, ?, ?)",
        [event.id, stamp(now), actor, action, json.dumps(detail, ensure_ascii=False, sort_keys=True)],
    )


def count(db: Database, event: Event) -> int:
    """Return the number of rows; two of them may become visible in another order than that of their ids."""
    row = db.row("SELECT count(*) FROM audit WHERE event_id = ?", [event.id])
    return 0 if row is None else int(row[0])
