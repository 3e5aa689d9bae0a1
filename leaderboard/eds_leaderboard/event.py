"""The life of an event, and the one rule that admits or refuses an entry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from eds_leaderboard.clock import for_people, span
from eds_leaderboard.errors import EdsError, RefusedError

__all__ = ["PRIMARY_METRICS", "Event", "History", "Rules", "State", "admit"]

# one of these ranks; macro precision or recall alone can be had for nothing by dumping rows in one class
PRIMARY_METRICS = ("accuracy", "macro_f1")
HOUR = timedelta(hours=1)
ZERO = timedelta(0)


class State(StrEnum):
    """Where in its life an event is."""

    CREATED = "created"
    OPEN = "open"
    CLOSED = "closed"
    REVEALED = "revealed"


@dataclass(frozen=True)
class Rules:
    """What an event allows.

    Parameters
    ----------
    metric : str
        The primary metric.
    entry_limit : int
        Entries per team in all.
    hourly_limit : int or None
        Entries per team within any 60 minutes.
    pause : timedelta
        Least time between two entries of a team, in whole seconds.
    grace : timedelta
        How long after the deadline an entry is still let in, in whole seconds; nothing announces it.
    ladder : bool
        Show a score only where it beats the team's best by more than chance (see `ladder`).
    """

    metric: str = "accuracy"
    entry_limit: int = 20
    hourly_limit: int | None = None
    pause: timedelta = ZERO
    grace: timedelta = ZERO
    ladder: bool = False

    def __post_init__(self) -> None:
        if self.metric not in PRIMARY_METRICS:
            raise ValueError(f"metric {self.metric}: expected one of {', '.join(PRIMARY_METRICS)}")
        if self.entry_limit < 1 or (self.hourly_limit is not None and self.hourly_limit < 1):
            raise ValueError("a limit below one entry lets nobody take part")
        if self.ladder and self.metric != "accuracy":
            raise ValueError("the Ladder compares shares of right rows: it needs accuracy")
        if min(self.pause, self.grace) < ZERO:
            raise ValueError("a duration below zero is none")


@dataclass(frozen=True)
class Event:
    """An event as the database holds it; times are UTC and aware.

    Parameters
    ----------
    closes_at : datetime or None
        The deadline that is announced.
    closed_at : datetime or None
        When the host closed it by hand; then there is no grace.
    freezes_at : datetime or None
        From when on the board stands still until the reveal; entries are scored all the same.
    """

    id: int
    name: str
    challenge: str
    rules: Rules
    created_at: datetime
    opened_at: datetime | None = None
    closes_at: datetime | None = None
    closed_at: datetime | None = None
    freezes_at: datetime | None = None
    revealed_at: datetime | None = None

    @property
    def ends_at(self) -> datetime | None:
        """The moment from which no entry is let in."""
        if self.closes_at is None or self.closed_at is not None:
            return self.closed_at
        return self.closes_at + self.rules.grace

    def state(self, now: datetime) -> State:
        """Return the state at a time: open from the opening on and until just before the end."""
        if self.revealed_at is not None:
            return State.REVEALED
        if self.opened_at is None or self.ends_at is None:
            return State.CREATED
        return State.OPEN if now < self.ends_at else State.CLOSED

    def shown_until(self, now: datetime) -> datetime | None:
        """Return the time before which entries are on the board, or None when all are."""
        if self.freezes_at is None or self.revealed_at is not None or now < self.freezes_at:
            return None
        return self.freezes_at

    @property
    def shown_split(self) -> str:
        """The split whose scores may be seen."""
        return "public" if self.revealed_at is None else "private"

    def check_visible(self, split: str) -> None:
        """Raise unless the scalar scores of a split may be read for others than the judge.

        It guards the queries: a mistake further up must end in an error, never in a private number.
        """
        if split == "private" and self.revealed_at is None:
            raise PermissionError("private scores are read after the reveal only")

    def check_can_open(self, now: datetime) -> None:
        """Raise unless entries may be let in: a revealed event stays as it is."""
        state = self.state(now)
        self.check_not_revealed()
        if state is State.OPEN and self.closes_at is not None:
            raise EdsError(
                f"event '{self.name}' is open already, until {for_people(self.closes_at)}",
                "give it more time with leaderboard extend --by 15m, or close it",
            )

    def check_not_revealed(self) -> None:
        """Raise once the private scores were shown."""
        if self.revealed_at is not None:
            raise EdsError(
                f"event '{self.name}' is revealed and takes no entry any more",
                "create a new event with leaderboard create",
            )

    def check_is_open(self, now: datetime) -> None:
        """Raise unless the event is open."""
        state = self.state(now)
        if state is not State.OPEN:
            tip = "see it with leaderboard show"
            if state is State.CLOSED or state is State.CREATED:
                tip = "let entries in with leaderboard open --for 30m"
            raise EdsError(f"event '{self.name}' is not open, it is {state}", tip)

    def check_can_reveal(self, now: datetime) -> None:
        """Raise unless the event is closed and not yet revealed: a private score must not inform an entry."""
        state = self.state(now)
        if state is State.REVEALED:
            raise EdsError(f"event '{self.name}' is revealed already", "see it with leaderboard show")
        if state is not State.CLOSED:
            first = "leaderboard close" if state is State.OPEN else "leaderboard open --for 4h"
            raise EdsError(
                f"event '{self.name}' is {state}: private scores are shown after the end only",
                f"first: {first}",
            )


@dataclass(frozen=True)
class History:
    """What a team has entered so far; voided entries count too.

    Parameters
    ----------
    times : tuple of datetime
        When each entry came, oldest first.
    same_file : int or None
        Number of the team's earlier entry with the same bytes.
    """

    times: tuple[datetime, ...] = ()
    same_file: int | None = None


def admit(event: Event, history: History, now: datetime) -> int:
    """Return the number of the new entry, or refuse it.

    It must run inside the transaction of the insert: what it reads may not change before the entry is in.

    Raises
    ------
    RefusedError
        If the event is not open, the file was entered before, or a limit is reached.
    """
    _check_open(event, now)
    if history.same_file is not None:
        raise RefusedError(
            "duplicate",
            f"Entry refused: this very file is your entry {history.same_file} already",
            "it used none of your entries; send a file with other predictions at any time",
        )
    used = len(history.times)
    if used >= event.rules.entry_limit:
        raise RefusedError(
            "limit",
            f"Entry refused: all {event.rules.entry_limit} entries of your team are used",
            "no further entry is allowed in this event",
        )
    _check_rate(event, history, now)
    return used + 1


def _check_open(event: Event, now: datetime) -> None:
    state = event.state(now)
    if state is State.OPEN:
        return
    if state is State.CREATED or event.closes_at is None:
        raise RefusedError(
            "not-open",
            f"Entry refused: event '{event.name}' is not open yet",
            "the next entry is allowed once the host opens it",
        )
    closed_at, time = for_people(event.closed_at or event.closes_at), for_people(now)
    raise RefusedError(
        "closed",
        f"Entry refused: event '{event.name}' closed at {closed_at}, it is now {time}",
        "no further entry is allowed in this event",
    )


def _check_rate(event: Event, history: History, now: datetime) -> None:
    limit, pause = event.rules.hourly_limit, event.rules.pause
    waits: list[tuple[datetime, str]] = []
    if limit is not None and len(history.times) >= limit:
        waits.append((history.times[-limit] + HOUR, f"your team sent {limit} entries within the last hour"))
    if history.times:
        waits.append((history.times[-1] + pause, f"your team's last entry is less than {span(pause)} old"))
    # the rule that lasts longest says when
    next_at, why = max(waits, default=(now, ""))
    if now < next_at:
        raise RefusedError("rate", f"Entry refused: {why}", _next_told(event, next_at, now), next_at)


def _next_told(event: Event, next_at: datetime, now: datetime) -> str:
    if event.ends_at is not None and next_at >= event.ends_at:
        return "the next entry would be allowed after the deadline only"
    # the second after, because the microseconds of next_at are not shown
    shown_at = for_people(next_at + timedelta(seconds=1))
    return f"the next entry is allowed at {shown_at}, in {span(next_at - now)}"
