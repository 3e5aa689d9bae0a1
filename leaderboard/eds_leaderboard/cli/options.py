"""Options and manners that several commands share."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from eds_datasets.terminal import print_records

if TYPE_CHECKING:
    from eds_leaderboard.board import Board
    from eds_leaderboard.problems import Problems

__all__ = [
    "event_option",
    "file_option",
    "is_elsewhere",
    "open_board",
    "print_listing",
    "problems_told",
    "server_option",
    "shown_score",
    "token_options",
    "token_or_ask",
]

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
        help="CSV or Parquet file with the columns id,label.",
    )(function)


def server_option(function: F) -> F:
    """Add ``--server URL``."""
    return click.option(
        "--server",
        envvar="LEADERBOARD_SERVER",
        metavar="URL",
        help="A board that is served elsewhere, such as http://192.168.1.20:8000 (env: LEADERBOARD_SERVER).",
    )(function)


def is_elsewhere(server: str | None, event: Path | None) -> bool:
    """Tell whether the board of a server is meant: the command line goes before the environment.

    Raises
    ------
    click.UsageError
        If the command line names an event of this machine and a server.
    """
    if server is None or event is None:
        return server is not None
    source, typed = click.get_current_context().get_parameter_source, ParameterSource.COMMANDLINE
    if source("server") is source("event") is typed:
        raise click.UsageError("--server and --event exclude each other: the board is elsewhere or here")
    return source("server") is typed


def shown_score(score: Any, format_: str) -> Any:
    """Return a score of an answer as a listing shows it: a table keeps the zeros at the end."""
    return f"{score:.4f}" if format_ == "table" and isinstance(score, float) else score


def token_options(function: F) -> F:
    """Add ``--token`` and ``--token-file``."""
    function = click.option(
        "--token-file",
        type=click.Path(path_type=Path),
        envvar="LEADERBOARD_TOKEN_FILE",
        metavar="FILE",
        help="A file that holds the team's token and nothing else (env: LEADERBOARD_TOKEN_FILE).",
    )(function)
    return click.option(
        "--token",
        envvar="LEADERBOARD_TOKEN",
        metavar="TOKEN",
        help="The team's token; better set LEADERBOARD_TOKEN, a command line is kept in the shell's history.",
    )(function)


def token_or_ask(token: str | None, file: Path | None) -> str:
    """Return the token that was given, the one in the file, or the answer of whoever sits at the terminal."""
    from eds_leaderboard.errors import UsageError

    if token:
        return token
    if file is not None:
        try:
            return file.read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as error:
            raise UsageError(
                f"cannot read the token in {file}", "put the token alone into a file that is yours"
            ) from error
    if not sys.stdin.isatty():
        raise UsageError("no token", "set LEADERBOARD_TOKEN to the token that the host gave to your team")
    answer: str = click.prompt("Token", hide_input=True)
    return answer


@contextmanager
def open_board(where: Path | None, *, or_server: bool = False) -> Iterator[Board]:
    """Open the board of an event; where there is none, tell of servers if the command takes one."""
    from eds_leaderboard.board import Board
    from eds_leaderboard.errors import UsageError
    from eds_leaderboard.folder import find_event

    try:
        folder = find_event(where)
    except UsageError as error:
        if where is None and or_server:
            raise UsageError(error.message, f"{error.tip}; a server with --server ADDRESS") from error
        raise
    with Board(folder) as board:
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
    for line in problems.lines():
        click.echo(line, err=to_stderr)
