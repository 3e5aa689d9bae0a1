"""An audit on the terminal: a table for each lesson, the survivors as diffs, what has to be mended."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from eds_autograder.audit.report import ExerciseAudit, LessonAudit, Survivor, course_score

__all__ = ["COLUMNS", "rows_of", "show_audits"]

COLUMNS = ("exercise", "mutants", "visible", "hidden", "equivalent", "right", "wrong", "redundant", "score")


def rows_of(audit: LessonAudit) -> list[dict[str, Any]]:
    """Return a row for each exercise of a lesson."""
    return [{"lesson": audit.lesson, **_row(exercise)} for exercise in audit.exercises]


def _row(exercise: ExerciseAudit) -> dict[str, Any]:
    redundant = sum(use.redundant for use in exercise.assertions)
    return {
        "exercise": exercise.exercise,
        "mutants": exercise.mutants,
        "visible": exercise.killed_visible,
        "hidden": exercise.killed_hidden,
        "equivalent": len(exercise.equivalent),
        "right": exercise.count("right") + exercise.count("invariant"),
        "wrong": exercise.count("wrong"),
        "redundant": f"{redundant} of {len(exercise.assertions)}",
        "score": f"{exercise.score:.0%}",
    }


def show_audits(audits: Sequence[LessonAudit], *, redundant: bool = False) -> None:
    """Print audits for a person.

    Parameters
    ----------
    audits : sequence of LessonAudit
    redundant : bool
        List also the hidden assertions without which the score would be the same.
    """
    from rich.console import Console
    from rich.text import Text

    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    for audit in audits:
        console.print(_table(audit))
        for exercise in audit.exercises:
            for line in _details(exercise, redundant):
                console.print(Text(line, style=_style(line)))
        console.print(Text(_rate(audit)))
    console.print(Text(f"score of {len(audits)} lessons: {course_score(audits):.1%}", style="bold"))


def _table(audit: LessonAudit) -> Any:
    from rich import box
    from rich.table import Table

    title = f"{audit.lesson}: hidden tests kill {audit.score:.1%} of {audit.total('counted')} mutants"
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left")
    for column in COLUMNS:
        table.add_column(column, justify="left" if column == "exercise" else "right")
    for row in rows_of(audit):
        table.add_row(*(str(row[column]) for column in COLUMNS))
    return table


def _rate(audit: LessonAudit) -> str:
    if not audit.graded:
        return "nothing has changed since the last audit"
    rate = audit.graded / audit.seconds if audit.seconds else 0.0
    out: dict[str, int] = {}
    for exercise in audit.exercises:
        for reason, count in exercise.sorted_out.items():
            out[reason] = out.get(reason, 0) + count
    sorted_out = ", ".join(f"{count} {reason}" for reason, count in out.items() if count)
    told = f"{audit.graded} answers graded in {audit.seconds:.0f} s, {rate:.1f} a second"
    return f"{told}; sorted out: {sorted_out or 'none'}\n"


def _details(exercise: ExerciseAudit, redundant: bool) -> list[str]:
    lines = []
    for survivor in exercise.survivors:
        lines += [f"{exercise.exercise}: survives ({survivor.operator}, line {survivor.line})"]
        lines += [f"    {line}" for line in survivor.diff.split("\n")]
        lines += [f"    {line}" for line in _witness(survivor)]
    for survivor in exercise.equivalent:
        lines.append(f"{exercise.exercise}: equivalent (line {survivor.line}): {survivor.change}")
        lines.append(f"    because {survivor.reason}")
    lines += [f"{exercise.exercise}: problem: {problem}" for problem in exercise.all_problems]
    if redundant:
        for use in exercise.assertions:
            if use.redundant:
                tells = f"; tells of {', '.join(use.tells)}" if use.tells else ""
                lines.append(f"{exercise.exercise}: redundant (line {use.line}): {use.message}{tells}")
    return lines


def _witness(survivor: Survivor) -> list[str]:
    if not survivor.witness:
        return ["no input was found that tells them apart"]
    return [
        f"apart at {survivor.witness['call']}",
        f"  reference {survivor.witness['reference']}",
        f"  mutant    {survivor.witness['mutant']}",
    ]


def _style(line: str) -> str:
    if line.startswith("    -"):
        return "red"
    if line.startswith("    +"):
        return "green"
    return "yellow" if ": problem: " in line or ": survives " in line else ""
