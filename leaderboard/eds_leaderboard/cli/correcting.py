"""What the host corrects, and the record of it: ``void``, ``restore``, ``rescore``, ``audit``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from eds_datasets.terminal import format_option
from eds_leaderboard.cli.options import event_option, open_board, print_listing, problems_told

if TYPE_CHECKING:
    from eds_leaderboard.standings import RankChange

__all__ = ["audit", "rescore", "restore", "void"]

_why = click.option("--why", required=True, metavar="TEXT", help="The reason, for the record.")


@click.command()
@click.argument("entry", metavar="ID", type=int)
@_why
@event_option
@format_option
def void(entry: int, why: str, event: Path | None, format_: str) -> None:
    """Take the entry ID off the board; nothing is deleted, and it counts towards the team's limit.

    The ids stand in the listing of submissions.
    """
    with open_board(event) as board:
        changes = board.void(entry, why)
    _tell(f"Entry {entry} is void.", changes, format_)


@click.command()
@click.argument("entry", metavar="ID", type=int)
@_why
@event_option
@format_option
def restore(entry: int, why: str, event: Path | None, format_: str) -> None:
    """Put the void entry ID back on the board."""
    with open_board(event) as board:
        changes = board.restore(entry, why)
    _tell(f"Entry {entry} is back on the board.", changes, format_)


@click.command()
@click.option(
    "--truth",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="The whole corrected truth, CSV with id,label.",
)
@_why
@event_option
@format_option
def rescore(truth: Path, why: str, event: Path | None, format_: str) -> None:
    """Score all entries anew with a corrected truth; times, numbers and splits stay."""
    with open_board(event) as board, problems_told():
        changes = board.rescore(truth, why)
        version = board.snapshot.version
    _tell(f"All entries are scored with version {version} of the truth.", changes, format_)


def _tell(done: str, changes: Sequence[RankChange], format_: str) -> None:
    from eds_leaderboard.listing import change_records

    if format_ == "table":
        click.echo(done)
        if not changes:
            click.echo("No rank has changed.")
            return
    print_listing(change_records(changes), ["team", "before", "after"], format_, title="ranks that changed")


@click.command()
@event_option
@format_option
def audit(event: Path | None, format_: str) -> None:
    """List who did what and when; rows are only ever added to it."""
    from eds_leaderboard.listing import deed_records

    with open_board(event) as board:
        records = deed_records(board.audit())
    print_listing(records, ["at", "actor", "action", "detail"], format_)
