"""Each limit of a run stops what goes through as soon as exactly this limit is a wide one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from sealed import Surroundings, attempt

from eds_autograder.grading.kernels.isolation import why_not
from eds_autograder.grading.kernels.limits import Limits, limit_that_was_hit
from eds_autograder.grading.kernels.watchdog import Watchdog, family

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="the system limits on Linux only"
)

MIB = 2**20
SECONDS = 20.0
QUIET_SECONDS = 0.6  # some looks of the watch


def hold_memory() -> bool:
    return len(bytearray(b"x") * (200 * MIB)) > 0


def start_many() -> bool:
    """Start more processes than a few, and end them."""
    started: list[int] = []
    try:
        for _ in range(60):
            pid = os.fork()
            if pid == 0:
                time.sleep(60)
                os._exit(0)
            started.append(pid)
    finally:
        for pid in started:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    return True


def write_large(place: Path) -> None:
    (place / "large").write_bytes(bytes(4 * MIB))


def write_many(place: Path) -> None:
    for number in range(16):
        (place / f"part-{number}").write_bytes(bytes(MIB))


def open_many(place: Path) -> None:
    files = [(place / f"file-{number}").open("w") for number in range(100)]
    for file in files:
        file.close()


@dataclass(frozen=True)
class Case:
    """What is too much, the limit that stops it at some levels, and a limit that does not."""

    attack: Callable[[Path], object]
    few: dict[str, Any]
    many: dict[str, Any]
    levels: tuple[str, ...] = ("namespaces", "landlock", "none")


CASES = {
    "memory": Case(lambda _: hold_memory(), {"memory_gib": 0.05}, {"memory_gib": 4}),
    # root has no such limit but where it becomes another user
    "processes": Case(lambda _: start_many(), {"processes": 2}, {"processes": 256}, ("namespaces",)),
    "file size": Case(write_large, {"file_mib": 1}, {"file_mib": 64}),
    "disk": Case(write_many, {"disk_mib": 4}, {"disk_mib": 64}, ("namespaces",)),
    "open files": Case(open_many, {"open_files": 64}, {"open_files": 1024}),
}


@pytest.mark.parametrize(
    ("name", "level"), [(name, level) for name, case in CASES.items() for level in case.levels]
)
def test_the_system_refuses_what_is_over_a_limit_and_only_that(tmp_path: Path, name: str, level: str) -> None:
    if reason := why_not(level):
        pytest.skip(reason)
    case = CASES[name]
    for limits in (case.few, case.many):
        made = Surroundings.make(tmp_path / str(len(list(tmp_path.iterdir()))), level, **limits)
        said = attempt(made.sandbox, lambda folder=made.folder: case.attack(folder / "work"))  # type: ignore[misc]
        if limits is case.many:
            assert said == "done"
        else:
            kind, _, text = said.partition(": ")
            assert limit_that_was_hit(kind, text) == name


# each waits for a word: what was there before the watch began is nobody's
HUNGRY = {
    "memory": "import os\nfor _ in range(3):\n    if os.fork() == 0:\n        held = bytearray(b'x') * (60 * 2**20)\n        break\n",
    "processes": "import os\nfor _ in range(12):\n    if os.fork() == 0:\n        break\n",
    "disk": "for number in range(8):\n    open(f'part-{number}', 'wb').write(bytes(2**20))\n",
}
WATCHED = {
    "memory": ({"memory_gib": 0.1}, {"memory_gib": 4}),
    "processes": ({"processes": 8}, {"processes": 128}),
    "disk": ({"disk_mib": 4}, {"disk_mib": 64}),
}
# the one below waits for the run, as a grader does
PARENT = "import os, subprocess, sys; subprocess.run([sys.executable, '-I', '-S', '-c', sys.argv[1]])"


@pytest.mark.parametrize("wide", [False, True], ids=["narrow", "wide"])
@pytest.mark.parametrize("name", WATCHED)
def test_the_watch_ends_all_processes_of_a_run_that_is_over_a_limit_and_no_other(
    tmp_path: Path, name: str, wide: bool
) -> None:
    code = f"input()\n{HUNGRY[name]}import time\ntime.sleep(60)"
    root = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", PARENT, code],
        stdin=subprocess.PIPE,
        cwd=tmp_path,
        start_new_session=True,
    )
    try:
        wait_until(lambda: len(list(family(root.pid))) > 1)
        watchdog = Watchdog(root.pid, Limits(**WATCHED[name][wide]), [str(tmp_path)])
        assert root.stdin is not None
        with root.stdin:
            root.stdin.write(b"go\n")
        if wide:
            wait_until(lambda: done(name, root.pid, tmp_path))
            time.sleep(QUIET_SECONDS)
            assert watchdog.hit is None
            assert root.poll() is None
        else:
            root.wait(SECONDS)
            wait_until(lambda: watchdog.hit is not None)
            assert watchdog.hit == name
        watchdog.stop()
    finally:
        with suppress(ProcessLookupError):
            os.killpg(root.pid, signal.SIGKILL)
        root.wait()


def done(name: str, root: int, folder: Path) -> bool:
    """Tell whether a run has taken all that it wants."""
    if name == "disk":
        return len(list(folder.iterdir())) == 8
    return len(list(family(root))) >= (5 if name == "memory" else 14)


def wait_until(happens: Callable[[], bool]) -> None:
    end = time.monotonic() + SECONDS
    while not happens():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.02)
