"""The engine: what is known is found, the rest is run, the same content once; results come when ready."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from eds_autograder.course import Course
from eds_autograder.files import write_atomically
from eds_autograder.grading.assignment import Kit, prepare, source_digest
from eds_autograder.grading.crew import Crew, LocalCrew, cores
from eds_autograder.grading.fingerprint import environment_digest
from eds_autograder.grading.job import Limits
from eds_autograder.grading.results import ENGINE_VERSION, Result, ResultCache
from eds_autograder.grading.settings import setting, settings
from eds_autograder.grading.submissions import Submission, submission_digest
from eds_autograder.grading.workplace import Graded, Task
from eds_autograder.modules import imported_modules

__all__ = ["Engine", "Round", "cell_seconds", "cores"]

Batch = list[tuple[Submission, Result]]

_FORKABLE = {"eds_datasets", "matplotlib", "numpy", "obspy", "pandas", "scipy", "sklearn", "torch"}
# what the loaders of eds_datasets import when they are called
_LOADERS = {"obspy", "pandas", "scipy.signal"}


def cell_seconds(course: Course) -> int:
    """Return how long a cell may run by nbgrader's configuration, ``Execute.timeout`` (30 s by default)."""
    found = setting(course, "Execute", "timeout", Limits.cell_seconds)
    return int(found) if isinstance(found, int | float) and found > 0 else Limits.notebook_seconds


