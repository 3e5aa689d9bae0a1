"""What happens, as server-sent events: one look at the database for all who listen to this process."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable

__all__ = ["Hub"]


class Hub:
    """Watches the version of the board while somebody listens.

    Entries may come in through any process, so that the database is asked, cheaply and at a fixed pace,
    however many listen.

    Parameters
    ----------
    version : callable
        Returns what changes whenever the board does.
    pace : float
        Seconds between two looks.
    """

    def __init__(self, version: Callable[[], Awaitable[Hashable]], pace: float = 0.5) -> None:
        self._version = version
        self._pace = pace
        # set once, for whoever waits for the next change; a new one takes its place
        self._next = asyncio.Event()
        self._known: Hashable = None
        self._listeners = 0
        self._watcher: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def listeners(self) -> int:
        """How many listen."""
        return self._listeners

    async def changes(self, silence: float = 15.0) -> AsyncIterator[bool]:
        """Yield True for every change, and False when nothing happened for so many seconds.

        The first is yielded at once: something may have happened since the listener's page was made.
        """
        self._listeners += 1
        if self._watcher is None:
            self._watcher = asyncio.ensure_future(self._watch())
        try:
            seen = self._known
            yield True
            while not self._closed:
                changed = await self._wait_for_other_than(seen, silence)
                if self._closed:
                    return
                seen = self._known
                yield changed
        finally:
            self._listeners -= 1
            if not self._listeners and self._watcher is not None:
                self._watcher.cancel()
                self._watcher = None

    async def _wait_for_other_than(self, seen: Hashable, silence: float) -> bool:
        if self._known == seen and not self._closed:
            try:
                await asyncio.wait_for(self._next.wait(), silence)
            except TimeoutError:
                return False
        return True

    def _wake(self) -> None:
        waited_for, self._next = self._next, asyncio.Event()
        waited_for.set()

    async def _watch(self) -> None:
        while not self._closed:
            # a database that does not answer for a moment is asked again
            with contextlib.suppress(Exception):
                found = await self._version()
                if found != self._known:
                    self._known = found
                    self._wake()
            await asyncio.sleep(self._pace)

    async def close(self) -> None:
        """Let all listeners go; a server that shuts down must not wait for them."""
        self._closed = True
        self._wake()
        if self._watcher is not None:
            self._watcher.cancel()
