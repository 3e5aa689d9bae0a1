"""Standings: the best entry of each team, in order, with shared ranks.

Rank on the unrounded primary metric, then on the other metrics of the board. Teams that are equal in all of
them share a rank (1, 2, 2, 4) and are listed by the time of their entry. Times never change a rank.

The entry that counts is a team's best on the *public* rows, before and after the reveal: the private rows are
for judging, and who chose among many entries by the private score would only measure luck.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from eds_leaderboard.intervals import Interval
from eds_leaderboard.metrics import BOARD_METRICS, METRICS
from eds_leaderboard.store.entries import ScoredEntry
from eds_leaderboard.teams import Team

__all__ = [
    "RankChange",
    "Standing",
    "best_entries",
    "best_so_far",
    "metric_order",
    "published",
    "rank",
    "rank_changes",
    "shake_up",
]

Key = tuple[float, ...]


@dataclass(frozen=True)
class Standing:
    """One line of the board.

    Parameters
    ----------
    rank : int or None
        None for a baseline.
    team : Team
    entry : ScoredEntry
        The entry that counts, with the scores of the split that is shown.
    entries : int
        How many entries the team has made.
    moved : int or None
        Ranks gained (+) or lost (−): within the last hour, and from the public to the private board once that
        is shown. None for a baseline, and for a team that was not on the board before.
    interval : Interval or None
        The 95 % interval of the primary metric.
    tied_with : tuple of int
        Ids of the other ranked teams from whose entries McNemar's exact test cannot separate this one.
    """

    rank: int | None
    team: Team
    entry: ScoredEntry
    entries: int
    moved: int | None = None
    interval: Interval | None = None
    tied_with: tuple[int, ...] = ()


def metric_order(primary: str) -> tuple[str, ...]:
    """Return the metrics that rank, the deciding one first."""
    return (primary, *(name for name in BOARD_METRICS if name != primary))


def _key(scores: Mapping[str, float], order: Sequence[str]) -> Key:
    return tuple(METRICS[name].sort_key(scores[name]) for name in order)


def best_entries(entries: Iterable[ScoredEntry], order: Sequence[str]) -> dict[int, ScoredEntry]:
    """Return, by team, the best entry; of two that are equal in all metrics the earlier one."""
    best: dict[int, ScoredEntry] = {}
    for entry in sorted(entries, key=lambda entry: (_key(entry.scores, order), entry.received_at, entry.id)):
        best.setdefault(entry.team_id, entry)
    return best


def rank(
    teams: Iterable[Team],
    counting: Mapping[int, ScoredEntry],
    order: Sequence[str],
    entries: Mapping[int, int],
) -> list[Standing]:
    """Return the board of the entries that count; a team without one does not appear.

    Parameters
    ----------
    teams : iterable of Team
    counting : mapping of int to ScoredEntry
        By team, with the scores that rank.
    order : sequence of str
        Metrics, the deciding one first.
    entries : mapping of int to int
        Number of entries by team.
    """
    present = [team for team in teams if team.id in counting]
    keys = {team.id: _key(counting[team.id].scores, order) for team in present}
    present.sort(key=lambda team: (keys[team.id], counting[team.id].received_at, team.id))
    ranks: dict[Key, int] = {}
    for place, team in enumerate((team for team in present if not team.is_baseline), start=1):
        ranks.setdefault(keys[team.id], place)
    return [
        Standing(
            None if team.is_baseline else ranks[keys[team.id]],
            team,
            counting[team.id],
            entries.get(team.id, 0),
        )
        for team in present
    ]


def shake_up(before: Iterable[Standing], now: Iterable[Standing]) -> list[Standing]:
    """Return a board with the ranks that each team gained (+) or lost (−) since another one."""
    ranks = {standing.team.id: standing.rank for standing in before}
    return [replace(standing, moved=_gained(ranks.get(standing.team.id), standing.rank)) for standing in now]


def _gained(before: int | None, now: int | None) -> int | None:
    return None if now is None or before is None else before - now


def published(
    entries: Iterable[ScoredEntry], improves: Callable[[int, int], bool]
) -> tuple[ScoredEntry, ...]:
    """Return the entries with the scores that the Ladder shows, the old best again unless one is better.

    Parameters
    ----------
    entries : iterable of ScoredEntry
        Oldest first.
    improves : callable
        Of the ids of a team's best entry and of its new one.
    """
    best: dict[int, ScoredEntry] = {}
    shown = []
    for entry in entries:
        known = best.get(entry.team_id)
        if known is None or improves(known.id, entry.id):
            best[entry.team_id] = entry
        shown.append(replace(entry, scores=best[entry.team_id].scores))
    return tuple(shown)


def best_so_far(
    entries: Iterable[ScoredEntry], order: Sequence[str]
) -> dict[int, list[tuple[datetime, float]]]:
    """Return, by team, when its best primary score rose and to what, oldest first."""
    best: dict[int, Key] = {}
    series: dict[int, list[tuple[datetime, float]]] = {}
    for entry in entries:
        key = _key(entry.scores, order)
        if entry.team_id not in best or key < best[entry.team_id]:
            best[entry.team_id] = key
            series.setdefault(entry.team_id, []).append((entry.received_at, entry.scores[order[0]]))
    return series


@dataclass(frozen=True)
class RankChange:
    """What a correction did to a team; a rank is None where the team is not on the board."""

    team: Team
    before: int | None
    after: int | None


def rank_changes(before: Iterable[Standing], after: Iterable[Standing]) -> list[RankChange]:
    """Return the teams whose rank is another one, in the order of the new board."""
    old = {standing.team.id: standing for standing in before}
    new = {standing.team.id: standing for standing in after}
    changes = []
    for team_id, standing in {**new, **{key: old[key] for key in old if key not in new}}.items():
        was = old[team_id].rank if team_id in old else None
        now = new[team_id].rank if team_id in new else None
        if was != now:
            changes.append(RankChange(standing.team, was, now))
    return changes
