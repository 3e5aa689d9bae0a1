"""Becoming a kernel: the same start for everyone, whoever asked for it."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

__all__ = ["SEED", "be_kernel", "launcher_arguments"]

# of random, NumPy and torch when a kernel starts, so that one's luck is everybody's
SEED = 20260101

_LAUNCHER = "ipykernel_launcher"


def launcher_arguments(command: Sequence[str]) -> list[str] | None:
    """Return what a command hands to ipykernel's launcher, None for the command of another kernel."""
    return list(command[command.index(_LAUNCHER) + 1 :]) if _LAUNCHER in command else None


def be_kernel(order: Mapping[str, Any], ready: Callable[[], None]) -> int:
    """Be the kernel that an order asks for.

    Parameters
    ----------
    order : mapping
        ``command``, ``environment`` and ``folder``, see `WaitingKernel.start`.
    ready : callable
        Called when the sockets are made.

    Returns
    -------
    int
        The exit status.
    """
    environment = {**order["environment"]}
    # a number of another pid namespace, which an ipykernel would wait for
    environment.pop("JPY_PARENT_PID", None)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(order["folder"])
    _be_silent()
    arguments = launcher_arguments(order["command"])
    if arguments is None:
        ready()
        os.execvpe(order["command"][0], order["command"], environment)  # noqa: S606
    # as what starts anew reads it from the environment
    sys.dont_write_bytecode = bool(environment.get("PYTHONDONTWRITEBYTECODE"))
    # as with -P: the submission's folder comes last, and the launcher's arguments add it
    sys.path[:] = [path for path in sys.path if path]
    sys.argv = [_LAUNCHER, *arguments]
    _seed()
    from ipykernel.kernelapp import IPKernelApp

    app = IPKernelApp.instance()
    app.initialize(list(arguments))
    ready()
    app.start()
    return 0


def _be_silent() -> None:
    """Keep what escapes the kernel's own capture off the log, which lies on a real disk."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for target in (0, 1, 2):
        os.dup2(nothing, target)
    os.close(nothing)


def _seed() -> None:
    """Seed what is imported already; what is imported later seeds itself."""
    random.seed(SEED)
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    if numpy is not None:
        numpy.random.seed(SEED)
    if torch is not None:
        torch.manual_seed(SEED)
