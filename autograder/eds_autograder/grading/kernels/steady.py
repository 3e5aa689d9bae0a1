"""What a kernel prints, sent in pieces that the grader takes."""

from __future__ import annotations

from typing import Any, cast

from ipykernel import iostream

__all__ = ["SteadyStream"]

_PIECE = 2**20  # characters
_OutStream: Any = iostream.OutStream


class SteadyStream(_OutStream):  # type: ignore[misc]
    """Sends before too much has come together, and waits until it is sent.

    ipykernel sends five times a second whatever has been printed by then: an endless loop makes messages that
    fill the kernel's memory and that no grader takes, so that the loop is never noticed.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._unsent = 0

    def write(self, string: str) -> int | None:
        """Write a text, piece by piece where it is long. Returns its length."""
        if not isinstance(string, str):
            raise TypeError(f"write() argument must be str, not {type(string)}")
        if len(string) + self._unsent <= _PIECE:
            self._unsent += len(string)
            return cast("int | None", super().write(string))
        for start in range(0, len(string), _PIECE):
            super().write(string[start : start + _PIECE])
            self.flush()
        return len(string)

    def _flush(self) -> None:
        self._unsent = 0
        super()._flush()
