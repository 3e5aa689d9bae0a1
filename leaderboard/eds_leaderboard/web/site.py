"""What all routes of a server share."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from eds_leaderboard.board import Board
from eds_leaderboard.clock import utc_now
from eds_leaderboard.desk import Clock
from eds_leaderboard.folder import EventFolder
from eds_leaderboard.web.boards import Boards
from eds_leaderboard.web.bodies import Patience
from eds_leaderboard.web.cache import Cache, Rendered
from eds_leaderboard.web.guesses import Guesses
from eds_leaderboard.web.hub import Hub
from eds_leaderboard.web.keys import Keys
from eds_leaderboard.web.render import render

__all__ = ["Settings", "Site", "site_of"]

# how old the words 'in 3 min' on a page may be, seconds
TICK = 10
# how long one look at the database serves all requests of this process, seconds
GLANCE = 0.05

Version = tuple[Hashable, ...]


@dataclass(frozen=True)
class Settings:
    """How a server is set up.

    Parameters
    ----------
    folder : EventFolder
    keys : Keys
    names : frozenset of str
        Host names it answers to.
    address : str
        What teams type into their browsers; shown on the projector.
    clock : callable, optional
        The clock; this machine's by default.
    patience : Patience
        With slow uploads.
    pace : float
        Seconds between two looks for news.
    """

    folder: EventFolder
    keys: Keys
    names: frozenset[str] = frozenset({"localhost"})
    address: str = ""
    clock: Clock | None = None
    patience: Patience = field(default_factory=Patience)
    pace: float = 0.5


class Site:
    """One server process at work."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.boards = Boards(settings.folder, settings.clock)
        self.cache = Cache()
        self.guesses = Guesses()
        self.uploads: dict[int, int] = {}
        self._glance: tuple[float, Version] | None = None

    @cached_property
    def hub(self) -> Hub:
        """The news of the board."""
        return Hub(self.version, self.settings.pace)

    def now(self) -> datetime:
        """Return the time that rules."""
        return (self.settings.clock or utc_now)()

    async def version(self) -> Version:
        """Return what differs whenever anything that a page shows does, but for the passing of time."""
        if self._glance is None or time.monotonic() - self._glance[0] > GLANCE:
            self._glance = (time.monotonic(), await self.boards.do(_version))
        return self._glance[1]

    def look_again(self) -> None:
        """Forget the last look: something was written by this process, and its writer wants to see it."""
        self._glance = None

    async def page(
        self, request: Request, template: str, collect: Callable[[Board], dict[str, Any]]
    ) -> Response:
        """Return a page that is the same for everybody, from the cache where nothing happened."""
        rendered = await self.rendered(template, lambda board: self._html(template, collect(board)))
        return rendered.response(request)

    def _html(self, template: str, values: dict[str, Any]) -> Rendered:
        text = render(template, address=self.settings.address, **values)
        return Rendered(text.encode(), "text/html; charset=utf-8")

    def fresh(
        self, template: str, values: dict[str, Any], status: int = 200, cache_control: str = "no-store"
    ) -> Response:
        """Return a page that is made for this request."""
        rendered = self._html(template, values)
        return Response(
            rendered.body, status, {"Cache-Control": cache_control}, media_type=rendered.media_type
        )

    async def rendered(self, name: str, make: Callable[[Board], Rendered]) -> Rendered:
        """Return what `make` makes of a board, made once per version and tick."""
        tick = int(self.now().timestamp()) // TICK
        key = (name, await self.version(), tick)
        return await self.cache.get(key, lambda: self.boards.do(make))

    async def close(self) -> None:
        """Let the listeners go and finish the work under way."""
        await self.hub.close()
        self.boards.close()


def _version(board: Board) -> Version:
    snapshot, now = board.snapshot, board.now()
    return (snapshot.revision, snapshot.event.state(now), snapshot.event.shown_until(now))


def site_of(request: Request) -> Site:
    """Return the site that a request came to."""
    site: Site = request.app.state.site
    return site
