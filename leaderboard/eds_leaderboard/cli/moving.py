"""The database as a whole: ``backup``, ``restore-backup``, ``migrate-db``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from eds_leaderboard.cli.options import event_option

if TYPE_CHECKING:
    from eds_leaderboard.store.transfer import TableSum

__all__ = ["backup", "migrate_db", "restore_backup"]

_COUNTED = {"events": "event", "teams": "team", "entries": "entry"}


@click.command()
@click.option(
    "--to", "target", type=click.Path(path_type=Path), required=True, metavar="FILE", help="A new file."
)
@event_option
def backup(target: Path, event: Path | None) -> None:
    """Write the database as it is now to one file, while entries come in; it holds the truth.

    The files for the teams are not in it: keep a copy of the event's folder, made once, beside it.
    """
    from eds_leaderboard.folder import find_event
    from eds_leaderboard.moving import back_up

    sums = back_up(find_event(event).database, target)
    click.echo(f"{target}: {_told(sums)}")


@click.command("restore-backup")
@click.argument("file", type=click.Path(path_type=Path))
@event_option
def restore_backup(file: Path, event: Path | None) -> None:
    """Put the backup FILE in the place of the event's database; what is there now is put aside.

    Stop the servers of the event first.
    """
    from eds_leaderboard.folder import find_event
    from eds_leaderboard.moving import restore_backup as restore

    sums, aside = restore(file, find_event(event))
    click.echo(f"{file} is back: {_told(sums)}")
    if aside is not None:
        click.echo(f"what was there before: {aside}")


@click.command("migrate-db")
@click.argument("url")
@event_option
def migrate_db(url: str, event: Path | None) -> None:
    """Move the database of the event to PostgreSQL at URL, and compare every row."""
    from eds_leaderboard.folder import find_event
    from eds_leaderboard.moving import migrate
    from eds_leaderboard.store.address import parse_address, shown_address

    address = parse_address(url)
    folder = find_event(event)
    sums = migrate(folder, address)
    for table, found in sums.items():
        click.echo(f"  {table:8} {found.rows:7,} rows  {found.sha256[:16]}")
    click.echo(f"Event '{folder.name}' is in {shown_address(address)}: all rows are the same there.")
    click.echo(f"{folder.database} takes nothing any more; start the servers anew.")


def _told(sums: Mapping[str, TableSum]) -> str:
    counts = [f"{name}: {sums[table].rows}" for name, table in _COUNTED.items()]
    return ", ".join([*counts, f"rows: {sum(found.rows for found in sums.values()):,}"])
