"""Sessions without a memory: a signed cookie, bound to the token that opened it.

The signature covers the hash of the holder's present token, so that `team rotate` ends every session of the
team, in every server process, at once.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

__all__ = ["COOKIE", "HOST_ID", "LIFETIME", "Claim", "form_token", "issue", "read_claim", "same_form_token"]

COOKIE = "board_session"
LIFETIME = timedelta(hours=12)
# no team has it: the databases count from 1
HOST_ID = 0
# the year 2200: what is later is no time that we wrote
_LATEST = 7_258_118_400


@dataclass(frozen=True)
class Claim:
    """Whose session a cookie says it is; true only if `holds`."""

    holder: int
    expires: datetime
    signed: str
    signature: str

    def holds(self, key: bytes, token_hash: str, now: datetime) -> bool:
        """Tell whether this server signed it for the holder's present token, and not too long ago."""
        expected = _sign(key, f"session.{self.signed}.{token_hash}")
        return hmac.compare_digest(expected, self.signature) and now < self.expires


def _sign(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def issue(key: bytes, holder: int, token_hash: str, now: datetime) -> str:
    """Return the cookie of a new session."""
    expires = int((now + LIFETIME).timestamp())
    signed = f"{holder}.{expires}.{secrets.token_hex(8)}"
    return f"{signed}.{_sign(key, f'session.{signed}.{token_hash}')}"


def read_claim(cookie: str) -> Claim | None:
    """Return what a cookie claims, or None when it has not even the form of one."""
    if len(cookie) > 200 or not cookie.isascii():
        return None
    signed, _, signature = cookie.rpartition(".")
    numbers = signed.split(".")
    if len(numbers) != 3 or not all(number.isdecimal() and len(number) < 13 for number in numbers[:2]):
        return None
    if not int(numbers[1]) < _LATEST:
        return None
    return Claim(int(numbers[0]), datetime.fromtimestamp(int(numbers[1]), UTC), signed, signature)


def form_token(key: bytes, cookie: str) -> str:
    """Return what every form of a session carries: another site can send the cookie, but cannot know this."""
    return _sign(key, f"form.{cookie}")


def same_form_token(key: bytes, cookie: str, sent: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(form_token(key, cookie).encode(), sent.encode("utf-8", "surrogateescape"))
