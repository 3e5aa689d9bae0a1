"""A trial of a level of isolation: a small process enters it and looks whether it holds."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from eds_autograder.grading.kernels.confinement import confine
from eds_autograder.grading.kernels.places import readable_places, roomy_folder
from eds_autograder.grading.kernels.sandbox import Sandbox

__all__ = ["main"]

_HOLDS, _LEAKS = 0, 3


def main(level: str) -> None:
    """Try a level; the exit status and the last line of stderr tell what came of it."""
    with tempfile.TemporaryDirectory(prefix="eds-probe-", dir=roomy_folder()) as name:
        folder = Path(name)
        for part in ("work", "home", "ipc"):
            (folder / part).mkdir()
        secret = folder / "secret"
        secret.write_text("x", "ascii")
        sandbox = Sandbox(
            level=level,
            private=(str(folder / "work"), str(folder / "home")),
            sockets=str(folder / "ipc"),
            readable=readable_places({}, (folder,)),
        )
        child = os.fork()
        if child == 0:
            confine(sandbox, lambda ready: _look(sandbox, secret, ready))
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status == _LEAKS:
        sys.exit("what it should hide can be read")
    if status != _HOLDS:
        sys.exit("" if status == 1 else f"the trial ended with status {status}")


def _look(sandbox: Sandbox, secret: Path, ready: Callable[[], None]) -> int:
    import json  # from a file that must be readable

    Path(sandbox.private[0], "mine").write_text(json.dumps(1), "ascii")
    ready()
    try:
        secret.read_text("ascii")
    except OSError:
        return _HOLDS
    return _LEAKS
