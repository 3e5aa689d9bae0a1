"""What can go wrong on a board; the command line turns each into one line, a tip and an exit status."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from eds_datasets.errors import EdsError, UsageError
from eds_leaderboard.problems import Problems, counted

__all__ = ["DatabaseError", "EdsError", "InvalidFileError", "RefusedError", "UsageError", "file_tip"]

_OF_ENTRIES = "mend the file and try again; a file with problems is not scored and uses no entry"


class InvalidFileError(EdsError):
    """A file with problems: it gets no score and uses no quota.

    Parameters
    ----------
    problems : Problems
        All that is wrong with it.
    tip : str, optional
        What to do, where the file is no entry.
    """

    def __init__(self, problems: Problems, tip: str = _OF_ENTRIES) -> None:
        self.problems = problems
        super().__init__(f"{counted(problems.total, 'problem')} in {problems.source}", tip)

    def __reduce__(self) -> tuple[type[InvalidFileError], tuple[Problems, str | None]]:  # type: ignore[override]
        """Keep the problems when the error crosses a process."""
        return (type(self), (self.problems, self.tip))


@contextmanager
def file_tip(tip: str) -> Iterator[None]:
    """Give the problems of a file that is no entry their own tip; for a block, or as a decorator."""
    try:
        yield
    except InvalidFileError as error:
        raise InvalidFileError(error.problems, tip) from error


class DatabaseError(EdsError):
    """A database that cannot be used now: busy, full, gone; its message may name places of the machine."""


class RefusedError(EdsError):
    """An entry that the rules do not admit; the message says why, the tip when the next one may come.

    Parameters
    ----------
    reason : str
        One word for programs: ``not-open``, ``closed``, ``limit``, ``rate``, ``duplicate``.
    message, tip : str
        See `EdsError`.
    next_at : datetime, optional
        When the next entry is allowed, where that is a matter of waiting.
    """

    def __init__(self, reason: str, message: str, tip: str, next_at: datetime | None = None) -> None:
        super().__init__(message, tip)
        self.reason = reason
        self.next_at = next_at

    def __reduce__(self) -> tuple[type[RefusedError], tuple[str, str, str, datetime | None]]:  # type: ignore[override]
        """Keep the reason when the error crosses a process."""
        return (type(self), (self.reason, self.message, self.tip or "", self.next_at))
