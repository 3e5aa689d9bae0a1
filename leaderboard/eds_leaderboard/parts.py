"""The bytes of a file part by part, from memory or from the disk, where large files may stay."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Protocol

import numpy as np

from eds_leaderboard.words import Bytes

__all__ = ["InMemory", "OnDisk", "Parts"]

# bytes that are searched at once for the end of a line
_LINE = 4096


class Parts(Protocol):
    """Bytes that can be had part by part.

    Attributes
    ----------
    size : int
        How many there are.
    """

    size: int

    def part(self, start: int, stop: int) -> Bytes:
        """Return the bytes between two places, both of them inside.

        Raises
        ------
        EOFError
            If they are no longer there.
        """

    def behind_line(self, start: int) -> int:
        """Return the place behind the next line feed, or the size."""


class InMemory:
    """A file that has been read.

    Parameters
    ----------
    data : bytes
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.size = len(data)

    def part(self, start: int, stop: int) -> Bytes:
        """Return a view on the bytes."""
        return np.frombuffer(self.data, np.uint8, stop - start, start)

    def behind_line(self, start: int) -> int:
        """Search the next line feed."""
        return self.data.find(b"\n", start) + 1 or self.size


class OnDisk:
    """A file that is read where it is looked at, from several threads too; to be used in a ``with``.

    Parameters
    ----------
    path : Path
    """

    def __init__(self, path: Path) -> None:
        self._stream = path.open("rb", buffering=0)
        self.size = os.fstat(self._stream.fileno()).st_size

    def part(self, start: int, stop: int) -> Bytes:
        """Read the bytes."""
        found = np.empty(stop - start, dtype=np.uint8)
        if os.preadv(self._stream.fileno(), [found.data], start) < len(found):
            raise EOFError("the file was shortened meanwhile")
        return found

    def behind_line(self, start: int) -> int:
        """Read on until the next line feed."""
        while start < self.size:
            text = self.part(start, min(start + _LINE, self.size)).tobytes()
            end = text.find(b"\n") + 1
            if end:
                return start + end
            start += len(text)
        return self.size

    def __enter__(self) -> OnDisk:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stream.close()
