"""What the public pages show of a board, the same numbers as every other way out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eds_leaderboard.board import Board
from eds_leaderboard.event import Event, State
from eds_leaderboard.listing import standing_columns, standing_records
from eds_leaderboard.metrics import METRICS, per_class_table
from eds_leaderboard.standings import Standing
from eds_leaderboard.web.answers import RequestRefusedError
from eds_leaderboard.web.plot import Plot, best_over_time

__all__ = ["HEADINGS", "board_view", "event_view", "results_view", "team_results_view"]

HEADINGS = {"moved": "moved", **{name: metric.title for name, metric in METRICS.items()}}


def event_view(board: Board) -> dict[str, Any]:
    """Return what stands in the head of every page about the event."""
    event, now = board.event, board.now()
    return {
        "event": event,
        "now": now,
        "state": str(event.state(now)),
        "metric": METRICS[event.rules.metric].title,
        "left": event.closes_at - now if event.closes_at and event.state(now) is State.OPEN else None,
    }


def board_view(board: Board) -> dict[str, Any]:
    """Return the standings with their plot."""
    event, standings = board.event, board.standings()
    return {
        **event_view(board),
        "columns": standing_columns(event, for_table=True),
        "headings": HEADINGS,
        "rows": standing_records(event, standings, for_table=True),
        "standings": standings,
        "plot": _plot(board, event, standings),
        "teams": len(board.teams()),
    }


def _plot(board: Board, event: Event, standings: Sequence[Standing]) -> Plot | None:
    if event.opened_at is None or event.closes_at is None:
        return None
    series = board.series()
    ranked = sorted(standings, key=lambda standing: standing.team.is_baseline)
    return best_over_time(
        {line.team.name: series.get(line.team.id, ()) for line in ranked},
        event.opened_at,
        min(board.now(), event.closes_at),
        frozenset(line.team.name for line in standings if line.team.is_baseline),
    )


def check_revealed(event: Event) -> None:
    """Refuse what would tell private labels."""
    if event.revealed_at is None:
        raise RequestRefusedError(
            403,
            "results per class are shown after the reveal",
            "during the event they would tell the labels of the test set",
        )


def results_view(board: Board) -> dict[str, Any]:
    """Return what only the reveal shows: private ranks, the shake-up, who cannot be told apart."""
    check_revealed(board.event)
    standings = board.standings()
    return {**event_view(board), "standings": standings, "headings": HEADINGS, "ties": []}


def team_results_view(board: Board, team_id: int) -> dict[str, Any]:
    """Return the private table of classes and the confusion matrix of a team's entry."""
    check_revealed(board.event)
    standing = next((line for line in board.standings() if line.team.id == team_id), None)
    if standing is None:
        raise RequestRefusedError(404, "no such team on the board", "see the results of all teams")
    matrix = board.confusion(standing.entry)
    return {
        **event_view(board),
        "standing": standing,
        "classes": per_class_table(matrix),
        "labels": matrix.labels,
        "counts": matrix.counts.tolist(),
        "support": matrix.support.tolist(),
    }
