"""Teams in and out of the database."""

from __future__ import annotations

from datetime import datetime

from eds_leaderboard.clock import read_stamp, stamp
from eds_leaderboard.errors import EdsError, UsageError
from eds_leaderboard.event import Event
from eds_leaderboard.problems import shown
from eds_leaderboard.store.backend import Row
from eds_leaderboard.store.database import Database
from eds_leaderboard.teams import Team, name_key

__all__ = ["add_team", "check_token_unchanged", "find_team", "load_teams", "set_token_hash"]


def _team(row: Row) -> Team:
    return Team(
        row["id"], row["name"], bool(row["is_baseline"]), read_stamp(row["created_at"]), row["token_hash"]
    )


def add_team(
    db: Database, event: Event, name: str, token_hash: str, now: datetime, *, is_baseline: bool = False
) -> Team:
    """Store a new team.

    Raises
    ------
    EdsError
        If the event has a team whose name people would take for this one.
    """
    with db.atomic():
        key = name_key(name)
        other = db.row("SELECT name FROM team WHERE event_id = ? AND name_key = ?", [event.id, key])
        if other:
            raise EdsError(
                f"event '{event.name}' has a team {shown(other['name'])} already",
                "choose another name, or make a new token with leaderboard team rotate",
            )
        team_id = db.insert(
            "INSERT INTO team (event_id, name, name_key, token_hash, is_baseline, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [event.id, name, key, token_hash, int(is_baseline), stamp(now)],
        )
    return Team(team_id, name, is_baseline, now, token_hash)


def load_teams(db: Database, event: Event) -> list[Team]:
    """Return the teams in the order in which they were added."""
    return [_team(row) for row in db.rows("SELECT * FROM team WHERE event_id = ? ORDER BY id", [event.id])]


def find_team(db: Database, event: Event, name: str) -> Team:
    """Return the team of a name.

    Raises
    ------
    UsageError
        If there is none.
    """
    key = name_key(name)
    row = db.row("SELECT * FROM team WHERE event_id = ? AND name_key = ?", [event.id, key])
    if row is None:
        raise UsageError(
            f"event '{event.name}' has no team {shown(name)}", "see them with leaderboard team list"
        )
    return _team(row)


def set_token_hash(db: Database, team: Team, token_hash: str) -> None:
    """Replace the token of a team; the old one is worth nothing from now on."""
    db.write("UPDATE team SET token_hash = ? WHERE id = ?", [token_hash, team.id])


def check_token_unchanged(db: Database, team: Team) -> None:
    """Raise when the team got a new token since it was read: the old one is worth nothing, at once.

    Raises
    ------
    EdsError
        If it did.
    """
    if db.value("SELECT token_hash FROM team WHERE id = ?", [team.id]) != team.token_hash:
        raise EdsError(
            f"the token of team {shown(team.name)} was renewed meanwhile",
            "send the file again with the new token",
        )
