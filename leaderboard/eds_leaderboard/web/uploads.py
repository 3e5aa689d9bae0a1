"""An entry that is sent in: its team known first, its size capped, scored and stored in the request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from starlette.requests import Request

from eds_leaderboard.board import Receipt
from eds_leaderboard.csvfile import ENTRY_LIMITS
from eds_leaderboard.teams import Team
from eds_leaderboard.web.answers import RequestRefusedError
from eds_leaderboard.web.bodies import FORM_BYTES, Part, file_name, parse_multipart, read_body
from eds_leaderboard.web.site import Site, site_of

__all__ = ["receive_entry"]

# of one team at the same moment: two members, not a flood
PER_TEAM = 2


async def receive_entry(
    request: Request,
    team: Team,
    *,
    check: Callable[[str], None] | None = None,
    received: dict[str, str] | None = None,
) -> Receipt:
    """Read, score and store an entry of a team.

    Parameters
    ----------
    request : Request
        A form with the parts ``file``, ``message``, and ``form_token`` where a browser's session sent it.
    team : Team
        Whose session or token came with the request.
    check : callable, optional
        Is given the ``form_token`` and raises unless it is right.
    received : dict, optional
        Is filled with the message, so that a form that is shown again still has it.

    Raises
    ------
    RequestRefusedError, InvalidFileError, RefusedError
        If it is no entry, or one that is not let in.
    """
    site = site_of(request)
    async with _place(site, team):
        body = await read_body(request, ENTRY_LIMITS.max_bytes + FORM_BYTES, site.settings.patience)
        parts = await asyncio.to_thread(parse_multipart, request.headers.get("content-type", ""), body)
        del body
        empty = Part(b"")
        if check is not None:
            check(parts.get("form_token", empty).text)
        message = parts.get("message", empty).text
        if received is not None:
            received["message"] = message
        file = parts.get("file")
        if file is None or (not file.content and not file.filename):
            raise RequestRefusedError(
                400, "no file was chosen", "choose the file with your predictions, CSV or Parquet"
            )
        content, source = file.content, file_name(file)
        try:
            return await site.boards.score(lambda board: board.enter(team, content, source, message))
        finally:
            site.look_again()


@asynccontextmanager
async def _place(site: Site, team: Team) -> AsyncIterator[None]:
    """Keep one team from filling the memory of the host with many uploads at a time."""
    under_way = site.uploads.get(team.id, 0)
    if under_way >= PER_TEAM:
        raise RequestRefusedError(
            429,
            f"{under_way} uploads of your team are under way",
            "wait until one of them is answered; it takes a moment",
            {"Retry-After": "1", "Connection": "close"},
        )
    site.uploads[team.id] = under_way + 1
    try:
        yield
    finally:
        site.uploads[team.id] -= 1
