"""Submissions run side by side in processes of their own, and nothing of a run is left behind."""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import sys
import tempfile
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from small_course import LESSON, answered, cell, make_course, notebook, submit

from eds_autograder.course import Course
from eds_autograder.grading import workplace
from eds_autograder.grading.assignment import prepare
from eds_autograder.grading.job import Job, Limits
from eds_autograder.grading.kernels.isolation import why_not
from eds_autograder.grading.kernels.processes import run_environment
from eds_autograder.grading.kernels.sandbox import LEVELS
from eds_autograder.grading.pool import Engine, cell_seconds
from eds_autograder.grading.results import Result
from eds_autograder.grading.submissions import Submission, find_submissions
from eds_autograder.grading.workplace import Workplace


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course made ready, nothing handed in."""
    folder = make_course(tmp_path_factory.mktemp("blank") / "course")
    engine = Engine(Course.open(folder))
    engine.kit(LESSON)
    return folder


@pytest.fixture(autouse=True)
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A temporary folder of our own, so that a class graded beside these tests is not taken for theirs."""
    with tempfile.TemporaryDirectory(prefix="eds-test-") as name:
        monkeypatch.setattr(tempfile, "tempdir", name)
        yield Path(name)


@pytest.fixture
def folder(blank: Path, tmp_path: Path) -> Path:
    copied = tmp_path / "course"
    shutil.copytree(blank, copied)
    return copied


def found(folder: Path) -> list[Submission]:
    return find_submissions(Course.open(folder), [LESSON])


def grade(folder: Path, **options: Any) -> dict[str, Result]:
    engine = Engine(Course.open(folder), **options)
    return {result.student: result for _, result in engine.grade(found(folder))}


PROBE = """
import json, os, subprocess, sys, random, helper
child = subprocess.Popen(["sleep", "600"], start_new_session=True)
print(json.dumps({
    "child": child.pid, "home": os.environ["HOME"], "token": os.environ.get("COURSE_TOKEN"),
    "threads": os.environ["OMP_NUM_THREADS"], "random": random.__file__, "helper": helper.answer,
    "files": sorted(os.listdir()), "beside": sorted(os.listdir("..")), "execution": os.environ["NBGRADER_EXECUTION"],
}))
"""


