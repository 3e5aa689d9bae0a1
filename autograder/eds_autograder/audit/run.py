"""The audit of a lesson: planned, run in a process of its own, judged, and remembered by content."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import cache
from importlib import metadata
from pathlib import Path
from time import monotonic
from typing import Any

from eds_autograder.audit.answers import read_answers
from eds_autograder.audit.exercises import exercises_of
from eds_autograder.audit.judge import judge
from eds_autograder.audit.plan import Plan, make_plan
from eds_autograder.audit.report import ExerciseAudit, LessonAudit
from eds_autograder.authoring.build import load_lesson
from eds_autograder.authoring.lesson import Cell, Lesson
from eds_autograder.course import Course
from eds_autograder.files import write_atomically
from eds_autograder.grading.assignment import Kit, prepare
from eds_datasets.errors import EdsError

__all__ = ["audit_lesson", "plans_of"]

_SECONDS = 30
_BOOT = (
    "import json, pathlib, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from eds_autograder.audit.process import main; raise SystemExit(main(pathlib.Path(sys.argv[2])))"
)
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


def audit_lesson(course: Course, name: str, *, jobs: int = 2, force: bool = False) -> LessonAudit:
    """Audit the tests of a lesson.

    Parameters
    ----------
    course : Course
    name : str
        A lesson whose notebook is what its text builds.
    jobs : int
        How many processes work at once.
    force : bool
        Grade also what is known.

    Returns
    -------
    LessonAudit

    Raises
    ------
    EdsError
        When the lesson cannot be read, or its own solution does not run.
    """
    start = monotonic()
    lesson = load_lesson(course, name)
    kit = prepare(course, name)
    plans = plans_of(course, lesson, kit)
    keys = [_key(lesson, plan) for plan in plans]
    memory = course.state_dir / "audit"
    known: dict[str, ExerciseAudit] = {}
    for key in keys:
        if not force and (found := _recall(memory, key)):
            known[key] = found
    missing = [(plan, key) for plan, key in zip(plans, keys, strict=True) if key not in known]
    for (plan, key), outcome in zip(missing, _run(course, lesson, kit, missing, jobs), strict=True):
        known[key] = judge(plan, outcome)
        write_atomically(memory / f"{key}.json", json.dumps(asdict(known[key]), ensure_ascii=False))
    graded = sum(len(plan.trials) for plan, _ in missing)
    return LessonAudit(name, tuple(known[key] for key in keys), monotonic() - start, graded)


def plans_of(course: Course, lesson: Lesson, kit: Kit) -> list[Plan]:
    """Plan the audit of each exercise of a lesson."""
    exercises = exercises_of(lesson)
    answers = read_answers(course.source_folder(lesson.name), [exercise.name for exercise in exercises])
    graded = {cell.grade_id: cell for cell in kit.cells_of(lesson.name)}
    for exercise in exercises:
        for place in exercise.tests:
            if graded.get(exercise.cells[place].grade_id) is None:
                raise EdsError(
                    f"{lesson.name}: {exercise.cells[place].grade_id} is not in the notebook",
                    f"run 'eds course build {lesson.name}'",
                )
    limit = _limit(course)
    return [make_plan(exercise, graded, answers[exercise.name], limit) for exercise in exercises]


def _limit(course: Course) -> float:
    found = course.config.get("Execute", {}).get("timeout", _SECONDS)
    return float(found) if isinstance(found, int | float) and found > 0 else float(_SECONDS)


def _code(lesson: Lesson) -> list[Cell]:
    return [cell for cell in lesson.cells if cell.cell_type == "code"]


def _key(lesson: Lesson, plan: Plan) -> str:
    """Return the hash of all that the audit of an exercise depends on."""
    before = [cell.source for cell in _code(lesson)[: plan.exercise.start]]
    about = [str(trial.about) for trial in plan.trials]
    lines = [cell.line for cell in plan.exercise.cells]
    content = [environment_digest(), before, plan.to_dict(), about, lines, plan.sorted_out]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


@cache
def environment_digest() -> str:
    """Return a hash of Python, of all that is installed, and of our own code, which changes faster."""
    found = sorted({(str(item.metadata["Name"]), item.version) for item in metadata.distributions()})
    digest = hashlib.sha256(json.dumps([sys.version, found]).encode())
    import eds_datasets

    ours = Path(__file__).parent
    for folder in (ours, ours.parent / "grading", Path(str(eds_datasets.__file__)).parent):
        for path in sorted(folder.glob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _recall(memory: Path, key: str) -> ExerciseAudit | None:
    try:
        return ExerciseAudit.from_dict(json.loads((memory / f"{key}.json").read_text("utf-8")))
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _run(
    course: Course, lesson: Lesson, kit: Kit, missing: Sequence[tuple[Plan, str]], jobs: int
) -> list[dict[str, Any]]:
    """Run the notebook up to the last exercise that is wanted, and grade the trials on the way."""
    if not missing:
        return []
    last = missing[-1][0].exercise
    cells = _code(lesson)[: last.start + len(last.cells)]
    plan = {
        "jobs": max(jobs, 1),
        "cells": [{"source": cell.source, "line": cell.line} for cell in cells],
        "exercises": [plan.to_dict() for plan, _ in missing],
    }
    with _places(course, kit) as (folder, environment):
        (folder / "plan.json").write_text(json.dumps(plan), "utf-8")
        paths = [path for path in sys.path if path and Path(path).is_absolute()]
        done = subprocess.run(
            [sys.executable, "-I", "-c", _BOOT, json.dumps(paths), str(folder)],
            cwd=folder / "work",
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            last_line = (done.stderr.strip().split("\n") or ["no reason given"])[-1]
            raise EdsError(
                f"{lesson.path}: the lesson's own solution does not run: {last_line}",
                "run the notebook in source/ from top to bottom",
            )
        return [
            json.loads((folder / f"outcome-{number}.json").read_text("utf-8"))
            for number in range(len(missing))
        ]


@contextmanager
def _places(course: Course, kit: Kit) -> Iterator[tuple[Path, dict[str, str]]]:
    """Yield a folder to work in, with the assignment's files, and the environment of the process."""
    fonts = course.state_dir / "fonts"
    fonts.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="eds-audit-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        shutil.copytree(kit.files, folder / "work")
        (folder / "tmp").mkdir()
        ours = {"MPLBACKEND": "agg", "MPLCONFIGDIR": str(fonts), "IPYTHONDIR": str(folder / "ipython")}
        # what a lesson makes for a while goes with the audit
        ours["TMPDIR"] = str(folder / "tmp")
        yield folder, {**os.environ, **dict.fromkeys(_ONE_THREAD, "1"), **ours}
