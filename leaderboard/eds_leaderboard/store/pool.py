"""Connections that are lent to one thread at a time and used again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar

from eds_leaderboard.errors import DatabaseError

__all__ = ["Pool"]

WAIT_SECONDS = 60.0


class Closable(Protocol):
    """What a pool holds."""

    def close(self) -> None:
        """Give it up."""

    @property
    def usable(self) -> bool:
        """Whether it can be lent once more."""


C = TypeVar("C", bound=Closable)


class Pool(Generic[C]):
    """At most `size` connections, opened when they are needed; the one used last is lent first.

    Parameters
    ----------
    open_one : callable
        Opens a connection.
    size : int
        How many there may be at once; a thread that wants one more waits.
    """

    def __init__(self, open_one: Callable[[], C], size: int) -> None:
        self._open_one = open_one
        self._free = threading.BoundedSemaphore(size)
        self._idle: list[C] = []
        self._guard = threading.Lock()
        self._closed = False

    @contextmanager
    def lend(self) -> Iterator[C]:
        """Lend a connection for a block.

        Raises
        ------
        EdsError
            If none becomes free.
        """
        if not self._free.acquire(timeout=WAIT_SECONDS):
            raise DatabaseError("all connections to the database are in use", "try again in a minute")
        try:
            connection = self._take()
            try:
                yield connection
            finally:
                self._give_back(connection)
        finally:
            self._free.release()

    def _take(self) -> C:
        with self._guard:
            while self._idle:
                connection = self._idle.pop()
                if connection.usable:
                    return connection
                connection.close()
        return self._open_one()

    def _give_back(self, connection: C) -> None:
        with self._guard:
            if not self._closed and connection.usable:
                self._idle.append(connection)
                return
        connection.close()

    def close(self) -> None:
        """Close what is idle now, and what is lent as soon as it comes back."""
        with self._guard:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def empty(self) -> None:
        """Close what is idle, because the other side has gone; the pool stays in use."""
        with self._guard:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()