def test_a_run_has_its_own_home_and_leaves_no_process(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One run answers it all: the same content, handed in by two, runs once."""
    monkeypatch.setenv("COURSE_TOKEN", "the instructor's")
    made = answered()
    made.cells.append(cell(textwrap.dedent(PROBE)))
    for student in ("ada", "bob"):
        place = submit(folder, student, made).parent
        (place / "helper.py").write_text("answer = 42\n")
        (place / "random.py").write_text("raise ImportError('this is the student\\'s own random')\n")
        (place / "numbers.txt").write_text("not the course's numbers")
    results = grade(folder, isolation="none")
    assert results["ada"].outcome == results["bob"].outcome == "graded"
    assert results["ada"].points == results["bob"].points == 10.0
    (kept,) = (folder / ".eds" / "results").iterdir()
    (output,) = nbformat.read(kept / f"{LESSON}.ipynb", as_version=4).cells[-1].outputs
    seen = json.loads(output.text)
    assert not psutil.pid_exists(seen["child"])
    assert not Path(seen["home"]).exists()
    assert seen["token"] is None
    assert seen["threads"] == "1"
    assert seen["helper"] == 42
    assert "course" not in seen["random"]
    files = [name for name in seen["files"] if name != "__pycache__"]
    assert files == ["helper.py", "numbers.txt", "random.py"]
    assert seen["beside"] == ["home", "ipc0", "job.json", "log", "out", "submission", "work"]
    assert seen["execution"] == "autograde"


def test_of_two_notebooks_the_missing_one_counts_nothing_and_the_other_counts(folder: Path) -> None:
    source = folder / "source" / LESSON
    second = notebook([cell("b = 2", "b", "answer"), cell("assert b == 2", "test-b", "tests", 4)])
    nbformat.write(second, source / "second.ipynb")
    submit(folder, "ada", second, name="second.ipynb")
    result = grade(folder)["ada"]
    assert (result.outcome, result.points, result.max_points) == ("graded", 4.0, 16.0)
    assert not result.needs_grading
    assert [problem.text for problem in result.problems] == [
        "lines: no lines.ipynb was handed in (found: second.ipynb)"
    ]


def test_a_notebook_that_uses_up_its_time_keeps_what_it_earned(folder: Path) -> None:
    submit(folder, "ada", answered(total="while True:\n        pass"))
    limits = Limits(cell_seconds=60, notebook_seconds=8)
    result = grade(folder, limits=limits)["ada"]
    assert result.outcome == "out of time"
    assert [exercise.points for exercise in result.exercises] == [5.0, 0.0, 0.0, None]
    assert [exercise.status for exercise in result.exercises] == ["passed", "timed out", "not run", "manual"]
    assert any("8 s were used up" in problem.text for problem in result.problems)


def test_a_grader_that_does_not_answer_is_ended_and_becomes_a_row(folder: Path) -> None:
    submit(folder, "ada", answered(total="import os; os.system('sleep 60')"))
    before = set(psutil.pids())
    limits = Limits(cell_seconds=30, notebook_seconds=4, grace_seconds=0)
    with to_the_grader_of_who_sleeps(signal.SIGSTOP):
        result = grade(folder, limits=limits)["ada"]
    assert result.outcome == "failed"
    assert result.points is None
    assert [problem.kind for problem in result.problems] == ["machinery"]
    assert "no result after 4 s" in result.problems[0].text
    assert not list((folder / ".eds" / "results").glob("*"))
    assert not running(set(psutil.pids()) - before)


@contextlib.contextmanager
def to_the_grader_of_who_sleeps(number: int) -> Iterator[None]:
    """Send a signal to the grader below which a `sleep` runs, as a person or the system may."""

    def send() -> None:
        while not stopped.wait(0.05):
            servers = psutil.Process().children()
            for grader in (grader for server in servers for grader in server.children()):
                with contextlib.suppress(psutil.Error):
                    if "sleep" in {process.name() for process in grader.children(recursive=True)}:
                        grader.send_signal(number)
                        return

    stopped = threading.Event()
    thread = threading.Thread(target=send)
    thread.start()
    yield
    stopped.set()
    thread.join()


def running(pids: set[int]) -> list[str]:
    """Where our graders and kernels work among some processes: a fork has the command line of its server."""
    found = []
    for pid in pids:
        try:
            place = psutil.Process(pid).cwd()
        except psutil.Error:
            continue
        if place.startswith(tempfile.gettempdir()) and "eds-run-" in place:
            found.append(place)
    return found


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="orphans are adopted on Linux only")
@pytest.mark.parametrize("level", [level for level in LEVELS if why_not(level) is None])
def test_a_killed_grader_harms_nobody_and_leaves_nothing_running(folder: Path, level: str) -> None:
    made = answered()
    sleep = "import subprocess\nsubprocess.Popen(['sleep', '600'], start_new_session=True)\nwhile True: pass"
    made.cells.insert(3, cell(sleep))
    submit(folder, "ada", made)
    submit(folder, "bob", answered())
    before = set(psutil.pids())
    with to_the_grader_of_who_sleeps(signal.SIGKILL):
        results = grade(folder, jobs=2, isolation=level)
    assert [problem.text for problem in results["ada"].problems] == ["the grader was ended by SIGKILL"]
    assert results["bob"].points == 10.0
    assert not running(set(psutil.pids()) - before)


def test_the_time_of_a_cell_that_was_asked_for_goes_before_the_configured_one(folder: Path) -> None:
    submit(folder, "ada", answered(share="while True:\n        pass"))
    assert "Execute.timeout = 8" in (folder / "nbgrader_config.py").read_text()
    (problem,) = grade(folder, limits=Limits.for_cells(2))["ada"].problems
    assert problem.text.endswith("stopped after 2 s")


def test_an_engine_grades_as_often_as_it_is_asked(folder: Path) -> None:
    submit(folder, "ada", answered())
    engine = Engine(Course.open(folder))
    for _ in range(2):
        ((_, result),) = engine.grade(found(folder), force=True)
        assert (result.outcome, result.points) == ("graded", 10.0)


def test_a_file_in_the_way_of_a_given_one_gives_way(folder: Path) -> None:
    submit(folder, "ada", answered())
    submit(folder, "ada", "not the folder that was given", name="tables")
    submit(folder, "ada", "in a folder where the file should be", lesson_=f"{LESSON}/numbers.txt", name="x")
    given = folder / "source" / LESSON / "tables" / "more.txt"
    given.parent.mkdir()
    given.write_text("1")
    result = grade(folder)["ada"]
    assert (result.points, result.problems) == (10.0, ())


def test_who_stops_waiting_leaves_nothing_running(folder: Path) -> None:
    submit(folder, "ada", "no notebook")
    submit(folder, "bob", answered(total="while True:\n        pass"))
    before = set(psutil.pids())
    engine = Engine(Course.open(folder), limits=Limits(cell_seconds=300, notebook_seconds=300), jobs=2)
    results = engine.grade(found(folder))
    _, first = next(results)
    assert (first.student, first.outcome) == ("ada", "invalid")
    start = time.monotonic()
    results.close()
    assert time.monotonic() - start < 30
    assert not running(set(psutil.pids()) - before)
    # what was ready is kept
    assert engine.cache.find(first.key, "ada") is not None


def test_the_key_changes_with_all_that_the_result_depends_on(folder: Path) -> None:
    path = submit(folder, "ada", answered())
    course = Course.open(folder)

    def key(limits: Limits | None = None) -> str:
        (submission,) = found(folder)
        return Engine(Course.open(folder), limits=limits).key(submission)

    first = key()
    assert key() == first
    keys = {first, key(Limits.for_cells(3))}
    path.write_text(json.dumps(answered(total="return 0")))
    keys.add(key())
    (path.parent / "data.csv").write_text("1")
    keys.add(key())
    source = course.source_notebook(LESSON)
    source.write_text(source.read_text().replace("total([]) == 0", "total([]) == 0.0"))
    keys.add(key())
    (folder / "source" / LESSON / "numbers.txt").write_text("4 5 6")
    keys.add(key())
    with (folder / "nbgrader_config.py").open("a") as config:
        config.write("c.LimitOutput.max_lines = 7\n")
    keys.add(key())
    assert len(keys) == 7


def test_the_time_of_a_cell_comes_from_nbgraders_configuration(folder: Path) -> None:
    assert cell_seconds(Course.open(folder)) == 8
    assert Engine(Course.open(folder)).limits == Limits(8, 160)
    with (folder / "nbgrader_config.py").open("a") as config:
        config.write("c.Execute.timeout = None\n")
    assert cell_seconds(Course.open(folder)) == Limits().notebook_seconds


def test_a_kit_is_made_once_and_knows_what_is_hidden(folder: Path) -> None:
    course = Course.open(folder)
    kit = prepare(course, LESSON)
    assert prepare(course, LESSON) == kit
    assert kit.notebooks == (LESSON,)
    assert list(kit.max_points.values()) == [5.0, 3.0, 2.0, 2.0]
    tests = next(each for each in kit.cells if each.grade_id == "test-line")
    assert "_secret" in tests.source
    assert "_secret" not in tests.released
    assert tests.hidden == (2, 3, 4, 5, 6)
    assert sorted(path.name for path in kit.files.iterdir()) == ["numbers.txt"]


@pytest.mark.parametrize(
    "name",
    [
        "GITHUB_TOKEN",
        "DB_PASSWORD",
        "aws_secret_x",
        "OPENAI_API_KEY",
        "JPY_PARENT_PID",
        "SSH_AUTH_SOCK",
        "SIGNING_KEY",
        "PWD",
    ],
)
def test_what_looks_like_a_key_stays_with_the_instructor(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(name, "x")
    monkeypatch.setenv("LESSON_LANGUAGE", "en")
    environment = run_environment(tmp_path)
    assert name not in environment
    assert environment["LESSON_LANGUAGE"] == "en"
    assert Path(environment["HOME"]) == tmp_path


MEMORY = r"""
import re
needle = "_secret_" + "abscissa"
needle = needle.encode()
places = 0
with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory:
    for line in maps:
        start, end, rights = re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+)", line).groups()
        if not rights.startswith("rw"):
            continue
        try:
            memory.seek(int(start, 16))
            places += memory.read(int(end, 16) - int(start, 16)).count(needle)
        except (OSError, ValueError):
            pass
