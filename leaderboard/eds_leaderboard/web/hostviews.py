"""What the host sees: no more of the private rows than anybody else, until the reveal."""

from __future__ import annotations

from typing import Any

from eds_leaderboard.board import Board
from eds_leaderboard.web.teamviews import entry_rows
from eds_leaderboard.web.views import event_view

__all__ = ["host_view"]

MAX_ENTRIES = 100
MAX_DEEDS = 50


def host_view(board: Board) -> dict[str, Any]:
    """Return the event, its teams, its latest entries and the end of its record."""
    entries, counts, deeds = board.entries(), board.entry_counts(), board.audit()
    return {
        **event_view(board),
        "teams": [
            {"name": team.name, "is_baseline": team.is_baseline, "entries": counts[team.id]}
            for team in board.teams()
        ],
        "rows": entry_rows(board, entries[-MAX_ENTRIES:], intervals=False),
        "n_entries": len(entries),
        "deeds": deeds[-MAX_DEEDS:][::-1],
    }
