"""Runs a piece of Python in the sandbox of a kernel, without the kernel: milliseconds instead of a second."""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from eds_autograder.grading.kernels.confinement import confine
from eds_autograder.grading.kernels.limits import Limits
from eds_autograder.grading.kernels.places import python_path
from eds_autograder.grading.kernels.sandbox import Sandbox

Attack = Callable[[], object]


@dataclass(frozen=True)
class Surroundings:
    """A folder with what a run has and with what it must not see, and its sandbox."""

    folder: Path
    level: str
    limits: Limits

    @property
    def sandbox(self) -> Sandbox:
        readable = (sys.prefix, sys.base_prefix, "/usr", "/lib", "/lib64", "/etc/ld.so.cache", *python_path())
        return Sandbox(
            level=self.level,
            private=(str(self.folder / "work"), str(self.folder / "home")),
            sockets=str(self.folder / "ipc"),
            readable=(
                *sorted({path for path in readable if os.path.lexists(path)}),
                str(self.folder / "data"),
            ),
            limits=self.limits,
            guarded=(os.getpid(),),
        )

    @classmethod
    def make(cls, folder: Path, level: str, **limits: Any) -> Surroundings:
        for name in ("work", "home", "ipc", "data", "course"):
            (folder / name).mkdir(parents=True)
        for name in ("data/numbers.txt", "course/gradebook.db"):
            (folder / name).write_text("1", "ascii")
            (folder / name).chmod(0o666)
        return cls(folder, level, Limits(**limits))


def attempt(sandbox: Sandbox, attack: Attack, *, sealed: bool = True) -> str:
    """Let an attack run in a sandbox.

    Parameters
    ----------
    sandbox : Sandbox
    attack : callable
        Fails by an exception or by returning False.
    sealed : bool
        Whether the sandbox is told that its sockets are made, as a kernel does.

    Returns
    -------
    str
        "done", or how it failed; "no sandbox" when it never ran.
    """
    heard, tell = os.pipe()
    with warnings.catch_warnings():
        # from Python 3.12 on: whoever runs tests in parallel has a thread, and the child needs none of its locks
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        _attack(sandbox, attack, tell, sealed)
    os.close(tell)
    with os.fdopen(heard, encoding="utf-8") as words:
        said = words.read()
    os.waitpid(pid, 0)
    return str(json.loads(said)) if said else "no sandbox"


def _attack(sandbox: Sandbox, attack: Attack, tell: int, sealed: bool) -> NoReturn:
    def body(ready: Callable[[], None]) -> int:
        if sealed:
            ready()
        try:
            result = "nothing" if attack() is False else "done"
        except BaseException as error:
            result = f"{type(error).__name__}: {error}"
        os.write(tell, json.dumps(result).encode())
        return 0

    confine(sandbox, body)