print(places)
"""


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="reads its own memory through /proc")
def test_before_they_run_the_hidden_tests_are_nowhere_in_the_kernel(folder: Path) -> None:
    made = answered()
    made.cells.insert(0, cell(MEMORY))
    made.cells.append(cell(MEMORY))
    submit(folder, "ada", made)
    grade(folder)
    (kept,) = (folder / ".eds" / "results").iterdir()
    cells = nbformat.read(kept / f"{LESSON}.ipynb", as_version=4).cells
    before, after = (int(place.outputs[0].text) for place in (cells[0], cells[-1]))
    # the needle itself is what the search holds
    assert before <= 2
    # and the search does find what is there
    assert after > before


def test_a_grader_that_fails_gets_a_second_try(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    submit(folder, "ada", answered())
    tries: list[int] = []
    run_process = Workplace._run_process

    def fail_first(self: Workplace, job: Job) -> str | None:
        if job.rehearsal:
            return run_process(self, job)
        tries.append(1)
        if len(tries) <= failures:
            raise workplace._GraderError("ZMQError: Address already in use")
        return run_process(self, job)

    monkeypatch.setattr(Workplace, "_run_process", fail_first)
    failures = 1
    assert grade(folder)["ada"].outcome == "graded"
    assert len(tries) == 2
    tries.clear()
    failures = 2
    engine = Engine(Course.open(folder))
    ((_, result),) = engine.grade(found(folder), force=True)
    assert (result.outcome, result.problems[0].text) == (
        "failed",
        "ZMQError: Address already in use",
    )
    assert len(tries) == 2


def test_many_submissions_leave_no_process_file_or_socket(folder: Path, place: Path) -> None:
    for number in range(12):
        submit(folder, f"s{number:02}", answered(total=f"return sum(numbers)  # {number}"))
    before, descriptors = set(psutil.pids()), psutil.Process().num_fds()
    results = grade(folder, jobs=2)
    assert [result.points for result in results.values()] == [10.0] * 12
    assert not running(set(psutil.pids()) - before)
    assert not list(place.glob("eds-*"))
    assert psutil.Process().num_fds() <= descriptors + 2
