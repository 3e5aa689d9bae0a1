"""The board: what hosts and teams can do with an event, each deed in one transaction with its record."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from eds_leaderboard.challenge import find_challenge
from eds_leaderboard.clock import stamp, utc_now
from eds_leaderboard.csvfile import ENTRY_LIMITS, read_capped
from eds_leaderboard.entries import validate
from eds_leaderboard.errors import EdsError, UsageError
from eds_leaderboard.event import Event, Rules, admit
from eds_leaderboard.folder import EventFolder, new_folder
from eds_leaderboard.metrics import BOARD_METRICS, ConfusionMatrix
from eds_leaderboard.release import write_description
from eds_leaderboard.scoring import scores
from eds_leaderboard.standings import Standing, best_entries, metric_order, rank, shake_up
from eds_leaderboard.store import audit
from eds_leaderboard.store import entries as entry_store
from eds_leaderboard.store import events as event_store
from eds_leaderboard.store import teams as team_store
from eds_leaderboard.store.database import Database
from eds_leaderboard.store.entries import NewEntry, ScoredEntry
from eds_leaderboard.teams import Team, clean_name, new_token, team_of_token, token_hash
from eds_leaderboard.truth import SPLITS, Truth

__all__ = ["Board", "Receipt", "create_event"]

Clock = Callable[[], datetime]
MAX_MESSAGE = 200


@dataclass(frozen=True)
class Receipt:
    """What a team learns of an entry: the public scores, its place, and how many entries are left."""

    team: Team
    entry: ScoredEntry
    standing: Standing
    left: int


def create_event(
    path: Path,
    challenge_name: str,
    rules: Rules,
    *,
    database: Path | None = None,
    public_fraction: float = 0.3,
    now: Clock | None = None,
) -> Event:
    """Make an event: its folder, its database with the truth, its files for the teams.

    Parameters
    ----------
    path : Path
        The event's folder, not there yet; its last part is the event's name.
    challenge_name : str
        A built-in challenge, or the path of a challenge folder.
    rules : Rules
    database : Path, optional
        Where the database lies; by default ``event.db`` in the folder.
    public_fraction : float
        Share of the held-out rows that is public, where the challenge does not say it.
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
    challenge = find_challenge(challenge_name, public_fraction)
    time = (now or utc_now)()
    with new_folder(path, database) as folder:
        challenge.write_files(folder.release)
        write_description(folder.release, name, rules.metric, challenge.truth.expected)
        with Database(folder.database, create=True) as db, db.atomic():
            event = event_store.add_event(db, name, challenge.name, rules, challenge.truth, time)
            audit.note(db, event, time, audit.HOST, "create", challenge=challenge.name, metric=rules.metric)
    return event


