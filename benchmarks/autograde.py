"""Grade a class twice in one run, by `eds grade` and by plain nbgrader: seconds, ratio, memory, equal marks.

    python benchmarks/autograde.py [--count 40] [--plain-count N] [--lesson NAME] [--skip-nbgrader]

Two classes: ``light``, a notebook that imports NumPy, pandas, Matplotlib, scikit-learn and torch and has ten
graded cells and a plot; and lesson 02 of this course. Each student's notebook is another text, so nothing is
found in a cache. Both commands start cold, in a course that has never been graded; both write the gradebook,
and their marks are compared cell by cell. Bars: light, ten times as fast as nbgrader; lesson 02, at most 1.5
times the time of the students' own cells divided by the processors; an unchanged class again in under 2 s;
at most 1.5 GiB of memory.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[1]
GIB = 2**30
BARS = {"ratio": 10.0, "overhead": 1.5, "again": 2.0, "memory": 1.5}
SAMPLE_SECONDS = 0.25

CONFIG = """\
c = get_config()
c.CourseDirectory.course_id = "benchmark"
c.CourseDirectory.ignore = [".ipynb_checkpoints", "__pycache__", "answers", "02-regression.py"]
c.Execute.timeout = 120
"""

IMPORTS = """\
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import sklearn.linear_model
import sklearn.preprocessing
import torch
"""

# name, parameters, body, visible test, hidden test
EXERCISES = [
    ("mean", "x", "return np.mean(x)", "mean([1, 2, 3]) == 2", "mean([2, 4, 9]) == 5"),
    ("spread", "x", "return np.max(x) - np.min(x)", "spread([1, 4]) == 3", "spread([-1, 7, 2]) == 8"),
    ("count", "table", "return len(table)", "count(pd.DataFrame({'a': [1, 2]})) == 2",
     "count(pd.DataFrame({'a': []})) == 0"),
    ("total", "table", "return table['a'].sum()", "total(pd.DataFrame({'a': [1, 2]})) == 3",
     "total(pd.DataFrame({'a': [5, 7, 9]})) == 21"),
    ("scaled", "x", "return sklearn.preprocessing.StandardScaler().fit_transform(x)",
     "abs(scaled(np.array([[1.0], [3.0]]))[0, 0] + 1) < 1e-9",
     "abs(scaled(np.array([[2.0], [4.0], [6.0]]))[1, 0]) < 1e-9"),
    ("slope", "x, y", "return sklearn.linear_model.LinearRegression().fit(x, y).coef_[0]",
     "abs(slope([[0], [1], [2]], [1, 3, 5]) - 2) < 1e-9", "abs(slope([[0], [1]], [0, -4]) + 4) < 1e-9"),
    ("norm", "v", "return float(torch.linalg.norm(torch.tensor(v)))", "norm([3.0, 4.0]) == 5.0",
     "norm([6.0, 8.0]) == 10.0"),
    ("gradient", "x",
     "t = torch.tensor(x, requires_grad=True)\n    (t * t).backward()\n    return float(t.grad)",
     "gradient(3.0) == 6.0", "gradient(-2.0) == -4.0"),
    ("largest", "x", "return int(np.argmax(x))", "largest([1, 9, 3]) == 1", "largest([4, 2, 1]) == 0"),
    ("words", "text", "return len(text.split())", "words('a b') == 2", "words('to be or not') == 4"),
]  # fmt: skip
PLOT = "x = np.linspace(0, 6, 200)\nplt.plot(x, np.sin(x))\nplt.xlabel('time (s)')\nplt.show()"
STUB = "# YOUR CODE HERE\n    raise NotImplementedError()"


def cell(source: str, grade_id: str | None = None, points: float | None = None) -> dict[str, Any]:
    """A code cell of a lesson: plain, an answer, or tests when it is worth something."""
    tests = points is not None
    meta = {"schema_version": 3, "grade_id": grade_id, "grade": tests, "solution": not tests,
            "locked": tests, "task": False} | ({"points": points} if tests else {})  # fmt: skip
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": grade_id or f"plain-{len(source)}",
        "metadata": {"nbgrader": meta} if grade_id else {},
        "outputs": [],
        "source": source,
    }


def light_lesson() -> dict[str, Any]:
    cells = [cell(IMPORTS)]
    for name, parameters, body, visible, hidden in EXERCISES:
        answer = f"def {name}({parameters}):\n    ### BEGIN SOLUTION\n    {body}\n    ### END SOLUTION"
        tests = f"assert {visible}\n### BEGIN HIDDEN TESTS\nassert {hidden}\n### END HIDDEN TESTS"
        cells += [cell(answer, name), cell(tests, f"test-{name}", 2)]
    spec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {
        "cells": [*cells, cell(PLOT)],
        "metadata": {"kernelspec": spec},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def text_of(each: dict[str, Any]) -> str:
    return each["source"] if isinstance(each["source"], str) else "".join(each["source"])


def hand_in(lesson: dict[str, Any], released: dict[str, Any], number: int) -> dict[str, Any]:
    """The work of one student: all answers of the lesson, but one in six is left open, another each time."""
    marks = re.compile(r"^\s*### (BEGIN|END) SOLUTION\n?", flags=re.MULTILINE)
    answers = {
        each["metadata"]["nbgrader"]["grade_id"]: marks.sub("", text_of(each))
        for each in lesson["cells"]
        if each["cell_type"] == "code" and each["metadata"].get("nbgrader", {}).get("solution")
    }
    made: dict[str, Any] = json.loads(json.dumps(released))
    open_ = [name for place, name in enumerate(answers) if number % 3 == 0 and (place + number) % 6 == 5]
    for each in made["cells"]:
        grade_id = each["metadata"].get("nbgrader", {}).get("grade_id")
        if grade_id in answers and grade_id not in open_:
            each["source"] = f"{answers[grade_id]}\n# by student {number}"
    return made


def make_course(folder: Path, name: str, count: int) -> None:
    """A course with one lesson that was released, and a class that handed it in."""
    source = folder / "source" / name
    if name == "light":
        source.mkdir(parents=True)
        (source / "light.ipynb").write_text(json.dumps(light_lesson()))
    else:
        shutil.copytree(ROOT / "source" / name, source)
    (folder / "nbgrader_config.py").write_text(CONFIG)
    run([sys.executable, "-m", "nbgrader", "generate_assignment", name], folder)
    lesson = json.loads((source / f"{name}.ipynb").read_text("utf-8"))
    released = json.loads((folder / "release" / name / f"{name}.ipynb").read_text("utf-8"))
    for number in range(count):
        place = folder / "submitted" / f"student-{number:03d}" / name
        place.mkdir(parents=True)
        (place / f"{name}.ipynb").write_text(json.dumps(hand_in(lesson, released, number)))


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command[-3:])}: status {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done


def environment() -> dict[str, str]:
    """One thread for both, as every grader of ours has: otherwise libraries share two processors badly."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {**os.environ, **threads}


