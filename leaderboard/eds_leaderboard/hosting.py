"""What the host does with an event, each deed in one transaction with its record."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from eds_leaderboard.clock import stamp
from eds_leaderboard.csvfile import ENTRY_LIMITS
from eds_leaderboard.desk import Desk, checked_text
from eds_leaderboard.entries import validate
from eds_leaderboard.errors import EdsError, UsageError
from eds_leaderboard.event import Event
from eds_leaderboard.judging import Judged, judge
from eds_leaderboard.problems import counted, shown
from eds_leaderboard.standings import RankChange, Standing, rank_changes
from eds_leaderboard.store import audit
from eds_leaderboard.store import entries as entry_store
from eds_leaderboard.store import events as event_store
from eds_leaderboard.store import teams as team_store
from eds_leaderboard.store.audit import Deed
from eds_leaderboard.store.results import add_results
from eds_leaderboard.store.truths import add_truth, load_truth, truth_version
from eds_leaderboard.teams import Team, clean_name, new_token, token_hash
from eds_leaderboard.truth import Truth, read_truth

__all__ = ["Hosting"]


class Hosting(Desk):
    """An event as its host handles it."""

    # the life of the event

    def open(self, duration: timedelta) -> Event:
        """Let entries in for a while, from now on."""
        with self._deed() as (event, now):
            event.check_can_open(now)
            closes_at = now + duration
            opened_at = event.opened_at or now
            event_store.set_times(
                self.db, event, {"opened_at": opened_at, "closes_at": closes_at, "closed_at": None}
            )
            audit.note(self.db, event, now, audit.HOST, "open", closes_at=stamp(closes_at))
        return self.event

    def extend(self, duration: timedelta) -> Event:
        """Move the deadline, and the freezing of the board with it unless it has begun."""
        with self._deed() as (event, now):
            event.check_is_open(now)
            closes_at = _known(event.closes_at) + duration
            freezes_at = event.freezes_at
            if freezes_at is not None and now < freezes_at:
                freezes_at += duration
            event_store.set_times(self.db, event, {"closes_at": closes_at, "freezes_at": freezes_at})
            audit.note(self.db, event, now, audit.HOST, "extend", closes_at=stamp(closes_at))
        return self.event

    def freeze(self, last: timedelta | None) -> Event:
        """Let the board stand still for the last part of the event; None ends that."""
        with self._deed() as (event, now):
            freezes_at: datetime | None = None
            if last is not None:
                event.check_is_open(now)
                # what has been seen is not taken back
                freezes_at = max(_known(event.closes_at) - last, now)
            elif event.freezes_at is None:
                raise EdsError(f"the board of '{event.name}' does not stand still", "nothing is to be done")
            else:
                event.check_not_revealed()
            event_store.set_times(self.db, event, {"freezes_at": freezes_at})
            told = None if freezes_at is None else stamp(freezes_at)
            audit.note(self.db, event, now, audit.HOST, "freeze", freezes_at=told)
        return self.event

    def close(self) -> Event:
        """Let no entry in from now on."""
        with self._deed() as (event, now):
            event.check_is_open(now)
            times: dict[str, datetime | None] = {
                "closes_at": min(now, _known(event.closes_at)),
                "closed_at": now,
            }
            if event.freezes_at is not None and now < event.freezes_at:
                times["freezes_at"] = None
            event_store.set_times(self.db, event, times)
            audit.note(self.db, event, now, audit.HOST, "close")
        return self.event

    def reveal(self) -> Event:
        """Show the private scores, for good."""
        with self._deed() as (event, now):
            event.check_can_reveal(now)
            event_store.set_times(self.db, event, {"revealed_at": now})
            audit.note(self.db, event, now, audit.HOST, "reveal")
        return self.event

    def audit(self) -> list[Deed]:
        """Return who did what and when, oldest first."""
        return audit.load_deeds(self.db, self.event)

    # teams

    def add_team(self, name: str, *, is_baseline: bool = False) -> tuple[Team, str]:
        """Add a team and return it with its token, which is not kept and cannot be shown again."""
        token = new_token()
        with self._deed() as (event, now):
            team = team_store.add_team(
                self.db, event, clean_name(name), token_hash(token), now, is_baseline=is_baseline
            )
            audit.note(self.db, event, now, audit.HOST, "team add", team=team.name, baseline=is_baseline)
        return team, token

    def rotate_token(self, name: str) -> tuple[Team, str]:
        """Give a team a new token and make the old one worthless."""
        token = new_token()
        with self._deed() as (event, now):
            team = team_store.find_team(self.db, event, name)
            team_store.set_token_hash(self.db, team, token_hash(token))
            audit.note(self.db, event, now, audit.HOST, "team rotate", team=team.name)
        return team, token

    def teams(self) -> list[Team]:
        """Return the teams in the order in which they were added."""
        return list(self.snapshot.teams)

    def team(self, name: str) -> Team:
        """Return the team of a name."""
        return team_store.find_team(self.db, self.event, name)

    # corrections

    def _board_now(self) -> list[Standing]:
        return self.ranking.shown(self.snapshot, self.now())

    def void(self, entry_id: int, why: str) -> list[RankChange]:
        """Take an entry off the board; it keeps its number, and the team does not get it back."""
        return self._rule(entry_id, why, is_void=True)

    def restore(self, entry_id: int, why: str) -> list[RankChange]:
        """Put a void entry back."""
        return self._rule(entry_id, why, is_void=False)

    def _rule(self, entry_id: int, why: str, *, is_void: bool) -> list[RankChange]:
        reason = checked_text(why, "reason")
        if not reason:
            raise UsageError("no reason", "say why: it stands in the record")
        before = self._board_now()
        with self._deed() as (event, now):
            if entry_id not in entry_store.entry_ids(self.db, event):
                raise UsageError(
                    f"event '{event.name}' has no entry {entry_id}",
                    "see the ids with leaderboard submissions",
                )
            if (entry_id in entry_store.load_voids(self.db, event)) == is_void:
                raise EdsError(f"entry {entry_id} is {'void' if is_void else 'on the board'} already")
            entry_store.add_ruling(self.db, entry_id, now, reason, is_void=is_void)
            action = "void" if is_void else "restore"
            audit.note(self.db, event, now, audit.HOST, action, entry=entry_id, why=reason)
        return rank_changes(before, self._board_now())

    def rescore(self, truth_file: Path, why: str) -> list[RankChange]:
        """Score all entries anew with a corrected truth; they keep their times.

        Raises
        ------
        InvalidFileError
            If the file has problems.
        UsageError
            If it has other ids or classes than the event.
        """
        reason = checked_text(why, "reason")
        before = self._board_now()
        version, truth = self.current_truth()
        corrected = _corrected(truth, read_truth(truth_file))
        # outside of the transaction: entries may come in meanwhile
        event = self.event
        judged = {
            entry: self._judged_again(entry, corrected) for entry in entry_store.entry_ids(self.db, event)
        }
        with self._deed() as (event, now):
            if truth_version(self.db, event.id) != version:
                raise EdsError("somebody else has just corrected the truth", "look at it, then try again")
            add_truth(self.db, event.id, version + 1, corrected, stamp(now))
            for entry in entry_store.entry_ids(self.db, event):
                result = judged.get(entry) or self._judged_again(entry, corrected)
                add_results(self.db, entry, version + 1, result)
            audit.note(self.db, event, now, audit.HOST, "rescore", version=version + 1, why=reason)
        return rank_changes(before, self._board_now())

    def _judged_again(self, entry_id: int, truth: Truth) -> dict[str, Judged]:
        content = entry_store.load_content(self.db, entry_id)
        return judge(truth, validate(content, truth.expected, limits=ENTRY_LIMITS))

    # the truth

    def truth(self) -> Truth:
        """Return the truth; nothing of it may reach a team."""
        return self.current_truth()[1]

    def current_truth(self) -> tuple[int, Truth]:
        """Return the truth that counts with the number of its version."""
        snapshot = self.snapshot
        known = self._truth
        if known is None or known[0] != snapshot.version:
            truth = load_truth(self.db, snapshot.event.id, snapshot.version, snapshot.labels)
            self._truth = known = (snapshot.version, truth)
        return known

    _truth: tuple[int, Truth] | None = None


def _known(time: datetime | None) -> datetime:
    if time is None:
        raise RuntimeError("an open event has a deadline")
    return time


def _corrected(truth: Truth, corrected: Truth) -> Truth:
    """Return the truth with other labels, in its own order, with its own splits and classes."""
    ids, classes = truth.expected.positions, truth.expected.codes
    missing = [name for name in truth.expected.ids if name not in corrected.expected.positions]
    unknown = [name for name in corrected.expected.ids if name not in ids]
    if missing or unknown:
        differences = counted(len(missing) + len(unknown), "difference")
        first = f"{shown(missing[0])} is missing" if missing else f"{shown(unknown[0])} is new"
        raise UsageError(
            f"the corrected truth has other ids: {differences}, {first}",
            "give the whole truth, with the labels that changed and those that did not",
        )
    other = [label for label in corrected.expected.labels if label not in classes]
    if other:
        raise UsageError(
            f"the corrected truth has a class {shown(other[0])} that the event does not have",
            "no entry could have named it: make a new event",
        )
    labels = corrected.expected.labels
    codes = np.asarray([classes[label] for label in labels], dtype=np.int64)[corrected.codes]
    order = [corrected.expected.positions[name] for name in truth.expected.ids]
    if np.array_equal(codes[order], truth.codes):
        raise EdsError("the corrected truth is the same as the truth", "nothing is to be done")
    return replace(truth, codes=codes[order])
