"""Who asks: a team or the host, by session or by token; wrong tokens are counted."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from eds_leaderboard.errors import EdsError
from eds_leaderboard.teams import Team, token_hash
from eds_leaderboard.web import sessions
from eds_leaderboard.web.answers import RequestRefusedError
from eds_leaderboard.web.bodies import FORM_BYTES, parse_form, read_body
from eds_leaderboard.web.site import Site, site_of

__all__ = [
    "Visitor",
    "bearer_team",
    "check_form",
    "end_session",
    "host_form",
    "host_of",
    "log_in",
    "session_team",
    "visitor_of",
]


@dataclass(frozen=True)
class Visitor:
    """Whom a valid session belongs to; no team is the host."""

    team: Team | None
    form_token: str


async def visitor_of(request: Request) -> Visitor | None:
    """Return who holds the session of a request, or None."""
    site, cookie = site_of(request), request.cookies.get(sessions.COOKIE, "")
    claim = sessions.read_claim(cookie)
    if claim is None:
        return None
    key = site.settings.keys.session_key
    team = None
    secret = site.settings.keys.host_hash
    if claim.holder != sessions.HOST_ID:
        teams = await site.boards.do(lambda board: board.teams())
        team = next((team for team in teams if team.id == claim.holder), None)
        if team is None:
            return None
        secret = team.token_hash
    if not claim.holds(key, secret, site.now()):
        return None
    return Visitor(team, sessions.form_token(key, cookie))


async def session_team(request: Request) -> tuple[Team, str]:
    """Return the team of the session, and the token of its forms; others are sent to the login."""
    visitor = await visitor_of(request)
    if visitor is None or visitor.team is None:
        raise RequestRefusedError(401, "this page is for teams", "log in with your team's token")
    return visitor.team, visitor.form_token


async def host_of(request: Request) -> str:
    """Return the token of the host's forms; others are sent to the login."""
    visitor = await visitor_of(request)
    if visitor is None or visitor.team is not None:
        raise RequestRefusedError(401, "this page is for the host", "log in with the host's token")
    return visitor.form_token


def check_form(request: Request, sent: str) -> None:
    """Refuse a form that our own page did not make for this session."""
    key = site_of(request).settings.keys.session_key
    if not sessions.same_form_token(key, request.cookies.get(sessions.COOKIE, ""), sent):
        raise RequestRefusedError(403, "this form is not from your session", "open the page again and repeat")


async def host_form(request: Request) -> Mapping[str, str]:
    """Return the fields of a form that the host sent."""
    await host_of(request)
    site = site_of(request)
    form = parse_form(await read_body(request, FORM_BYTES, site.settings.patience))
    check_form(request, form.get("form_token", ""))
    return form


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _refuse_guessers(site: Site, address: str) -> None:
    wait = site.guesses.wait(address)
    if wait > 0:
        raise RequestRefusedError(
            429,
            "too many wrong tokens came from your address",
            f"try again in {int(wait) + 1} seconds",
            {"Retry-After": str(int(wait) + 1)},
        )


async def _team_of_token(site: Site, token: str, address: str) -> Team:
    try:
        return await site.boards.do(lambda board: board.team_of_token(token))
    except EdsError as error:
        site.guesses.note_wrong(address)
        raise RequestRefusedError(
            401,
            "this token belongs to no team of the event",
            "look for a missing character; the host can make a new one",
            {"WWW-Authenticate": "Bearer"},
        ) from error


async def bearer_team(request: Request) -> Team:
    """Return the team whose token the header ``Authorization: Bearer`` carries."""
    site, address = site_of(request), _address(request)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise RequestRefusedError(
            401,
            "no token was sent",
            "send the header Authorization: Bearer TOKEN",
            {"WWW-Authenticate": "Bearer"},
        )
    _refuse_guessers(site, address)
    return await _team_of_token(site, token, address)


async def log_in(request: Request, token: str) -> Response:
    """Return the way to the page of whoever holds the token, with a new session."""
    site, address = site_of(request), _address(request)
    _refuse_guessers(site, address)
    keys = site.settings.keys
    if hmac.compare_digest(token_hash(token), keys.host_hash):
        holder, secret, target = sessions.HOST_ID, keys.host_hash, "/host"
    else:
        team = await _team_of_token(site, token, address)
        holder, secret, target = team.id, team.token_hash, "/team"
    response = RedirectResponse(target, 303)
    response.set_cookie(
        sessions.COOKIE,
        sessions.issue(keys.session_key, holder, secret, site.now()),
        max_age=int(sessions.LIFETIME.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return response


def end_session(target: str = "/") -> Response:
    """Return the way out."""
    response = RedirectResponse(target, 303)
    response.delete_cookie(sessions.COOKIE, httponly=True, samesite="strict")
    return response