@dataclass
class Measured:
    """A command that ran: what it took, and what it printed."""

    wall: float
    cpu: float  # seconds, of the whole machine
    peak: float  # GiB, of the command with all that it started
    out: str


def measure(command: list[str], folder: Path) -> Measured:
    before = busy_seconds()
    start = time.perf_counter()
    with subprocess.Popen(
        command, cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        peak = [0]
        watcher = threading.Thread(target=watch, args=(process.pid, peak), daemon=True)
        watcher.start()
        out, said = process.communicate()
        wall = time.perf_counter() - start
        watcher.join()
    cpu = busy_seconds() - before
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}: status {process.returncode}\n{out[-3000:]}\n{said[-3000:]}")
    return Measured(wall, cpu, peak[0] / GIB, out)


def busy_seconds() -> float:
    """Processor time of the whole machine: what a process left when it was killed is in nobody's account."""
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system)


def watch(pid: int, peak: list[int]) -> None:
    """Note the largest sum of the tree's memory, pages that are shared in it counted once."""
    while True:
        try:
            root = psutil.Process(pid)
            if root.status() == psutil.STATUS_ZOMBIE:
                return
            tree = [root, *root.children(recursive=True)]
        except psutil.NoSuchProcess:
            return
        peak[0] = max(peak[0], sum(memory(process.pid) for process in tree))
        time.sleep(SAMPLE_SECONDS)


def memory(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    except (OSError, StopIteration):
        return 0


def own_seconds(folder: Path, name: str) -> float:
    """The time in which the kernels ran the class's cells, by the kernels' own messages."""
    total = 0.0
    for path in folder.glob(f"autograded/*/{name}/{name}.ipynb"):
        for each in json.loads(path.read_text("utf-8"))["cells"]:
            times = each["metadata"].get("execution", {})
            if "iopub.status.busy" in times and "iopub.status.idle" in times:
                begin, end = (datetime.fromisoformat(times[f"iopub.status.{s}"]) for s in ("busy", "idle"))
                total += (end - begin).total_seconds()
    return total


def marks(folder: Path, name: str) -> dict[tuple[str, str], float | None]:
    """(student, exercise) to the machine's mark, out of the gradebook."""
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}", "benchmark") as gradebook:
        return {
            (submission.student.id, grade.name): grade.auto_score
            for submission in gradebook.assignment_submissions(name)
            for notebook in submission.notebooks
            for grade in notebook.grades
        }


