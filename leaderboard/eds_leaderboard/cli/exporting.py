"""The ways out: ``export``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from eds_leaderboard.cli.options import event_option, open_board, problems_told

if TYPE_CHECKING:
    from eds_leaderboard.board import Board

__all__ = ["export"]

_SUFFIXES = {".csv": "csv", ".json": "json", ".md": "md", ".markdown": "md"}


@click.command()
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="A .csv, .json or .md file; .html for a page, .zip for a bundle.",
)
@click.option(
    "--as",
    "what",
    type=click.Choice(["standings", "grades", "site", "codabench"]),
    default="standings",
    show_default=True,
    help="The board; marks per student; the final board as one page; a bundle for Codabench.",
)
@click.option(
    "--members",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="For marks: CSV with student,team.",
)
@click.option("--floor", type=float, metavar="SCORE", help="For marks: no points [default: best baseline].")
@click.option("--full", type=float, metavar="SCORE", help="For marks: all points [default: best team].")
@click.option(
    "--points", type=float, default=100.0, show_default=True, help="For marks: all points are so many."
)
@event_option
def export(
    target: Path,
    what: str,
    members: Path | None,
    floor: float | None,
    full: float | None,
    points: float,
    event: Path | None,
) -> None:
    """Write what `show` shows, or the final board in another form, to a file."""
    from eds_leaderboard.errors import UsageError

    if (members is None) == (what == "grades"):
        raise UsageError(
            "--members and --as grades belong together",
            "marks are per student: --as grades --members FILE, a CSV file with student,team",
        )
    with open_board(event) as board:
        if what == "codabench":
            _write_bundle(board, target)
        elif what == "site":
            _write_site(board, target)
        elif members is not None:
            _write_grades(board, target, members, {"floor": floor, "full": full, "points": points})
        else:
            _write_standings(board, target)


def _format_of(target: Path) -> str:
    from eds_leaderboard.errors import UsageError

    format_ = _SUFFIXES.get(target.suffix.lower())
    if format_ is None:
        raise UsageError(f"{target} has no known ending", "end it in .csv, .json or .md")
    return format_


def _check_suffix(target: Path, suffix: str) -> None:
    from eds_leaderboard.errors import UsageError

    if target.suffix.lower() != suffix:
        raise UsageError(f"{target} does not end in {suffix}", f"give it with --to NAME{suffix}")


def _write_standings(board: Board, target: Path) -> None:
    from eds_leaderboard.export import render, write_whole
    from eds_leaderboard.listing import standing_columns, standing_records

    format_ = _format_of(target)
    now, standings = board.event, board.standings()
    write_whole(target, render(standing_records(now, standings), standing_columns(now.rules.metric), format_))
    click.echo(f"{target}: {now.shown_split} standings, teams: {len(standings)}")


def _write_grades(board: Board, target: Path, members: Path, ends: dict[str, Any]) -> None:
    from eds_leaderboard.errors import EdsError
    from eds_leaderboard.export import render, write_whole
    from eds_leaderboard.grades import COLUMNS, grade_records, read_members, rule_for

    format_ = _format_of(target)
    event = board.event
    if event.revealed_at is None:
        raise EdsError("marks come from the private rows, after the reveal", "first: leaderboard reveal")
    standings = board.standings()
    with problems_told():
        students = read_members(members, board.teams())
    rule = rule_for(standings, event.rules.metric, **ends)
    write_whole(target, render(grade_records(students, standings, rule), COLUMNS, format_))
    click.echo(f"{target}: marks, students: {len(students)}\n  rule: {rule}")
    named = {team.id for team in students.values()}
    left_out = [line.team.name for line in standings if line.team.id not in named and line.rank is not None]
    if left_out:
        click.echo(f"  teams without a student in {members}: {', '.join(left_out)}", err=True)


def _write_site(board: Board, target: Path) -> None:
    from eds_leaderboard.export import write_whole
    from eds_leaderboard.web.archive import final_page

    _check_suffix(target, ".html")
    write_whole(target, final_page(board))
    click.echo(f"{target}: the final board, one page that needs nothing else")


def _write_bundle(board: Board, target: Path) -> None:
    from eds_leaderboard.codabench import write_bundle

    _check_suffix(target, ".zip")
    write_bundle(target, board.event, board.truth(), board.folder.release)
    click.echo(f"{target}: a bundle for Codabench; it holds the truth, so it is for you alone (mode 0600)")
