"""Entries: ``check``, ``submit``, ``submissions``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from eds_datasets.terminal import format_option
from eds_leaderboard.cli.options import event_option, file_option, open_board, print_listing, problems_told

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
@click.option(
    "--token",
    envvar="LEADERBOARD_TOKEN",
    metavar="TOKEN",
    help="The team's token; better set LEADERBOARD_TOKEN, a command line is kept in the shell's history.",
)
@event_option
@format_option
def submit(file: Path, message: str, token: str | None, event: Path | None, format_: str) -> None:
    """Enter a file: it is checked, scored on the public rows and ranked."""
    from eds_leaderboard.event import Rules
    from eds_leaderboard.listing import score_cells
    from eds_leaderboard.standings import metric_order

    token = token or _ask_for_token()
    with open_board(event) as board, problems_told():
        receipt = board.submit(file, message, token)
        rules: Rules = board.event.rules
    order = metric_order(rules.metric)
    record = {
        "team": receipt.team.name,
        "entry": receipt.entry.seq,
        **score_cells(dict(receipt.entry.scores), order, as_text=format_ == "table"),
        "split": "public",
        "rank": None if receipt.standing is None else receipt.standing.rank,
        "left": receipt.left,
    }
    best = "your best so far" if receipt.is_best else "an earlier entry is better"
    print_listing([record], list(record), format_, footer=f"{best}; {receipt.left} entries left")


def _ask_for_token() -> str:
    from eds_leaderboard.errors import UsageError

    if not sys.stdin.isatty():
        raise UsageError("no token", "set LEADERBOARD_TOKEN to the token that the host gave to your team")
    answer: str = click.prompt("Token", hide_input=True)
    return answer


@click.command()
@click.option("--team", "team_name", metavar="NAME", help="Only the entries of this team.")
@event_option
@format_option
def submissions(team_name: str | None, event: Path | None, format_: str) -> None:
    """List the entries with the scores that may be seen, oldest first."""
    from eds_leaderboard.listing import entry_columns, entry_records

    with open_board(event) as board:
        now, teams, entries = board.event, board.teams(), board.entries()
        if team_name is not None:
            wanted = board.team(team_name)
            entries = [entry for entry in entries if entry.team_id == wanted.id]
    for_table = format_ == "table"
    records = entry_records(now, entries, teams, for_table=for_table)
    columns = entry_columns(now, for_table=for_table)
    print_listing(
        records, columns, format_, title=f"{now.name}: entries, {now.shown_split} scores, times in UTC"
    )
