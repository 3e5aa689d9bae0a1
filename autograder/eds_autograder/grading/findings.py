"""Say what happened while a notebook ran: limits that were hit, marks of no use, tests without canaries."""

from __future__ import annotations

from typing import Any

from eds_autograder.grading.assignment import Kit
from eds_autograder.grading.plans import Rehearsed
from eds_autograder.grading.preparing import plans_of
from eds_autograder.grading.results import Exercise, Problem

__all__ = ["accidents", "tests_by_guard", "unanswered", "unusable"]


def tests_by_guard(kit: Kit, name: str, execute: Any) -> tuple[list[str], dict[str, str]]:
    """Tell which tests of a notebook have canaries, and why the others have none."""
    guarded, unguarded = [], {}
    for grade_id, plan in plans_of(kit, name).items():
        test = f"{name}/{grade_id}"
        if not execute.guarded:
            unguarded[test] = "the notebook's kernel is none of Python"
        elif plan.canaries:
            guarded.append(test)
        else:
            known = kit.rehearsed.get((name, grade_id), Rehearsed())
            unguarded[test] = known.reason or "the reference solution was not run"
    return guarded, unguarded


def accidents(notebook: Any, execute: Any) -> list[Problem]:
    """Return what went wrong in the cells and what ended the run early."""
    problems = []
    for index, run in execute.runs.items():
        if run.state == "timed out" and execute.outcome == "graded":
            problems.append(Problem("time", f"cell {index + 1}{_label(notebook.cells[index])} {run.reason}"))
    for index, name in execute.hits.items():
        what = execute.limits.describe(name)
        problems.append(
            Problem(name, f"cell {index + 1}{_label(notebook.cells[index])} asked for more than {what}")
        )
    if execute.outcome != "graded":
        kind = execute.limit or ("kernel" if execute.outcome == "kernel died" else "time")
        problems.append(Problem(kind, f"{execute.reason}; marks before it are kept"))
    return problems


def _label(cell: Any) -> str:
    grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
    return f" ({grade_id})" if grade_id else ""


def unusable(exercises: list[Exercise]) -> list[Problem]:
    """Return the exercises whose tests gave a value that is no mark."""
    return [
        Problem("marks", f"{exercise.grade_id}: {exercise.detail}, counted as 0")
        for exercise in exercises
        if exercise.detail and exercise.detail.startswith("no usable mark")
    ]


def unanswered(notebook: Any) -> tuple[str, ...]:
    """Return the answer cells whose text is still the released one, by nbgrader's checksum."""
    from nbgrader.utils import compute_checksum, is_solution

    return tuple(
        cell.metadata["nbgrader"]["grade_id"]
        for cell in notebook.cells
        if is_solution(cell) and cell.metadata["nbgrader"].get("checksum") == compute_checksum(cell)
    )
