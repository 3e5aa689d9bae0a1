"""A progress bar for bytes that arrive, on stderr and only when that is a terminal."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Any, Self

__all__ = ["ByteBar"]


class ByteBar:
    """One bar for one file or for many.

    Parameters
    ----------
    description : str
        What arrives.
    total : int
        Number of bytes of all files together.
    console : rich.console.Console, optional
        Where to draw; stderr when it is left out.
    """

    def __init__(self, description: str, total: int, console: Any = None) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

        console = console if console is not None else Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        self._progress = Progress(*columns, console=console, disable=not console.is_terminal)
        self._task = self._progress.add_task(description, total=total)
        self._lock = threading.Lock()
        self.done = 0

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def update(self, n_bytes: int) -> None:
        """Count so many bytes as arrived; several threads may do so at once."""
        with self._lock:
            self.done += n_bytes
            self._progress.update(self._task, completed=self.done)
