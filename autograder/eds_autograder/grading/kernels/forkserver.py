"""A process that has imported what graders and kernels need, and forks one for whoever asks.

Starting Python and importing nbgrader and the scientific stack costs seconds, a fork milliseconds. The server
computes nothing and starts no thread, so that forking it is safe.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYetError
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import IO, Any

from eds_autograder.files import remove_tree
from eds_autograder.grading.kernels.confinement import confine
from eds_autograder.grading.kernels.launch import be_kernel
from eds_autograder.grading.kernels.processes import adopt_orphans, end_children, end_with
from eds_autograder.grading.kernels.sandbox import Sandbox
from eds_autograder.grading.kernels.warmth import keep_for_forks, warm_engine, warm_modules

__all__ = ["Fork", "ForkServer", "serve"]

_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from eds_autograder.grading.kernels.forkserver import serve; serve(sys.argv[2])"
)
_REAP_SECONDS = 0.01
_PIECE = 1 << 16


class Fork:
    """A grader or a kernel that the server forked; waits and takes signals like `subprocess.Popen`."""

    stdin = stdout = stderr = None

    def __init__(self) -> None:
        self._pid: Future[int] = Future()
        self._status: Future[int] = Future()

    @property
    def pid(self) -> int:
        """The process id; waits until there is one."""
        return self._pid.result()

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit status, negative for a signal.

        Raises
        ------
        subprocess.TimeoutExpired
            When it still runs.
        ChildProcessError
            When the server is gone.
        """
        try:
            return self._status.result(timeout)
        except NotYetError as error:
            raise subprocess.TimeoutExpired("grader", timeout or 0) from error

    def poll(self) -> int | None:
        """Return the exit status, or None while it runs."""
        try:
            return self.wait(0)
        except subprocess.TimeoutExpired:
            return None
        except ChildProcessError:
            return -signal.SIGKILL

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

    def hear(self, message: Mapping[str, int]) -> None:
        """Take the server's word."""
        if "pid" in message:
            self._pid.set_result(message["pid"])
        else:
            self._status.set_result(message["status"])

    def lose(self) -> None:
        """Learn that the server is gone."""
        for future in (self._pid, self._status):
            if not future.done():
                future.set_exception(ChildProcessError("the process that starts graders has ended"))


class ForkServer:
    """The side that asks; may be used from several threads. A server that has been killed is started again.

    Parameters
    ----------
    environment : mapping of str to str
        Of the server; each fork gets one of its own.
    folder : Path
        Where the runs are; the server removes it when it ends, also when we are gone by then.
    """

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        self._environment = _for_the_server(environment)
        self._folder = folder
        self._modules: list[str] = []
        self._lock = threading.Lock()
        self._numbers = count()
        self._forks: dict[int, Fork] = {}
        self._start()

    def _start(self) -> None:
        paths = [path for path in sys.path if path and Path(path).is_absolute()]
        orders_end, self._orders = os.pipe()
        answers, answers_end = os.pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-s", "-c", _BOOT, json.dumps(paths), str(self._folder)],
            stdin=orders_end,
            stdout=answers_end,
            stderr=subprocess.DEVNULL,
            env=self._environment,
            start_new_session=True,
        )
        os.close(orders_end)
        os.close(answers_end)
        self._listener = threading.Thread(target=self._listen, args=(answers,), name="forks", daemon=True)
        self._listener.start()

    def warm(self, modules: Iterable[str]) -> None:
        """Have the server import what the coming notebooks import, beside what every grader needs.

        One that cannot be imported is passed over: the submission will say so.
        """
        with self._lock, contextlib.suppress(OSError):
            self._modules += modules
            self._order({"modules": self._modules})

    def fork(
        self,
        folder: Path,
        work: Path,
        environment: Mapping[str, str],
        log: Path,
        sandboxes: Sequence[Sandbox] = (),
    ) -> Fork:
        """Fork a grader.

        Parameters
        ----------
        folder : Path
            Of the job, see `eds_autograder.grading.job`.
        work : Path
            Its working directory.
        environment : mapping of str to str
            The whole of it.
        log : Path
            Receives what it prints.
        sandboxes : sequence of Sandbox
            One for each kernel that it may want.

        Returns
        -------
        Fork
        """
        return self._send(
            {
                "folder": str(folder),
                "work": str(work),
                "environment": dict(environment),
                "log": str(log),
                "sandboxes": [sandbox.to_dict() for sandbox in sandboxes],
            }
        )

    def start_kernel(
        self,
        command: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        log: Path,
        sandbox: Sandbox,
    ) -> Fork:
        """Fork a kernel.

        Parameters
        ----------
        command : sequence of str
            As for a new process.
        folder : Path
            Its working directory.
        environment : mapping of str to str
            The whole of it.
        log : Path
            Receives why it did not start.
        sandbox : Sandbox

        Returns
        -------
        Fork
        """
        return self._send(
            {
                "command": list(command),
                "folder": str(folder),
                "work": str(folder),
                "environment": dict(environment),
                "log": str(log),
                "sockets": sandbox.sockets,
                "sandboxes": [sandbox.to_dict()],
            }
        )

    def _send(self, order: Mapping[str, Any]) -> Fork:
        fork = Fork()
        with self._lock:
            if self._process.poll() is not None:
                self._restart()
            number = next(self._numbers)
            self._forks[number] = fork
            guarded = [os.getpid(), self._process.pid]
            try:
                self._order({"number": number, "guarded": guarded, **order})
            except OSError:
                fork.lose()
        return fork

    def _restart(self) -> None:
        os.close(self._orders)
        self._listener.join()
        # with its folder the server removes what the runs of others need
        self._folder.mkdir(parents=True, exist_ok=True)
        self._start()
        if self._modules:
            self._order({"modules": self._modules})

    def _order(self, order: Mapping[str, Any]) -> None:
        line = json.dumps(order).encode() + b"\n"
        while line:
            line = line[os.write(self._orders, line) :]

    def close(self) -> None:
        """End the server and every grader that still runs."""
        os.close(self._orders)
        if not self._forks:
            # nothing runs: whoever needs no grader after all does not wait for imports
            self._process.kill()
        self._process.wait()
        self._listener.join()

    def _listen(self, answers: int) -> None:
        with os.fdopen(answers, encoding="utf-8") as lines:
            for line in lines:
                message = json.loads(line)
                number = message.pop("number")
                self._forks[number].hear(message)
                if "status" in message:
                    del self._forks[number]
        # nobody else does while the server is not started again, which waits for the end of this
        for number in list(self._forks):
            self._forks.pop(number).lose()


