"""A connection: opened with the same manners everywhere, migrated, and written to through `atomic` alone."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from eds_leaderboard.errors import EdsError, UsageError
from eds_leaderboard.store.schema import MIGRATIONS

__all__ = ["Database"]

# how long a writer waits for the one before it: a queue of a whole class in the last minute fits
WAIT_SECONDS = 60
# FULL: an entry that was acknowledged survives a power cut
_PRAGMAS = ("foreign_keys = ON", "journal_mode = WAL", "synchronous = FULL", "recursive_triggers = ON")


class Database:
    """One connection to one SQLite file, for one thread.

    Parameters
    ----------
    path : Path
        The file; it holds the truth, so it is made readable for its owner alone.
    create : bool
        Make the file when there is none.

    Raises
    ------
    UsageError
        If the file is not there, or is there and none was expected.
    EdsError
        If it is no database of a board, or one of a newer version.
    """

    def __init__(self, path: Path, *, create: bool = False) -> None:
        self.path = path
        self._depth = 0
        if create:
            _make_private(path)
        elif not path.is_file():
            raise UsageError(f"no database {path}", "make an event with leaderboard create")
        self.connection = _connect(path)
        try:
            self._prepare()
        except sqlite3.OperationalError as error:
            self.close()
            raise _refused(path, error) from error
        except sqlite3.DatabaseError as error:
            self.close()
            raise EdsError(f"{path} is no database of a board: {error}", "choose another event") from error

    def _prepare(self) -> None:
        for pragma in _PRAGMAS:
            self.connection.execute(f"PRAGMA {pragma}")
        self._migrate()

    def _version(self) -> int:
        return int(self.connection.execute("PRAGMA user_version").fetchone()[0])

    def _migrate(self) -> None:
        newest = MIGRATIONS[-1].number
        if self._version() > newest:
            raise EdsError(
                f"{self.path} has schema {self._version()}, this version knows up to {newest}",
                "update earth-data-science",
            )
        for migration in MIGRATIONS:
            if self._version() >= migration.number:
                continue
            with self.atomic():
                # another process may have been faster while this one waited for the lock
                if self._version() < migration.number:
                    for statement in migration.statements:
                        self.connection.execute(statement)
                    self.connection.execute(f"PRAGMA user_version = {migration.number}")

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """Run a block in one transaction that holds the write lock from its first statement; blocks nest.

        Raises
        ------
        EdsError
            If the file cannot be written: a full disk, no permission, a lock that nobody gives back.
        """
        begin, commit, rollback = self._brackets()
        try:
            self.connection.execute(begin)
            self._depth += 1
            try:
                yield
                self.connection.execute(commit)
            except BaseException:
                # a full disk makes SQLite roll back by itself
                if self.connection.in_transaction:
                    self.connection.execute(rollback)
                raise
            finally:
                self._depth -= 1
        except sqlite3.OperationalError as error:
            raise _refused(self.path, error) from error

    def _brackets(self) -> tuple[str, str, str]:
        if self._depth == 0:
            return "BEGIN IMMEDIATE", "COMMIT", "ROLLBACK"
        name = f"level_{self._depth}"
        return f"SAVEPOINT {name}", f"RELEASE {name}", f"ROLLBACK TO {name}"

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """Return the rows of a query."""
        return self.connection.execute(sql, values).fetchall()

    def row(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Row | None:
        """Return the first row of a query, or None."""
        found: sqlite3.Row | None = self.connection.execute(sql, values).fetchone()
        return found

    def write(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Run one statement inside `atomic` and return the last row id.

        Raises
        ------
        RuntimeError
            If no transaction is open.
        """
        if self._depth == 0:
            raise RuntimeError("a write outside of atomic()")
        return self.connection.execute(sql, values).lastrowid or 0

    def write_many(self, sql: str, values: Sequence[Sequence[Any]]) -> None:
        """Run one statement with many rows of values inside `atomic`."""
        if self._depth == 0:
            raise RuntimeError("a write outside of atomic()")
        self.connection.executemany(sql, values)

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    def __enter__(self) -> Database:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _connect(path: Path) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(path, timeout=WAIT_SECONDS, isolation_level=None)
    except sqlite3.OperationalError as error:
        raise _refused(path, error) from error
    connection.row_factory = sqlite3.Row
    return connection


def _refused(path: Path, error: sqlite3.OperationalError) -> EdsError:
    return EdsError(
        f"cannot use {path}: {error}; nothing was changed",
        "it belongs to the host's account, and its folder needs free space",
    )


def _make_private(path: Path) -> None:
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
