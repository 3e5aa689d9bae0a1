"""Pages that are the same for everybody: rendered and compressed once per state of the event."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from functools import cached_property

from starlette.requests import Request
from starlette.responses import Response

__all__ = ["Cache", "Rendered"]

MAX_PAGES = 64


@dataclass(frozen=True)
class Rendered:
    """The bytes of a page."""

    body: bytes
    media_type: str

    @cached_property
    def gzipped(self) -> bytes:
        """The body, compressed; without a time stamp, so that equal pages are equal bytes."""
        return gzip.compress(self.body, 6, mtime=0)

    @cached_property
    def etag(self) -> str:
        """The name of these bytes."""
        return f'"{hashlib.sha256(self.body).hexdigest()[:32]}"'

    def response(self, request: Request, cache_control: str = "no-cache") -> Response:
        """Return them, or that the client has them already."""
        headers = {"ETag": self.etag, "Cache-Control": cache_control, "Vary": "Accept-Encoding"}
        if self.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        body = self.body
        if "gzip" in request.headers.get("accept-encoding", ""):
            body = self.gzipped
            headers["Content-Encoding"] = "gzip"
        return Response(body, headers=headers, media_type=self.media_type)


class Cache:
    """The rendered pages of one process, each made by one request while the others wait for it.

    It is no truth: a key holds everything that the page depends on, so that a page is never stale.
    """

    def __init__(self) -> None:
        self._pages: OrderedDict[Hashable, asyncio.Task[Rendered]] = OrderedDict()

    async def get(self, key: Hashable, make: Callable[[], Awaitable[Rendered]]) -> Rendered:
        """Return the page of a key, made when it is not there."""
        task = self._pages.get(key)
        if task is None:
            task = asyncio.ensure_future(make())
            self._pages[key] = task
            if len(self._pages) > MAX_PAGES:
                self._pages.popitem(last=False)
        try:
            return await asyncio.shield(task)
        except BaseException:
            # what failed is tried again by the next request
            if task.done() and self._pages.get(key) is task:
                del self._pages[key]
            raise
