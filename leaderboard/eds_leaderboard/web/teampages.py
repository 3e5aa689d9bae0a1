"""A team's own pages: login, entries, upload."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from eds_leaderboard.board import Board
from eds_leaderboard.errors import DatabaseError, EdsError, InvalidFileError
from eds_leaderboard.teams import Team
from eds_leaderboard.web.access import check_form, end_session, log_in, session_team, visitor_of
from eds_leaderboard.web.answers import status_of
from eds_leaderboard.web.bodies import FORM_BYTES, parse_form, read_body
from eds_leaderboard.web.site import site_of
from eds_leaderboard.web.teamviews import team_view
from eds_leaderboard.web.uploads import receive_entry

__all__ = ["ROUTES"]


async def login_page(request: Request) -> Response:
    """Ask for a token."""
    visitor = await visitor_of(request)
    if visitor is not None:
        return RedirectResponse("/host" if visitor.team is None else "/team", 303)
    return site_of(request).fresh("login.html.j2", {"problem": None})


async def login(request: Request) -> Response:
    """Open a session for who holds the token."""
    site = site_of(request)
    form = parse_form(await read_body(request, FORM_BYTES, site.settings.patience))
    try:
        return await log_in(request, form.get("token", "")[:200])
    except EdsError as error:
        page = site.fresh("login.html.j2", {"problem": error}, status=status_of(error))
        page.headers.update(getattr(error, "headers", {}))
        return page


async def logout(request: Request) -> Response:
    """End the session of this browser."""
    site = site_of(request)
    form = parse_form(await read_body(request, FORM_BYTES, site.settings.patience))
    check_form(request, form.get("form_token", ""))
    return end_session()


async def team_page(request: Request) -> Response:
    """Show a team its entries."""
    team, form_token = await session_team(request)
    return await _team_page(request, team, form_token)


async def _team_page(
    request: Request,
    team: Team,
    form_token: str,
    error: EdsError | None = None,
    message: str = "",
) -> Response:
    site = site_of(request)

    def collect(board: Board) -> dict[str, Any]:
        return team_view(board, team)

    values = await site.boards.do(collect)
    values |= {
        "form_token": form_token,
        "error": error,
        "problems": error.problems if isinstance(error, InvalidFileError) else None,
        "message": message,
    }
    status = 200 if error is None else status_of(error)
    return site.fresh("team.html.j2", values, status=status)


async def enter(request: Request) -> Response:
    """Take an entry; a refused one is told on the page, with all its problems."""
    team, form_token = await session_team(request)
    received: dict[str, str] = {}
    try:
        await receive_entry(request, team, check=lambda sent: check_form(request, sent), received=received)
    except DatabaseError:
        raise
    except EdsError as error:
        return await _team_page(request, team, form_token, error, received.get("message", ""))
    return RedirectResponse("/team#entries", 303)


ROUTES = [
    Route("/login", login_page, methods=["GET"]),
    Route("/login", login, methods=["POST"]),
    Route("/logout", logout, methods=["POST"]),
    Route("/team", team_page, methods=["GET"]),
    Route("/team", enter, methods=["POST"]),
]
