"""Why a request is not served: a status, one line, a tip; a page or JSON is made of it in one place."""

from __future__ import annotations

from collections.abc import Mapping

from eds_leaderboard.errors import EdsError, InvalidFileError, RefusedError, UsageError

__all__ = ["RequestRefusedError", "status_of"]

# what programs see of a refused entry; the reason itself stands in the body
_OF_REASON = {"rate": 429, "duplicate": 409, "not-open": 409}


class RequestRefusedError(EdsError):
    """A request that is not served.

    Parameters
    ----------
    status : int
        HTTP status.
    message, tip : str
        See `EdsError`.
    headers : mapping, optional
        Of the response, such as ``Retry-After``.
    """

    def __init__(
        self, status: int, message: str, tip: str | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message, tip)
        self.status = status
        self.headers = dict(headers or {})


def status_of(error: EdsError) -> int:
    """Return the HTTP status of an error."""
    if isinstance(error, RequestRefusedError):
        return error.status
    if isinstance(error, InvalidFileError):
        return 422
    if isinstance(error, RefusedError):
        return _OF_REASON.get(error.reason, 403)
    return 400 if isinstance(error, UsageError) else 409
