"""The side of the client: tasks handed to a cluster's scheduler, results taken as they come."""

from __future__ import annotations

import contextlib
import logging
import platform
import uuid
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from typing import Any

from eds_autograder.grading.cluster.parcel import Parcel, pack_kit, unpack_result
from eds_autograder.grading.cluster.worker import OtherEnvironmentError, describe, grade_parcel, leave
from eds_autograder.grading.crew import Finished, Follow
from eds_autograder.grading.fingerprint import distributions, environment_digest
from eds_autograder.grading.results import ENGINE_VERSION, SCHEMA_VERSION, failed_result
from eds_autograder.grading.workplace import Graded, Task
from eds_datasets.errors import EdsError

__all__ = ["ClusterCrew"]

_CONNECT_SECONDS = 10
_WORKER_SECONDS = 60
_RETRIES = 1  # of a grader that fails; a worker that dies is the scheduler's to replace
_SHOWN = 3


class ClusterCrew:
    """Runs tasks on the workers of a Dask cluster.

    Parameters
    ----------
    address : str
        Of the scheduler, such as ``tcp://10.0.0.5:8786``.
    isolation : str
        A level, or ``auto`` for the strongest that works on the workers, who must agree on it.

    Raises
    ------
    EdsError
        When Dask is not installed, the scheduler does not answer, there are no workers, or one of them has
        other packages than this machine.
    """

    def __init__(self, address: str, isolation: str = "auto") -> None:
        self.address = address
        self._session = uuid.uuid4().hex
        self._modules: list[str] = []
        self._client = _connect(address)
        try:
            self.isolation = self._agree(isolation)
            self.jobs = sum(self._client.nthreads().values())
        except BaseException:
            self._client.close()
            raise

    def start(self) -> None:
        """Do nothing: workers start what they need with their first task."""

    def warm(self, modules: Iterable[str]) -> None:
        """Tell workers, with their tasks, what the notebooks import."""
        self._modules = sorted(modules)

    def run(self, tasks: Sequence[Task], follow: Follow) -> Generator[Finished, None, None]:
        """Hand all tasks over; those of a worker that dies go to another."""
        from distributed import as_completed

        if not tasks:
            return
        futures: dict[Any, Task] = {}
        try:
            futures = dict(self._submit(tasks))
            waiting = as_completed(list(futures), loop=self._client.loop, raise_errors=False)
            for batch in waiting.batches():
                ready = [(futures[future], self._collect(future, futures[future])) for future in batch]
                more = dict(self._submit([task for ended in ready for task in follow(*ended)]))
                futures |= more
                waiting.update(more)
                yield ready
        except _lost_connection() as error:
            raise EdsError(
                f"{self.address}: the scheduler is gone ({type(error).__name__})",
                "what was graded is kept: start it again, then run the same command again",
            ) from error
        finally:
            unfinished = [future for future in futures if not future.done()]
            if unfinished:
                with contextlib.suppress(Exception):
                    self._client.cancel(unfinished, force=True)

    def close(self) -> None:
        """End what this command still has on the workers, and the connection."""
        with contextlib.suppress(Exception):
            self._client.run(leave, self._session)
        self._client.close()

    def _submit(self, tasks: Sequence[Task]) -> Iterator[tuple[Any, Task]]:
        kits: dict[str, Any] = {}
        for task in tasks:
            if task.kit.digest not in kits:
                # a task of its own: workers pass it on to each other, and it is made again when it is lost
                kits[task.kit.digest] = self._client.submit(bytes, pack_kit(task.kit), pure=False)
            yield (
                self._client.submit(
                    grade_parcel,
                    self._session,
                    Parcel.pack(task),
                    kits[task.kit.digest],
                    self._modules,
                    environment_digest(),
                    pure=False,
                    retries=_RETRIES,
                ),
                task,
            )

    def _collect(self, future: Any, task: Task) -> Graded:
        if future.status == "finished":
            try:
                return unpack_result(future.result())
            except ValueError as error:
                reason = f"the worker's answer cannot be read ({error})"
        elif future.status == "error":
            reason = _in_words(future.exception())
        else:
            whose = f"{task.submission.student} {task.submission.assignment}"
            raise EdsError(
                f"{self.address}: the scheduler lost a submission ({whose})",
                "what was graded is kept: see the scheduler's log, then run the same command again",
            )
        submission = task.submission
        points = task.kit.max_points
        return Graded(failed_result(submission.student, submission.assignment, task.key, reason, points))

    def _agree(self, isolation: str) -> str:
        """Compare the workers with this machine and among each other; returns their level of isolation."""
        try:
            self._client.wait_for_workers(1, timeout=_WORKER_SECONDS)
        except TimeoutError as error:
            raise EdsError(
                f"{self.address}: no worker came within {_WORKER_SECONDS} s",
                "see docs/cluster.md: start workers",
            ) from error
        try:
            found = self._client.run(describe, isolation)
        except Exception as error:
            raise EdsError(
                f"{self.address}: a worker cannot grade ({type(error).__name__}: {error})",
                "install this very version of earth-data-science in the workers' environment",
            ) from error
        for worker, record in sorted(found.items()):
            self._compare(worker, record)
        levels = {record["isolation"]: worker for worker, record in found.items()}
        if len(levels) > 1:
            told = ", ".join(f"{level} on {worker}" for level, worker in sorted(levels.items()))
            raise EdsError(
                f"{self.address}: workers isolate differently ({told})", "ask for one with --isolation"
            )
        return str(next(iter(levels)))

    def _compare(self, worker: str, record: Mapping[str, Any]) -> None:
        if record["isolation"] is None:
            raise EdsError(f"{worker}: {record['why_not']}", "'--isolation auto' takes what works there")
        ours = {"engine": ENGINE_VERSION, "schema": SCHEMA_VERSION, "python": platform.python_version()}
        for name, value in ours.items():
            if record[name] != value:
                raise EdsError(
                    f"{worker}: has {name} {record[name]}, expected {value} as here",
                    "use one environment for the workers and for this machine",
                )
        here, there = set(distributions()), set(record["packages"])
        if here != there:
            raise EdsError(
                f"{worker}: other packages than here ({_differences(here, there)})",
                "use one environment for the workers and for this machine",
            )


