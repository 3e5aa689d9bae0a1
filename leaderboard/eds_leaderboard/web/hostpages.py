"""The host's pages: the life of the event, the teams, the entries, behind the host's token."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from eds_leaderboard.board import Board
from eds_leaderboard.clock import parse_duration
from eds_leaderboard.errors import DatabaseError, EdsError, UsageError
from eds_leaderboard.web.access import host_form, host_of
from eds_leaderboard.web.answers import status_of
from eds_leaderboard.web.hostviews import host_view
from eds_leaderboard.web.site import site_of

__all__ = ["ROUTES"]

Form = Mapping[str, str]
# what a deed leaves to be shown, such as a new token; most leave nothing
Shown = dict[str, Any]
NOTHING: Shown = {"new_token": None, "new_team": None, "changes": None}
Deed = Callable[[Board, Form], Shown]


async def host_page(request: Request) -> Response:
    """Show the host the event."""
    return await _host_page(request, await host_of(request))


async def _host_page(
    request: Request, form_token: str, error: EdsError | None = None, shown: Shown | None = None
) -> Response:
    site = site_of(request)
    values = await site.boards.do(host_view)
    values |= {"form_token": form_token, "error": error, **NOTHING, **(shown or {})}
    return site.fresh("host.html.j2", values, status=200 if error is None else status_of(error))


def _does(deed: Deed) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint of a deed: it is done once, and a reload of the answer does not repeat it."""

    async def endpoint(request: Request) -> Response:
        form_token = await host_of(request)
        site = site_of(request)
        try:
            form = await host_form(request)
            shown = await site.boards.do(lambda board: deed(board, form))
        except DatabaseError:
            raise
        except EdsError as error:
            return await _host_page(request, form_token, error)
        finally:
            site.look_again()
        if shown:
            return await _host_page(request, form_token, shown=shown)
        return RedirectResponse("/host", 303)

    return endpoint


def _open(board: Board, form: Form) -> Shown:
    board.open(parse_duration(form.get("duration", "")))
    return {}


def _extend(board: Board, form: Form) -> Shown:
    board.extend(parse_duration(form.get("duration", "")))
    return {}


def _freeze(board: Board, form: Form) -> Shown:
    board.freeze(parse_duration(form.get("duration", "")))
    return {}


def _unfreeze(board: Board, _form: Form) -> Shown:
    board.freeze(None)
    return {}


def _close(board: Board, form: Form) -> Shown:
    _check_sure(form)
    board.close()
    return {}


def _reveal(board: Board, form: Form) -> Shown:
    _check_sure(form)
    board.reveal()
    return {}


def _add_team(board: Board, form: Form) -> Shown:
    team, token = board.add_team(form.get("name", ""), is_baseline="baseline" in form)
    return {"new_team": team, "new_token": token}


def _rotate(board: Board, form: Form) -> Shown:
    team, token = board.rotate_token(form.get("name", ""))
    return {"new_team": team, "new_token": token}


def _void(board: Board, form: Form) -> Shown:
    return {"changes": board.void(_entry_id(form), form.get("why", ""))}


def _restore(board: Board, form: Form) -> Shown:
    return {"changes": board.restore(_entry_id(form), form.get("why", ""))}


def _entry_id(form: Form) -> int:
    text = form.get("entry", "")
    if not text.isdecimal() or len(text) > 15:
        raise UsageError("no entry was chosen", "choose one from the list")
    return int(text)


def _check_sure(form: Form) -> None:
    if form.get("sure") != "yes":
        raise UsageError("nothing was done", "tick the box to say that you are sure")


DEEDS: Mapping[str, Deed] = {
    "open": _open,
    "extend": _extend,
    "freeze": _freeze,
    "unfreeze": _unfreeze,
    "close": _close,
    "reveal": _reveal,
    "team": _add_team,
    "rotate": _rotate,
    "void": _void,
    "restore": _restore,
}

ROUTES = [
    Route("/host", host_page, methods=["GET"]),
    *(Route(f"/host/{name}", _does(deed), methods=["POST"]) for name, deed in DEEDS.items()),
]
