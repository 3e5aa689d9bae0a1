"""Events from one place to another: to PostgreSQL, into a backup and back; every row is compared."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from eds_leaderboard import clock
from eds_leaderboard.errors import EdsError, UsageError
from eds_leaderboard.folder import EventFolder, write_event_file
from eds_leaderboard.store.address import Address
from eds_leaderboard.store.database import Database
from eds_leaderboard.store.postgres import put_schema_aside
from eds_leaderboard.store.sqlite import close_for_good, make_private
from eds_leaderboard.store.transfer import TableSum, check_empty, check_same, copy_rows, table_sums

__all__ = ["back_up", "migrate", "restore_backup"]

_SUFFIXES = ("", "-wal", "-shm")
_SQLITE = b"SQLite format 3\0"
_WHICH = "give the file that leaderboard backup wrote"


def migrate(folder: EventFolder, target: Address) -> dict[str, TableSum]:
    """Move all events of a SQLite file to PostgreSQL, and let the event's folder point there.

    Nobody can write meanwhile, and nobody can write to the file afterwards: a server that still runs on it
    is told where the events are.

    Raises
    ------
    UsageError
        If the event is in PostgreSQL already, or that database holds events.
    EdsError
        If one row is another one there; then nothing was changed.
    """
    if not isinstance(folder.database, Path) or isinstance(target, Path):
        raise UsageError(
            "expected an event in a SQLite file and the URL of a PostgreSQL database",
            "leaderboard migrate-db postgresql://user@host/database -c EVENT",
        )
    with (
        Database(folder.database) as source,
        Database(target, create=True) as there,
        source.atomic(),
        there.atomic(),
    ):
        check_empty(there)
        copy_rows(source, there)
        sums = check_same(source, there)
        close_for_good(source, there.shown)
    write_event_file(folder.path, folder.path, target)
    return sums


def back_up(database: Address, file: Path) -> dict[str, TableSum]:
    """Write all events of a database, which may be in use, to a SQLite file as they are at one moment.

    Raises
    ------
    UsageError
        If there is a file already, or nothing can be written there.
    """
    if file.exists():
        raise UsageError(f"{file} exists already", "give another name, such as the time")
    with Database(database) as db, _whole(file) as draft:
        if isinstance(db.address, Path):
            _copy_file(db.address, draft)
            with Database(draft) as copy:
                return table_sums(copy)
        with Database(draft, create=True) as copy, db.reading(), copy.atomic():
            copy_rows(db, copy)
            return check_same(db, copy)


@contextmanager
def _whole(file: Path) -> Iterator[Path]:
    """Yield a draft, private from its first moment, that becomes the file when the block ends well."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{file.name}-", dir=file.parent)
    except OSError as error:
        raise UsageError(f"cannot write {file}: {error.strerror}", "choose another place") from error
    os.close(descriptor)
    draft = Path(name)
    try:
        yield draft
        with sqlite3.connect(draft) as connection:
            # one file, without a log beside it
            connection.execute("PRAGMA journal_mode = DELETE")
        connection.close()
        draft.replace(file)
    finally:
        for suffix in _SUFFIXES:
            Path(f"{draft}{suffix}").unlink(missing_ok=True)


def _copy_file(source: Path, target: Path) -> None:
    """Copy a SQLite file that is in use; writers go on meanwhile."""
    reading, writing = sqlite3.connect(source), sqlite3.connect(target)
    try:
        reading.backup(writing)
        found = writing.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise EdsError(
            f"cannot copy {source} to {target}: {error}", "see whether the disk is full"
        ) from error
    finally:
        reading.close()
        writing.close()
    if found != "ok":
        raise EdsError(f"{source} is damaged: {found}", "go back to an earlier backup")


def restore_backup(file: Path, folder: EventFolder) -> tuple[dict[str, TableSum], str | None]:
    """Put the events of a backup back to where an event's folder has its database.

    What is there now is put aside, never overwritten. Servers must not run meanwhile.

    Returns
    -------
    sums : dict
        By table.
    aside : str or None
        Where the database is that was there before.
    """
    now = clock.utc_now()
    with _opened(file, folder.name) as backup:
        aside = _put_aside(folder.database, now)
        if isinstance(folder.database, Path):
            make_private(folder.database)
        with Database(folder.database, create=True) as db, backup.reading(), db.atomic():
            copy_rows(backup, db)
            return check_same(backup, db), aside


@contextmanager
def _opened(file: Path, name: str) -> Iterator[Database]:
    """Open a copy of a backup: a migration must not change what may be the last one."""
    if not file.is_file():
        raise UsageError(f"no backup {file}", _WHICH)
    with file.open("rb") as stream:
        if stream.read(len(_SQLITE)) != _SQLITE:
            raise UsageError(f"{file} is no backup", _WHICH)
    with tempfile.TemporaryDirectory() as temporary:
        copy = Path(temporary) / "backup.db"
        make_private(copy)
        _copy_file(file, copy)
        with Database(copy) as backup:
            names = [row["name"] for row in backup.rows("SELECT name FROM event ORDER BY name")]
            if name not in names:
                tip = f"it holds {', '.join(names)}" if names else _WHICH
                raise UsageError(f"{file} holds no event '{name}'", tip)
            yield backup


def _put_aside(database: Address, now: datetime) -> str | None:
    suffix = f"before-{now:%Y%m%d-%H%M%S}"
    if not isinstance(database, Path):
        return put_schema_aside(database, suffix.replace("-", "_"))
    if not database.exists():
        return None
    # a server that was not stopped would take entries that nobody sees again; what is damaged takes none
    with suppress(EdsError), Database(database) as left, left.atomic():
        close_for_good(left, "a backup that was put back")
    aside = Path(f"{database}.{suffix}")
    for part in _SUFFIXES:
        # a log that stayed behind would be taken for that of the new file
        old = Path(f"{database}{part}")
        if old.exists():
            old.rename(f"{aside}{part}")
    return str(aside)
