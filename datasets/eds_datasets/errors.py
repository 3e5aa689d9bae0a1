"""The errors of the house: each says what happened, and each may carry a tip that says what to do."""

from __future__ import annotations

__all__ = ["EdsError", "UsageError"]


class EdsError(Exception):
    """A problem that the user can understand and mend.

    Parameters
    ----------
    message : str
        What happened, where, what was expected and what was there instead. One line.
    tip : str, optional
        What to do about it. One line.
    """

    exit_code = 1

    def __init__(self, message: str, tip: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.tip = tip

    def __reduce__(self) -> tuple[type[EdsError], tuple[str, str | None]]:
        """Keep the tip when the error crosses a process."""
        return (type(self), (self.message, self.tip))


class UsageError(EdsError):
    """The command itself was wrong: a name that does not exist, two options that exclude each other."""

    exit_code = 2
