"""The board itself: ``show``."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from eds_datasets.terminal import format_option
from eds_leaderboard.cli.options import (
    event_option,
    is_elsewhere,
    open_board,
    print_listing,
    server_option,
)
from eds_leaderboard.cli.screen import Look, look_at_board, look_at_server, show_once
from eds_leaderboard.cli.screen import watch as watch_board

if TYPE_CHECKING:
    from eds_leaderboard.board import Board

__all__ = ["show"]


@click.command()
@click.option(
    "--per-class",
    metavar="TEAM",
    help="Precision and recall of each class for a team; before the reveal on the feedback rows.",
)
@click.option("--watch", is_flag=True, help="Keep the board on the screen, live, until Ctrl-C.")
@event_option
@server_option
@format_option
def show(per_class: str | None, watch: bool, event: Path | None, server: str | None, format_: str) -> None:
    """Show the standings: public until the reveal, private with the shake-up after it."""
    if server is not None and is_elsewhere(server, event):
        if per_class is not None:
            raise click.UsageError("--per-class needs the event; a server has a page of results")
        from eds_leaderboard.client import Client

        client = Client(server)
        _show(lambda: look_at_server(client), format_, live=watch)
        return
    with open_board(event, or_server=True) as board:
        if per_class is not None:
            _show_classes(board, per_class, format_)
        else:
            _show(lambda: look_at_board(board), format_, live=watch)


def _show(look: Callable[[], Look], format_: str, *, live: bool) -> None:
    from eds_leaderboard.errors import UsageError
    from eds_leaderboard.listing import standing_columns

    if live:
        if not sys.stdout.isatty():
            raise UsageError("--watch needs a terminal", "leave it out to print the board once")
        watch_board(look)
    elif format_ == "table":
        show_once(look())
    else:
        seen = look()
        print_listing(seen.records, standing_columns(seen.metric), format_)


def _show_classes(board: Board, team: str, format_: str) -> None:
    from eds_leaderboard.metrics import per_class_table

    standing = board.standing_of(team)
    split = "feedback" if board.event.revealed_at is None and board.has_feedback() else "private"
    records = per_class_table(board.confusion(standing.entry, split))
    if format_ == "table":
        records = [
            {key: f"{value:.4f}" if isinstance(value, float) else value for key, value in record.items()}
            for record in records
        ]
    print_listing(
        records,
        ["class", "precision", "recall", "f1", "support", "predicted"],
        format_,
        title=f"{standing.team.name}, entry {standing.entry.seq}: {split} rows",
    )