def _connect(address: str) -> Any:
    try:
        from distributed import Client
        from distributed.comm.addressing import parse_address, parse_host_port
        from distributed.comm.registry import get_backend
    except ImportError as error:
        raise EdsError(
            "--scheduler: Dask is not installed", "pip install 'earth-data-science[cluster]'"
        ) from error
    # what it has to say about connections that come and go is said by us, in one line
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        # looked at first: a client that cannot read its address waits and shows a traceback when it goes
        scheme, location = parse_address(address, strict=True)
        get_backend(scheme)
        parse_host_port(location)
        return Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, ImportError) as error:
        raise EdsError(
            f"{address}: no Dask scheduler answers ({type(error).__name__})",
            "expected an address such as tcp://10.0.0.5:8786; docs/cluster.md tells how to start one",
        ) from error


def _lost_connection() -> tuple[type[BaseException], ...]:
    from distributed.comm.core import CommClosedError

    return (CommClosedError, OSError)


def _in_words(error: BaseException) -> str:
    if isinstance(error, OtherEnvironmentError):
        return str(error)
    name = type(error).__name__
    if name == "KilledWorker":
        return "its workers died one after another"
    return f"the worker failed: {name}: {error}"


def _differences(here: set[str], there: set[str]) -> str:
    """Name the first packages that differ, missing ones too."""
    lines = [f"{name} only here" for name in sorted(here - there)]
    lines += [f"{name} only there" for name in sorted(there - here)]
    more = len(lines) - _SHOWN
    return ", ".join(lines[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
