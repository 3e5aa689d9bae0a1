"""Work that is done in a forked child, within a time, and told back as JSON."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from typing import Any, NoReturn

__all__ = ["in_child"]

# waiting is no work: a child that only sleeps ends after this many times its processor time
_PATIENCE = 10
_MORE_MEMORY = 4 << 30


def in_child(work: Callable[[], dict[str, Any]], seconds: float) -> dict[str, Any]:
    """Do something in a child that this process forks.

    Parameters
    ----------
    work : callable
        Returns plain data.
    seconds : float
        Of processor time; it says the same on a busy machine.

    Returns
    -------
    dict
        What `work` returned, with ``"state": "done"``; else only ``"state"``: ``"timed out"`` or ``"died"``.
    """
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read_end)
        _work(work, seconds, write_end)
    os.close(write_end)
    with os.fdopen(read_end, encoding="utf-8") as answers:
        told = answers.read()
    _, status = os.waitpid(pid, 0)
    _end_group(pid)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGPROF, signal.SIGALRM):
        return {"state": "timed out"}
    try:
        return {"state": "done", **json.loads(told)}
    except ValueError:
        return {"state": "died"}


def _work(work: Callable[[], dict[str, Any]], seconds: float, pipe: int) -> NoReturn:
    status = 1
    try:
        os.setsid()
        _be_quiet()
        _limit(seconds)
        told = json.dumps(work()).encode()
        while told:
            told = told[os.write(pipe, told) :]
        status = 0
    finally:
        os._exit(status)


def _be_quiet() -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    os.close(nothing)


def _limit(seconds: float) -> None:
    import resource

    for number, timer, limit in (
        (signal.SIGPROF, signal.ITIMER_PROF, seconds),
        (signal.SIGALRM, signal.ITIMER_REAL, _PATIENCE * seconds + _PATIENCE),
    ):
        # the system's own answer, which no code in between can catch
        signal.signal(number, signal.SIG_DFL)
        signal.setitimer(timer, limit)
    with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123  read after every fork
        used = int(statm.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + _MORE_MEMORY, used + _MORE_MEMORY))


def _end_group(pid: int) -> None:
    """End what the child started and left behind."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
