"""The board itself: ``show``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from eds_datasets.terminal import format_option
from eds_leaderboard.cli.options import (
    event_option,
    open_board,
    print_listing,
    server_option,
    shown_score,
)

if TYPE_CHECKING:
    from eds_leaderboard.board import Board

__all__ = ["show"]

_NOT_IN_TABLES = {"baseline", "split", "entry", "low", "high", "tied_with"}


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
    if server is not None and event is None:
        if per_class is not None:
            raise click.UsageError("--per-class needs the event; a server has a page of results")
        _show_served(server, format_)
        return
    with open_board(event) as board:
        if watch:
            _watch(board)
        elif per_class is None:
            _show_standings(board, format_)
        else:
            _show_classes(board, per_class, format_)


def _watch(board: Board) -> None:
    from eds_leaderboard.cli.screen import watch
    from eds_leaderboard.errors import UsageError

    if not sys.stdout.isatty():
        raise UsageError("--watch needs a terminal", "leave it out to print the board once")
    watch(board)


def _show_served(server: str, format_: str) -> None:
    from eds_leaderboard.client import Client

    told = Client(server).standings()
    records, event = told["standings"], told["event"]
    columns = list(records[0] if records else ["rank", "team"])
    if format_ == "table":
        columns = [name for name in columns if name not in _NOT_IN_TABLES]
        records = [_for_table(record) for record in records]
    print_listing(
        records,
        columns,
        format_,
        title=f"{event['name']}: {told['split']} standings ({event['state']}), times in UTC",
        footer=f"ranked by {event['metric']}, then by the other scores; equal in all = same rank",
    )


def _for_table(record: dict[str, Any]) -> dict[str, Any]:
    from eds_leaderboard.clock import read_stamp, to_the_minute

    shown = {name: shown_score(value, "table") for name, value in record.items()}
    shown["received"] = to_the_minute(read_stamp(record["received"]))
    shown["team"] += " (baseline)" if record.get("baseline") else ""
    return shown


def _show_standings(board: Board, format_: str) -> None:
    from eds_leaderboard.cli.screen import show_once
    from eds_leaderboard.listing import standing_columns, standing_records

    if format_ == "table":
        show_once(board)
    else:
        event = board.event
        print_listing(standing_records(event, board.standings()), standing_columns(event), format_)


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