def grade_plainly(place: Path, name: str, count: int) -> tuple[Measured, dict[tuple[str, str], float | None]]:
    folder = place / "plain"
    make_course(folder, name, count)
    took = measure([sys.executable, "-m", "nbgrader", "autograde", name], folder)
    return took, marks(folder, name)


def say(what: str, value: str, verdict: bool | None = None, bar: str = "") -> None:
    end = "" if verdict is None else f"   {'ok' if verdict else 'MISSED'} (bar: {bar})"
    print(f"  {what:<44} {value:>12}{end}", flush=True)


def benchmark(name: str, count: int, plain_count: int, cores: int, jobs: int | None) -> Iterator[bool]:
    """Grade one class with both; yields for each bar whether it holds."""
    print(f"\n{name}: a class of {count}", flush=True)
    with tempfile.TemporaryDirectory(prefix="eds-benchmark-") as place:
        folder = Path(place) / "ours"
        make_course(folder, name, count)
        (folder / "gradebook.db").unlink()
        command = [sys.executable, "-m", "eds_autograder", "grade", name]
        command += ["--jobs", str(jobs)] if jobs else []
        first = measure(command, folder)
        own = own_seconds(folder, name)
        ours = marks(folder, name)
        forced = measure([*command, "--force"], folder)
        again = measure(command, folder)
        say("eds grade, first time", f"{first.wall:.2f} s")
        say("  for each submission", f"{first.wall / count:.3f} s")
        say("  processor time for each submission", f"{first.cpu / count:.3f} s")
        say("eds grade --force, assignment known", f"{forced.wall:.2f} s")
        say("the students' own cells", f"{own:.2f} s")
        say("  their share of our time on all processors", f"{100 * own / (first.wall * cores):.0f} %")
        overhead = first.wall / (own / cores)
        if name != "light":
            yield overhead <= BARS["overhead"]
        say(
            "our time ÷ (own cells ÷ processors)",
            f"{overhead:.2f}",
            None if name == "light" else overhead <= BARS["overhead"],
            f"{BARS['overhead']}",
        )
        yield again.wall < BARS["again"]
        say("the unchanged class again", f"{again.wall:.2f} s", again.wall < BARS["again"], "2 s")
        yield first.peak < BARS["memory"]
        say("peak memory, shared pages once", f"{first.peak:.2f} GiB", first.peak < BARS["memory"], "1.5 GiB")
        print(f"  {first.out.splitlines()[-1]}")
        if plain_count:
            yield compare(Path(place), name, first, count, ours, plain_count)


def compare(
    place: Path,
    name: str,
    first: Measured,
    students: int,
    ours: dict[tuple[str, str], float | None],
    count: int,
) -> bool:
    took, theirs = grade_plainly(place, name, count)
    different = {key: (ours[key], mark) for key, mark in theirs.items() if ours[key] != mark}
    assert not different, f"the marks differ: {different}"
    ratio = took.wall / count / (first.wall / students)
    processor = took.cpu / count / (first.cpu / students)
    say(f"nbgrader autograde, {count} of them", f"{took.wall:.2f} s")
    say("  for each submission", f"{took.wall / count:.3f} s")
    say("  processor time for each submission", f"{took.cpu / count:.3f} s")
    say("  peak memory", f"{took.peak:.2f} GiB")
    holds = name != "light" or ratio >= BARS["ratio"]
    say("times as fast as nbgrader", f"{ratio:.1f}", holds if name == "light" else None, "10")
    say("times less processor time", f"{processor:.1f}")
    say("marks compared, all equal", str(len(theirs)))
    return holds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=40, help="students in the class")
    parser.add_argument(
        "--plain-count", type=int, help="how many of them nbgrader grades  [default: all, 5 of lesson 02]"
    )
    parser.add_argument("--lesson", choices=["light", "02-regression"], action="append")
    parser.add_argument("--jobs", type=int, help="for eds grade")
    parser.add_argument("--skip-nbgrader", action="store_true")
    options = parser.parse_args()
    cores = len(os.sched_getaffinity(0))
    print(f"Python {platform.python_version()}, {cores} processors, load {os.getloadavg()[0]:.1f} before")
    held = []
    for name in options.lesson or ["light", "02-regression"]:
        plain = min(options.plain_count or (options.count if name == "light" else 5), options.count)
        held += benchmark(name, options.count, 0 if options.skip_nbgrader else plain, cores, options.jobs)
    raise SystemExit(0 if all(held) else 1)


if __name__ == "__main__":
    main()
