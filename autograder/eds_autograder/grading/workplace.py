"""Where submissions run on one machine: a folder for the runs, a process that forks graders, an end to it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic
from typing import Any

from eds_autograder.files import remove_tree
from eds_autograder.grading.assignment import CANARIES_FILE, Kit
from eds_autograder.grading.job import Job, Limits, lay_out, sandboxes
from eds_autograder.grading.kernels.forkserver import Fork, ForkServer
from eds_autograder.grading.kernels.places import readable_places, roomy_folder
from eds_autograder.grading.kernels.processes import end_tree, run_environment, runner_command
from eds_autograder.grading.results import Result, failed_result
from eds_autograder.grading.submissions import Submission

__all__ = ["Graded", "Task", "Workplace"]

_POLL_SECONDS = 0.1
_INTERRUPTED = "grading was interrupted"
_INLINE = "module://matplotlib_inline.backend_inline"


@dataclass(frozen=True)
class Task:
    """One submission to run, with all that its result depends on.

    Attributes
    ----------
    key : str
        Hash of all that.
    submission : Submission
    kit : Kit
    limits : Limits
    isolation : str
    settings : mapping
        nbgrader's, see `eds_autograder.grading.assignment.settings`.
    hashes : mapping of str to str
        What went into the key, by name.
    rehearsal : bool
        The submission is the instructor's own: find canaries, give no marks.
    """

    key: str
    submission: Submission
    kit: Kit
    limits: Limits
    isolation: str
    settings: Mapping[str, Any]
    hashes: Mapping[str, str]
    rehearsal: bool = False


@dataclass(frozen=True)
class Graded:
    """What a run gave.

    Attributes
    ----------
    result : Result
    notebooks : mapping of str to bytes
        The executed notebooks by name.
    canaries : str or None
        Of a rehearsal that succeeded, as JSON.
    """

    result: Result
    notebooks: Mapping[str, bytes] = field(default_factory=dict)
    canaries: str | None = None


class _GraderError(Exception):
    """A grader ended without a result, for a reason of its own."""


class Workplace:
    """Runs tasks, each in a process of its own; may be used from several threads.

    It starts at once, and imports what graders need while its owner makes the tasks ready.

    Parameters
    ----------
    fonts : Path
        Where matplotlib's list of this machine's fonts is kept.
    hidden : sequence of Path
        What no kernel may see: the course.
    jobs : int, optional
        How many graders run at once, by default as many as there are threads that ask. With one thread more,
        what comes next is laid out by the time that a grader ends.
    """

    def __init__(self, fonts: Path, hidden: Sequence[Path] = (), jobs: int | None = None) -> None:
        self.fonts = fonts
        self.place = Path(tempfile.mkdtemp(prefix="eds-grading-", dir=roomy_folder()))
        self.hidden = (*hidden, self.place)
        self._stopped = threading.Event()
        self._turn = contextlib.nullcontext() if jobs is None else threading.BoundedSemaphore(jobs)
        self._running: set[int] = set()
        self._lock = threading.Lock()
        self._server: ForkServer | None = None
        # macOS aborts forks of processes that have used its frameworks, as NumPy's does
        if sys.platform.startswith("linux"):
            fonts.mkdir(parents=True, exist_ok=True)
            environment = run_environment(self.place / "home") | {"MPLBACKEND": _INLINE}
            # it lists the fonts of this machine when they are not listed yet: once, not for each submission
            environment["MPLCONFIGDIR"] = str(fonts)
            self._server = ForkServer(environment, self.place)
        else:
            _list_fonts(fonts)

    def warm(self, modules: Iterable[str]) -> None:
        """Import what the coming notebooks import, so that their kernels need not."""
        wanted = set(modules)
        if not any(self.fonts.glob("fontlist-*.json")):
            wanted.add("matplotlib.font_manager")
        if self._server is not None:
            self._server.warm(sorted(wanted))

    def run(self, task: Task) -> Graded:
        """Run a task; a grader that fails is given a second try before it becomes a row."""
        try:
            return self._attempt(task)
        except _GraderError:
            pass
        try:
            return self._attempt(task)
        except _GraderError as error:
            return _failed(task, str(error))

    def stop(self) -> None:
        """End what runs: nobody waits for it any more."""
        self._stopped.set()
        with self._lock:
            running = list(self._running)
        for pid in running:
            end_tree(pid)

    def close(self) -> None:
        """End all that was started here and remove its folder."""
        self.stop()
        if self._server is not None:
            self._server.close()
        remove_tree(self.place)

    def _attempt(self, task: Task) -> Graded:
        try:
            folder = Path(tempfile.mkdtemp(prefix="eds-run-", dir=self.place))
            try:
                job = lay_out(
                    folder,
                    task.submission,
                    task.kit,
                    task.key,
                    task.limits,
                    task.isolation,
                    task.settings,
                    rehearsal=task.rehearsal,
                )
                with self._turn:
                    start = monotonic()
                    reason = self._run_process(job)
                    seconds = monotonic() - start
                if reason is None:
                    return _collect(task, job, seconds)
            finally:
                remove_tree(folder)
        except ChildProcessError as error:
            raise _GraderError(str(error)) from error
        except (OSError, ValueError) as error:
            reason = f"{type(error).__name__}: {error}"
        return _failed(task, reason)

    def _run_process(self, job: Job) -> str | None:
        """Run the grader on a folder; returns None when it wrote a result, else why it was ended.

        Raises `_GraderError` when it ended by itself without one.
        """
        if self._stopped.is_set():
            return _INTERRUPTED
        notebooks = len(Kit.load(job.kit).notebooks)
        seconds = job.limits.notebook_seconds * notebooks + job.limits.grace_seconds
        environment = run_environment(job.home, self.fonts)
        with (job.folder / "log").open("wb") as log:
            process = self._start(job, environment, log)
            with self._lock:
                self._running.add(process.pid)
            try:
                status = self._wait(process, monotonic() + seconds)
            finally:
                with self._lock:
                    self._running.discard(process.pid)
        if status == 0:
            return None
        if status is None:
            return _INTERRUPTED if self._stopped.is_set() else f"no result after {seconds} s"
        if status < 0:
            return f"the grader was ended by {signal.Signals(-status).name}"
        raise _GraderError(_last_line(job.folder / "log") or f"the grader ended with status {status}")

    def _start(self, job: Job, environment: Mapping[str, str], log: Any) -> subprocess.Popen[bytes] | Fork:
        if self._server is not None:
            places = readable_places(environment, self.hidden)
            return self._server.fork(
                job.folder, job.work, environment, job.folder / "log", sandboxes(job, places)
            )
        return subprocess.Popen(
            runner_command(job.folder),
            cwd=job.work,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def _wait(self, process: subprocess.Popen[bytes] | Fork, deadline: float) -> int | None:
        while True:
            try:
                return process.wait(_POLL_SECONDS)
            except subprocess.TimeoutExpired:
                if self._stopped.is_set() or monotonic() > deadline:
                    end_tree(process.pid)
                    process.wait()
                    return None
            except BaseException:
                end_tree(process.pid)
                raise


def _collect(task: Task, job: Job, seconds: float) -> Graded:
    if task.rehearsal:
        return Graded(_empty(task), canaries=(job.out / CANARIES_FILE).read_text("utf-8"))
    result = replace(Result.read(job.result_file), hashes=task.hashes, seconds=round(seconds, 3))
    notebooks = {name: (job.out / f"{name}.ipynb").read_bytes() for name in result.notebooks}
    return Graded(result, notebooks)


def _empty(task: Task) -> Result:
    return Result(task.submission.student, task.submission.assignment, task.key, "graded")


def _failed(task: Task, reason: str) -> Graded:
    student, assignment = task.submission.student, task.submission.assignment
    return Graded(failed_result(student, assignment, task.key, reason, task.kit.max_points))


def _list_fonts(folder: Path) -> None:
    """Have matplotlib list the fonts of this machine once, not once for each submission."""
    if any(folder.glob("fontlist-*.json")):
        return
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        subprocess.run(
            [sys.executable, "-c", "import matplotlib.font_manager"],
            env={**os.environ, "MPLCONFIGDIR": str(folder)},
            capture_output=True,
            timeout=120,
            check=False,
        )


def _last_line(path: Path) -> str:
    lines = path.read_text("utf-8", "replace").strip().splitlines()
    return lines[-1][:300] if lines else ""
