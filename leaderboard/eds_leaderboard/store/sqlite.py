"""SQLite: one file in WAL mode, for its owner alone."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eds_leaderboard.errors import DatabaseError, EdsError, UsageError
from eds_leaderboard.store.backend import Session
from eds_leaderboard.store.errors import START_ANEW, ConstraintError

if TYPE_CHECKING:
    from eds_leaderboard.store.database import Database

__all__ = ["SqliteBackend", "close_for_good", "make_private"]

# how long a writer waits for the one before it: a queue of a whole class in the last minute fits
WAIT_SECONDS = 60
# FULL: an entry that was acknowledged survives a power cut, not only a kill
_PRAGMAS = ("foreign_keys = ON", "journal_mode = WAL", "synchronous = FULL", "recursive_triggers = ON")
_MOVED = "its events have moved to"


class SqliteSession:
    """A connection; see `Session`."""

    def __init__(self, path: Path, *, writing: bool) -> None:
        self.path = path
        try:
            # the pool lends it to one thread at a time
            self.connection = sqlite3.connect(
                path, timeout=WAIT_SECONDS, isolation_level=None, check_same_thread=False
            )
        except sqlite3.OperationalError as error:
            raise self._refused(error) from error
        self.connection.row_factory = sqlite3.Row
        try:
            for pragma in _PRAGMAS:
                self.execute(f"PRAGMA {pragma}")
            if not writing:
                self.execute("PRAGMA query_only = ON")
        except BaseException:
            self.close()
            raise

    def execute(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        """Run a statement and return its rows."""
        try:
            return self.connection.execute(sql, values).fetchall()
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError) as error:
            raise self._not_admitted(error) from error
        except sqlite3.DatabaseError as error:
            raise self._refused(error) from error

    def execute_many(self, sql: str, values: Sequence[Sequence[Any]]) -> None:
        """Run a statement once for each row of values."""
        try:
            self.connection.executemany(sql, values)
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError) as error:
            raise self._not_admitted(error) from error
        except sqlite3.DatabaseError as error:
            raise self._refused(error) from error

    def begin(self, *, writing: bool) -> None:
        """Begin a transaction."""
        self.execute("BEGIN IMMEDIATE" if writing else "BEGIN")

    def commit(self) -> None:
        """Make what was written last."""
        self.execute("COMMIT")

    def rollback(self) -> None:
        """Undo the transaction; a full disk makes SQLite do so by itself."""
        if self.connection.in_transaction:
            self.execute("ROLLBACK")

    @property
    def usable(self) -> bool:
        """Whether it can be used once more."""
        return True

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    def _not_admitted(self, error: sqlite3.DatabaseError) -> Exception:
        if _MOVED in str(error):
            return DatabaseError(f"nothing can be written to {self.path}: {error}", START_ANEW)
        return ConstraintError(str(error))

    def _refused(self, error: sqlite3.DatabaseError) -> EdsError:
        # OperationalError is a DatabaseError; the others mean that the file is something else
        if not isinstance(error, sqlite3.OperationalError):
            return DatabaseError(f"{self.path} is no database of a board: {error}", "choose another event")
        return DatabaseError(
            f"cannot use {self.path}: {error}; nothing was changed",
            "it belongs to the host's account, and its folder needs free space",
        )


class SqliteBackend:
    """See `Backend`."""

    dialect = "sqlite"

    def __init__(self, path: Path, *, create: bool) -> None:
        self.path = path
        self.shown = str(path)
        self._file: tuple[int, int] | None = None
        if create:
            make_private(path)
        elif not path.is_file():
            raise UsageError(f"no database {path}", "make an event with leaderboard create")

    def connect(self, *, writing: bool) -> SqliteSession:
        """Open a connection, to the very file that was there at first."""
        self._check_same_file()
        return SqliteSession(self.path, writing=writing)

    def _check_same_file(self) -> None:
        """Raise where a backup was put back: what this process knows of the old file does not hold for it."""
        try:
            found = self.path.stat()
        except OSError as error:
            raise DatabaseError(f"cannot use {self.path}: {error.strerror}", START_ANEW) from error
        self._file = self._file or (found.st_dev, found.st_ino)
        if self._file != (found.st_dev, found.st_ino):
            raise DatabaseError(f"another file was put in the place of {self.path}", START_ANEW)

    def version(self, session: Session) -> int:
        """Return the number of the last migration."""
        return int(session.execute("PRAGMA user_version")[0][0])

    def set_version(self, session: Session, number: int) -> None:
        """Note the number of the last migration."""
        session.execute(f"PRAGMA user_version = {number}")

    def lock_name(self) -> str:
        """Return the file's one path."""
        return str(self.path.resolve())


def make_private(path: Path) -> None:
    """Create the file with mode 0600, so that there is no moment in which others can open it."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError as error:
        # never the mode of something that is no file: a folder would be closed to everybody
        if not path.is_file():
            raise UsageError(f"{path} is no file", "give the path of a database file") from error
        path.chmod(0o600)
    except OSError as error:
        raise UsageError(
            f"cannot create {path}: {error.strerror}", "choose a folder that you may write to"
        ) from error


def close_for_good(db: Database, new_place: str) -> None:
    """Let nothing be written to a file any more, in the transaction that has copied its rows elsewhere."""
    told = f"{_MOVED} {new_place}".replace("'", "''")
    # every change adds to the record
    db.write(f"CREATE TRIGGER moved BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, '{told}'); END")
