"""What a listing shows of standings, entries and teams: records and columns, the same for every way out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from eds_leaderboard.clock import read_stamp, stamp, to_the_minute
from eds_leaderboard.event import Event
from eds_leaderboard.metrics import METRICS
from eds_leaderboard.standings import RankChange, Standing, metric_order
from eds_leaderboard.store.audit import Deed
from eds_leaderboard.store.entries import ScoredEntry
from eds_leaderboard.teams import Team

__all__ = [
    "change_records",
    "deed_records",
    "entry_columns",
    "entry_records",
    "interval_text",
    "score_cells",
    "standing_cells",
    "standing_columns",
    "standing_records",
    "team_records",
]

Record = dict[str, Any]
# no name has a semicolon in it
_SEPARATOR = "; "


def score_cells(scores: dict[str, float], order: Sequence[str], *, as_text: bool = False) -> Record:
    """Return the scores as they may be seen: with the decimals of their metric, in every format."""
    return {
        name: METRICS[name].text(scores[name]) if as_text else METRICS[name].rounded(scores[name])
        for name in order
    }


def standing_columns(metric: str, *, for_table: bool = False) -> list[str]:
    """Return the columns of the board; a table names the split in its title and baselines by their name."""
    primary, *others = metric_order(metric)
    if for_table:
        return ["rank", "moved", "team", primary, "95 %", "tied", *others, "entries", "received"]
    evidence, marks = ["low", "high", "tied_with"], ["baseline", "split", "entry"]
    return ["rank", "moved", "team", primary, *others, *evidence, *marks, "entries", "received"]


def standing_records(event: Event, standings: Sequence[Standing]) -> list[Record]:
    """Return one record per line of the board; a baseline has no rank and is marked."""
    by_team = {standing.team.id: standing for standing in standings}
    return [_record(event, standing, by_team) for standing in standings]


def _record(event: Event, standing: Standing, by_team: Mapping[int, Standing]) -> Record:
    order = metric_order(event.rules.metric)
    low, high = standing.interval or (None, None)
    rounded = METRICS[order[0]].rounded
    return {
        "rank": standing.rank,
        "moved": standing.moved,
        "team": standing.team.name,
        **score_cells(dict(standing.entry.scores), order),
        "low": None if low is None else rounded(low),
        "high": None if high is None else rounded(high),
        "tied_with": _SEPARATOR.join(by_team[team].team.name for team in standing.tied_with),
        "baseline": standing.team.is_baseline,
        "split": event.shown_split,
        "entry": standing.entry.seq,
        "entries": standing.entries,
        "received": stamp(standing.entry.received_at),
    }


def standing_cells(records: Sequence[Record], metric: str) -> list[Record]:
    """Return the records of the board, which may come from a server, as a table shows them."""
    ranks = {record["team"]: record["rank"] for record in records}
    return [_cells(record, metric_order(metric), ranks) for record in records]


def _cells(record: Record, order: Sequence[str], ranks: Mapping[str, int | None]) -> Record:
    ends = record["low"], record["high"]
    return {
        "rank": record["rank"],
        "moved": _signed(record["moved"]),
        "team": f"{record['team']} (baseline)" if record["baseline"] else record["team"],
        **score_cells(dict(record), order, as_text=True),
        "95 %": None if None in ends else interval_text(ends),
        "tied": _tied_ranks(record, ranks),
        "entries": record["entries"],
        "received": to_the_minute(read_stamp(record["received"])),
    }


def interval_text(ends: tuple[float, float]) -> str:
    """Return the two ends of an interval as people see them, rounded on their way or not."""
    return "–".join(f"{round(end, 4):.2f}" for end in ends)


def _tied_ranks(record: Record, ranks: Mapping[str, int | None]) -> str | None:
    """Return the first and the last rank among those that cannot be told apart."""
    tied = [ranks.get(team) or 0 for team in record["tied_with"].split(_SEPARATOR) if team]
    if record["rank"] is None or not tied:
        return None
    first, last = min(*tied, record["rank"]), max(*tied, record["rank"])
    return str(first) if first == last else f"{first}–{last}"


def _signed(number: int | None) -> str | None:
    return None if number is None else f"{number:+d}" if number else "="


def entry_columns(metric: str, *, for_table: bool = False) -> list[str]:
    """Return the columns of a listing of entries; a table names the split in its title."""
    split = [] if for_table else ["split"]
    return ["id", "team", "entry", "received", *metric_order(metric), *split, "message", "void"]


def entry_records(
    event: Event,
    entries: Sequence[ScoredEntry],
    teams: Sequence[Team],
    *,
    voids: Mapping[int, str] | None = None,
    for_table: bool = False,
) -> list[Record]:
    """Return one record per entry; a void one carries its reason."""
    order = metric_order(event.rules.metric)
    names = {team.id: team.name for team in teams}
    return [
        {
            "id": entry.id,
            "team": names[entry.team_id],
            "entry": entry.seq,
            "received": (to_the_minute if for_table else stamp)(entry.received_at),
            **(score_cells(dict(entry.scores), order, as_text=for_table) if entry.scores else {}),
            "split": event.shown_split,
            "message": entry.message,
            "void": (voids or {}).get(entry.id),
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


def deed_records(deeds: Sequence[Deed]) -> list[Record]:
    """Return one record per line of the record of steps."""
    return [
        {
            "at": stamp(deed.at),
            "actor": deed.actor,
            "action": deed.action,
            "detail": ", ".join(f"{name}: {value}" for name, value in deed.detail.items()),
        }
        for deed in deeds
    ]


def change_records(changes: Sequence[RankChange]) -> list[Record]:
    """Return one record per team whose rank is another one now."""
    return [{"team": change.team.name, "before": change.before, "after": change.after} for change in changes]
