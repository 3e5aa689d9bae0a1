"""The first schema, of version 0.1, and the way from it: SQLite only, the truth and the counts a row each.

It is written out once more only because files of that version exist; nothing new belongs here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from eds_leaderboard.csvfile import ENTRY_LIMITS
from eds_leaderboard.entries import Expected, validate
from eds_leaderboard.judging import judge
from eds_leaderboard.store.packing import unpack_bytes
from eds_leaderboard.store.results import add_results
from eds_leaderboard.store.truths import add_truth
from eds_leaderboard.truth import Truth

if TYPE_CHECKING:
    from eds_leaderboard.store.database import Database

__all__ = ["create", "put_aside", "take_over"]

# one written form, fixed in width: comparing the text compares the times
_DIGIT = "[0-9]"
_STAMP = f"GLOB '{_DIGIT * 4}-{_DIGIT * 2}-{_DIGIT * 2}T{_DIGIT * 2}:{_DIGIT * 2}:{_DIGIT * 2}.{_DIGIT * 6}Z'"

_EVENT = f"""
CREATE TABLE event (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    challenge TEXT NOT NULL,
    metric TEXT NOT NULL,
    entry_limit INTEGER NOT NULL CHECK (entry_limit >= 1),
    hourly_limit INTEGER CHECK (hourly_limit >= 1),
    created_at TEXT NOT NULL CHECK (created_at {_STAMP}),
    opened_at TEXT CHECK (opened_at {_STAMP}),
    closes_at TEXT CHECK (closes_at {_STAMP}),
    revealed_at TEXT CHECK (revealed_at {_STAMP}),
    CHECK ((opened_at IS NULL) = (closes_at IS NULL)),
    CHECK (opened_at <= closes_at),
    CHECK (revealed_at IS NULL OR closes_at IS NOT NULL AND revealed_at >= closes_at)
) STRICT
"""

_LABEL = """
CREATE TABLE label (
    event_id INTEGER NOT NULL REFERENCES event (id),
    code INTEGER NOT NULL CHECK (code >= 0),
    name TEXT NOT NULL,
    PRIMARY KEY (event_id, code),
    UNIQUE (event_id, name)
) STRICT, WITHOUT ROWID
"""

_TRUTH = """
CREATE TABLE truth (
    event_id INTEGER NOT NULL REFERENCES event (id),
    position INTEGER NOT NULL CHECK (position >= 0),
    row_id TEXT NOT NULL,
    label_code INTEGER NOT NULL,
    split TEXT NOT NULL CHECK (split IN ('public', 'private')),
    group_name TEXT,
    PRIMARY KEY (event_id, position),
    UNIQUE (event_id, row_id),
    FOREIGN KEY (event_id, label_code) REFERENCES label (event_id, code)
) STRICT, WITHOUT ROWID
"""

_TEAM = f"""
CREATE TABLE team (
    id INTEGER PRIMARY KEY,
    event_id INTEGER NOT NULL REFERENCES event (id),
    name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 40),
    name_key TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE CHECK (length(token_hash) = 64),
    is_baseline INTEGER NOT NULL CHECK (is_baseline IN (0, 1)),
    created_at TEXT NOT NULL CHECK (created_at {_STAMP}),
    UNIQUE (event_id, name_key)
) STRICT
"""

_ENTRY = f"""
CREATE TABLE entry (
    id INTEGER PRIMARY KEY,
    team_id INTEGER NOT NULL REFERENCES team (id),
    seq INTEGER NOT NULL CHECK (seq >= 1),
    received_at TEXT NOT NULL CHECK (received_at {_STAMP}),
    message TEXT NOT NULL,
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    content BLOB NOT NULL,
    UNIQUE (team_id, seq),
    UNIQUE (team_id, sha256)
) STRICT
"""

_SCORE = """
CREATE TABLE score (
    entry_id INTEGER NOT NULL REFERENCES entry (id),
    split TEXT NOT NULL CHECK (split IN ('public', 'private')),
    metric TEXT NOT NULL,
    value REAL NOT NULL CHECK (typeof(value) = 'real' AND value BETWEEN 0 AND 1),
    PRIMARY KEY (entry_id, split, metric)
) STRICT, WITHOUT ROWID
"""

_CONFUSION = """
CREATE TABLE confusion (
    entry_id INTEGER NOT NULL REFERENCES entry (id),
    split TEXT NOT NULL CHECK (split IN ('public', 'private')),
    true_code INTEGER NOT NULL CHECK (true_code >= 0),
    predicted_code INTEGER NOT NULL CHECK (predicted_code >= 0),
    rows INTEGER NOT NULL CHECK (rows >= 1),
    PRIMARY KEY (entry_id, split, true_code, predicted_code)
) STRICT, WITHOUT ROWID
"""

_AUDIT = f"""
CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    event_id INTEGER NOT NULL REFERENCES event (id),
    at TEXT NOT NULL CHECK (at {_STAMP}),
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    detail TEXT NOT NULL CHECK (json_valid(detail))
) STRICT
"""

_TABLES = {
    "event": _EVENT,
    "label": _LABEL,
    "truth": _TRUTH,
    "team": _TEAM,
    "entry": _ENTRY,
    "score": _SCORE,
    "confusion": _CONFUSION,
    "audit": _AUDIT,
}


def create(db: Database) -> None:
    """Make the first tables."""
    for statement in _TABLES.values():
        db.write(statement)


def put_aside(db: Database) -> None:
    """Give the old tables other names; their triggers go, because the names are needed again."""
    for row in db.rows("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
        db.write(f"DROP TRIGGER {row['name']}")
    for table in _TABLES:
        db.write(f"ALTER TABLE {table} RENAME TO old_{table}")


def take_over(db: Database) -> None:
    """Fill the new tables from the old ones, and drop these."""
    db.write(
        "INSERT INTO event (id, name, challenge, metric, entry_limit, hourly_limit, pause_seconds,"
        " grace_seconds, ladder, created_at, opened_at, closes_at, revealed_at)"
        " SELECT id, name, challenge, metric, entry_limit, hourly_limit, 0, 0, 0,"
        " created_at, opened_at, closes_at, revealed_at FROM old_event"
    )
    for table in ("label", "team", "entry", "audit"):
        db.write(f"INSERT INTO {table} SELECT * FROM old_{table}")  # noqa: S608 - the literals above
    for event in db.rows("SELECT id, created_at FROM old_event"):
        truth = _old_truth(db, event["id"])
        add_truth(db, event["id"], 1, truth, event["created_at"])
        for entry in db.rows(
            "SELECT entry.id, content FROM entry JOIN team ON team.id = team_id WHERE event_id = ?",
            [event["id"]],
        ):
            codes = validate(unpack_bytes(entry["content"]), truth.expected, limits=ENTRY_LIMITS)
            add_results(db, entry["id"], 1, judge(truth, codes))
    for table in reversed(_TABLES):
        db.write(f"DROP TABLE old_{table}")


def _old_truth(db: Database, event_id: int) -> Truth:
    labels = db.rows("SELECT name FROM old_label WHERE event_id = ? ORDER BY code", [event_id])
    found = db.rows(
        "SELECT row_id, label_code, split, group_name FROM old_truth WHERE event_id = ? ORDER BY position",
        [event_id],
    )
    ids, codes, splits, groups = zip(*map(tuple, found), strict=True)
    expected = Expected(ids, tuple(row["name"] for row in labels))
    has_groups = groups[0] is not None
    return Truth(expected, np.asarray(codes, dtype=np.int64), splits, groups if has_groups else ())
