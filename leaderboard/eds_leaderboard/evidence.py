"""What the rows of entries say beyond their scores: how sure a score is, which two cannot be told apart.

Entries never change, so every answer is kept: by entry, or by pair of entries, and version of the truth.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TypeVar

from eds_leaderboard.event import Event
from eds_leaderboard.intervals import Interval, intervals
from eds_leaderboard.ladder import improves
from eds_leaderboard.paired import mcnemar
from eds_leaderboard.store.database import Database
from eds_leaderboard.store.results import load_confusion, load_is_right

__all__ = ["Evidence"]

T = TypeVar("T")
# of a million rows each: what is asked for again and again is the best entry of each team
KEPT_ROWS = 128


class Evidence:
    """Reads counts and rows of one event's entries; for any number of threads.

    Parameters
    ----------
    db : Database
    labels : tuple of str
        The class list.
    """

    def __init__(self, db: Database, labels: tuple[str, ...]) -> None:
        self._db = db
        self._labels = labels
        self._guard = threading.RLock()
        self._known: dict[tuple[str, int, int, int, str], object] = {}
        self._rows = lru_cache(KEPT_ROWS)(
            lambda entry, version, split: load_is_right(db, entry, version, split)
        )

    def _once(self, key: tuple[str, int, int, int, str], find: Callable[[], T]) -> T:
        # no lock where the answer is known: a page asks for every pair of teams
        known = self._known.get(key)
        if known is None:
            with self._guard:
                known = self._known[key] = find()
        return known  # type: ignore[return-value]

    def interval(self, event: Event, entry_id: int, version: int, split: str) -> Interval:
        """Return the interval of the primary metric."""
        event.check_visible(split)
        metric = event.rules.metric

        def find() -> Interval:
            matrix = load_confusion(self._db, entry_id, version, split, self._labels)
            return intervals(matrix, [metric])[metric]

        return self._once(("interval", entry_id, 0, version, split), find)

    def is_tied(self, event: Event, one: int, other: int, version: int, split: str) -> bool:
        """Tell whether McNemar's exact test cannot separate two entries."""
        event.check_visible(split)
        first, second = min(one, other), max(one, other)

        def find() -> bool:
            return mcnemar(self._rows(first, version, split), self._rows(second, version, split)).tied

        return self._once(("tied", first, second, version, split), find)

    def ties(self, event: Event, entries: Sequence[int], version: int, split: str) -> dict[int, set[int]]:
        """Return, by entry, those of the others that `is_tied` says it is tied with."""
        event.check_visible(split)
        tied: dict[int, set[int]] = {entry: set() for entry in entries}
        ordered = sorted(entries)
        # thousands of pairs, nearly all known: one lock for all of them
        with self._guard:
            known = self._known
            for position, first in enumerate(ordered):
                for second in ordered[position + 1 :]:
                    found = known.get(("tied", first, second, version, split))
                    if found is None:
                        found = self.is_tied(event, first, second, version, split)
                    if found:
                        tied[first].add(second)
                        tied[second].add(first)
        return tied

    def improves(self, best: int, new: int, version: int) -> bool:
        """Tell whether an entry is better than another by more than the Ladder takes for chance."""

        def find() -> bool:
            return improves(self._rows(best, version, "public"), self._rows(new, version, "public"))

        return self._once(("improves", best, new, version, "public"), find)
