"""A class of attackers beside an honest student: the host and the class go on, at each level of isolation."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

from hostile_cases import CASES as FIRST  # noqa: E402
from hostile_reach import REACH, numbers  # noqa: E402
from small_course import LESSON, answered, cell, make_course, submit  # noqa: E402

from eds_autograder.course import Course  # noqa: E402
from eds_autograder.grading.kernels.isolation import why_not  # noqa: E402
from eds_autograder.grading.kernels.limits import Limits  # noqa: E402
from eds_autograder.grading.kernels.sandbox import LEVELS  # noqa: E402
from eds_autograder.grading.pool import Engine  # noqa: E402
from eds_autograder.grading.results import Result  # noqa: E402
from eds_autograder.grading.submissions import find_submissions  # noqa: E402

CASES = {**FIRST, **REACH}
LIMITS = Limits(
    cell_seconds=20,
    notebook_seconds=120,
    memory_gib=0.75,
    processes=48,
    disk_mib=64,
    file_mib=32,
    output_mib=1,
    open_files=256,
)
HONEST = ("an-honest-one", "honest", "the-honest-last")
MARKER = "86399"  # seconds that a daemon sleeps


@dataclass(frozen=True)
class Attacked:
    """A class after the attacks."""

    level: str
    course: Path
    before: dict[str, bytes]
    outside: Path
    results: dict[str, Result]
    got: dict[str, list[str]]
    arrived: list[str]
    left: list[str]


@pytest.fixture(scope="module", params=[level for level in LEVELS if why_not(level) is None])
def attacked(request: pytest.FixtureRequest) -> Iterator[Attacked]:
    # a folder of its own beside those of the runs: what a run sees in /tmp is none of this
    folder = Path(tempfile.mkdtemp(prefix="eds-hostile-"))
    previous = tempfile.tempdir
    tempfile.tempdir = str(folder)
    try:
        yield attack(request.param, folder)
    finally:
        tempfile.tempdir = previous
        shutil.rmtree(folder, ignore_errors=True)


def attack(level: str, folder: Path) -> Attacked:
    course = make_course(folder / "course")
    (course / "gradebook.db").write_bytes(b"")
    outside = folder / "outside"
    outside.mkdir()
    tcp, udp, abstract = (
        socket.create_server(("127.0.0.1", 0)),
        socket.socket(type=socket.SOCK_DGRAM),
        socket.socket(socket.AF_UNIX),
    )
    udp.bind(("127.0.0.1", 0))
    abstract.bind(f"\0eds-hostile-{os.getpid()}")
    abstract.listen()
    values = {
        "level": level,
        "course": course,
        "outside": outside,
        "tcp": tcp.getsockname()[1],
        "udp": udp.getsockname()[1],
        "abstract": f"eds-hostile-{os.getpid()}",
        "marker": MARKER,
        **numbers(platform.machine()),
        "class_pids": [os.getpid(), os.getppid()],
    }
    for name, case in CASES.items():
        submit_hostile(course, name, case, values)
    for name in HONEST:
        submit(course, name, answered(line=f"return 2 * x + 1  # {name}"))
    before = {str(path): path.read_bytes() for path in course.rglob("*") if path.is_file()}
    engine = Engine(Course.open(course), limits=LIMITS, jobs=2, isolation=level)
    results = {one.student: one for _, one in engine.grade(find_submissions(engine.course, [LESSON]))}
    got = {name: achieved(engine, result) for name, result in results.items()}
    arrived = [name for name, line in (("tcp", tcp), ("udp", udp), ("abstract", abstract)) if has_word(line)]
    return Attacked(level, course, before, outside, results, got, arrived, left_behind(folder))


def submit_hostile(course: Path, name: str, case: Any, values: dict[str, Any]) -> None:
    def filled(text: str) -> str:
        return re.sub(r"\{(" + "|".join(values) + r")\}", lambda match: str(values[match[1]]), text)

    made = answered()
    made.cells.insert(4, cell(filled(case.cell)))
    made.metadata["kernelspec"]["name"] = case.kernel
    submit(course, name, made)
    for file, text in case.files.items():
        place = course / "submitted" / name / LESSON / file
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(filled(text))


def achieved(engine: Engine, result: Result) -> list[str]:
    path = engine.cache.notebook(result.key, LESSON)
    if not path.is_file():
        return []
    texts = [
        output.text
        for each in nbformat.read(path, as_version=4).cells
        for output in each.get("outputs", [])
        if output.output_type == "stream"
    ]
    return [
        item
        for found in re.findall(r"^GOT (.*)$", "".join(texts), re.MULTILINE)
        for item in json.loads(found)
    ]


def has_word(line: socket.socket) -> bool:
    line.setblocking(False)
    try:
        if line.type == socket.SOCK_DGRAM:
            return bool(line.recv(10))
        line.accept()[0].close()
    except BlockingIOError:
        return False
    else:
        return True
    finally:
        line.close()


def left_behind(folder: Path) -> list[str]:
    """Processes that work in the folders of the runs or are the attackers' daemons, and what lies there."""
    found = []
    for process in psutil.process_iter():
        try:
            if MARKER in process.cmdline() or process.cwd().startswith(str(folder)):
                found.append(f"{process.pid} {process.cmdline()}")
        except psutil.Error:
            continue
    return [
        *found,
        *(
            str(path)
            for path in folder.rglob("*")
            if path.relative_to(folder).parts[0] not in ("course", "outside")
        ),
    ]


def test_honest_neighbours_get_their_full_mark(attacked: Attacked) -> None:
    for name in HONEST:
        result = attacked.results[name]
        assert (result.outcome, result.points, result.problems) == ("graded", 10.0, ()), name


@pytest.mark.parametrize("name", CASES)
def test_an_attack_gets_its_mark_and_its_problem_is_named(attacked: Attacked, name: str) -> None:
    case, result = CASES[name], attacked.results[name]
    told = [(problem.kind, problem.text) for problem in result.problems]
    assert result.outcome != "failed" or name == "hostile-kernelspec", told
    if case.points is not None:
        assert result.points == case.points, told
    if case.problem is not None:
        assert case.problem in [kind for kind, _ in told], told


@pytest.mark.parametrize("name", CASES)
def test_an_attack_achieves_nothing_where_that_is_promised(attacked: Attacked, name: str) -> None:
    if attacked.level in CASES[name].levels:
        assert attacked.got[name] == []


def test_a_bomb_of_threads_is_refused_and_the_kernel_lives(attacked: Attacked) -> None:
    if attacked.level != "namespaces":
        pytest.skip("the system does not count the threads of a run by itself")
    assert attacked.results["thread-bomb"].outcome == "graded"


def test_the_course_is_as_it_was(attacked: Attacked) -> None:
    if attacked.level == "none":
        pytest.skip("nothing is promised")
    now = {
        str(path): path.read_bytes()
        for path in attacked.course.rglob("*")
        if path.is_file() and ".eds" not in path.parts
    }
    assert now == attacked.before
    assert not list(attacked.outside.iterdir())
    assert attacked.arrived == []


def test_no_process_and_no_file_is_left(attacked: Attacked) -> None:
    assert attacked.left == []