def _for_the_server(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment without what makes this Python another one than ours."""
    kept = {name: value for name, value in environment.items() if not name.startswith("PYTHON")}
    return kept | {name: environment[name] for name in ("PYTHONHASHSEED",) if name in environment}


def serve(folder: str) -> None:
    """Import, then fork a grader for each order on standard input, until it ends; then remove the folder.

    Parameters
    ----------
    folder : str
    """
    adopt_orphans()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    # imports make much and drop little: to look for garbage all the while takes a good part of their time
    gc.disable()
    warm_engine()
    keep_for_forks()
    running: dict[int, int] = {}
    for order in _orders(running, answers):
        if "modules" in order:
            warm_modules(order["modules"])
            keep_for_forks()
        else:
            pid = _fork(order, answers)
            running[pid] = order["number"]
            print(json.dumps({"number": order["number"], "pid": pid}), file=answers)
    end_children()
    remove_tree(Path(folder))


def _orders(running: dict[int, int], answers: IO[str]) -> Iterator[dict[str, Any]]:
    """Yield orders as they come; in between, look after what runs."""
    unread = b""
    while True:
        wait = _REAP_SECONDS if running else None
        if select.select([0], [], [], wait)[0]:
            # without a buffer of Python's: what is buffered would hide from select
            piece = os.read(0, _PIECE)
            if not piece:
                return
            *lines, unread = (unread + piece).split(b"\n")
            for line in lines:
                yield json.loads(line)
        _reap(running, answers)


def _reap(running: dict[int, int], answers: IO[str]) -> None:
    for pid in list(running):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            # a grader that was killed could not end what it had started: it is ours now
            end_children(but=running.keys() - {pid})
            code = os.waitstatus_to_exitcode(status)
            print(json.dumps({"number": running.pop(pid), "status": code}), file=answers)


def _fork(order: Mapping[str, Any], answers: IO[str]) -> int:
    pid = os.fork()
    if pid:
        return pid
    os.close(answers.fileno())
    gc.enable()
    work = _kernel if "command" in order else _grader
    return end_with(lambda: work(order))


def _grader(order: Mapping[str, Any]) -> int:
    os.setsid()
    _enter(order)
    from eds_autograder.grading.runner import main

    return main([order["folder"]], _sandboxes(order))


def _kernel(order: Mapping[str, Any]) -> int:
    _enter(order)
    (sandbox,) = _sandboxes(order)
    confine(sandbox, lambda ready: be_kernel(order, ready))


def _sandboxes(order: Mapping[str, Any]) -> list[Sandbox]:
    found = [Sandbox.from_dict(record) for record in order["sandboxes"]]
    return [replace(sandbox, guarded=tuple(order["guarded"])) for sandbox in found]


def _enter(order: Mapping[str, Any]) -> None:
    """Become a process like one that was started for the job: its folder, environment, output."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(source, target)
    os.close(log)
    os.close(nothing)
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["work"])
