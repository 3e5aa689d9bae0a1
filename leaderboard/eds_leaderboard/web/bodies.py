"""The body of a request: capped while it comes in, given up when it comes too slowly, parsed only then."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass
from email.parser import HeaderParser
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request

from eds_leaderboard.web.answers import RequestRefusedError

__all__ = ["FORM_BYTES", "Part", "Patience", "file_name", "parse_form", "parse_multipart", "read_body"]

FORM_BYTES = 16 * 1024
MAX_PARTS = 8
_CLOSE = {"Connection": "close"}
_BOUNDARY = re.compile(
    r"multipart/form-data\s*;.*\bboundary=\"?([0-9A-Za-z'()+_,./:=? -]{1,70})\"?", re.IGNORECASE
)


@dataclass(frozen=True)
class Patience:
    """How long to wait for the next bytes of a body, and for all of it, in seconds."""

    pause: float = 15.0
    whole: float = 120.0


@dataclass(frozen=True)
class Part:
    """One field of a form; `filename` is what the browser calls the file, never a path of ours."""

    content: bytes
    filename: str | None = None

    @property
    def text(self) -> str:
        """The content as text; what is no UTF-8 becomes a replacement character."""
        return self.content.decode("utf-8", "replace")


async def read_body(request: Request, limit: int, patience: Patience) -> bytes:
    """Return the whole body.

    Raises
    ------
    RequestRefusedError
        413 if it declares or has more than `limit` bytes, 408 if it comes too slowly.
    """
    declared = request.headers.get("content-length", "0")
    if not declared.isdecimal() or int(declared) > limit:
        raise _too_large(limit)
    chunks: list[bytes] = []
    size = 0
    deadline = time.monotonic() + patience.whole
    stream = request.stream()
    while True:
        wait = min(patience.pause, deadline - time.monotonic())
        try:
            chunk = await asyncio.wait_for(anext(stream, None), wait)
        except TimeoutError as error:
            raise RequestRefusedError(
                408, "the upload stopped or is too slow", "try again, nearer to the network", _CLOSE
            ) from error
        except ClientDisconnect as error:
            raise RequestRefusedError(400, "the upload was broken off", "try again", _CLOSE) from error
        if chunk is None:
            return b"".join(chunks)
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        chunks.append(chunk)


def _too_large(limit: int) -> RequestRefusedError:
    return RequestRefusedError(
        413,
        f"more than {limit:,} bytes were sent",
        "an entry is a file of ids and labels: check that you chose the right one",
        _CLOSE,
    )


def parse_form(body: bytes) -> dict[str, str]:
    """Return the fields of a plain form, each once.

    Raises
    ------
    RequestRefusedError
        400 if it is none.
    """
    try:
        fields = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=20)
    except ValueError as error:
        raise RequestRefusedError(400, "this is no form", "send it from the page") from error
    return dict(fields)


def parse_multipart(content_type: str, body: bytes) -> dict[str, Part]:
    """Return the parts of a form with a file, by name.

    The body is in memory and capped already, so it is cut at its boundary in one step.

    Raises
    ------
    RequestRefusedError
        400 if it has another form or too many parts.
    """
    match = _BOUNDARY.search(content_type)
    if match is None:
        raise RequestRefusedError(400, "this is no form with a file", "send multipart/form-data")
    pieces = (b"\r\n" + body).split(b"\r\n--" + match[1].encode(), MAX_PARTS + 2)
    if len(pieces) < 3 or not pieces[-1].startswith(b"--") or pieces[0].strip():
        raise RequestRefusedError(400, "the form is broken or has too many parts", "send it from the page")
    return dict(_part(piece) for piece in pieces[1:-1])


def _part(piece: bytes) -> tuple[str, Part]:
    head, separator, content = piece.partition(b"\r\n\r\n")
    if not separator or len(head) > 2000:
        raise RequestRefusedError(400, "a part of the form has no head", "send it from the page")
    headers = HeaderParser().parsestr(head.lstrip(b"\r\n").decode("utf-8", "replace"))
    name = headers.get_param("name", header="content-disposition")
    if not isinstance(name, str):
        raise RequestRefusedError(400, "a part of the form has no name", "send it from the page")
    return name, Part(content, headers.get_filename())


def file_name(part: Part) -> str:
    """Return what messages may call an uploaded file: the last part of its name, short and printable."""
    name = re.split(r"[\\/]", part.filename or "")[-1]
    return "".join(sign if sign.isprintable() else "?" for sign in name)[:80] or "the file"
