"""Time: UTC, aware, one written form with microseconds, so that the text sorts as the time does."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from eds_leaderboard.errors import UsageError

__all__ = ["for_people", "parse_duration", "read_stamp", "span", "stamp", "to_the_minute", "utc_now"]

_FORM = "%Y-%m-%dT%H:%M:%S.%fZ"
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_DURATION = re.compile(r"(?:(\d{1,4})d)?(?:(\d{1,5})h)?(?:(\d{1,6})m)?(?:(\d{1,7})s)?")


def utc_now() -> datetime:
    """Return the time of this machine, in UTC."""
    return datetime.now(UTC)


def stamp(time: datetime) -> str:
    """Return the written form, such as ``2026-11-27T08:00:00.000000Z``."""
    if time.tzinfo is None:
        raise ValueError("a time without a zone cannot be compared with a deadline")
    return time.astimezone(UTC).strftime(_FORM)


def read_stamp(text: str) -> datetime:
    """Return the time of a written form."""
    # ten times as fast as strptime, and the form was checked when the time was written
    return datetime.fromisoformat(text)


def for_people(time: datetime) -> str:
    """Return the time to the second, with its zone named."""
    return time.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def to_the_minute(time: datetime) -> str:
    """Return day and minute, for the columns of a table whose title names the zone."""
    return time.astimezone(UTC).strftime("%d %b %H:%M")


def parse_duration(text: str) -> timedelta:
    """Return the duration of a text such as ``4h``, ``90m`` or ``1h30m``.

    Raises
    ------
    UsageError
        If the text has another form or the duration is zero.
    """
    match = _DURATION.fullmatch(text.strip().lower())
    parts = [int(part) if part else 0 for part in match.groups()] if match else []
    duration = timedelta(**dict(zip(_UNITS.values(), parts, strict=False)))
    if not duration:
        raise UsageError(f"'{text}' is no duration", "write it like 4h, 90m or 1h30m")
    return duration


def span(duration: timedelta) -> str:
    """Return a duration for people, such as ``1 h 30 min``; rounded up, so that nobody comes too early."""
    seconds = -(-int(duration / timedelta(microseconds=1)) // 1_000_000)
    hours, rest = divmod(max(seconds, 0), 3600)
    minutes, seconds = divmod(rest, 60)
    parts = [(hours, "h"), (minutes, "min"), (seconds if not hours else 0, "s")]
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 s"
