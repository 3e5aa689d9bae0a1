"""Forks: they wait like processes, know nothing of each other, and end with their server."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from eds_autograder.grading.kernels.forkserver import ForkServer

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="graders are forked on Linux only"
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ForkServer]:
    server = ForkServer(dict(os.environ), tmp_path / "runs")
    server.warm(["this_module_does_not_exist", "numpy"])
    yield server
    server.close()


def fork(server: ForkServer, folder: Path) -> tuple[int, str]:
    """Fork a grader on a folder that holds no job: it says so and ends with status 1."""
    folder.mkdir()
    fork = server.fork(folder, folder, {"PATH": os.environ["PATH"], "NAME": folder.name}, folder / "log")
    return fork.wait(60), (folder / "log").read_text(encoding="utf-8")


def test_a_fork_ends_with_its_own_status_and_log(server: ForkServer, tmp_path: Path) -> None:
    for name in ("one", "two"):
        status, log = fork(server, tmp_path / name)
        assert status == 1
        assert f"/{name}/job.json" in log


def test_a_fork_has_not_started_python_again(server: ForkServer, tmp_path: Path) -> None:
    fork(server, tmp_path / "warm-up")
    started = time.perf_counter()
    fork(server, tmp_path / "timed")
    forked = time.perf_counter() - started
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import nbgrader.preprocessors"], check=True)
    assert forked < time.perf_counter() - started


def test_a_server_that_forked_nothing_is_not_waited_for(tmp_path: Path) -> None:
    server = ForkServer(dict(os.environ), tmp_path / "runs")
    server.warm(["torch", "obspy"])
    server.close()
    assert server._process.returncode == -signal.SIGKILL


def test_forks_end_with_their_server(tmp_path: Path) -> None:
    server = ForkServer(dict(os.environ), tmp_path / "runs")
    # who opens it waits for a writer, who never comes
    os.mkfifo(tmp_path / "job.json")
    waiting = server.fork(tmp_path, tmp_path, dict(os.environ), tmp_path / "log")
    pid = waiting.pid
    with pytest.raises(subprocess.TimeoutExpired):
        waiting.wait(0.5)
    server.close()
    assert not psutil.pid_exists(pid)
    with pytest.raises(ChildProcessError):
        waiting.wait(5)


def test_a_server_that_is_gone_is_said_and_not_waited_for(tmp_path: Path) -> None:
    server = ForkServer(dict(os.environ), tmp_path / "runs")
    server._process.kill()
    lost = server.fork(tmp_path, tmp_path, {}, tmp_path / "log")
    with pytest.raises(ChildProcessError, match="the process that starts graders has ended"):
        lost.wait(30)
    server.close()