class Board:
    """An event at work.

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
        self._now = now

    def __enter__(self) -> Board:
        return self

    def __exit__(self, *_: object) -> None:
        self.db.close()

    def now(self) -> datetime:
        """Return the time that rules."""
        return (self._now or utc_now)()

    @property
    def event(self) -> Event:
        """The event as it is now."""
        return event_store.load_event(self.db, self.folder.name)

    # the life of the event

    def open(self, duration: timedelta) -> Event:
        """Let entries in for a while, from now on."""
        with self.db.atomic():
            event, now = self.event, self.now()
            event.check_can_open(now)
            closes_at = now + duration
            event_store.set_times(
                self.db, event, {"opened_at": event.opened_at or now, "closes_at": closes_at}
            )
            audit.note(self.db, event, now, audit.HOST, "open", closes_at=stamp(closes_at))
        return self.event

    def close(self) -> Event:
        """Let no entry in from now on."""
        with self.db.atomic():
            event, now = self.event, self.now()
            event.check_can_close(now)
            event_store.set_times(self.db, event, {"closes_at": max(now, event.opened_at or now)})
            audit.note(self.db, event, now, audit.HOST, "close")
        return self.event

    def reveal(self) -> Event:
        """Show the private scores, for good."""
        with self.db.atomic():
            event, now = self.event, self.now()
            event.check_can_reveal(now)
            event_store.set_times(self.db, event, {"revealed_at": now})
            audit.note(self.db, event, now, audit.HOST, "reveal")
        return self.event

    # teams

    def add_team(self, name: str, *, is_baseline: bool = False) -> tuple[Team, str]:
        """Add a team and return it with its token, which is not kept and cannot be shown again."""
        token = new_token()
        with self.db.atomic():
            event, now = self.event, self.now()
            team = team_store.add_team(
                self.db, event, clean_name(name), token_hash(token), now, is_baseline=is_baseline
            )
            audit.note(self.db, event, now, audit.HOST, "team add", team=team.name, baseline=is_baseline)
        return team, token

    def rotate_token(self, name: str) -> tuple[Team, str]:
        """Give a team a new token and make the old one worthless."""
        token = new_token()
        with self.db.atomic():
            event, now = self.event, self.now()
            team = team_store.find_team(self.db, event, name)
            team_store.set_token_hash(self.db, team, token_hash(token))
            audit.note(self.db, event, now, audit.HOST, "team rotate", team=team.name)
        return team, token

    def teams(self) -> list[Team]:
        """Return the teams in the order in which they were added."""
        return team_store.load_teams(self.db, self.event)

    def team(self, name: str) -> Team:
        """Return the team of a name."""
        return team_store.find_team(self.db, self.event, name)

    def team_of_token(self, token: str) -> Team:
        """Return the team that holds a token, or raise EdsError."""
        return team_of_token(token, self.teams())

    def entry_counts(self) -> Counter[int]:
        """Return the number of entries by team."""
        return Counter(entry.team_id for entry in entry_store.load_entries(self.db, self.event, "public"))

    # entries

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

        Whether the entry is let in is decided at the moment of the insert, inside its transaction.

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
        new = self._score(content, source, _checked_message(message))
        with self.db.atomic():
            event, now = self.event, self.now()
            seq = admit(event, entry_store.load_history(self.db, team, new.sha256), now)
            entry_id = entry_store.add_entry(self.db, team, seq, now, new)
            audit.note(self.db, event, now, team.name, "submit", entry=seq, sha256=new.sha256)
        entry = ScoredEntry(entry_id, team.id, seq, now, new.message, new.scores["public"])
        own = next(line for line in self.public_standings() if line.team.id == team.id)
        return Receipt(team, entry, own, event.rules.entry_limit - seq)

    def _score(self, content: bytes, source: str, message: str) -> NewEntry:
        truth = self.truth()
        codes = validate(content, truth.expected, source, ENTRY_LIMITS)
        matrices = {split: truth.confusion(codes, split) for split in SPLITS}
        return NewEntry(
            message,
            hashlib.sha256(content).hexdigest(),
            entry_store.pack(content),
            matrices,
            {split: scores(matrix, BOARD_METRICS) for split, matrix in matrices.items()},
        )

    def truth(self) -> Truth:
        """Return the truth; nothing of it may reach a team."""
        return event_store.load_truth(self.db, self.event)

    def entries(self) -> list[ScoredEntry]:
        """Return all entries with the scores that may be seen, oldest first."""
        event = self.event
        return entry_store.load_entries(self.db, event, event.shown_split)

    def confusion(self, entry: ScoredEntry) -> ConfusionMatrix:
        """Return the private confusion matrix of an entry.

        Raises
        ------
        EdsError
            Before the reveal: it would hand the labels over.
        """
        event = self.event
        if event.revealed_at is None:
            raise EdsError(
                "scores per class are shown after the reveal only: they would tell the labels",
                "during the event look at them on your own validation data, with leaderboard score",
            )
        labels = event_store.load_labels(self.db, event)
        return entry_store.load_confusion(self.db, entry.id, "private", labels)

    def deeds(self) -> int:
        """Return how many steps the record holds; every change of what is shown adds one."""
        return audit.count(self.db, self.event)

    def series(self) -> dict[int, list[tuple[datetime, float]]]:
        """Return, by team, when its best public score rose and to what."""
        event = self.event
        risen: dict[int, list[tuple[datetime, float]]] = {}
        for entry in entry_store.load_entries(self.db, event, "public"):
            steps, score = risen.setdefault(entry.team_id, []), entry.scores[event.rules.metric]
            if not steps or score > steps[-1][1]:
                steps.append((entry.received_at, score))
        return risen

    # standings

    def public_standings(self) -> list[Standing]:
        """Return the board of the public rows."""
        return self._standings("public")

    def standings(self) -> list[Standing]:
        """Return the board that may be seen: public before the reveal, private with the shake-up after it."""
        if self.event.revealed_at is None:
            return self.public_standings()
        return shake_up(self.public_standings(), self._standings("private"))

    def _standings(self, split: str) -> list[Standing]:
        event = self.event
        order = metric_order(event.rules.metric)
        public = entry_store.load_entries(self.db, event, "public")
        counting = best_entries(public, order)
        if split != "public":
            chosen = {entry.id for entry in counting.values()}
            rows = entry_store.load_entries(self.db, event, split)
            counting = {entry.team_id: entry for entry in rows if entry.id in chosen}
        return rank(self.teams(), counting, order, Counter(entry.team_id for entry in public))

    def standing_of(self, name: str) -> Standing:
        """Return the line of a team on the board that may be seen."""
        team = self.team(name)
        for standing in self.standings():
            if standing.team.id == team.id:
                return standing
        raise UsageError(f"team '{team.name}' has no entry", "see the board with leaderboard show")


def _checked_message(text: str) -> str:
    message = " ".join(text.split())
    if len(message) > MAX_MESSAGE:
        raise UsageError(f"the message has {len(message)} characters", f"write at most {MAX_MESSAGE}")
    if not message.isprintable():
        raise UsageError("the message has control characters", "write plain text")
    return message
