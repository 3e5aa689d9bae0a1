"""What a team sees of itself: its entries with their intervals, and when the next one is allowed."""

from __future__ import annotations

from typing import Any

from eds_leaderboard.board import Board
from eds_leaderboard.listing import entry_columns, entry_records
from eds_leaderboard.teams import Team
from eds_leaderboard.web.views import HEADINGS, event_view

__all__ = ["team_view"]


def team_view(board: Board, team: Team) -> dict[str, Any]:
    """Return a team's place and its entries, the newest first."""
    view = event_view(board)
    event = view["event"]
    entries = board.entries(team)
    standing = next((line for line in board.standings() if line.team.id == team.id), None)
    columns = [name for name in entry_columns(event, for_table=True) if name != "team"]
    return {
        **view,
        "team": team,
        "standing": standing,
        "counting": standing.entry.seq if standing else None,
        "used": len(entries),
        "columns": columns,
        "headings": HEADINGS,
        "rows": entry_records(event, entries, [team], for_table=True)[::-1],
    }
