"""What everybody at an event works with: its folder, its database, its clock, and what is known of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from eds_leaderboard import clock
from eds_leaderboard.errors import UsageError
from eds_leaderboard.event import Event
from eds_leaderboard.evidence import Evidence
from eds_leaderboard.folder import EventFolder
from eds_leaderboard.ranking import Ranking
from eds_leaderboard.snapshot import Snapshot, SnapshotCache
from eds_leaderboard.store import audit
from eds_leaderboard.store import events as event_store
from eds_leaderboard.store.database import Database

__all__ = ["Clock", "Desk", "checked_text"]

Clock = Callable[[], datetime]
MAX_TEXT = 200


class Desk:
    """An event at work; for any number of threads.

    Parameters
    ----------
    folder : EventFolder
        Where it lives.
    now : callable, optional
        The clock, UTC and aware; by default this machine's.
    """

    def __init__(self, folder: EventFolder, now: Clock | None = None) -> None:
        self.folder = folder
        self.db = Database(folder.database)
        self._clock = now
        try:
            self._snapshots = SnapshotCache(self.db, folder.name)
            snapshot = self._snapshots.get()
        except BaseException:
            self.db.close()
            raise
        self._latest = snapshot.latest
        self.evidence = Evidence(self.db, snapshot.labels)
        self.ranking = Ranking(self.evidence)

    def close_database(self) -> None:
        """Give the connections back."""
        self.db.close()

    def __exit__(self, *_: object) -> None:
        self.db.close()

    @property
    def snapshot(self) -> Snapshot:
        """The event as it is now, with all that may be seen of it."""
        found = self._snapshots.get()
        # another server, whose clock is ahead, may have written what is seen here
        self._latest = max(self._latest, found.latest)
        return found

    @property
    def event(self) -> Event:
        """The event as it is now."""
        return self.snapshot.event

    def revision(self) -> int:
        """Return a number that grows with every change of the event: as long as it stays, the board does."""
        return self.snapshot.revision

    def now(self) -> datetime:
        """Return the time that rules: where the clock is put back, it stands still until that is made up.

        A deadline that has passed cannot come again, and no entry is older than the one before it.
        """
        self._latest = max(self._read_clock(), self._latest)
        return self._latest

    def _read_clock(self) -> datetime:
        return (self._clock or clock.utc_now)()

    @contextmanager
    def _deed(self) -> Iterator[tuple[Event, datetime]]:
        """Run a block in one transaction, with the event and the time as they are once it holds the lock."""
        with self.db.atomic():
            event = event_store.load_event(self.db, self.folder.name)
            # another server process may have seen a later time
            self._latest = max(self._latest, audit.latest(self.db, event))
            yield event, self.now()


def checked_text(text: str, what: str = "message") -> str:
    """Return a short plain text as it is stored.

    Raises
    ------
    UsageError
        If it is too long, or has characters that a terminal would obey.
    """
    clean = " ".join(text.split())
    if len(clean) > MAX_TEXT:
        raise UsageError(f"the {what} has {len(clean)} characters", f"write at most {MAX_TEXT}")
    if not clean.isprintable():
        raise UsageError(f"the {what} has control characters", "write plain text")
    return clean
