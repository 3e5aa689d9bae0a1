"""The board: how an event is made, how entries come in, and what is shown of them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from eds_leaderboard import clock
from eds_leaderboard.challenge import find_challenge
from eds_leaderboard.csvfile import ENTRY_LIMITS, read_capped
from eds_leaderboard.desk import Clock, checked_text
from eds_leaderboard.entries import Codes, validate
from eds_leaderboard.errors import EdsError, UsageError
from eds_leaderboard.event import Event, Rules, admit
from eds_leaderboard.folder import new_folder
from eds_leaderboard.hosting import Hosting
from eds_leaderboard.judging import judge
from eds_leaderboard.metrics import ConfusionMatrix
from eds_leaderboard.release import write_description
from eds_leaderboard.standings import Standing
from eds_leaderboard.store import audit
from eds_leaderboard.store import entries as entry_store
from eds_leaderboard.store import events as event_store
from eds_leaderboard.store import teams as team_store
from eds_leaderboard.store.address import Address
from eds_leaderboard.store.database import Database
from eds_leaderboard.store.entries import NewEntry, ScoredEntry
from eds_leaderboard.store.errors import ConstraintError
from eds_leaderboard.store.packing import pack_bytes
from eds_leaderboard.store.results import add_results, load_confusion
from eds_leaderboard.store.truths import truth_version
from eds_leaderboard.teams import Team, clean_name, team_of_token

__all__ = ["Board", "Receipt", "create_event"]

# a lost race for a number is tried again; with the write lock held by all it does not happen
ATTEMPTS = 10


@dataclass(frozen=True)
class Receipt:
    """What a team learns of an entry.

    Parameters
    ----------
    team : Team
    entry : ScoredEntry
        With the public scores.
    standing : Standing or None
        The team's line of the board that is shown, bare: without movement, interval and ties. None when the
        board stands still since before the team's first entry.
    left : int
        How many entries the team has left.
    is_best : bool
        Whether it is the one of the team's entries that counts now.
    """

    team: Team
    entry: ScoredEntry
    standing: Standing | None
    left: int
    is_best: bool

    @property
    def rank(self) -> int | None:
        """The team's rank on the board that is shown."""
        return None if self.standing is None else self.standing.rank


def create_event(
    path: Path,
    challenge_name: str,
    rules: Rules,
    *,
    database: Address | None = None,
    public_fraction: float = 0.3,
    feedback_fraction: float = 0.0,
    now: Clock | None = None,
) -> Event:
    """Make an event: its folder, its database with the truth, its files for the teams.

    Parameters
    ----------
    path : Path
        The event's folder, not there yet; its last part is the event's name.
    challenge_name : str
        A built-in challenge, one of `eds_datasets`, or the path of a challenge folder.
    rules : Rules
    database : Path or str, optional
        A file, or a URL of PostgreSQL; by default ``event.db`` in the folder.
    public_fraction, feedback_fraction : float
        Shares of the held-out rows, where the challenge does not say the splits; the rest is private.
    now : callable, optional
        The clock.

    Raises
    ------
    InvalidFileError
        If the challenge's truth has problems.
    UsageError
        If the folder exists or there is no such challenge.
    """
    name = clean_name(path.name, "event name")
    challenge = find_challenge(challenge_name, public_fraction, feedback_fraction)
    time = (now or clock.utc_now)()
    with new_folder(path, database) as folder:
        challenge.write_files(folder.release)
        write_description(folder.release, name, rules.metric, challenge.truth.expected)
        with Database(folder.database, create=True) as db, db.atomic():
            event = event_store.add_event(db, name, challenge.name, rules, challenge.truth, time)
            audit.note(db, event, time, audit.HOST, "create", challenge=challenge.name, metric=rules.metric)
    return event


