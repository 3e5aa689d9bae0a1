"""What everybody may see of an event at one moment, read once and kept until something changes.

Every change adds a row to the record, so its newest number says whether what was read still holds. A look at
the board costs one small query then, in every thread and every server process.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from eds_leaderboard.errors import DatabaseError
from eds_leaderboard.event import Event
from eds_leaderboard.store import audit
from eds_leaderboard.store import entries as entry_store
from eds_leaderboard.store import events as event_store
from eds_leaderboard.store import teams as team_store
from eds_leaderboard.store.database import Database
from eds_leaderboard.store.entries import ScoredEntry
from eds_leaderboard.store.errors import START_ANEW
from eds_leaderboard.store.truths import truth_version
from eds_leaderboard.teams import Team

__all__ = ["Snapshot", "SnapshotCache"]


@dataclass(frozen=True, eq=False)
class Snapshot:
    """An event as it was after a change; before the reveal it holds no private score.

    Parameters
    ----------
    revision : int
        Number of the change.
    latest : datetime
        Time of the change.
    event : Event
    labels : tuple of str
        The class list.
    version : int
        Version of the truth.
    teams : tuple of Team
        In the order in which they were added.
    entries : mapping of str to tuple of ScoredEntry
        By split, oldest first, void ones too.
    voids : mapping of int to str
        Reasons by id of void entries.
    """

    revision: int
    latest: datetime
    event: Event
    labels: tuple[str, ...]
    version: int
    teams: tuple[Team, ...]
    entries: Mapping[str, tuple[ScoredEntry, ...]]
    voids: Mapping[int, str]


class SnapshotCache:
    """Keeps the newest snapshot of one event; for any number of threads.

    Parameters
    ----------
    db : Database
    name : str
        The event.
    """

    def __init__(self, db: Database, name: str) -> None:
        self._db = db
        self._name = name
        self._newest: Snapshot | None = None
        self._guard = threading.Lock()

    def get(self) -> Snapshot:
        """Return the event as it is now.

        Raises
        ------
        RuntimeError
            Inside of a transaction that writes: what it has written may be undone.
        DatabaseError
            If the event is an earlier one than it was, because a backup was put back.
        """
        if self._db.is_writing:
            raise RuntimeError("a snapshot inside of atomic()")
        known = self._newest
        if known is not None and audit.revision(self._db, known.event.id) == known.revision:
            return known
        with self._guard, self._db.reading():
            self._newest = self._load(self._newest)
            return self._newest

    def _load(self, known: Snapshot | None) -> Snapshot:
        event = event_store.load_event(self._db, self._name)
        revision = audit.revision(self._db, event.id)
        if known is not None and known.revision == revision:
            return known
        if known is not None and known.revision > revision:
            raise DatabaseError(f"event '{self._name}' is another one than before", START_ANEW)
        version = truth_version(self._db, event.id)
        splits = ("public",) if event.revealed_at is None else ("public", "private")
        reusable = known.entries if known is not None and known.version == version else {}
        return Snapshot(
            revision,
            audit.latest(self._db, event),
            event,
            event_store.load_labels(self._db, event),
            version,
            tuple(team_store.load_teams(self._db, event)),
            {split: self._entries(event, version, split, reusable.get(split, ())) for split in splits},
            entry_store.load_voids(self._db, event),
        )

    def _entries(
        self, event: Event, version: int, split: str, known: tuple[ScoredEntry, ...]
    ) -> tuple[ScoredEntry, ...]:
        # entries are only ever added, with growing ids
        after = known[-1].id if known else 0
        return (*known, *entry_store.load_entries(self._db, event, version, split, after))
