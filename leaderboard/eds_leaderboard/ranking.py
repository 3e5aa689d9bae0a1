"""The board of an event as it may be seen at a moment, worked out once per change and minute."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from eds_leaderboard.evidence import Evidence
from eds_leaderboard.snapshot import Snapshot
from eds_leaderboard.standings import (
    Standing,
    best_entries,
    best_so_far,
    metric_order,
    published,
    rank,
    shake_up,
)
from eds_leaderboard.store.entries import ScoredEntry

__all__ = ["Ranking"]

LOOK_BACK = timedelta(hours=1)
KEPT = 16

Key = tuple[int, str, datetime | None, datetime | None]


class Ranking:
    """Standings from snapshots; for any number of threads.

    Parameters
    ----------
    evidence : Evidence
    """

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._known: dict[Key, list[Standing]] = {}
        self._guard = threading.RLock()

    def shown(self, snapshot: Snapshot, now: datetime) -> list[Standing]:
        """Return the board that may be seen: public before the reveal, private after it."""
        if snapshot.event.revealed_at is None:
            return self.public(snapshot, now)

        def make() -> list[Standing]:
            public = self._bare(snapshot, "public", None)
            moved = shake_up(public, self._bare(snapshot, "private", None))
            return self._with_evidence(snapshot, moved, "private")

        return self._once((snapshot.revision, "shown", None, None), make)

    def public(self, snapshot: Snapshot, now: datetime) -> list[Standing]:
        """Return the board of the public rows, with the movement of the last hour; it may stand still."""
        until = snapshot.event.shown_until(now)
        # to the minute, so that the hour before is worked out once a minute
        back = (until or now).replace(second=0, microsecond=0) - LOOK_BACK

        def make() -> list[Standing]:
            before = self._bare(snapshot, "public", back)
            moved = shake_up(before, self._bare(snapshot, "public", until))
            return self._with_evidence(snapshot, moved, "public")

        return self._once((snapshot.revision, "public", until, back), make)

    def public_line(self, snapshot: Snapshot, now: datetime, team_id: int) -> Standing | None:
        """Return a team's line of the public board as shown, without movement, interval and ties."""
        lines = self._bare(snapshot, "public", snapshot.event.shown_until(now))
        return next((line for line in lines if line.team.id == team_id), None)

    def public_entries(self, snapshot: Snapshot) -> tuple[ScoredEntry, ...]:
        """Return all entries with the public scores that are shown for them, void ones too, oldest first."""
        entries = snapshot.entries["public"]
        if not snapshot.event.rules.ladder:
            return entries
        standing = [entry for entry in entries if entry.id not in snapshot.voids]
        shown = published(standing, lambda best, new: self._evidence.improves(best, new, snapshot.version))
        scores = {entry.id: entry.scores for entry in shown}
        return tuple(replace(entry, scores=scores.get(entry.id, {})) for entry in entries)

    def best_public_entry(self, snapshot: Snapshot, team_id: int) -> ScoredEntry | None:
        """Return the entry of a team that counts now, whether the board shows it yet or not."""
        own = [entry for entry in self._counting(snapshot, None) if entry.team_id == team_id]
        return best_entries(own, metric_order(snapshot.event.rules.metric)).get(team_id)

    def series(self, snapshot: Snapshot, now: datetime) -> dict[int, list[tuple[datetime, float]]]:
        """Return, by team, when its best public primary score rose and to what."""
        entries = self._counting(snapshot, snapshot.event.shown_until(now))
        return best_so_far(entries, metric_order(snapshot.event.rules.metric))

    def _counting(self, snapshot: Snapshot, until: datetime | None) -> list[ScoredEntry]:
        return [
            entry
            for entry in self.public_entries(snapshot)
            if entry.id not in snapshot.voids and (until is None or entry.received_at < until)
        ]

    def _once(self, key: Key, make: Callable[[], list[Standing]]) -> list[Standing]:
        with self._guard:
            if key not in self._known:
                while len(self._known) >= KEPT:
                    del self._known[next(iter(self._known))]
                self._known[key] = make()
            return self._known[key]

    def _bare(self, snapshot: Snapshot, split: str, until: datetime | None) -> list[Standing]:
        """Return the board of the entries that came before a time, without the evidence."""
        key = (snapshot.revision, f"bare {split}", until, None)
        return self._once(key, lambda: self._rank(snapshot, split, until))

    def _rank(self, snapshot: Snapshot, split: str, until: datetime | None) -> list[Standing]:
        order = metric_order(snapshot.event.rules.metric)
        entries = self._counting(snapshot, until)
        counting = best_entries(entries, order)
        if split != "public":
            chosen = {entry.id for entry in counting.values()}
            counting = {entry.team_id: entry for entry in snapshot.entries[split] if entry.id in chosen}
        made = Counter(
            entry.team_id
            for entry in snapshot.entries["public"]
            if until is None or entry.received_at < until
        )
        return rank(snapshot.teams, counting, order, made)

    def _with_evidence(self, snapshot: Snapshot, lines: Sequence[Standing], split: str) -> list[Standing]:
        event, version = snapshot.event, snapshot.version
        ranked = [line for line in lines if line.rank is not None]
        ties = self._evidence.ties(event, [line.entry.id for line in ranked], version, split)

        def tied(line: Standing) -> tuple[int, ...]:
            others = ties.get(line.entry.id, set())
            return tuple(other.team.id for other in ranked if other.entry.id in others)

        return [
            replace(
                line,
                interval=self._evidence.interval(event, line.entry.id, version, split),
                tied_with=tied(line),
            )
            for line in lines
        ]
