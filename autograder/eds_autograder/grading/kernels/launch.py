"""Becoming a kernel: the same start for everyone, whoever asked for it."""

from __future__ import annotations

import contextlib
import os
import random
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from eds_autograder.grading.kernels.tracebacks import know_modules_of_frames

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
        ``command``, ``environment``, ``folder`` and ``sockets``, see `WaitingKernel.start`.
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
    arguments = launcher_arguments(order["command"])
    if arguments is None:
        _be_silent()
        ready()
        os.execvpe(order["command"][0], order["command"], environment)  # noqa: S606
    # as what starts anew reads it from the environment
    sys.dont_write_bytecode = bool(environment.get("PYTHONDONTWRITEBYTECODE"))
    # as with -P: the submission's folder comes last, and the launcher's arguments add it
    sys.path[:] = [path for path in sys.path if path]
    sys.argv = [_LAUNCHER, *arguments]
    _seed()
    know_modules_of_frames()
    from ipykernel.kernelapp import IPKernelApp

    _pipe_through(order["sockets"])
    app: Any = IPKernelApp.instance(outstream_class="eds_autograder.grading.kernels.steady.SteadyStream")
    with _silent_when_made():
        app.initialize(list(arguments))
    ready()
    app.start()
    return 0


@contextlib.contextmanager
def _silent_when_made() -> Iterator[None]:
    """Keep output off the log from now on, but for the reason why there is no kernel."""
    log = os.dup(2)
    try:
        _be_silent()
        yield
    except BaseException:
        os.dup2(log, 2)
        sys.stderr = sys.__stderr__
        raise
    finally:
        os.close(log)


def _pipe_through(folder: str) -> None:
    """Let what forks of the kernel print come through a socket in a folder, where ipykernel takes a port.

    There may be no network, and other runs could write to a port.
    """
    import zmq
    from ipykernel import kernelapp
    from ipykernel.iostream import IOPubThread
    from zmq.eventloop.zmqstream import ZMQStream

    class Thread(IOPubThread):
        def _setup_pipe_in(self) -> None:
            self._pipe_uuid = os.urandom(16)
            pipe = self.socket.context.socket(zmq.PULL)
            pipe.linger = 0
            pipe.bind(f"ipc://{folder}/p")
            self._pipe_in = ZMQStream(pipe, self.io_loop)
            self._pipe_in.on_recv(self._handle_pipe_msg)

        def _setup_pipe_out(self) -> tuple[Any, Any]:
            context = zmq.Context()
            pipe = context.socket(zmq.PUSH)
            pipe.linger = 3000  # ms, as there
            pipe.connect(f"ipc://{folder}/p")
            return context, pipe

    setattr(kernelapp, "IOPubThread", Thread)  # noqa: B010  not a name that it exports


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
