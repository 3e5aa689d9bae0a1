"""Teams: ``team add``, ``team rotate``, ``team list``."""

from __future__ import annotations

from pathlib import Path

import click

from eds_datasets.terminal import format_option
from eds_leaderboard.cli.options import event_option, open_board, print_listing

__all__ = ["team"]


@click.group()
def team() -> None:
    """Add teams, renew their tokens, list them."""


@team.command()
@click.argument("name")
@click.option("--baseline", is_flag=True, help="Show it on the board without a rank.")
@event_option
def add(name: str, baseline: bool, event: Path | None) -> None:
    """Add the team NAME and print its token, once."""
    with open_board(event) as board:
        _, token = board.add_team(name, is_baseline=baseline)
    _tell(token)


@team.command()
@click.argument("name")
@event_option
def rotate(name: str, event: Path | None) -> None:
    """Print a new token for the team NAME; the old one is worth nothing any more."""
    with open_board(event) as board:
        _, token = board.rotate_token(name)
    _tell(token)


def _tell(token: str) -> None:
    # the token alone on stdout: TOKEN=$(leaderboard team add NAME) works
    click.echo(token)
    click.echo("This token is shown once. The team keeps it in the variable LEADERBOARD_TOKEN.", err=True)


@team.command("list")
@event_option
@format_option
def list_(event: Path | None, format_: str) -> None:
    """List the teams."""
    from eds_leaderboard.listing import team_records

    with open_board(event) as board:
        records = team_records(board.teams(), board.entry_counts())
    print_listing(records, ["team", "baseline", "entries", "added"], format_)
