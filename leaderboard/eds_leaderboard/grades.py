"""Marks for students from the final board: of each student the mark of the team.

The rule is a straight line: no points at the score `floor` or below, all points at the score `full` or above.
Unless they are given, `floor` is the best baseline's score and `full` the best team's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eds_leaderboard.errors import EdsError, InvalidFileError, UsageError, file_tip
from eds_leaderboard.metrics import METRICS
from eds_leaderboard.problems import Problems, shown
from eds_leaderboard.standings import Standing
from eds_leaderboard.teams import Team, name_key
from eds_leaderboard.truth import Table, read_table

__all__ = ["COLUMNS", "Rule", "grade_records", "read_members", "rule_for"]

COLUMNS = ["student", "team", "rank", "score", "points", "of", "note"]


@dataclass(frozen=True)
class Rule:
    """How a score becomes points.

    Parameters
    ----------
    metric : str
        What is scored, on the private rows.
    floor, full : float
        The scores of no points and of all points.
    points : float
        All points.
    """

    metric: str
    floor: float
    full: float
    points: float = 100.0

    def __post_init__(self) -> None:
        if not self.floor < self.full:
            raise UsageError(
                f"no points at {self.floor:.4f} and all points at {self.full:.4f} is no rule",
                "give --floor and --full with the first below the second",
            )
        if not 0 < self.points < float("inf"):
            raise UsageError(f"{self.points} points are no mark", "give --points above 0")

    def of(self, score: float) -> float:
        """Return the points of a score, with two decimals."""
        share = (score - self.floor) / (self.full - self.floor)
        return round(self.points * min(max(share, 0.0), 1.0), 2)

    def __str__(self) -> str:
        title = METRICS[self.metric].title
        return (
            f"0 points at a private {title} of {self.floor:.4f} or less, {self.points:g} at {self.full:.4f} "
            f"or more, in a straight line between; 0 without an entry"
        )


def rule_for(
    standings: Sequence[Standing],
    metric: str,
    *,
    floor: float | None = None,
    full: float | None = None,
    points: float = 100.0,
) -> Rule:
    """Return the rule, its ends taken from the board where they are not given.

    Raises
    ------
    EdsError
        If no team has an entry to take an end from.
    UsageError
        If the ends are no rule.
    """
    scores = {standing.team.id: standing.entry.scores[metric] for standing in standings}
    baselines = [scores[line.team.id] for line in standings if line.team.is_baseline]
    teams = [scores[line.team.id] for line in standings if not line.team.is_baseline]
    if full is None and not teams:
        raise EdsError("no team has an entry: nothing to measure marks by", "give --full")
    return Rule(
        metric,
        max(baselines, default=0.0) if floor is None else floor,
        max(teams, default=0.0) if full is None else full,
        points,
    )


@file_tip("mend the list of students and export again; no file was written")
def read_members(path: Path, teams: Sequence[Team]) -> dict[str, Team]:
    """Return the team of each student, in the order of the file.

    Parameters
    ----------
    path : Path
        CSV with the columns ``student,team``.
    teams : sequence of Team
        The teams of the event.

    Raises
    ------
    InvalidFileError
        If a student stands in it twice, or a team is none of the event's.
    """
    table = read_table(path, ["student", "team"])
    known = {name_key(team.name): team for team in teams}
    members: dict[str, Team] = {}
    first: dict[str, int] = {}
    problems = Problems(table.source)
    for line, student, name in _rows(table):
        if student in first:
            problems.add(
                "duplicate-student",
                line,
                f"Student {shown(student)} again",
                f"expected each student once, this one stands in line {first[student]} already",
                "keep one of the rows",
            )
        first.setdefault(student, line)
        team = known.get(name_key(name))
        if team is None:
            problems.add(
                "unknown-team",
                line,
                f"Unknown team {shown(name)}",
                "expected a team of the event",
                "see them with leaderboard team list",
            )
        else:
            members.setdefault(student, team)
    if problems:
        raise InvalidFileError(problems)
    return members


def _rows(table: Table) -> list[tuple[int, str, str]]:
    return list(zip(table.lines, table.columns["student"], table.columns["team"], strict=True))


def grade_records(
    members: Mapping[str, Team], standings: Sequence[Standing], rule: Rule
) -> list[dict[str, Any]]:
    """Return one record per student, in the order of the members."""
    lines = {standing.team.id: standing for standing in standings}
    return [_record(student, team, lines.get(team.id), rule) for student, team in members.items()]


def _record(student: str, team: Team, line: Standing | None, rule: Rule) -> dict[str, Any]:
    score = None if line is None else line.entry.scores[rule.metric]
    return {
        "student": student,
        "team": team.name,
        "rank": None if line is None else line.rank,
        "score": None if score is None else METRICS[rule.metric].rounded(score),
        "points": 0.0 if score is None else rule.of(score),
        "of": rule.points,
        "note": "no entry" if score is None else "",
    }
