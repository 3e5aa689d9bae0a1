"""Options and manners that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from eds_datasets.terminal import print_records

if TYPE_CHECKING:
    from eds_leaderboard.board import Board
    from eds_leaderboard.problems import Problems

__all__ = ["event_option", "file_option", "open_board", "print_listing", "problems_told"]

F = TypeVar("F", bound=Callable[..., Any])


def event_option(function: F) -> F:
    """Add ``-c EVENT``."""
    return click.option(
        "-c",
        "--event",
        type=click.Path(path_type=Path),
        envvar="LEADERBOARD_EVENT",
        metavar="EVENT",
        help="Folder of the event; by default this folder, or the only event in it (env: LEADERBOARD_EVENT).",
    )(function)


def file_option(function: F) -> F:
    """Add ``-f FILE``."""
    return click.option(
        "-f",
        "--file",
        type=click.Path(path_type=Path),
        required=True,
        metavar="FILE",
        help="CSV file with the columns id,label.",
    )(function)


@contextmanager
def open_board(where: Path | None) -> Iterator[Board]:
    """Open the board of an event."""
    from eds_leaderboard.board import Board
    from eds_leaderboard.folder import find_event

    with Board(find_event(where)) as board:
        yield board


def print_listing(
    records: Sequence[Mapping[str, Any]], columns: Sequence[str], format_: str, **titles: str | None
) -> None:
    """Print records; in CSV no cell can act as a formula."""
    from eds_leaderboard.export import escape_formula

    if format_ == "csv":
        records = [{key: escape_formula(value) for key, value in record.items()} for record in records]
    print_records(records, columns, format_, **titles)


@contextmanager
def problems_told(*, to_stderr: bool = True) -> Iterator[None]:
    """Print the problems of an invalid file one by one before its error ends the command."""
    from eds_leaderboard.errors import InvalidFileError

    try:
        yield
    except InvalidFileError as error:
        tell_problems(error.problems, to_stderr=to_stderr)
        raise


def tell_problems(problems: Problems, *, to_stderr: bool) -> None:
    """Print the problems of a file for people."""
    for problem in problems.shown:
        click.echo(f"{problem}\n    {problem.remedy}", err=to_stderr)
    for kind, count in problems.unshown().items():
        click.echo(f"and {count:,} more of the kind {kind}", err=to_stderr)
