"""Entries: ``check``, ``submit``, ``submissions``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from eds_datasets.terminal import format_option
from eds_leaderboard.cli.options import (
    event_option,
    file_option,
    is_elsewhere,
    open_board,
    print_listing,
    problems_told,
    server_option,
    shown_score,
    token_options,
    token_or_ask,
)

__all__ = ["check", "submissions", "submit"]


@click.command()
@file_option
@event_option
@format_option
def check(file: Path, event: Path | None, format_: str) -> None:
    """Tell all problems of a file, without scoring it.

    It needs the files that the teams got, and nothing else: EVENT may be the release folder.
    """
    from eds_leaderboard.csvfile import ENTRY_LIMITS
    from eds_leaderboard.entries import read_entry
    from eds_leaderboard.errors import InvalidFileError
    from eds_leaderboard.folder import find_release
    from eds_leaderboard.release import read_expected

    expected = read_expected(find_release(event))
    columns = ["line", "kind", "problem", "expected", "remedy"]
    if format_ == "table":
        with problems_told(to_stderr=False):
            codes = read_entry(file, expected, ENTRY_LIMITS)
        click.echo(f"{file.name} is a valid entry: {len(codes):,} rows, {len(expected.labels)} classes.")
        return
    try:
        read_entry(file, expected, ENTRY_LIMITS)
    except InvalidFileError as error:
        records = [
            {"line": p.line, "kind": p.kind, "problem": p.what, "expected": p.expected, "remedy": p.remedy}
            for p in error.problems.shown
        ]
        print_listing(records, columns, format_)
        raise
    print_listing([], columns, format_)


@click.command()
@file_option
@click.option("-m", "--message", required=True, metavar="MESSAGE", help="What is new in this entry.")
@token_options
@event_option
@server_option
@format_option
def submit(
    file: Path,
    message: str,
    token: str | None,
    token_file: Path | None,
    event: Path | None,
    server: str | None,
    format_: str,
) -> None:
    """Enter a file: it is checked, scored on the public rows and ranked."""
    token = token_or_ask(token, token_file)
    with problems_told():
        if server is not None and is_elsewhere(server, event):
            receipt = _sent_in(server, file, message, token)
        else:
            receipt = _entered(event, file, message, token)
    record = {
        "team": receipt["team"],
        "entry": receipt["entry"],
        **{name: shown_score(score, format_) for name, score in receipt["scores"].items()},
        "split": "public",
        "rank": receipt["rank"],
        "left": receipt["left"],
    }
    best = "your best so far" if receipt["is_best"] else "an earlier entry is better"
    left = f"{receipt['left']} {'entry' if receipt['left'] == 1 else 'entries'} left"
    print_listing([record], list(record), format_, footer=f"{best}; {left}")


def _sent_in(server: str, file: Path, message: str, token: str) -> dict[str, Any]:
    from eds_leaderboard.client import Client

    return Client(server, token).submit(file, message)


def _entered(event: Path | None, file: Path, message: str, token: str) -> dict[str, Any]:
    from eds_leaderboard.listing import score_cells
    from eds_leaderboard.standings import metric_order

    with open_board(event, or_server=True) as board:
        receipt = board.submit(file, message, token)
        order = metric_order(board.event.rules.metric)
    return {
        "team": receipt.team.name,
        "entry": receipt.entry.seq,
        "scores": score_cells(dict(receipt.entry.scores), order),
        "rank": receipt.rank,
        "left": receipt.left,
        "is_best": receipt.is_best,
    }


@click.command()
@click.option("--team", "team_name", metavar="NAME", help="Only the entries of this team.")
@token_options
@event_option
@server_option
@format_option
def submissions(
    team_name: str | None,
    token: str | None,
    token_file: Path | None,
    event: Path | None,
    server: str | None,
    format_: str,
) -> None:
    """List the entries with the scores that may be seen, oldest first.

    The host sees those of all teams. With --server a team sees its own, through its token.
    """
    from eds_leaderboard.listing import entry_columns, entry_records

    if server is not None and is_elsewhere(server, event):
        if team_name is not None:
            raise click.UsageError("--team is for the host: a server shows each token its own team")
        _list_served(server, token_or_ask(token, token_file), format_)
        return
    with open_board(event, or_server=True) as board:
        now, teams, entries, voids = board.event, board.teams(), board.entries(), board.voids()
        if team_name is not None:
            wanted = board.team(team_name)
            entries = [entry for entry in entries if entry.team_id == wanted.id]
    for_table = format_ == "table"
    records = entry_records(now, entries, teams, voids=voids, for_table=for_table)
    columns = entry_columns(now.rules.metric, for_table=for_table)
    print_listing(
        records, columns, format_, title=f"{now.name}: entries, {now.shown_split} scores, times in UTC"
    )


def _list_served(server: str, token: str, format_: str) -> None:
    from eds_leaderboard.client import Client
    from eds_leaderboard.listing import entry_columns

    client = Client(server, token)
    entries, event = client.entries(), client.event()
    for_table = format_ == "table"
    split = "public" if event["revealed_at"] is None else "private"
    records = [_served_entry(entry, format_) for entry in entries]
    columns = entry_columns(event["metric"], for_table=for_table)
    print_listing(records, columns, format_, title=f"{event['name']}: entries, {split} scores, times in UTC")


def _served_entry(entry: dict[str, Any], format_: str) -> dict[str, Any]:
    from eds_leaderboard.clock import read_stamp, to_the_minute

    scores = {name: shown_score(score, format_) for name, score in entry["scores"].items()}
    received = entry["received"]
    if format_ == "table":
        received = to_the_minute(read_stamp(received))
    return entry | scores | {"received": received}
