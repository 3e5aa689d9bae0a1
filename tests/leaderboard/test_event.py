from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from eds_leaderboard.board import Board
from eds_leaderboard.clock import parse_duration, read_stamp, span, stamp
from eds_leaderboard.errors import EdsError, RefusedError, UsageError
from eds_leaderboard.event import Event, History, Rules, State, admit
from eds_leaderboard.folder import find_event

START = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
END = START + timedelta(hours=4)
TICK = timedelta(microseconds=1)


def an_event(**changes: Any) -> Event:
    values = {"id": 1, "name": "fall", "challenge": "volcano", "rules": Rules(), "created_at": START - TICK}
    return Event(**(values | {"opened_at": START, "closes_at": END} | changes))


def refusal(event: Event, now: datetime, history: History | None = None) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        admit(event, history or History(), now)
    assert caught.value.tip
    return caught.value


def test_an_event_is_open_from_the_opening_until_just_before_the_deadline() -> None:
    event = an_event()
    assert admit(event, History(), START) == 1
    assert admit(event, History(), END - TICK) == 1
    assert refusal(event, END).reason == "closed"
    assert refusal(event, END + TICK).reason == "closed"


def test_a_deadline_is_a_moment_whatever_the_zone_of_the_clock() -> None:
    elsewhere = (END - TICK).astimezone(timezone(timedelta(hours=-7)))
    assert admit(an_event(), History(), elsewhere) == 1
    assert refusal(an_event(), END.astimezone(timezone(timedelta(hours=9)))).reason == "closed"


def test_an_event_that_was_never_opened_or_is_revealed_takes_nothing() -> None:
    assert refusal(an_event(opened_at=None, closes_at=None), START).reason == "not-open"
    assert refusal(an_event(revealed_at=END), START).reason == "closed"


def test_the_total_limit_admits_exactly_so_many() -> None:
    event = an_event(rules=Rules(entry_limit=3))
    assert admit(event, History((START,) * 2), START) == 3
    assert refusal(event, START, History((START,) * 3)).reason == "limit"


def test_a_file_sent_twice_is_told_even_when_the_limit_is_reached() -> None:
    refused = refusal(an_event(rules=Rules(entry_limit=1)), START, History((START,), same_file=1))
    assert refused.reason == "duplicate"
    assert "your entry 1 already" in refused.message


def test_the_rate_is_over_a_sliding_hour_and_the_refusal_says_when() -> None:
    event = an_event(rules=Rules(hourly_limit=2))
    times = (START, START + timedelta(minutes=10))
    refused = refusal(event, START + timedelta(minutes=20), History(times))
    assert refused.reason == "rate"
    assert "2026-11-27 09:00:01 UTC, in 40 min" in str(refused.tip)
    assert refusal(event, START + timedelta(hours=1) - TICK, History(times)).reason == "rate"
    assert admit(event, History(times), START + timedelta(hours=1)) == 3


@pytest.mark.parametrize("values", [{"metric": "macro_precision"}, {"entry_limit": 0}, {"hourly_limit": 0}])
def test_rules_that_nobody_can_play_by_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"expected one of|lets nobody"):
        Rules(**values)


def test_the_life_of_an_event_goes_one_way(event, clock) -> None:
    with Board(find_event(event)) as board:
        assert board.event.state(clock()) is State.OPEN
        with pytest.raises(EdsError, match="open already"):
            board.open(timedelta(hours=1))
        with pytest.raises(EdsError, match="is open: private scores are shown after the end"):
            board.reveal()
        board.close()
        with pytest.raises(EdsError, match="is not open, it is closed"):
            board.close()
        board.open(timedelta(hours=1))
        clock.advance(hours=1)
        assert board.event.state(clock()) is State.CLOSED
        board.reveal()
        for step in (board.reveal, board.close, lambda: board.open(timedelta(hours=1))):
            with pytest.raises(EdsError, match="revealed"):
                step()
        assert board.event.shown_split == "private"


def test_every_step_leaves_a_record(event, clock) -> None:
    with Board(find_event(event)) as board:
        board.add_team("Isère")
        board.rotate_token("isère")
        board.close()
        board.reveal()
        found = board.db.rows("SELECT actor, action FROM audit ORDER BY id")
    actions = ["create", "open", "team add", "team rotate", "close", "reveal"]
    assert [tuple(row) for row in found] == [("host", action) for action in actions]


def test_the_deadline_counts_at_the_insert_to_the_microsecond(event, clock, predictions) -> None:
    with Board(find_event(event)) as board:
        token = board.add_team("Isère")[1]
        clock.time = END - TICK
        receipt = board.submit(predictions(1), "in time", token)
        assert receipt.entry.received_at == END - TICK
        clock.time = END
        with pytest.raises(RefusedError, match="closed at 2026-11-27 12:00:00 UTC"):
            board.submit(predictions(2), "too late", token)
        assert board.entry_counts()[receipt.team.id] == 1


def test_the_clock_is_read_after_the_lock_is_held(event, clock, predictions) -> None:
    """An entry that waits for the lock beyond the deadline is late, even if its file was read in time."""
    with Board(find_event(event)) as board:
        token = board.add_team("Isère")[1]
        original = board.db.atomic

        def slow_atomic():
            clock.time = END
            return original()

        board.db.atomic = slow_atomic
        with pytest.raises(RefusedError, match="closed"):
            board.submit(predictions(1), "slow", token)


@pytest.mark.parametrize(
    ("text", "hours"), [("4h", 4), ("90m", 1.5), ("1h30m", 1.5), ("2d", 48), (" 5H ", 5), ("3600s", 1)]
)
def test_durations(text: str, hours: float) -> None:
    assert parse_duration(text) == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["", "0h", "4", "-4h", "4 hours", "h", "1.5h", "4h4h", "30m1h", "99999999h"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no duration"):
        parse_duration(text)


def test_written_times_sort_as_times() -> None:
    times = [START, START + TICK, START + timedelta(seconds=1), END.astimezone(timezone(timedelta(hours=-5)))]
    written = [stamp(time) for time in times]
    assert written == sorted(written)
    assert [read_stamp(text) for text in written] == times
    with pytest.raises(ValueError, match="without a zone"):
        stamp(datetime(2026, 11, 27))


def test_waiting_times_are_rounded_up() -> None:
    assert span(timedelta(seconds=59, microseconds=1)) == "1 min"
    assert span(timedelta(hours=1, minutes=30)) == "1 h 30 min"
    assert span(timedelta(0)) == "0 s"
