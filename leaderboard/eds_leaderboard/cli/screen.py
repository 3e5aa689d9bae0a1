"""The board on a terminal: once, or live until somebody presses Ctrl-C."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import RenderableType

    from eds_leaderboard.board import Board
    from eds_leaderboard.event import Event

__all__ = ["board_screen", "watch"]

# a poll costs one small query, and the countdown shows seconds
PERIOD = 1.0
_NUMBERS = ("rank", "moved", "entries")
_NARROW = ("95 %", "tied", "received", "accuracy")
# all that a team must see fits into 120 characters then
_HEADINGS = {"macro_f1": "F1", "macro_precision": "P", "macro_recall": "R"}


def headline(event: Event, now: datetime) -> str:
    """Return what stands above the board: which rows, which state, how much time is left."""
    from eds_leaderboard.clock import for_people, span
    from eds_leaderboard.event import State

    state = event.state(now)
    told = str(state)
    if event.closes_at is not None and state is State.OPEN:
        told += f" until {for_people(event.closes_at)}, {span(event.closes_at - now)} left"
    elif event.closes_at is not None and state is State.CLOSED:
        told += f" since {for_people(event.closes_at)}"
    frozen = event.shown_until(now)
    if frozen is not None:
        told += f"; the board stands still since {for_people(frozen)}"
    return f"{event.name}: {event.shown_split} standings ({told}), times in UTC"


def footline(event: Event) -> str:
    """Return what stands below the board: how it ranks."""
    since = "last hour" if event.revealed_at is None else "public board"
    rule = f"ranked by {event.rules.metric}, then by the other scores; equal in all = same rank"
    return (
        f"{rule}. F1, P, R: macro\n"
        f"moved: since the {since}; tied: ranks that McNemar's test cannot tell apart"
    )


def board_screen(board: Board) -> RenderableType:
    """Return the board as it is now, for a terminal."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from eds_leaderboard.listing import standing_columns, standing_records

    event, now = board.event, board.now()
    table = Table(
        title=headline(event, now),
        caption=footline(event),
        box=box.SIMPLE_HEAD,
        title_justify="left",
        caption_justify="left",
    )
    columns = standing_columns(event, for_table=True)
    for column in columns:
        table.add_column(
            _HEADINGS.get(column, column),
            justify="right" if column in _NUMBERS else "left",
            no_wrap=column in _NARROW,
        )
    for record in standing_records(event, board.standings(), for_table=True):
        # Text: a team's name with brackets in it is no markup
        table.add_row(
            *(Text("" if record[column] is None else str(record[column])) for column in columns),
            style="bold" if record["rank"] == 1 else "dim" if record["rank"] is None else "",
        )
    return table


def show_once(board: Board) -> None:
    """Print the board."""
    import sys

    from rich.console import Console

    Console(width=None if sys.stdout.isatty() else 120).print(board_screen(board))


def watch(board: Board, sleep: Callable[[float], None] = time.sleep) -> None:
    """Show the board until somebody presses Ctrl-C.

    Parameters
    ----------
    board : Board
    sleep : callable
        Waits so many seconds; a test ends the watching in it.
    """
    from rich.live import Live

    with Live(board_screen(board), auto_refresh=False, screen=True) as live:
        try:
            while True:
                sleep(PERIOD)
                live.update(board_screen(board), refresh=True)
        except KeyboardInterrupt:
            pass
