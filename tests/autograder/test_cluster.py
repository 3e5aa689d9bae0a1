"""A class on a real Dask cluster: a scheduler, workers in processes of their own, one of them killed meanwhile."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from small_course import LESSON, answered, make_course, submit

from eds_autograder.cli.root import main
from eds_autograder.course import Course
from eds_autograder.grading.assignment import prepare
from eds_autograder.grading.cluster import crew as cluster
from eds_autograder.grading.cluster import worker
from eds_autograder.grading.cluster.crew import ClusterCrew
from eds_autograder.grading.cluster.parcel import Parcel, pack_kit, pack_result, unpack_kit, unpack_result
from eds_autograder.grading.grade import grade_class
from eds_autograder.grading.job import Limits
from eds_autograder.grading.pool import Engine
from eds_autograder.grading.results import Result
from eds_autograder.grading.submissions import find_submissions
from eds_autograder.grading.workplace import Graded
from eds_datasets.errors import EdsError

WORKERS = 2
STUDENTS = 6


@dataclass
class Cluster:
    """A scheduler and its workers, each a process."""

    address: str
    workers: list[subprocess.Popen[bytes]]


def start(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    with (folder / f"{arguments[0]}.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "distributed.cli.dask_" + arguments[0], *arguments[1:]],
            cwd=folder,
            env=os.environ | {"DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "false"},
            stdout=log,
            stderr=log,
        )


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Cluster]:
    place = tmp_path / "cluster"
    place.mkdir()
    file = place / "scheduler.json"
    local = ["--host", "127.0.0.1", "--no-dashboard"]
    processes = [start(place, "scheduler", *local, "--port", "0", "--scheduler-file", str(file))]
    try:
        deadline = time.monotonic() + 60
        while not (file.exists() and file.stat().st_size) and time.monotonic() < deadline:
            time.sleep(0.1)
        address = json.loads(file.read_text())["address"]
        more = ["--no-nanny", "--nthreads", "1", "--local-directory", str(place)]
        processes += [start(place, "worker", address, *local, *more) for _ in range(WORKERS)]
        yield Cluster(address, processes[1:])
    finally:
        for process in processes:
            process.kill()
            process.wait()


def essence(result: Result) -> dict[str, Any]:
    """What must not depend on where a submission ran."""
    record = result.to_dict()
    return {name: value for name, value in record.items() if name not in ("seconds", "guarded")}


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="kills a worker in the middle of a fork")
def test_a_worker_killed_in_the_middle_loses_nothing_and_marks_are_those_of_one_machine(
    tmp_path: Path, running: Cluster
) -> None:
    here, there = make_course(tmp_path / "here"), make_course(tmp_path / "there")
    for number in range(STUDENTS):
        wrong = number % 2
        made = answered(total=f"import time; time.sleep(0.5)\n    return sum(numbers) + {wrong}  # {number}")
        for folder in (here, there):
            place = submit(folder, f"student{number}", made).parent
            (place / "own.txt").write_text(f"of student {number}")
    killed: list[int] = []

    def kill_one(_: Result) -> None:
        if not killed:
            killed.append(running.workers[0].pid)
            running.workers[0].kill()

    limits = Limits.for_cells(60)
    crew = ClusterCrew(running.address)
    assert crew.jobs == WORKERS
    remote = grade_class(Course.open(there), limits=limits, crew=crew, on_result=kill_one)
    assert killed
    assert running.workers[0].wait(10) == -9
    local = grade_class(Course.open(here), limits=limits)
    expected = {result.student: essence(result) for result in local.results}
    assert {result.student: essence(result) for result in remote.results} == expected
    assert [result.outcome for result in remote.results] == ["graded"] * STUDENTS
    assert all((there / "autograded" / name / LESSON / f"{LESSON}.ipynb").is_file() for name in expected)
    # and the next time nothing is asked of anybody: the worker that is left has nothing to do either
    again = grade_class(Course.open(there), limits=limits)
    assert all(result.cached for result in again.results)


def eds(*arguments: str) -> Any:
    return CliRunner().invoke(main, ["grade", *arguments])


def test_a_scheduler_that_does_not_answer_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_CONNECT_SECONDS", 0.5)
    folder = str(make_course(tmp_path / "course"))
    done = eds("--scheduler", "tcp://127.0.0.1:9", "--course", folder)
    assert done.exit_code == 1
    assert "error: tcp://127.0.0.1:9: no Dask scheduler answers" in done.stderr
    assert "docs/cluster.md" in done.stderr


@pytest.mark.parametrize("address", ["nonsense://x:1", "nonsense", "tcp://127.0.0.1"])
def test_an_address_that_is_none_is_one_line_and_reaches_no_client(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setattr("distributed.Client", lambda *_, **__: pytest.fail("asked a client"))
    done = eds("--scheduler", address, "--course", str(make_course(tmp_path / "course")))
    assert done.exit_code == 1
    assert f"{address}: no Dask scheduler answers" in done.stderr


def test_without_dask_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    done = eds("--scheduler", "tcp://127.0.0.1:9", "--course", str(make_course(tmp_path / "course")))
    assert done.exit_code == 1
    assert "pip install 'earth-data-science[cluster]'" in done.stderr


def test_jobs_are_no_matter_of_a_cluster(tmp_path: Path) -> None:
    done = eds("--scheduler", "tcp://127.0.0.1:9", "--jobs", "2", "--course", str(tmp_path))
    assert done.exit_code == 2
    assert "--jobs counts for this machine only" in done.stderr


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, None),
        ({"engine": "0"}, r"has engine 0, expected"),
        ({"python": "3.9.1"}, r"has python 3.9.1, expected"),
        ({"packages": ["numpy-1.0"]}, r"other packages than here \(.* only here.* and \d+ more\)"),
        ({"isolation": None, "why_not": "isolation namespaces: does not work here"}, "does not work here"),
    ],
)
def test_a_worker_of_another_kind_is_refused_by_name(change: dict[str, Any], said: str | None) -> None:
    record = worker.describe("auto") | change
    bare = ClusterCrew.__new__(ClusterCrew)
    if said is None:
        bare._compare("tcp://10.0.0.7:1234", record)
        return
    with pytest.raises(EdsError, match=rf"tcp://10.0.0.7:1234: .*{said}"):
        bare._compare("tcp://10.0.0.7:1234", record)


def test_a_task_and_its_result_come_out_of_their_bytes_as_they_went_in(tmp_path: Path) -> None:
    folder = make_course(tmp_path / "course")
    place = submit(folder, "ada", answered()).parent
    (place / "data").mkdir()
    (place / "data" / "own.bin").write_bytes(b"\0\xff")
    engine = Engine(Course.open(folder), isolation="none")
    (submission,) = find_submissions(engine.course, [LESSON])
    task = engine.task(submission, *engine.key_and_hashes(submission))
    kit = unpack_kit(pack_kit(task.kit), tmp_path / "kit")
    assert dataclasses.replace(kit, folder=task.kit.folder) == task.kit
    assert (kit.files / "numbers.txt").read_text() == "1 2 3\n"
    found = Parcel.pack(task).unpack(tmp_path / "unpacked", kit)
    assert [name for name, _ in found.submission.files] == ["data/own.bin", f"{LESSON}.ipynb"]
    assert (tmp_path / "unpacked" / "data" / "own.bin").read_bytes() == b"\0\xff"
    assert (found.key, found.limits, found.settings) == (task.key, task.limits, task.settings)
    graded = Graded(Result("ada", LESSON, task.key, "graded", notebooks=(LESSON,)), {LESSON: b"{}"})
    assert unpack_result(pack_result(graded)) == graded


def test_a_worker_with_other_packages_gives_no_mark(tmp_path: Path) -> None:
    folder = make_course(tmp_path / "course")
    submit(folder, "ada", answered())
    course = Course.open(folder)
    engine = Engine(course, isolation="none")
    (submission,) = find_submissions(course, [LESSON])
    parcel = Parcel.pack(engine.task(submission, "key", {}))
    with pytest.raises(worker.OtherEnvironmentError):
        worker.grade_parcel("a session", parcel, pack_kit(prepare(course, LESSON)), [], "another digest")
