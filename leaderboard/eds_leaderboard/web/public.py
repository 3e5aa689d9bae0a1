"""The pages that everybody sees: the board, the projector, the files, the results after the reveal."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse
from starlette.routing import Route

from eds_leaderboard.board import Board
from eds_leaderboard.event import State
from eds_leaderboard.web.answers import RequestRefusedError
from eds_leaderboard.web.render import static_files
from eds_leaderboard.web.site import Site, site_of
from eds_leaderboard.web.views import board_view, event_view, results_view, team_results_view

__all__ = ["ROUTES"]

MAX_LISTENERS = 2000


async def board(request: Request) -> Response:
    """Show the board."""
    return await site_of(request).page(request, "board.html.j2", board_view)


async def board_part(request: Request) -> Response:
    """Show what of the board changes, for the page that has the rest."""
    return await site_of(request).page(request, "board_part.html.j2", board_view)


async def projector(request: Request) -> Response:
    """Show the board for the wall."""
    return await site_of(request).page(request, "projector.html.j2", board_view)


async def projector_part(request: Request) -> Response:
    """Show what of the projector's page changes."""
    return await site_of(request).page(request, "projector_part.html.j2", board_view)


async def results(request: Request) -> Response:
    """Show what the reveal reveals."""
    return await site_of(request).page(request, "results.html.j2", results_view)


async def team_results(request: Request) -> Response:
    """Show the classes of one team after the reveal."""
    number: int = request.path_params["team"]
    site = site_of(request)

    def collect(board: Board) -> dict[str, Any]:
        return team_results_view(board, number)

    values = await site.boards.do(collect)
    return site.fresh("team_results.html.j2", values, cache_control="no-cache")


async def events(request: Request) -> Response:
    """Tell, as long as the page is open, that the board has changed."""
    site = site_of(request)
    if site.hub.listeners >= MAX_LISTENERS:
        raise RequestRefusedError(
            503, "too many pages listen", "reload the page to see news", {"Retry-After": "30"}
        )
    return StreamingResponse(
        _news(site), media_type="text/event-stream", headers={"Cache-Control": "no-store"}
    )


async def _news(site: Site) -> AsyncIterator[str]:
    yield "retry: 3000\n\n"
    async for changed in site.hub.changes():
        yield "event: board\ndata: changed\n\n" if changed else ": still here\n\n"


async def static(request: Request) -> Response:
    """Serve one of our own files; the name is looked up in a fixed list."""
    found = static_files().get(request.path_params["name"])
    if found is None:
        raise RequestRefusedError(404, "no such file", "go to the board")
    lasting = "public, max-age=31536000, immutable"
    return Response(found[0], media_type=found[1], headers={"Cache-Control": lasting})


def released_files(folder: Path) -> dict[str, Path]:
    """Return the files of the release by the name under which they are served; a link is none."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())
    return {path.relative_to(folder).as_posix(): path for path in found}


async def files(request: Request) -> Response:
    """List the files for the teams."""
    site = site_of(request)
    values = await site.boards.do(event_view)
    names = {}
    if values["state"] != State.CREATED:
        release = released_files(site.settings.folder.release)
        names = {name: path.stat().st_size for name, path in release.items()}
    return site.fresh("files.html.j2", {**values, "files": names}, cache_control="no-cache")


async def file(request: Request) -> Response:
    """Hand out a file of the release: a name that is not in its listing is no path of ours."""
    site = site_of(request)
    values = await site.boards.do(event_view)
    path = released_files(site.settings.folder.release).get(request.path_params["name"])
    if path is None or values["state"] == State.CREATED:
        raise RequestRefusedError(404, "no such file", "see the list of files")
    return FileResponse(path, filename=path.name, headers={"Cache-Control": "no-cache"})


async def health(request: Request) -> Response:
    """Tell that the server and its database answer."""
    await site_of(request).version()
    return Response(json.dumps({"status": "ok"}), media_type="application/json")


ROUTES = [
    Route("/", board),
    Route("/part/board", board_part),
    Route("/projector", projector),
    Route("/part/projector", projector_part),
    Route("/results", results),
    Route("/results/{team:int}", team_results),
    Route("/events", events),
    Route("/files", files),
    Route("/files/{name:path}", file),
    Route("/static/{name}", static),
    Route("/health", health),
]
