"""A class's results as a table that fits a terminal, one line for each problem, and a footer that owns up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from eds_autograder.grading.results import Exercise, Result, points_text

__all__ = ["problem_lines", "records", "result_tables", "timing_line"]

# a column for each exercise, and no more: names go into the legend
_SIGNS = {"not run": "–", "manual": "?", "held": "!", "timed out": "0t", "kernel died": "0x"}
_SIGNS_EXPLAINED = {
    "–": "not run",
    "?": "waits for a person",
    "!": "held until a person has looked",
    "0t": "out of time",
    "0x": "the kernel died in it",
}


_NOT_ISOLATED = " (students' code runs with your rights: grade on a machine where that may be)"
_FEW = 12  # exercises leave room for long names and for air


def result_tables(results: Iterable[Result]) -> list[tuple[Any, list[str]]]:
    """Return for each assignment a rich table (student, exercises, total) and the lines of its legend.

    Parameters
    ----------
    results : iterable of Result
        In any order.

    Returns
    -------
    list of (rich.table.Table, list of str)
    """
    groups: dict[str, list[Result]] = {}
    for result in sorted(results, key=lambda result: (result.assignment, result.student)):
        groups.setdefault(result.assignment, []).append(result)
    return [(_table(assignment, group), legend(group)) for assignment, group in groups.items()]


def _table(assignment: str, results: Sequence[Result]) -> Any:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    exercises = results[0].exercises
    few = len(exercises) <= _FEW
    table = Table(
        title=assignment,
        box=box.SIMPLE_HEAD,
        title_justify="left",
        pad_edge=False,
        padding=(0, 1, 0, 0) if few else (0, 0),
    )
    table.add_column("student", max_width=24 if few else 14, overflow="ellipsis", no_wrap=True)
    for number in range(1, len(exercises) + 1):
        table.add_column(str(number), justify="right", no_wrap=True)
    table.add_column("total", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for result in results:
        cells = [sign(exercise) for exercise in result.exercises]
        table.add_row(Text(result.student), *cells, _total(result), Text(_remark(result)))
    return table


def sign(exercise: Exercise) -> str:
    """Return what stands in an exercise's column: its points, or a sign that the legend explains."""
    return _SIGNS.get(exercise.status) or points_text(exercise.points)


def _total(result: Result) -> str:
    return f"{points_text(result.points)}/{points_text(result.max_points)}"


def _remark(result: Result) -> str:
    return {"graded": "", "invalid": "no notebook", "failed": "not graded"}.get(
        result.outcome, result.outcome
    )


def legend(results: Sequence[Result]) -> list[str]:
    """Return what the numbers of the columns and the signs in them stand for, for one assignment."""
    exercises = results[0].exercises
    names = [
        f"{number} {exercise.grade_id.removeprefix('test-')} ({points_text(exercise.max_points)})"
        for number, exercise in enumerate(exercises, start=1)
    ]
    used = {sign(exercise) for result in results for exercise in result.exercises}
    signs = [f"{mark} {text}" for mark, text in _SIGNS_EXPLAINED.items() if mark in used]
    return [" · ".join(names), *([" · ".join(signs)] if signs else []), *coverage(results)]


def coverage(results: Iterable[Result]) -> list[str]:
    """Return how many of an assignment's tests have canaries, and why the others have none."""
    guarded = {test for result in results for test in result.guarded}
    others = {
        test: why for result in results for test, why in result.unguarded.items() if test not in guarded
    }
    if not guarded and not others:
        return []
    line = f"canaries guard {len(guarded)} of {_count(len(guarded) + len(others), 'test', 's')}"
    reasons: dict[str, list[str]] = {}
    for test, why in sorted(others.items()):
        reasons.setdefault(why, []).append(test.partition("/")[2])
    missing = [
        f"{', '.join(tests[:4])}{' …' if len(tests) > 4 else ''}: {why}" for why, tests in reasons.items()
    ]
    return ["; not ".join([line, *missing])]


def problem_lines(results: Iterable[Result]) -> list[str]:
    """Return one line for each problem: ``ada 05-iris: the kernel died in cell 12; …``."""
    ordered = sorted(results, key=lambda result: (result.assignment, result.student))
    return [
        f"{result.student} {result.assignment}: {problem.text}"
        for result in ordered
        for problem in result.problems
    ]


def timing_line(results: Sequence[Result], seconds: float, jobs: int) -> str:
    """Return the footer: how many, how fast, and how well the submissions were kept apart."""
    cached = sum(result.cached for result in results)
    known = f" ({cached} known from before)" if cached else ""
    run = len(results) - cached
    rate = f", {60 * run / seconds:.0f} a minute" if run > 1 else ""
    levels = ", ".join(sorted({result.isolation for result in results})) or "none"
    return (
        f"{_count(len(results), 'submission', 's')}{known} in {seconds:.1f} s{rate} "
        f"with {_count(jobs, 'process', 'es')}; "
        f"isolation: {levels}{_NOT_ISOLATED if 'none' in levels else ''}"
    )


def _count(number: int, what: str, ending: str) -> str:
    return f"{number} {what}{'' if number == 1 else ending}"


def records(results: Iterable[Result]) -> list[Mapping[str, Any]]:
    """Return the results as plain data, for ``--format json``."""
    ordered = sorted(results, key=lambda result: (result.assignment, result.student))
    return [
        {
            **result.to_dict(),
            "points": result.points,
            "max_points": result.max_points,
            "cached": result.cached,
        }
        for result in ordered
    ]
