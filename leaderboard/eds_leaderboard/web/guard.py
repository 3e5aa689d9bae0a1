"""The gate in front of every route: whose name the server answers to, who may post, what a browser may do."""

from __future__ import annotations

import re
from collections.abc import Collection
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["Guard"]

_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z.-]{1,253})(?::[0-9]{1,5})?")

_HEADERS = {
    # no inline script or style anywhere: what slips through the escaping still does nothing
    "Content-Security-Policy": (
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    # not no-referrer: browsers would send 'Origin: null' with our own forms
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class Guard:
    """ASGI middleware.

    An address of numbers is always answered; a name only if it is known, because the owner of any other name
    could point it here and read the board's pages in a visitor's browser.

    Parameters
    ----------
    app : ASGI application
    names : collection of str
        Host names that the server answers to, lower case.
    """

    def __init__(self, app: ASGIApp, names: Collection[str]) -> None:
        self.app = app
        self.names = frozenset(names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it before anything else sees it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        refusal = self._refusal(scope["method"], Headers(scope=scope))
        app = self.app if refusal is None else refusal
        await app(scope, receive, guarded)

    def _refusal(self, method: str, headers: Headers) -> ASGIApp | None:
        host = headers.get("host", "")
        match = _HOST.fullmatch(host)
        if match is None or len(headers.getlist("host")) != 1 or not self._is_ours(match["name"]):
            return PlainTextResponse(
                "This server does not answer to that name; the host adds it with --name.\n", 400
            )
        if method not in _SAFE_METHODS and not _same_origin(host, headers):
            return PlainTextResponse("Another site sent this form; open the board and send it there.\n", 403)
        return None

    def _is_ours(self, name: str) -> bool:
        if name.lower().rstrip(".") in self.names:
            return True
        try:
            ip_address(name.strip("[]"))
        except ValueError:
            return False
        return True


def _same_origin(host: str, headers: Headers) -> bool:
    """Tell whether a browser sent this from our own page; a program that is no browser names no origin."""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc.lower() == host.lower()
