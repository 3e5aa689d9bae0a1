"""The application: routes, the gate in front of them, one way for errors out."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from eds_leaderboard.errors import DatabaseError, EdsError, InvalidFileError, RefusedError
from eds_leaderboard.web import api, hostpages, public, teampages
from eds_leaderboard.web.answers import RequestRefusedError, status_of
from eds_leaderboard.web.guard import Guard
from eds_leaderboard.web.site import Settings, Site, site_of

__all__ = ["make_app"]

logger = logging.getLogger("uvicorn.error")

_SAID = {404: "there is no such page", 405: "this page does not take that"}


def make_app(settings: Settings) -> FastAPI:
    """Return the application of an event.

    Parameters
    ----------
    settings : Settings
        The event's folder, the server's secrets, its names.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, Any]]:
        site = app.state.site = Site(settings)
        try:
            # the server itself finds the site in this state
            yield {"site": site}
        finally:
            await site.close()

    app = _GuardedApp(
        names=settings.names,
        title="Leaderboard",
        version="1",
        description="The board of a hackathon. Times are UTC; scores have the decimals that people see.",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        exception_handlers={EdsError: _told, HTTPException: _not_found, Exception: _failed},
    )
    app.include_router(api.router)
    app.router.routes.extend([*public.ROUTES, *teampages.ROUTES, *hostpages.ROUTES])
    app.router.routes.extend([Route("/api", _reference), Route("/api/openapi.json", _openapi)])
    return app


class _GuardedApp(FastAPI):
    """FastAPI with the gate outermost, so that it stands before the page of a failure too."""

    def __init__(self, *, names: frozenset[str], **options: Any) -> None:
        super().__init__(**options)
        self._names = names

    def build_middleware_stack(self) -> ASGIApp:
        return Guard(super().build_middleware_stack(), self._names)


def _document(app: FastAPI) -> dict[str, Any]:
    document = app.openapi()
    schemes = document.setdefault("components", {}).setdefault("securitySchemes", {})
    schemes["team"] = {"type": "http", "scheme": "bearer", "description": "The team's token"}
    return document


async def _openapi(request: Request) -> Response:
    text = json.dumps(_document(request.app), ensure_ascii=False)
    return Response(text, media_type="application/json", headers={"Cache-Control": "no-cache"})


async def _reference(request: Request) -> Response:
    values = {"document": _document(request.app)}
    return site_of(request).fresh("api.html.j2", values, cache_control="no-cache")


async def _told(request: Request, error: Exception) -> Response:
    """Tell an error that people can understand, as a page or as JSON."""
    if not isinstance(error, EdsError):
        raise error
    if isinstance(error, DatabaseError):
        # for the host's terminal; what it names of the machine is not for visitors
        logger.error("%s (%s)", error.message, error.tip)
        error = RequestRefusedError(
            503,
            "the board cannot be read or written now",
            "try again in a minute: a file that is sent twice counts once; tell the host",
            {"Retry-After": "10"},
        )
    status, headers = status_of(error), dict(getattr(error, "headers", {}))
    if request.method == "POST":
        # what is left of the body is not waited for
        headers["Connection"] = "close"
    if request.url.path.startswith("/api/"):
        body = json.dumps(_refusal(error), ensure_ascii=False)
        return Response(body, status, {**headers, "Cache-Control": "no-store"}, "application/json")
    if status == 401 and request.method == "GET":
        return RedirectResponse("/login", 303)
    page = site_of(request).fresh("problem.html.j2", {"problem": error, "status": status}, status=status)
    page.headers.update(headers)
    return page


def _refusal(error: EdsError) -> dict[str, Any]:
    told: dict[str, Any] = {"error": error.message, "tip": error.tip}
    if isinstance(error, RefusedError):
        told["reason"] = error.reason
    if isinstance(error, InvalidFileError):
        told["problems"] = [
            {"line": p.line, "kind": p.kind, "what": p.what, "expected": p.expected, "remedy": p.remedy}
            for p in error.problems.shown
        ]
        told["more"] = error.problems.unshown()
    return told


async def _not_found(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    said = _SAID.get(status, "that did not work")
    told = RequestRefusedError(status, said, "go to the board", getattr(error, "headers", None))
    return await _told(request, told)


async def _failed(request: Request, _error: Exception) -> Response:
    # the traceback goes to the host's terminal, never to a visitor
    told = RequestRefusedError(500, "something went wrong on the server", "tell the host; nothing was stored")
    return await _told(request, told)
