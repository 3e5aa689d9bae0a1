"""What a listing shows of standings, entries and teams: records and columns, the same for every way out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eds_leaderboard.clock import stamp, to_the_minute
from eds_leaderboard.event import Event
from eds_leaderboard.metrics import METRICS
from eds_leaderboard.standings import Standing, metric_order
from eds_leaderboard.store.entries import ScoredEntry
from eds_leaderboard.teams import Team

__all__ = [
    "entry_columns",
    "entry_records",
    "score_cells",
    "standing_columns",
    "standing_records",
    "team_records",
]

Record = dict[str, Any]


def score_cells(scores: dict[str, float], order: Sequence[str], *, as_text: bool = False) -> Record:
    """Return the scores as they may be seen: with the decimals of their metric, in every format."""
    return {
        name: METRICS[name].text(scores[name]) if as_text else METRICS[name].rounded(scores[name])
        for name in order
    }


def standing_columns(event: Event, *, for_table: bool = False) -> list[str]:
    """Return the columns of the board; a table names the split in its title and baselines by their name."""
    moved = [] if event.revealed_at is None else ["moved"]
    marks = [] if for_table else ["baseline", "split", "entry"]
    return ["rank", *moved, "team", *metric_order(event.rules.metric), *marks, "entries", "received"]


def standing_records(event: Event, standings: Sequence[Standing], *, for_table: bool = False) -> list[Record]:
    """Return one record per line of the board; a baseline has no rank and is marked."""
    order = metric_order(event.rules.metric)
    return [
        {
            "rank": standing.rank,
            "moved": standing.moved if not for_table else _signed(standing.moved),
            "team": _marked(standing.team) if for_table else standing.team.name,
            "baseline": standing.team.is_baseline,
            **score_cells(dict(standing.entry.scores), order, as_text=for_table),
            "split": event.shown_split,
            "entries": standing.entries,
            "entry": standing.entry.seq,
            "received": (to_the_minute if for_table else stamp)(standing.entry.received_at),
        }
        for standing in standings
    ]


def _marked(team: Team) -> str:
    return f"{team.name} (baseline)" if team.is_baseline else team.name


def _signed(number: int | None) -> str | None:
    return None if number is None else f"{number:+d}" if number else "="


def entry_columns(event: Event, *, for_table: bool = False) -> list[str]:
    """Return the columns of a listing of entries; a table names the split in its title."""
    split = [] if for_table else ["split"]
    return ["team", "entry", "received", *metric_order(event.rules.metric), *split, "message"]


def entry_records(
    event: Event, entries: Sequence[ScoredEntry], teams: Sequence[Team], *, for_table: bool = False
) -> list[Record]:
    """Return one record per entry."""
    order = metric_order(event.rules.metric)
    names = {team.id: team.name for team in teams}
    return [
        {
            "team": names[entry.team_id],
            "entry": entry.seq,
            "received": (to_the_minute if for_table else stamp)(entry.received_at),
            **score_cells(dict(entry.scores), order, as_text=for_table),
            "split": event.shown_split,
            "message": entry.message,
        }
        for entry in entries
    ]


def team_records(teams: Sequence[Team], entries: dict[int, int]) -> list[Record]:
    """Return one record per team."""
    return [
        {
            "team": team.name,
            "baseline": team.is_baseline,
            "entries": entries.get(team.id, 0),
            "added": stamp(team.created_at),
        }
        for team in teams
    ]
