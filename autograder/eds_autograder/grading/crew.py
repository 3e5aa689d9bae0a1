"""Who runs the tasks: threads that wait for processes of this machine, or the workers of a cluster."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Protocol

from eds_autograder.grading.kernels.isolation import choose
from eds_autograder.grading.workplace import Graded, Task, Workplace

__all__ = ["Crew", "Follow", "LocalCrew", "cores"]

Finished = list[tuple[Task, Graded]]
Follow = Callable[[Task, Graded], Sequence[Task]]  # what can run now that a task has ended


def cores() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


class Crew(Protocol):
    """What the engine asks of whoever runs its tasks."""

    @property
    def jobs(self) -> int:
        """How many tasks run at once."""

    @property
    def isolation(self) -> str:
        """The level of isolation where the tasks run."""

    def start(self) -> None:
        """Get going: tasks will come. Once more does nothing."""

    def warm(self, modules: Iterable[str]) -> None:
        """Learn what the coming notebooks import."""

    def run(self, tasks: Sequence[Task], follow: Follow) -> Generator[Finished, None, None]:
        """Run tasks, and those that follow; yields those that are ready as soon as there are some."""

    def close(self) -> None:
        """End what still runs, and all that was started."""


class LocalCrew:
    """Runs tasks on this machine, each in a process of its own.

    Parameters
    ----------
    state_dir : Path
        Holds matplotlib's list of fonts.
    hidden : sequence of Path
        What no kernel may see.
    jobs : int, optional
        By default one for each processor.
    isolation : str
        A level, or ``auto`` for the strongest that works here.
    """

    def __init__(
        self, state_dir: Path, hidden: Sequence[Path] = (), jobs: int | None = None, isolation: str = "auto"
    ) -> None:
        self.jobs = jobs or cores()
        self.isolation = choose(isolation)
        self._fonts = state_dir / "fonts"
        self._hidden = tuple(hidden)
        self._workplace: Workplace | None = None

    def start(self) -> None:
        """Start the process that forks graders."""
        if self._workplace is None:
            self._workplace = Workplace(self._fonts, self._hidden, self.jobs)

    def warm(self, modules: Iterable[str]) -> None:
        """Have that process import what the notebooks import."""
        self.start()
        assert self._workplace is not None  # noqa: S101
        self._workplace.warm(modules)

    def run(self, tasks: Sequence[Task], follow: Follow) -> Generator[Finished, None, None]:
        """Run tasks and those that follow, so many at once."""
        self.start()
        workplace = self._workplace
        assert workplace is not None  # noqa: S101
        # threads only wait, each submission has a process of its own; one lays out the next and clears away
        with ThreadPoolExecutor(self.jobs + 1, thread_name_prefix="grading") as pool:
            futures: dict[Future[Graded], Task] = {pool.submit(workplace.run, task): task for task in tasks}
            try:
                waiting = set(futures)
                while waiting:
                    done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                    ready = [(futures[future], future.result()) for future in done]
                    more = [task for ended in ready for task in follow(*ended)]
                    added = {pool.submit(workplace.run, task): task for task in more}
                    futures |= added
                    waiting |= added.keys()
                    yield ready
            finally:
                for future in futures:
                    future.cancel()
                if waiting:
                    workplace.stop()

    def close(self) -> None:
        """End that process and all that it forked."""
        if self._workplace is not None:
            self._workplace.close()
            self._workplace = None
