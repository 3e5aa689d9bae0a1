"""Several server processes on one socket; one that dies is replaced."""

from __future__ import annotations

import multiprocessing
import signal
import socket
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from types import FrameType
from typing import Any

__all__ = ["run_workers"]

PAUSE_SECONDS = 0.5


class _Stop(BaseException):
    """Somebody wants an end of it."""


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise _Stop


def run_workers(count: int, work: Callable[..., None], listener: socket.socket, *arguments: Any) -> None:
    """Run ``work(*arguments, listener)`` in so many processes until a signal ends them all.

    Each is a fresh interpreter: a forked one would share connections to the database.
    """
    context = multiprocessing.get_context("spawn")

    def start() -> BaseProcess:
        process = context.Process(target=work, args=(*arguments, listener))
        process.start()
        return process

    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    workers = [start() for _ in range(count)]
    try:
        while True:
            time.sleep(PAUSE_SECONDS)
            workers = [worker if worker.is_alive() else start() for worker in workers]
    except _Stop:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.join()
