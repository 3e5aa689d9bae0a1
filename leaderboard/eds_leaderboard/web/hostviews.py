"""What the host sees: no more of the private rows than anybody else, until the reveal."""

from __future__ import annotations

from typing import Any

from eds_leaderboard.board import Board
from eds_leaderboard.listing import entry_columns, entry_records, team_records
from eds_leaderboard.web.views import HEADINGS, event_view

__all__ = ["host_view"]

MAX_ENTRIES = 200


def host_view(board: Board) -> dict[str, Any]:
    """Return the event, its teams and its latest entries."""
    view = event_view(board)
    event, teams, entries = view["event"], board.teams(), board.entries()
    return {
        **view,
        "teams": team_records(teams, board.entry_counts()),
        "columns": entry_columns(event, for_table=True),
        "headings": HEADINGS,
        "entries": entry_records(event, entries[-MAX_ENTRIES:], teams, for_table=True)[::-1],
        "n_entries": len(entries),
    }
