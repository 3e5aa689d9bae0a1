"""A kernel that waits: forked while its process is still young, and told later which notebook it serves.

By the time that a kernel is wanted, its grader has an event loop and sockets, which no fork survives. So the
fork is made before, and waits at a pipe.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from time import monotonic, sleep
from typing import NoReturn

from eds_autograder.grading.kernels.processes import end_with_parent

__all__ = ["WaitingKernel"]


_MANY = 4096


class WaitingKernel:
    """A forked process that will be an IPython kernel; has what jupyter_client needs of a `Popen`."""

    stdin = stdout = stderr = None

    def __init__(self) -> None:
        read_end, self._pipe = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._pipe)
            _wait(read_end)
        os.close(read_end)
        self.returncode: int | None = None

    def start(self, arguments: Sequence[str], environment: Mapping[str, str], folder: str) -> None:
        """Let it be a kernel.

        Parameters
        ----------
        arguments : sequence of str
            As for ``ipykernel_launcher``.
        environment : mapping of str to str
            The whole of it.
        folder : str
            Its working directory.
        """
        order = {"arguments": list(arguments), "environment": dict(environment), "folder": folder}
        with os.fdopen(self._pipe, "w", encoding="utf-8") as pipe:
            json.dump(order, pipe)

    def poll(self) -> int | None:
        """Return the exit status, negative for a signal, or None while it runs."""
        if self.returncode is None:
            with contextlib.suppress(ChildProcessError):
                ended, status = os.waitpid(self.pid, os.WNOHANG)
                if ended:
                    self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int | None:
        """Wait until it ends, at most some seconds; return what `poll` then says."""
        deadline = None if timeout is None else monotonic() + timeout
        while self.poll() is None and (deadline is None or monotonic() < deadline):
            sleep(0.01)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)


def _wait(pipe: int) -> NoReturn:
    """Wait for an order and carry it out; no order means that no kernel was wanted."""
    status = 1
    try:
        # a session of its own, as every kernel has: an interrupt reaches it and what it started, no more
        os.setsid()
        # nor does it go on when the grader was killed, by the student's code or with the whole class
        end_with_parent()
        # whatever else the grader has open is none of the student's business
        os.closerange(3, pipe)
        os.closerange(pipe + 1, _MANY)
        with os.fdopen(pipe, encoding="utf-8") as orders:
            order = orders.read()
        if order:
            _become_kernel(**json.loads(order))
        status = 0
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else 1
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(status)


def _become_kernel(arguments: list[str], environment: Mapping[str, str], folder: str) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    # as what starts anew reads it from the environment
    sys.dont_write_bytecode = bool(environment.get("PYTHONDONTWRITEBYTECODE"))
    # as with -P: the submission's folder comes last, and the launcher's arguments add it
    sys.path[:] = [path for path in sys.path if path]
    sys.argv = ["ipykernel_launcher", *arguments]
    from ipykernel.kernelapp import IPKernelApp

    IPKernelApp.launch_instance(argv=list(arguments))
