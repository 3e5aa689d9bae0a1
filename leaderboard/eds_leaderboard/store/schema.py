"""The schema as numbered migrations; a number that has been released is never edited, only followed."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["MIGRATIONS", "Migration"]


@dataclass(frozen=True)
class Migration:
    """One step of the schema, made in one transaction."""

    number: int
    name: str
    statements: tuple[str, ...]


def _append_only(table: str, key: str) -> tuple[str, ...]:
    """Return triggers that refuse UPDATE, DELETE, and the INSERT OR REPLACE that would do both unseen."""
    refuse = f"SELECT RAISE(ABORT, '{table} is append-only')"
    # table and key are the literals below
    exists = f"EXISTS (SELECT 1 FROM {table} AS old WHERE {key})"  # noqa: S608
    return (
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN {refuse}; END",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN {refuse}; END",
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {exists} BEGIN {refuse}; END",
    )


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

MIGRATIONS = (
    Migration(
        1,
        "events, teams, entries and their scores",
        (
            _EVENT,
            _LABEL,
            _TRUTH,
            _TEAM,
            _ENTRY,
            _SCORE,
            _CONFUSION,
            _AUDIT,
            *_append_only(
                "entry",
                "old.id = NEW.id"
                " OR old.team_id = NEW.team_id AND (old.seq = NEW.seq OR old.sha256 = NEW.sha256)",
            ),
            *_append_only(
                "score", "old.entry_id = NEW.entry_id AND old.split = NEW.split AND old.metric = NEW.metric"
            ),
            *_append_only(
                "confusion",
                "old.entry_id = NEW.entry_id AND old.split = NEW.split"
                " AND old.true_code = NEW.true_code AND old.predicted_code = NEW.predicted_code",
            ),
            *_append_only("audit", "old.id = NEW.id"),
            *_append_only(
                "label",
                "old.event_id = NEW.event_id AND (old.code = NEW.code OR old.name = NEW.name)",
            ),
            *_append_only(
                "truth",
                "old.event_id = NEW.event_id AND (old.position = NEW.position OR old.row_id = NEW.row_id)",
            ),
        ),
    ),
)
