"""Boards for a server: each stays with one thread."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from eds_leaderboard.board import Board
from eds_leaderboard.desk import Clock
from eds_leaderboard.folder import EventFolder

__all__ = ["Boards"]

T = TypeVar("T")


class _Desk:
    """A thread with a board of its own."""

    def __init__(self, folder: EventFolder, now: Clock | None) -> None:
        self._executor = ThreadPoolExecutor(1, "board")
        try:
            self._board = self._executor.submit(Board, folder, now).result()
        except BaseException:
            self._executor.shutdown()
            raise

    async def do(self, work: Callable[[Board], T]) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, work, self._board)

    def close(self) -> None:
        self._executor.submit(self._board.db.close).result()
        self._executor.shutdown()


class Boards:
    """The desks of a server: some for what is quick, others for files that are scored.

    A large file with a million problems occupies one scoring desk; the board is read at the others meanwhile.

    Parameters
    ----------
    folder : EventFolder
    now : callable, optional
        The clock.
    readers, scorers : int
        How many desks of each kind.
    """

    def __init__(
        self, folder: EventFolder, now: Clock | None = None, *, readers: int = 2, scorers: int = 4
    ) -> None:
        self._desks = [_Desk(folder, now) for _ in range(readers + scorers)]
        self._idle_readers: asyncio.Queue[_Desk] = asyncio.Queue()
        self._idle_scorers: asyncio.Queue[_Desk] = asyncio.Queue()
        for desk in self._desks[:readers]:
            self._idle_readers.put_nowait(desk)
        for desk in self._desks[readers:]:
            self._idle_scorers.put_nowait(desk)

    async def do(self, work: Callable[[Board], T]) -> T:
        """Run something quick with a board, in its thread."""
        return await _at(self._idle_readers, work)

    async def score(self, work: Callable[[Board], T]) -> T:
        """Run something that reads a team's file."""
        return await _at(self._idle_scorers, work)

    def close(self) -> None:
        """Close all boards; work under way is finished first."""
        for desk in self._desks:
            desk.close()


async def _at(idle: asyncio.Queue[_Desk], work: Callable[[Board], T]) -> T:
    desk = await idle.get()
    # shielded: a client that goes away must not free a desk whose thread still works
    return await asyncio.shield(asyncio.ensure_future(_finish(desk, idle, work)))


async def _finish(desk: _Desk, idle: asyncio.Queue[_Desk], work: Callable[[Board], T]) -> T:
    try:
        return await desk.do(work)
    finally:
        idle.put_nowait(desk)
