"""A kernel that waits: forked while its process is still young, and told later which notebook it serves.

By the time that a kernel is wanted, its grader has an event loop and sockets, which no fork survives. So the
fork is made before, enters its sandbox, and waits at a pipe.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic, sleep
from typing import NoReturn

from eds_autograder.grading.kernels.confinement import confine
from eds_autograder.grading.kernels.launch import be_kernel
from eds_autograder.grading.kernels.sandbox import Sandbox

__all__ = ["WaitingKernel", "give_alike"]


_MANY = 4096


class WaitingKernel:
    """A forked process that will be a notebook's kernel; has what jupyter_client needs of a `Popen`.

    Parameters
    ----------
    sandbox : Sandbox
    """

    stdin = stdout = stderr = None

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        read_end, self._pipe = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self._pipe)
            _wait(read_end, sandbox)
        os.close(read_end)
        self.returncode: int | None = None

    def start(self, command: Sequence[str], environment: Mapping[str, str], folder: str) -> None:
        """Let it be a kernel.

        Parameters
        ----------
        command : sequence of str
            As for a new process. Where it starts ``ipykernel_launcher``, nothing is started anew.
        environment : mapping of str to str
            The whole of it.
        folder : str
            Its working directory.
        """
        give_alike(self.sandbox.sockets)
        order = {
            "command": list(command),
            "environment": dict(environment),
            "folder": folder,
            "sockets": self.sandbox.sockets,
        }
        with os.fdopen(self._pipe, "w", encoding="utf-8") as pipe, contextlib.suppress(BrokenPipeError):
            json.dump(order, pipe)

    def dismiss(self) -> None:
        """Let it end unused."""
        os.close(self._pipe)

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


def give_alike(folder: str) -> None:
    """Give what lies in a folder to whom the folder belongs, who may have become its owner meanwhile."""
    owner = Path(folder).stat()
    for entry in os.scandir(folder):
        os.chown(entry.path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def _wait(pipe: int, sandbox: Sandbox) -> NoReturn:
    """Wait for an order and carry it out; no order means that no kernel was wanted."""
    # whatever else the grader has open is none of the student's business
    os.closerange(3, pipe)
    os.closerange(pipe + 1, _MANY)
    confine(sandbox, lambda ready: be_kernel(_read(pipe), ready))


def _read(pipe: int) -> Mapping[str, object]:
    with os.fdopen(pipe, encoding="utf-8") as orders:
        order = orders.read()
    if not order:
        raise SystemExit(0)
    return dict(json.loads(order))
