"""What a team sees of itself: its entries with their intervals, and how it does on the feedback rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eds_leaderboard.board import Board
from eds_leaderboard.listing import interval_text
from eds_leaderboard.metrics import METRICS
from eds_leaderboard.store.entries import ScoredEntry
from eds_leaderboard.teams import Team
from eds_leaderboard.web.views import confusion_view, event_view

__all__ = ["entry_rows", "team_view"]


def entry_rows(board: Board, entries: Sequence[ScoredEntry], *, intervals: bool) -> list[dict[str, Any]]:
    """Return entries as they are written, the newest first."""
    snapshot = board.snapshot
    voids, split = snapshot.voids, snapshot.event.shown_split
    names = {team.id: team.name for team in snapshot.teams}

    def interval(entry: ScoredEntry) -> str:
        if not intervals or not entry.scores:
            return ""
        return interval_text(board.evidence.interval(snapshot.event, entry.id, snapshot.version, split))

    return [
        {
            "id": entry.id,
            "seq": entry.seq,
            "team": names[entry.team_id],
            "received": entry.received_at,
            "message": entry.message,
            "scores": {name: METRICS[name].text(score) for name, score in entry.scores.items()},
            "interval": interval(entry),
            "void": voids.get(entry.id),
        }
        for entry in reversed(entries)
    ]


def team_view(board: Board, team: Team) -> dict[str, Any]:
    """Return a team's place and its entries."""
    snapshot = board.snapshot
    entries = board.entries(team)
    best = board.ranking.best_public_entry(snapshot, team.id)
    feedback = None
    if entries and board.has_feedback():
        feedback = confusion_view(board, entries[-1].id, "feedback")
    return {
        **event_view(board),
        "team": team,
        "standing": next((line for line in board.standings() if line.team.id == team.id), None),
        "best": best.seq if best else None,
        "used": len(entries),
        "rows": entry_rows(board, entries, intervals=True),
        "feedback": feedback,
    }
