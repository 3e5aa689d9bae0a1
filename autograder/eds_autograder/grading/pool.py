"""Many submissions at once, each in a process of its own; results come as they are ready."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from functools import cache
from importlib import metadata
from pathlib import Path
from time import monotonic
from typing import Any

from eds_autograder.course import Course
from eds_autograder.files import write_atomically
from eds_autograder.grading.assignment import Kit, prepare, settings
from eds_autograder.grading.job import Job, Limits, lay_out, sandboxes
from eds_autograder.grading.kernels.forkserver import Fork, ForkServer
from eds_autograder.grading.kernels.isolation import choose
from eds_autograder.grading.kernels.places import readable_places, roomy_folder
from eds_autograder.grading.kernels.processes import end_tree, run_environment, runner_command
from eds_autograder.grading.results import ENGINE_VERSION, Result, ResultCache, failed_result
from eds_autograder.grading.submissions import Submission, submission_digest
from eds_autograder.modules import imported_modules

__all__ = ["Engine", "cell_seconds", "cores"]

_POLL_SECONDS = 0.1
_INLINE = "module://matplotlib_inline.backend_inline"
_FORKABLE = {"eds_datasets", "matplotlib", "numpy", "obspy", "pandas", "scipy", "sklearn", "torch"}
# what the loaders of eds_datasets import when they are called
_LOADERS = {"obspy", "pandas", "scipy.signal"}


def cores() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


def cell_seconds(course: Course) -> int:
    """Return how long a cell may run by nbgrader's configuration, ``Execute.timeout`` (30 s by default)."""
    found = course.config.get("Execute", {}).get("timeout", Limits.cell_seconds)
    return int(found) if isinstance(found, int | float) and found > 0 else Limits.notebook_seconds


class _GraderError(Exception):
    """A grader ended without a result, for a reason of its own."""


@dataclass(frozen=True)
class _Task:
    key: str
    submission: Submission
    kit: Kit
    hashes: Mapping[str, str]


