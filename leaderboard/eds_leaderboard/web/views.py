"""What the public pages show of a board, the same numbers as every other way out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from eds_leaderboard.board import Board
from eds_leaderboard.event import Event, State
from eds_leaderboard.listing import interval_text
from eds_leaderboard.metrics import METRICS, per_class_table
from eds_leaderboard.standings import Standing, metric_order
from eds_leaderboard.web.answers import RequestRefusedError
from eds_leaderboard.web.plot import NARROW, WALL, WIDE, Plot, best_over_time

__all__ = [
    "board_view",
    "confusion_view",
    "event_view",
    "ranges",
    "results_view",
    "team_results_view",
]


@dataclass(frozen=True)
class Row:
    """A line of the board as it is written; scores begin with the one that ranks first."""

    rank: int | None
    moved: int | None
    team: str
    team_id: int
    is_baseline: bool
    scores: tuple[str, ...]
    interval: str
    tied: str
    entries: int
    received: datetime

    @property
    def is_new(self) -> bool:
        """Whether the team was not on the board before."""
        return self.moved is None and self.rank is not None


def event_view(board: Board) -> dict[str, Any]:
    """Return what stands in the head of every page about the event."""
    event, now = board.event, board.now()
    state = event.state(now)
    is_open = state is State.OPEN and event.closes_at is not None
    return {
        "event": event,
        "state": str(state),
        "split": event.shown_split,
        "metric": METRICS[event.rules.metric].title,
        "order": metric_order(event.rules.metric),
        "titles": {name: metric.title for name, metric in METRICS.items()},
        "left": max(event.closes_at - now, timedelta(0)) if is_open and event.closes_at else None,
        "stands_still": event.shown_until(now),
    }


def board_view(board: Board) -> dict[str, Any]:
    """Return the standings with their plots: for a page, a phone and a wall; the style sheet chooses."""
    event, standings = board.event, board.standings()
    return {
        **event_view(board),
        "rows": standing_rows(standings, metric_order(event.rules.metric)),
        "plots": _plots(board, event, standings),
        "teams": len(board.teams()),
    }


def standing_rows(standings: Sequence[Standing], order: Sequence[str]) -> list[Row]:
    """Return the lines of the board as they are written."""
    ranks = {line.team.id: line.rank for line in standings}
    return [
        Row(
            line.rank,
            line.moved,
            line.team.name,
            line.team.id,
            line.team.is_baseline,
            tuple(METRICS[name].text(line.entry.scores[name]) for name in order),
            "" if line.interval is None else interval_text(line.interval),
            ranges([rank for team in line.tied_with if (rank := ranks.get(team)) is not None]),
            line.entries,
            line.entry.received_at,
        )
        for line in standings
    ]


def ranges(numbers: Sequence[int]) -> str:
    """Return whole numbers as people write them: 1, 3–5."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in runs)


def _plots(board: Board, event: Event, standings: Sequence[Standing]) -> dict[str, Plot]:
    if event.opened_at is None or event.closes_at is None:
        return {}
    series = board.series()
    ranked = sorted(standings, key=lambda standing: standing.team.is_baseline)
    steps = {line.team.name: series.get(line.team.id, ()) for line in ranked}
    end = min(board.now(), event.closes_at)
    baselines = frozenset(line.team.name for line in standings if line.team.is_baseline)
    sheets = {"wide": WIDE, "narrow": NARROW, "wall": WALL}
    drawn = {
        name: best_over_time(steps, event.opened_at, end, baselines, canvas)
        for name, canvas in sheets.items()
    }
    return {name: plot for name, plot in drawn.items() if plot is not None}


def _check_revealed(event: Event) -> None:
    if event.revealed_at is None:
        raise RequestRefusedError(
            403,
            "results per class are shown after the reveal",
            "during the event they would tell the labels of the test set",
        )


def results_view(board: Board) -> dict[str, Any]:
    """Return what only the reveal shows: private ranks, the shake-up, who cannot be told apart."""
    _check_revealed(board.event)
    standings = board.standings()
    ranked = [line for line in standings if line.rank is not None]
    return {
        **event_view(board),
        "rows": standing_rows(standings, metric_order(board.event.rules.metric)),
        "ranked": ranked,
        "ties": {line.team.id: set(line.tied_with) for line in ranked},
    }


def team_results_view(board: Board, team_id: int) -> dict[str, Any]:
    """Return the private table of classes and the confusion matrix of a team's entry."""
    _check_revealed(board.event)
    standing = next((line for line in board.standings() if line.team.id == team_id), None)
    if standing is None:
        raise RequestRefusedError(404, "no such team on the board", "see the results of all teams")
    return {**event_view(board), "standing": standing, "judged": confusion_view(board, standing.entry.id)}


def confusion_view(board: Board, entry_id: int, split: str = "private") -> dict[str, Any]:
    """Return the table of classes and the confusion matrix of an entry; the board refuses what is secret."""
    entry = next(entry for entry in board.snapshot.entries["public"] if entry.id == entry_id)
    matrix = board.confusion(entry, split)
    return {
        "classes": per_class_table(matrix),
        "labels": matrix.labels,
        "counts": matrix.counts.tolist(),
        "support": matrix.support.tolist(),
    }
