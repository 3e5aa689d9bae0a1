"""Names and tokens of teams."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from eds_leaderboard.errors import EdsError, UsageError
from eds_leaderboard.problems import shown

__all__ = ["Team", "clean_name", "name_key", "new_token", "team_of_token", "token_hash"]

_NAME = re.compile(r"[\w .-]{1,40}")


@dataclass(frozen=True)
class Team:
    """A team as the database holds it; `token_hash` is all that is kept of its token."""

    id: int
    name: str
    is_baseline: bool
    created_at: datetime
    token_hash: str


def clean_name(text: str, what: str = "team name") -> str:
    """Return the name in its one written form (NFKC, no blank at the ends).

    Raises
    ------
    UsageError
        If it has other characters than letters, digits and ``_ . -``, or not 1 to 40 of them.
    """
    name = unicodedata.normalize("NFKC", text).strip(" ")
    if not _NAME.fullmatch(name) or not re.search(r"\w", name):
        raise UsageError(
            f"{shown(text)} is no {what}", "use 1 to 40 letters, digits, blanks and the signs _ . -"
        )
    return name


def name_key(name: str) -> str:
    """Return what two names that people would confuse have in common."""
    return " ".join(unicodedata.normalize("NFKC", name.casefold()).split())


def new_token() -> str:
    """Return a secret of 256 bits."""
    return f"eds_{secrets.token_urlsafe(32)}"


def token_hash(token: str) -> str:
    """Return what is stored; a plain hash suffices, because nobody can guess 256 random bits."""
    return hashlib.sha256(token.strip().encode("utf-8", "surrogateescape")).hexdigest()


def team_of_token(token: str, teams: Iterable[Team]) -> Team:
    """Return the team that holds the token, comparing with every team in constant time.

    Raises
    ------
    EdsError
        If no team does.
    """
    wanted = token_hash(token)
    found = None
    for team in teams:
        if hmac.compare_digest(wanted, team.token_hash):
            found = team
    if found is None:
        raise EdsError(
            "this token belongs to no team of the event",
            "check LEADERBOARD_TOKEN; the host makes a new one with leaderboard team rotate",
        )
    return found
