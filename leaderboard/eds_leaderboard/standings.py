"""Standings: the best entry of each team, in order, with shared ranks.

Rank on the unrounded primary metric, then on the other metrics of the board. Teams that are equal in all of
them share a rank (1, 2, 2, 4) and are listed by the time of their entry. Times never change a rank.

The entry that counts is a team's best on the *public* rows, before and after the reveal: the private rows are
for judging, and who chose among many entries by the private score would only measure luck.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from eds_leaderboard.metrics import BOARD_METRICS, METRICS
from eds_leaderboard.store.entries import ScoredEntry
from eds_leaderboard.teams import Team

__all__ = ["Standing", "best_entries", "metric_order", "rank", "shake_up"]

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
        Ranks gained from the public to the private board; None before the reveal and for a baseline.
    """

    rank: int | None
    team: Team
    entry: ScoredEntry
    entries: int
    moved: int | None = None


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
    ranked = [keys[team.id] for team in present if not team.is_baseline]
    return [
        Standing(
            None if team.is_baseline else 1 + ranked.index(keys[team.id]),
            team,
            counting[team.id],
            entries.get(team.id, 0),
        )
        for team in present
    ]


def shake_up(public: Iterable[Standing], private: Iterable[Standing]) -> list[Standing]:
    """Return the private board with the ranks that each team gained (+) or lost (−) since the public one."""
    before = {standing.team.id: standing.rank for standing in public}
    return [_moved(standing, before.get(standing.team.id)) for standing in private]


def _moved(standing: Standing, public_rank: int | None) -> Standing:
    moved = None if standing.rank is None or public_rank is None else public_rank - standing.rank
    return Standing(standing.rank, standing.team, standing.entry, standing.entries, moved)