@dataclass(frozen=True)
class _Waiting:
    """Submissions of one content, to be run once."""

    key: str
    hashes: Mapping[str, str]
    submissions: list[Submission] = field(default_factory=list)


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
    crew : Crew, optional
        Who runs the submissions; by default this machine, with so many jobs and that isolation.
    """

    def __init__(
        self,
        course: Course,
        limits: Limits | None = None,
        jobs: int | None = None,
        isolation: str = "auto",
        crew: Crew | None = None,
    ) -> None:
        self.course = course
        self.limits = limits or Limits.for_cells(cell_seconds(course))
        self.crew = crew or LocalCrew(course.state_dir, (course.root,), jobs, isolation)
        self.cache = ResultCache(course.state_dir / "results")
        self._kits: dict[str, Kit] = {}
        self._digests: dict[str, str] = {}

    @property
    def jobs(self) -> int:
        """How many submissions run at once."""
        return self.crew.jobs

    @property
    def isolation(self) -> str:
        """How students' code is kept apart."""
        return self.crew.isolation

    @cached_property
    def settings(self) -> Mapping[str, Any]:
        """Nbgrader's settings that decide how a submission is graded."""
        return settings(self.course)

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
        # closed with this generator, not when somebody gets to it: what runs is ended at once
        with self.begin(submissions, force=force) as round_, closing(round_.batches()) as batches:
            for batch in batches:
                yield from batch

    def begin(self, submissions: Iterable[Submission], *, force: bool = False) -> Round:
        """Look up what is known, see `Round`; nothing runs yet."""
        return Round(self, list(submissions), force)

    def key(self, submission: Submission) -> str:
        """Return the hash of all that a submission's result depends on; equal keys have equal results."""
        return self.key_and_hashes(submission)[0]

    def key_and_hashes(self, submission: Submission) -> tuple[str, Mapping[str, str]]:
        """Return the key with the hashes that went into it, by name."""
        assignment = submission.assignment
        if assignment not in self._digests:
            self._digests[assignment] = source_digest(self.course, assignment)
        hashes = {
            "submission": submission_digest(submission),
            "source": self._digests[assignment],
            "environment": environment_digest(),
            "limits": hashlib.sha256(self.limits.to_json().encode()).hexdigest(),
        }
        parts = [ENGINE_VERSION, self.isolation, json.dumps(hashes, sort_keys=True)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest(), hashes

    def task(self, submission: Submission, key: str, hashes: Mapping[str, str], **more: Any) -> Task:
        """Return what a submission needs to run."""
        kit = self.kit(submission.assignment)
        return Task(key, submission, kit, self.limits, self.isolation, self.settings, hashes, **more)

    def warm_modules(self, assignment: str) -> set[str]:
        """Return what the instructor's notebooks import, of the packages that are known to bear a fork."""
        imported = {
            name
            for path in self.course.source_notebooks(assignment)
            for name in imported_modules(json.loads(path.read_text(encoding="utf-8")))
            if name.partition(".")[0] in _FORKABLE
        }
        return imported | _LOADERS if "eds_datasets" in imported else imported


class Round:
    """Some submissions on their way through the engine.

    As a context manager it starts the crew when there is something to run, makes the assignments ready
    meanwhile, and ends all that was started.

    Parameters
    ----------
    engine : Engine
    submissions : sequence of Submission
    force : bool
        Run even what is known.

    Attributes
    ----------
    assignments : list of str
    known : list of (Submission, Result)
        What need not run.
    """

    def __init__(self, engine: Engine, submissions: Sequence[Submission], force: bool = False) -> None:
        self.engine = engine
        self.known: Batch = []
        self._waiting: dict[str, _Waiting] = {}
        self.assignments = sorted({submission.assignment for submission in submissions})
        for submission in submissions:
            key, hashes = engine.key_and_hashes(submission)
            found = None if force else engine.cache.find(key, submission.student)
            if found is not None:
                self.known.append((submission, replace(found, assignment=submission.assignment)))
            else:
                self._waiting.setdefault(key, _Waiting(key, hashes)).submissions.append(submission)

    def __enter__(self) -> Round:
        try:
            if self._waiting:
                self.engine.crew.warm(self._modules())
            else:
                self.engine.crew.close()
            for assignment in self.assignments:
                self.engine.kit(assignment)
        except BaseException:
            self.engine.crew.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.engine.crew.close()

    @property
    def all_known(self) -> bool:
        """Whether nothing has to run."""
        return not self._waiting

    def batches(self) -> Generator[Batch, None, None]:
        """Yield first what is known, then what has been run, each time all that is ready."""
        if self.known:
            yield self.known
        if not self._waiting:
            return
        with closing(self.engine.crew.run(self._tasks(), self._follow)) as finished:
            for ready in finished:
                batch: Batch = []
                for task, graded in ready:
                    if not task.rehearsal:
                        self.engine.cache.keep(graded.result, graded.notebooks)
                        batch += self._given_to_all(task, graded.result)
                if batch:
                    yield batch

    def _tasks(self) -> list[Task]:
        """Return what can run at once: rehearsals, and submissions of what has been rehearsed before."""
        used = sorted({item.submissions[0].assignment for item in self._waiting.values()})
        new = [name for name in used if not self.engine.kit(name).canaries.is_file()]
        known = [name for name in used if name not in new]
        return [*map(self._rehearsal, new), *(task for name in known for task in self._submissions(name))]

    def _follow(self, task: Task, graded: Graded) -> list[Task]:
        """Keep what a rehearsal found, after which its assignment's submissions can run.

        Where it failed, they are graded without canaries, and their results say so.
        """
        if not task.rehearsal:
            return []
        if graded.canaries is not None:
            write_atomically(task.kit.canaries, graded.canaries)
        return self._submissions(task.submission.assignment)

    def _submissions(self, assignment: str) -> list[Task]:
        return [
            self.engine.task(item.submissions[0], item.key, item.hashes)
            for item in self._waiting.values()
            if item.submissions[0].assignment == assignment
        ]

    def _given_to_all(self, task: Task, result: Result) -> Iterator[tuple[Submission, Result]]:
        for submission in self._waiting[task.key].submissions:
            yield submission, replace(result, student=submission.student)

    def _modules(self) -> set[str]:
        used = {item.submissions[0].assignment for item in self._waiting.values()}
        return {name for assignment in used for name in self.engine.warm_modules(assignment)}

    def _rehearsal(self, assignment: str) -> Task:
        """Return the run of an assignment's reference solution that chooses the canaries of its tests."""
        course = self.engine.course
        notebooks = tuple((path.name, path) for path in course.source_notebooks(assignment))
        reference = Submission("reference", assignment, course.source_folder(assignment), notebooks)
        return self.engine.task(reference, "", {}, rehearsal=True)
