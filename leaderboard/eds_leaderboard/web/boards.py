"""A board for a server: its work runs in threads, what is quick apart from what reads a team's file."""

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

READERS = 2
SCORERS = 4


class Boards:
    """One board and the threads that work with it.

    A file with a million problems occupies one scoring thread; the board is read in others meanwhile.

    Parameters
    ----------
    folder : EventFolder
    now : callable, optional
        The clock.
    """

    def __init__(self, folder: EventFolder, now: Clock | None = None) -> None:
        self.board = Board(folder, now)
        self._readers = ThreadPoolExecutor(READERS, "reader")
        self._scorers = ThreadPoolExecutor(SCORERS, "scorer")

    async def do(self, work: Callable[[Board], T]) -> T:
        """Run something quick with the board."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, work, self.board)

    async def score(self, work: Callable[[Board], T]) -> T:
        """Run something that reads a team's file."""
        return await asyncio.get_running_loop().run_in_executor(self._scorers, work, self.board)

    def close(self) -> None:
        """Finish the work under way and close the board."""
        for threads in (self._readers, self._scorers):
            threads.shutdown()
        self.board.close_database()
