"""PostgreSQL: the same tables in a schema of their own, written to behind one advisory lock.

The lock makes all server processes queue as they do on SQLite: what a transaction reads cannot change before
it ends, and numbers and times are given in the order in which transactions end.
"""

from __future__ import annotations

import select
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from eds_leaderboard.errors import DatabaseError, EdsError, UsageError
from eds_leaderboard.store.address import shown_address, without_secrets
from eds_leaderboard.store.backend import Session
from eds_leaderboard.store.errors import ConstraintError

if TYPE_CHECKING:
    import psycopg

__all__ = ["SCHEMA", "PostgresBackend", "put_schema_aside"]

SCHEMA = "eds_leaderboard"
# any number that other programs do not use
_WRITE_LOCK = 7_305_021_926
_WAIT = "60s"
_IDLE = "120s"
_CONNECT_SECONDS = 10


class NamedRow:
    """See `Row`."""

    __slots__ = ("_names", "_values")

    def __init__(self, values: Sequence[Any], names: dict[str, int]) -> None:
        self._values = values
        self._names = names

    def __getitem__(self, key: str | int) -> Any:
        return self._values[self._names[key] if isinstance(key, str) else key]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def _named_rows(cursor: psycopg.Cursor[Any]) -> Callable[[Sequence[Any]], NamedRow]:
    names = {column.name: index for index, column in enumerate(cursor.description or ())}
    return lambda values: NamedRow(values, names)


@lru_cache(maxsize=256)
def _with_percent(sql: str) -> str:
    """Return the statement with the driver's marks; none of ours has a question mark of its own."""
    return sql.replace("%", "%%").replace("?", "%s")


class PostgresSession:
    """A connection; see `Session`."""

    def __init__(self, url: str) -> None:
        import psycopg

        self._errors = psycopg
        self._url = url
        self._committing = False
        try:
            self.connection = psycopg.connect(
                url,
                autocommit=True,
                row_factory=_named_rows,
                connect_timeout=_CONNECT_SECONDS,
                application_name="eds_leaderboard",
                options=f"-c search_path={SCHEMA} -c lock_timeout={_WAIT} -c client_encoding=UTF8"
                " -c timezone=UTC -c synchronous_commit=on"
                # who vanishes in the middle of a transaction must not keep the lock
                f" -c idle_in_transaction_session_timeout={_IDLE}",
            )
        except psycopg.Error as error:
            # from None: the driver's frames hold the URL
            raise _unreachable(url, error) from None

    def execute(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        """Run a statement and return its rows."""
        try:
            cursor: Any = (
                self.connection.execute(_with_percent(sql), values)
                if values
                else (self.connection.execute(sql))
            )
            return cursor.fetchall() if cursor.description else []
        except self._errors.Error as error:
            raise self._translated(error) from error

    def execute_many(self, sql: str, values: Sequence[Sequence[Any]]) -> None:
        """Run a statement once for each row of values."""
        try:
            with self.connection.cursor() as cursor:
                cursor.executemany(_with_percent(sql), values)
        except self._errors.Error as error:
            raise self._translated(error) from error

    def begin(self, *, writing: bool) -> None:
        """Begin a transaction."""
        if not writing:
            self.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            return
        self.execute("BEGIN")
        self.execute("SELECT pg_advisory_xact_lock(?)", [_WRITE_LOCK])

    def commit(self) -> None:
        """Make what was written last."""
        self._committing = True
        try:
            self.execute("COMMIT")
        finally:
            self._committing = False

    def rollback(self) -> None:
        """Undo the transaction, if there still is one."""
        if not self.connection.closed:
            self.execute("ROLLBACK")

    @property
    def usable(self) -> bool:
        """Whether it can be used once more: an idle connection with something to read was hung up."""
        if self.connection.closed:
            return False
        waiting = select.poll()
        waiting.register(self.connection.fileno(), select.POLLIN)
        return not waiting.poll(0)

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    def _translated(self, error: psycopg.Error) -> Exception:
        errors = self._errors
        refused = (errors.IntegrityError, errors.DataError, errors.errors.DatatypeMismatch)
        if isinstance(error, refused):
            return ConstraintError(without_secrets(str(error), self._url))
        what = without_secrets(str(error), self._url)
        if self._committing and self.connection.closed:
            return DatabaseError(
                f"{shown_address(self._url)} broke off at the commit: {what}",
                "see whether it was done before you do it again; a file that is sent twice counts once",
            )
        return DatabaseError(
            f"cannot use {shown_address(self._url)}: {what}; nothing was changed",
            "see whether the PostgreSQL server runs and its disk has space",
        )


def _unreachable(url: str, error: psycopg.Error) -> EdsError:
    return DatabaseError(
        f"cannot connect to {shown_address(url)}: {without_secrets(str(error), url)}",
        "see whether the server runs; give the password in ~/.pgpass or in PGPASSWORD",
    )


class PostgresBackend:
    """See `Backend`."""

    dialect = "postgresql"

    def __init__(self, url: str, *, create: bool) -> None:
        try:
            import psycopg  # noqa: F401
        except ImportError as error:
            raise UsageError(
                f"{shown_address(url)} needs the driver psycopg",
                "install earth-data-science with [postgresql]",
            ) from error
        self._url = url
        self.shown = shown_address(url)
        self._prepare(create=create)

    def _prepare(self, *, create: bool) -> None:
        session = self.connect(writing=True)
        try:
            there = session.execute("SELECT 1 FROM pg_namespace WHERE nspname = ?", [SCHEMA])
            if not there and not create:
                raise UsageError(
                    f"no board in {self.shown}", "make an event with leaderboard create, or migrate one"
                )
            session.begin(writing=True)
            try:
                session.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
                session.execute("CREATE TABLE IF NOT EXISTS schema_version (number BIGINT NOT NULL)")
                session.commit()
            except BaseException:
                session.rollback()
                raise
        finally:
            session.close()

    def connect(self, *, writing: bool) -> PostgresSession:
        """Open a connection."""
        return PostgresSession(self._url)

    def version(self, session: Session) -> int:
        """Return the number of the last migration."""
        return int(session.execute("SELECT coalesce(max(number), 0) FROM schema_version")[0][0])

    def set_version(self, session: Session, number: int) -> None:
        """Note the number of the last migration."""
        session.execute("INSERT INTO schema_version (number) VALUES (?)", [number])

    def lock_name(self) -> str:
        """Return the URL, which never leaves this process."""
        return self._url


def put_schema_aside(url: str, suffix: str) -> str | None:
    """Give the tables of a board another schema, and return its name; None where there is no board."""
    session, aside = PostgresSession(url), f"{SCHEMA}_{suffix}"
    try:
        if not session.execute("SELECT 1 FROM pg_namespace WHERE nspname = ?", [SCHEMA]):
            return None
        session.execute(f"ALTER SCHEMA {SCHEMA} RENAME TO {aside}")
        return f"schema {aside} of {shown_address(url)}"
    finally:
        session.close()
