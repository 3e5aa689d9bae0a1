"""What the two databases must do for a board; everything else is plain SQL that both understand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

__all__ = ["Backend", "Row", "Session"]


class Row(Protocol):
    """A row whose values are found by name and by position."""

    def __getitem__(self, key: str | int, /) -> Any:
        """Return a value."""

    def __iter__(self) -> Iterator[Any]:
        """Go through the values in the order of the columns."""

    def __len__(self) -> int:
        """Return the number of columns."""


class Session(Protocol):
    """One connection; what it raises are `ConstraintError` and `EdsError`, never the driver's errors."""

    def execute(self, sql: str, values: Sequence[Any] = ()) -> list[Any]:
        """Run a statement with ``?`` for each value and return its rows."""

    def execute_many(self, sql: str, values: Sequence[Sequence[Any]]) -> None:
        """Run a statement once for each row of values."""

    def begin(self, *, writing: bool) -> None:
        """Begin a transaction: with the one write lock of the database, or with one unmoving view of it."""

    def commit(self) -> None:
        """Make what was written last."""

    def rollback(self) -> None:
        """Undo the transaction, if there still is one."""

    @property
    def usable(self) -> bool:
        """Whether it can be used once more."""

    def close(self) -> None:
        """Close the connection."""


class Backend(Protocol):
    """One kind of database."""

    dialect: str
    shown: str

    def connect(self, *, writing: bool) -> Session:
        """Open a connection."""

    def version(self, session: Session) -> int:
        """Return the number of the last migration, 0 for an empty database."""

    def set_version(self, session: Session, number: int) -> None:
        """Note the number of the last migration."""

    def lock_name(self) -> str:
        """Return what the connections of this process to the same database have in common."""
