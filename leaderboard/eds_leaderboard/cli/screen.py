"""The board on a terminal: once, or live until somebody presses Ctrl-C; from a database or from a server."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import RenderableType

    from eds_leaderboard.board import Board
    from eds_leaderboard.client import Client

__all__ = ["Look", "look_at_board", "look_at_server", "show_once", "watch"]

# a poll costs one small query, and the countdown shows seconds
PERIOD = 1.0
_NUMBERS = ("rank", "moved", "entries")
_NARROW = ("95 %", "tied", "received", "accuracy")
# all that a team must see fits into 120 characters then
_HEADINGS = {"macro_f1": "F1", "macro_precision": "P", "macro_recall": "R"}


@dataclass(frozen=True)
class Look:
    """What there is to see of a board at a moment.

    Parameters
    ----------
    name, state, split, metric : str
        Of the event.
    now : datetime
        The time of the machine that holds the event.
    closes_at, frozen_at : datetime or None
    records : sequence of dict
        The lines of the board, see `listing.standing_records`.
    """

    name: str
    state: str
    split: str
    metric: str
    now: datetime
    closes_at: datetime | None
    frozen_at: datetime | None
    records: Sequence[dict[str, Any]]


def look_at_board(board: Board) -> Look:
    """Look at the board of this machine's event."""
    from eds_leaderboard.listing import standing_records

    event, now = board.event, board.now()
    return Look(
        event.name,
        str(event.state(now)),
        event.shown_split,
        event.rules.metric,
        now,
        event.closes_at,
        event.shown_until(now),
        standing_records(event, board.standings()),
    )


def look_at_server(client: Client) -> Look:
    """Look at a board that is served elsewhere."""
    from eds_leaderboard.clock import read_stamp

    told, now = client.standings(), client.now()
    event = told["event"]
    closes_at, frozen_at = (
        None if event[name] is None else read_stamp(event[name])
        for name in ("closes_at", "stands_still_since")
    )
    return Look(
        event["name"],
        event["state"],
        told["split"],
        event["metric"],
        now,
        closes_at,
        frozen_at,
        told["standings"],
    )


def headline(look: Look) -> str:
    """Return what stands above the board: which rows, which state, how much time is left."""
    from eds_leaderboard.clock import for_people, span
    from eds_leaderboard.event import ZERO, State

    told = look.state
    if look.closes_at is not None and told == State.OPEN:
        left = span(max(look.closes_at - look.now, ZERO))
        told += f" until {for_people(look.closes_at)}, {left} left"
    elif look.closes_at is not None and told == State.CLOSED:
        told += f" since {for_people(look.closes_at)}"
    if look.frozen_at is not None:
        told += f"; the board stands still since {for_people(look.frozen_at)}"
    return f"{look.name}: {look.split} standings ({told}), times in UTC"


def footline(look: Look) -> str:
    """Return what stands below the board: how it ranks."""
    since = "last hour" if look.split == "public" else "public board"
    rule = f"ranked by {look.metric}, then by the other scores; equal in all = same rank"
    return (
        f"{rule}. F1, P, R: macro\n"
        f"moved: since the {since}; tied: ranks that McNemar's test cannot tell apart"
    )


def drawn(look: Look) -> RenderableType:
    """Return what is seen, for a terminal."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    from eds_leaderboard.listing import standing_cells, standing_columns

    if not look.records:
        return Text(f"{headline(look)}\n\nno entry yet")
    table = Table(
        title=headline(look),
        caption=footline(look),
        box=box.SIMPLE_HEAD,
        title_justify="left",
        caption_justify="left",
    )
    columns = standing_columns(look.metric, for_table=True)
    for column in columns:
        table.add_column(
            _HEADINGS.get(column, column),
            justify="right" if column in _NUMBERS else "left",
            no_wrap=column in _NARROW,
        )
    for cells in standing_cells(look.records, look.metric):
        # Text: a team's name with brackets in it is no markup
        table.add_row(
            *(Text("" if cells[column] is None else str(cells[column])) for column in columns),
            style="bold" if cells["rank"] == 1 else "dim" if cells["rank"] is None else "",
        )
    return table


def show_once(look: Look) -> None:
    """Print the board."""
    import sys

    from rich.console import Console

    Console(width=None if sys.stdout.isatty() else 120).print(drawn(look))


def watch(look: Callable[[], Look], sleep: Callable[[float], None] = time.sleep) -> None:
    """Show the board until somebody presses Ctrl-C.

    Parameters
    ----------
    look : callable
        Looks at the board anew.
    sleep : callable
        Waits so many seconds; a test ends the watching in it.
    """
    from rich.live import Live

    with Live(drawn(look()), auto_refresh=False, screen=True) as live:
        try:
            while True:
                sleep(PERIOD)
                live.update(drawn(look()), refresh=True)
        except KeyboardInterrupt:
            pass