class Board(Hosting):
    """An event at work, opened once and used by any number of threads.

    Parameters
    ----------
    folder : EventFolder
        Where it lives.
    now : callable, optional
        The clock, UTC and aware; by default this machine's.
    """

    def __enter__(self) -> Board:
        return self

    # entries

    def team_of_token(self, token: str) -> Team:
        """Return the team that holds a token, or raise EdsError."""
        return team_of_token(token, self.teams())

    def submit(self, file: Path, message: str, token: str) -> Receipt:
        """Enter a file for the team that holds the token; the token is compared first, then the file is read.

        Raises
        ------
        EdsError
            If the token belongs to no team, and whatever `enter` raises.
        """
        team = self.team_of_token(token)
        return self.enter(team, read_capped(file, ENTRY_LIMITS), file.name, message)

    def enter(self, team: Team, content: bytes, source: str, message: str) -> Receipt:
        """Validate, score and store an entry of a team whose token was compared before.

        Whether the entry is let in is decided at the moment of the insert, inside its transaction. What is
        refused already now is not read.

        Parameters
        ----------
        team : Team
        content : bytes
            The whole file, or one byte more than is allowed.
        source : str
            What messages call the file; it is no path.
        message : str
            What is new in the entry.

        Raises
        ------
        EdsError
            If the message is too long.
        InvalidFileError
            If the file has problems.
        RefusedError
            If the rules do not admit the entry.
        """
        note, sha256 = checked_text(message), hashlib.sha256(content).hexdigest()
        history = entry_store.load_history(self.db, team, sha256)
        # read after the history: its time is no earlier than that of any entry in it
        admit(self.event, history, self.now())
        _, truth = self.current_truth()
        # ids and classes are the same in every version of the truth
        codes = validate(content, truth.expected, source, ENTRY_LIMITS)
        entry = self._store(team, NewEntry(note, sha256, pack_bytes(content)), codes)
        return self._receipt(team, entry)

    def _store(self, team: Team, new: NewEntry, codes: Codes) -> int:
        for _ in range(ATTEMPTS):
            version, truth = self.current_truth()
            judged = judge(truth, codes)
            try:
                with self._deed() as (event, now):
                    team_store.check_token_unchanged(self.db, team)
                    if truth_version(self.db, event.id) != version:
                        continue
                    seq = admit(event, entry_store.load_history(self.db, team, new.sha256), now)
                    entry_id = entry_store.add_entry(self.db, team, seq, now, new)
                    add_results(self.db, entry_id, version, judged)
                    audit.note(self.db, event, now, team.name, "submit", entry=seq, sha256=new.sha256)
                return entry_id
            except ConstraintError:
                continue
        raise EdsError("the entry could not be numbered; nothing was changed", "send it again")

    def _receipt(self, team: Team, entry_id: int) -> Receipt:
        snapshot = self.snapshot
        own = [entry for entry in self.ranking.public_entries(snapshot) if entry.team_id == team.id]
        entry = next(entry for entry in own if entry.id == entry_id)
        best = self.ranking.best_public_entry(snapshot, team.id)
        return Receipt(
            team,
            entry,
            self.ranking.public_line(snapshot, self.now(), team.id),
            snapshot.event.rules.entry_limit - entry.seq,
            best is not None and best.id == entry_id,
        )

    def entry_counts(self) -> Counter[int]:
        """Return the number of entries by team."""
        return Counter(entry.team_id for entry in self.snapshot.entries["public"])

    def entries(self, team: Team | None = None) -> list[ScoredEntry]:
        """Return entries with the scores that may be seen, oldest first, void ones too.

        Parameters
        ----------
        team : Team, optional
            Only its entries; a team sees its own also while the board stands still.
        """
        snapshot = self.snapshot
        until = snapshot.event.shown_until(self.now())
        if snapshot.event.revealed_at is None:
            entries: Sequence[ScoredEntry] = self.ranking.public_entries(snapshot)
        else:
            entries = snapshot.entries["private"]
        if team is not None:
            return [entry for entry in entries if entry.team_id == team.id]
        return [entry for entry in entries if until is None or entry.received_at < until]

    def voids(self) -> dict[int, str]:
        """Return the reasons by id of the entries that are void."""
        return dict(self.snapshot.voids)

    def confusion(self, entry: ScoredEntry, split: str = "private") -> ConfusionMatrix:
        """Return the confusion matrix of an entry on a split.

        Raises
        ------
        EdsError
            Before the reveal, on rows that rank: it would hand the labels over.
        """
        snapshot = self.snapshot
        if snapshot.event.revealed_at is None and split != "feedback":
            raise EdsError(
                "scores per class are shown after the reveal only: they would tell the labels",
                "during the event look at them on your own validation data, with leaderboard score",
            )
        return load_confusion(self.db, entry.id, snapshot.version, split, snapshot.labels)

    def has_feedback(self) -> bool:
        """Tell whether the truth has a feedback split."""
        return "feedback" in self.truth().used_splits

    # standings

    def public_standings(self) -> list[Standing]:
        """Return the board of the public rows."""
        return self.ranking.public(self.snapshot, self.now())

    def standings(self) -> list[Standing]:
        """Return the board that may be seen: public before the reveal, private with the shake-up after it."""
        return self.ranking.shown(self.snapshot, self.now())

    def series(self) -> dict[int, list[tuple[datetime, float]]]:
        """Return, by team, when its best public primary score rose and to what, oldest first."""
        return self.ranking.series(self.snapshot, self.now())

    def standing_of(self, name: str) -> Standing:
        """Return the line of a team on the board that may be seen."""
        team = self.team(name)
        for standing in self.standings():
            if standing.team.id == team.id:
                return standing
        raise UsageError(f"team '{team.name}' has no entry", "see the board with leaderboard show")
