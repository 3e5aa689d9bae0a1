"""A board that is served elsewhere, over HTTP; nothing but the standard library."""

from __future__ import annotations

import json
import secrets
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import datetime
from email.message import Message
from http.client import HTTPException
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from eds_leaderboard.clock import read_stamp
from eds_leaderboard.csvfile import ENTRY_LIMITS, read_capped
from eds_leaderboard.errors import EdsError, InvalidFileError, RefusedError, UsageError
from eds_leaderboard.problems import Problem, Problems

__all__ = ["Client"]

MAX_ANSWER = 64 * 2**20


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A token goes to the server that was named and to no other."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> None:
        return None


class Client:
    """A server of a board.

    Parameters
    ----------
    server : str
        Its address, such as ``http://192.168.1.20:8000``.
    token : str, optional
        The team's token.
    timeout : float
        Seconds to wait for an answer.

    Raises
    ------
    UsageError
        If the address is none.
    """

    def __init__(self, server: str, token: str | None = None, timeout: float = 120.0) -> None:
        address = server if "://" in server else f"http://{server}"
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
            raise UsageError(
                f"'{server}' is no address of a server", "write it like http://192.168.1.20:8000"
            )
        self.server = address.rstrip("/")
        self._token = token
        self._timeout = timeout
        self._opener = urllib.request.build_opener(_NoRedirect)

    def standings(self) -> dict[str, Any]:
        """Return the board: ``event``, ``split`` and ``standings``."""
        answer: dict[str, Any] = self._ask("standings")
        return answer

    def event(self) -> dict[str, Any]:
        """Return the event: its state, rules and times."""
        answer: dict[str, Any] = self._ask("event")
        return answer

    def now(self) -> datetime:
        """Return the time by which the server judges deadlines."""
        return read_stamp(self._ask("clock")["now"])

    def entries(self) -> list[dict[str, Any]]:
        """Return the team's own entries, oldest first."""
        answer: list[dict[str, Any]] = self._ask("entries")
        return answer

    def submit(self, file: Path, message: str) -> dict[str, Any]:
        """Send in a file.

        Returns
        -------
        dict
            ``entry``, ``received``, ``message``, ``scores``, ``team``, ``rank``, ``is_best``, ``left``.

        Raises
        ------
        InvalidFileError
            If the file has problems.
        RefusedError
            If the rules do not admit the entry.
        EdsError
            If the server cannot be reached or does not know the token.
        """
        content = read_capped(file, ENTRY_LIMITS)
        boundary = secrets.token_hex(16)
        body = _multipart(boundary, message, content, file.name)
        answer: dict[str, Any] = self._ask(
            "entries", body, f"multipart/form-data; boundary={boundary}", file.name
        )
        return answer

    def _ask(self, what: str, body: bytes | None = None, kind: str | None = None, source: str = "") -> Any:
        headers = {"Accept": "application/json"}
        if kind is not None:
            headers["Content-Type"] = kind
        if self._token is not None:
            headers["Authorization"] = f"Bearer {_plain(self._token)}"
        # the scheme was checked above
        request = urllib.request.Request(f"{self.server}/api/v1/{what}", body, headers)  # noqa: S310
        try:
            with self._opener.open(request, timeout=self._timeout) as answer:
                return json.loads(answer.read(MAX_ANSWER))
        except urllib.error.HTTPError as error:
            with error:
                raise _told(error.code, error.read(MAX_ANSWER), source) from error
        except (OSError, HTTPException) as error:
            reason = getattr(error, "reason", error)
            raise EdsError(
                f"cannot reach {self.server}: {getattr(reason, 'strerror', None) or reason}",
                _unreached(error, is_entry=body is not None),
            ) from error
        except ValueError as error:
            raise _no_board(self.server) from error


def _plain(token: str) -> str:
    token = token.strip()
    if not token.isascii() or not token.isprintable() or " " in token:
        raise UsageError("this is no token", "take it as the host gave it, without quotes or blanks")
    return token


def _multipart(boundary: str, message: str, content: bytes, name: str) -> bytes:
    plain = "".join(sign if sign.isprintable() and sign not in '"\\' else "_" for sign in name)
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="message"\r\n\r\n{message}\r\n'
    head += f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{plain}"\r\n\r\n'
    return head.encode("utf-8", "replace") + content + f"\r\n--{boundary}--\r\n".encode()


def _unreached(error: Exception, *, is_entry: bool) -> str:
    tip = "check the address, and that you are in the same network"
    if not is_entry:
        return f"{tip}; or ask the host whether the server runs"
    # urllib wraps what went wrong on the way out; what breaks off afterwards may have been received
    if isinstance(error, urllib.error.URLError):
        return f"{tip}; nothing was stored"
    return f"{tip}; look with 'leaderboard submissions' whether the entry came in, before you send it again"


def _no_board(server: str) -> EdsError:
    return EdsError(f"{server} answers, but not as a board does", "check the address")


def _told(status: int, body: bytes, source: str) -> EdsError:
    """Return the error that the server told."""
    try:
        told: Mapping[str, Any] = json.loads(body)
        message, tip = str(told["error"]), told.get("tip")
    except (ValueError, KeyError, TypeError):
        return EdsError(f"the server answers with status {status}", "check the address; tell the host")
    if told.get("problems"):
        return InvalidFileError(_problems(told, source))
    if told.get("reason"):
        return RefusedError(str(told["reason"]), message, str(tip))
    return EdsError(message, tip)


def _problems(told: Mapping[str, Any], source: str) -> Problems:
    problems = Problems(source)
    for item in told["problems"]:
        problem = Problem(**{name: item[name] for name in ("kind", "line", "what", "expected", "remedy")})
        problems.kept.append(problem)
        problems.counts[problem.kind] += 1
    problems.counts.update(told.get("more", {}))
    return problems
