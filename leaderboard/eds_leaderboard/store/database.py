"""A database of a board: opened the same way everywhere, migrated, written to through `atomic` alone.

A `Database` may be used by any number of threads. Reading needs no lock: each thread is lent a connection.
Writing goes through one connection behind one lock, because a queue inside the process is served in less time
than many connections that quarrel for the database's own lock.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from eds_leaderboard.errors import DatabaseError, EdsError
from eds_leaderboard.store.address import Address, parse_address
from eds_leaderboard.store.backend import Backend, Row, Session
from eds_leaderboard.store.pool import WAIT_SECONDS, Pool
from eds_leaderboard.store.postgres import PostgresBackend
from eds_leaderboard.store.schema import MIGRATIONS
from eds_leaderboard.store.sqlite import SqliteBackend

__all__ = ["Database"]

READERS = 8

_locks: dict[str, threading.Lock] = {}
_locks_guard = threading.Lock()


def _write_lock(name: str) -> threading.Lock:
    with _locks_guard:
        return _locks.setdefault(name, threading.Lock())


class _Here(threading.local):
    """What the current thread is in the middle of."""

    session: Session | None = None
    depth: int = 0


def _backend(address: Address, *, create: bool) -> Backend:
    if isinstance(address, Path):
        return SqliteBackend(address, create=create)
    return PostgresBackend(address, create=create)


class Database:
    """One database, for any number of threads.

    Parameters
    ----------
    address : Path or str
        A SQLite file, or a URL of PostgreSQL.
    create : bool
        Make the tables when there are none.

    Raises
    ------
    UsageError
        If there is no board and none was to be made.
    EdsError
        If it is no database of a board, one of a newer version, or cannot be reached.
    """

    def __init__(self, address: Address, *, create: bool = False) -> None:
        self.address = parse_address(str(address))
        self.backend = _backend(self.address, create=create)
        self.shown = self.backend.shown
        self._lock = _write_lock(self.backend.lock_name())
        self._writers = Pool[Session](lambda: self.backend.connect(writing=True), 1)
        self._readers = Pool[Session](lambda: self.backend.connect(writing=False), READERS)
        self._here = _Here()
        try:
            self._migrate()
        except BaseException:
            self.close()
            raise

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self.backend.dialect

    def _version(self) -> int:
        with self.reading():
            return self.backend.version(self._session)

    def _migrate(self) -> None:
        newest, found = MIGRATIONS[-1].number, self._version()
        if found > newest:
            raise EdsError(
                f"{self.shown} has schema {found}, this version knows up to {newest}",
                "update earth-data-science",
            )
        for migration in MIGRATIONS:
            if found >= migration.number:
                continue
            with self.atomic():
                # another process may have been faster while this one waited for the lock
                if self._version() < migration.number:
                    migration.run(self)
                    self.backend.set_version(self._session, migration.number)

    @property
    def is_writing(self) -> bool:
        """Whether this thread is inside of `atomic`."""
        return self._here.depth > 0

    @property
    def _session(self) -> Session:
        if self._here.session is None:
            raise RuntimeError("outside of atomic() and reading()")
        return self._here.session

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """Run a block in one transaction that holds the write lock from its first statement; blocks nest.

        Raises
        ------
        EdsError
            If nothing can be written: a full disk, no permission, a lock that nobody gives back.
        """
        if self._here.depth:
            with self._savepoint():
                yield
            return
        if self._here.session is not None:
            raise RuntimeError("a write inside of reading()")
        if not self._lock.acquire(timeout=WAIT_SECONDS):
            raise DatabaseError(f"{self.shown} is busy; nothing was changed", "try again in a minute")
        try:
            with self._transaction(self._writers, writing=True):
                self._here.depth = 1
                try:
                    yield
                finally:
                    self._here.depth = 0
        finally:
            self._lock.release()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Run a block that sees one state of the database, whatever is written meanwhile; blocks nest."""
        if self._here.session is not None:
            yield
            return
        with self._transaction(self._readers, writing=False):
            yield

    @contextmanager
    def _transaction(self, pool: Pool[Session], *, writing: bool) -> Iterator[None]:
        with ExitStack() as stack:
            session = self._begun(pool, stack, writing=writing)
            self._here.session = session
            try:
                yield
                session.commit()
            except BaseException:
                # what went wrong first is what counts
                with suppress(EdsError):
                    session.rollback()
                raise
            finally:
                self._here.session = None

    def _begun(self, pool: Pool[Session], stack: ExitStack, *, writing: bool) -> Session:
        """Lend a session and begin; one that was hung up is replaced, since nothing is done yet."""
        session = stack.enter_context(pool.lend())
        try:
            session.begin(writing=writing)
        except EdsError:
            if session.usable:
                raise
            stack.close()
            pool.empty()
            session = stack.enter_context(pool.lend())
            session.begin(writing=writing)
        return session

    @contextmanager
    def _savepoint(self) -> Iterator[None]:
        session, name = self._session, f"level_{self._here.depth}"
        session.execute(f"SAVEPOINT {name}")
        self._here.depth += 1
        try:
            yield
        except BaseException:
            # a full disk makes SQLite undo everything by itself
            with suppress(EdsError):
                session.execute(f"ROLLBACK TO SAVEPOINT {name}")
            raise
        finally:
            self._here.depth -= 1
        session.execute(f"RELEASE SAVEPOINT {name}")

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Return the rows of a query; ``?`` stands for each value."""
        if self._here.session is not None:
            return self._here.session.execute(sql, values)
        with ExitStack() as stack:
            session = stack.enter_context(self._readers.lend())
            try:
                return session.execute(sql, values)
            except EdsError:
                if session.usable:
                    raise
            # it was hung up by the other side, and reading can be done twice
            stack.close()
            self._readers.empty()
            return stack.enter_context(self._readers.lend()).execute(sql, values)

    def row(self, sql: str, values: Sequence[Any] = ()) -> Row | None:
        """Return the first row of a query, or None."""
        found = self.rows(sql, values)
        return found[0] if found else None

    def value(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """Return the first value of the first row of a query, or None."""
        found = self.row(sql, values)
        return None if found is None else found[0]

    def write(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Run one statement inside `atomic`, and return the rows of its RETURNING.

        Raises
        ------
        RuntimeError
            If no transaction is open.
        ConstraintError
            If the schema does not admit it.
        """
        return self._writing().execute(sql, values)

    def insert(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Insert one row inside `atomic` and return its id."""
        return int(self._writing().execute(f"{sql} RETURNING id", values)[0][0])

    def write_many(self, sql: str, values: Sequence[Sequence[Any]]) -> None:
        """Run one statement with many rows of values inside `atomic`."""
        session = self._writing()
        if values:
            session.execute_many(sql, values)

    def _writing(self) -> Session:
        if not self._here.depth:
            raise RuntimeError("a write outside of atomic()")
        return self._session

    def close(self) -> None:
        """Close all connections."""
        self._writers.close()
        self._readers.close()

    def __enter__(self) -> Database:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