class Engine:
    """Grades the submissions of a course, and remembers what it has graded before.

    Parameters
    ----------
    course : Course
    limits : Limits, optional
        By default those of nbgrader's configuration.
    jobs : int, optional
        How many run at once; by default one for each processor.
    isolation : str
        How students' code is kept apart, see `eds_autograder.grading.kernels.isolation`.
    """

    def __init__(
        self,
        course: Course,
        limits: Limits | None = None,
        jobs: int | None = None,
        isolation: str = "auto",
    ) -> None:
        self.course = course
        self.limits = limits or Limits.for_cells(cell_seconds(course))
        self.jobs = jobs or cores()
        self.isolation = choose(isolation)
        self.cache = ResultCache(course.state_dir / "results")
        self.settings = settings(course)
        self._kits: dict[str, Kit] = {}
        self._stopped = threading.Event()
        self._running: set[int] = set()
        self._server: ForkServer | None = None
        self._place: Path | None = None  # of the runs, where there is a server
        self._lock = threading.Lock()

    def kit(self, assignment: str) -> Kit:
        """Return an assignment made ready; raises `EdsError` when its source cannot be used."""
        if assignment not in self._kits:
            self._kits[assignment] = prepare(self.course, assignment)
        return self._kits[assignment]

    def grade(
        self, submissions: Iterable[Submission], *, force: bool = False
    ) -> Generator[tuple[Submission, Result], None, None]:
        """Grade submissions; the same content is run once, whoever handed it in.

        Parameters
        ----------
        submissions : iterable of Submission
        force : bool
            Run even what is known.

        Yields
        ------
        submission : Submission
        result : Result
            In the order in which they are ready.
        """
        waiting: dict[str, list[_Task]] = {}
        for submission in submissions:
            task = self._task(submission)
            known = None if force else self.cache.find(task.key, submission.student)
            if known is not None:
                yield submission, replace(known, assignment=submission.assignment)
            else:
                waiting.setdefault(task.key, []).append(task)
        # closed with this generator, not when somebody gets to it: what runs is ended at once
        with contextlib.closing(self._run_all(list(waiting.values()))) as finished:
            for tasks, result in finished:
                for task in tasks:
                    yield task.submission, replace(result, student=task.submission.student)

    def _run_all(self, groups: Sequence[list[_Task]]) -> Generator[tuple[list[_Task], Result], None, None]:
        if not groups:
            return
        self._stopped.clear()
        seeds = self._font_seeds()
        assignments = {tasks[0].submission.assignment for tasks in groups}
        # threads only wait: each submission has a process of its own
        with (
            self._forking(assignments, seeds),
            ThreadPoolExecutor(self.jobs, thread_name_prefix="grading") as pool,
        ):
            list(pool.map(lambda assignment: self._rehearse(assignment, seeds), sorted(assignments)))
            futures: dict[Future[Result], list[_Task]] = {
                pool.submit(self._run, tasks[0], seeds): tasks for tasks in groups
            }
            try:
                for future in as_completed(futures):
                    yield futures[future], future.result()
            finally:
                self._stop(futures)

    def _stop(self, futures: Iterable[Future[Result]]) -> None:
        """End what still runs: nobody waits for it any more."""
        self._stopped.set()
        for future in futures:
            future.cancel()
        with self._lock:
            running = list(self._running)
        for pid in running:
            end_tree(pid)

    def key(self, submission: Submission) -> str:
        """Return the hash of all that a submission's result depends on; equal keys have equal results."""
        return self._task(submission).key

    def _task(self, submission: Submission) -> _Task:
        kit = self.kit(submission.assignment)
        hashes = {
            "submission": submission_digest(submission),
            "source": kit.digest,
            "environment": environment_digest(),
        }
        surroundings = [self.limits.to_json(), self.isolation]
        parts = [ENGINE_VERSION, *surroundings, json.dumps(hashes, sort_keys=True)]
        key = hashlib.sha256("\n".join(parts).encode()).hexdigest()
        return _Task(key, submission, kit, hashes)

    def _run(self, task: _Task, seeds: Path | None) -> Result:
        """Grade a submission; a grader that fails is given a second try before it becomes a row."""
        try:
            return self._attempt(task, seeds)
        except _GraderError:
            pass
        try:
            return self._attempt(task, seeds)
        except _GraderError as error:
            return self._failed(task, str(error))

    def _attempt(self, task: _Task, seeds: Path | None) -> Result:
        start = monotonic()
        try:
            with tempfile.TemporaryDirectory(
                prefix="eds-run-", dir=self._place, ignore_cleanup_errors=True
            ) as name:
                folder = Path(name)
                job = lay_out(
                    folder, task.submission, task.kit, task.key, self.limits, self.isolation, self.settings
                )
                reason = self._run_process(job, run_environment(job.home, seeds), len(task.kit.notebooks))
                if reason is None:
                    result = replace(
                        Result.read(job.result_file),
                        hashes=task.hashes,
                        seconds=round(monotonic() - start, 3),
                    )
                    self.cache.keep(result, job.out)
                    return result
        except (OSError, ValueError) as error:
            reason = f"{type(error).__name__}: {error}"
        return self._failed(task, reason)

    def _rehearse(self, assignment: str, seeds: Path | None) -> None:
        """Run the reference solution, once for each source, to choose the canaries of its tests.

        Where that fails, submissions are graded without, and their results say so.
        """
        kit = self.kit(assignment)
        if kit.canaries.is_file():
            return
        notebooks = [(path.name, path) for path in self.course.source_notebooks(assignment)]
        folder = self.course.source_folder(assignment)
        reference = Submission("reference", assignment, folder, tuple(notebooks))
        for _ in range(2):
            with contextlib.suppress(OSError, ValueError, _GraderError):
                self._choose_canaries(reference, kit, seeds)
                return

    def _choose_canaries(self, reference: Submission, kit: Kit, seeds: Path | None) -> None:
        with tempfile.TemporaryDirectory(
            prefix="eds-run-", dir=self._place, ignore_cleanup_errors=True
        ) as name:
            place = Path(name)
            job = lay_out(
                place, reference, kit, "", self.limits, self.isolation, self.settings, rehearsal=True
            )
            if self._run_process(job, run_environment(job.home, seeds), len(kit.notebooks)) is None:
                write_atomically(kit.canaries, (job.out / kit.canaries.name).read_text("utf-8"))

    def _failed(self, task: _Task, reason: str) -> Result:
        student, assignment = task.submission.student, task.submission.assignment
        return failed_result(student, assignment, task.key, reason, task.kit.max_points)

    def _run_process(self, job: Job, environment: Mapping[str, str], notebooks: int) -> str | None:
        """Run the grader on a folder; returns None when it wrote a result, else why it was ended.

        Raises `_GraderError` when it ended by itself without one.
        """
        folder = job.folder
        seconds = self.limits.notebook_seconds * notebooks + self.limits.grace_seconds
        with (folder / "log").open("wb") as log:
            process: subprocess.Popen[bytes] | Fork
            if self._server is not None:
                places = readable_places(environment, (self.course.root, folder.parent))
                process = self._server.fork(
                    folder, job.work, environment, folder / "log", sandboxes(job, places, notebooks)
                )
            else:
                process = subprocess.Popen(
                    runner_command(folder),
                    cwd=folder / "work",
                    env=dict(environment),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
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
            return "grading was interrupted" if self._stopped.is_set() else f"no result after {seconds} s"
        if status < 0:
            return f"the grader was ended by {signal.Signals(-status).name}"
        raise _GraderError(_last_line(folder / "log") or f"the grader ended with status {status}")

    @contextlib.contextmanager
    def _forking(self, assignments: Iterable[str], seeds: Path | None) -> Iterator[None]:
        """Have a server for forks while submissions run, where forking is safe."""
        if not sys.platform.startswith("linux"):
            # macOS aborts forks of processes that have used its frameworks, as NumPy's does
            yield
            return
        modules = {name for assignment in assignments for name in self._warm_modules(assignment)}
        with tempfile.TemporaryDirectory(
            prefix="eds-grading-", dir=roomy_folder(), ignore_cleanup_errors=True
        ) as place:
            self._place = Path(place)
            environment = run_environment(self._place / "home", seeds) | {"MPLBACKEND": _INLINE}
            self._server = ForkServer(sorted(modules), environment, self._place)
            try:
                yield
            finally:
                self._server.close()
                self._server = self._place = None

    def _warm_modules(self, assignment: str) -> set[str]:
        """Return what the instructor's notebooks import, of the packages that are known to bear a fork."""
        imported = {
            name
            for path in self.course.source_notebooks(assignment)
            for name in imported_modules(json.loads(path.read_text(encoding="utf-8")))
            if name.partition(".")[0] in _FORKABLE
        }
        return imported | _LOADERS if "eds_datasets" in imported else imported

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

    def _font_seeds(self) -> Path | None:
        """Have matplotlib list the fonts of this machine once, not once for each submission."""
        folder = self.course.state_dir / "fonts"
        if not any(folder.glob("fontlist-*.json")):
            folder.mkdir(parents=True, exist_ok=True)
            command = [sys.executable, "-c", "import matplotlib.font_manager"]
            with contextlib.suppress(OSError, subprocess.SubprocessError):
                subprocess.run(
                    command,
                    env={**os.environ, "MPLCONFIGDIR": str(folder)},
                    capture_output=True,
                    timeout=120,
                    check=False,
                )
        return folder


@cache
def environment_digest() -> str:
    """Return a hash of the Python version and of every installed distribution's version."""
    found = sorted({(str(item.metadata["Name"]), item.version) for item in metadata.distributions()})
    record: list[Any] = [sys.version, found]
    return hashlib.sha256(json.dumps(record).encode()).hexdigest()


def _last_line(path: Path) -> str:
    lines = path.read_text("utf-8", "replace").strip().splitlines()
    return lines[-1][:300] if lines else ""
