"""From an executed cell to its mark, by nbgrader's rules and only for a cell that ran to its end."""

from __future__ import annotations

import math
import re
from typing import Any

from eds_autograder.grading.assignment import GradedCell
from eds_autograder.grading.execute import CellRun
from eds_autograder.grading.hidden import student_message
from eds_autograder.grading.results import Exercise

__all__ = ["mark_cell"]

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_DETAIL_LENGTH = 500


def mark_cell(source: GradedCell, cell: Any | None, run: CellRun | None, log: Any) -> Exercise:
    """Mark one graded cell.

    Parameters
    ----------
    source : GradedCell
        The instructor's cell.
    cell : nbformat.NotebookNode or None
        The executed cell; None when the notebook has none.
    run : CellRun or None
        How its run ended; None for a cell without code.
    log : logging.Logger
        For nbgrader.

    Returns
    -------
    Exercise
    """
    if cell is None:
        return _exercise(source, 0.0, "not run", "This part is missing from your notebook.")
    if source.task or source.solution:
        return _mark_answer(source, cell, log)
    if source.cell_type != "code":
        return _exercise(source, None, "manual")
    if run is not None and run.state in ("not run", "kernel died", "timed out"):
        return _mark_accident(source, run)
    return _mark_tests(source, cell, log)


def _exercise(
    source: GradedCell,
    points: float | None,
    status: str,
    message: str | None = None,
    detail: str | None = None,
) -> Exercise:
    worth = source.points or 0.0
    return Exercise(source.notebook, source.grade_id, worth, points, status, message, detail)


def _mark_answer(source: GradedCell, cell: Any, log: Any) -> Exercise:
    """Leave a written answer to a person, unless it is the text that was released."""
    from nbgrader.utils import determine_grade

    points = None if source.task else determine_grade(cell, log)[0]
    if points is None:
        return _exercise(source, None, "manual")
    return _exercise(source, float(points), "no answer", "You left this part unanswered.")


def _mark_accident(source: GradedCell, run: CellRun) -> Exercise:
    said = {
        "not run": "This test was not run: the run of your notebook had ended before it.",
        "kernel died": "The Python process ended while this test ran.",
        "timed out": "This test took too long and was stopped.",
    }
    return _exercise(source, 0.0, run.state, said[run.state], run.reason)


def _mark_tests(source: GradedCell, cell: Any, log: Any) -> Exercise:
    from nbgrader.utils import determine_grade, has_failed

    worth = source.points or 0.0
    try:
        points = float(determine_grade(cell, log)[0])
    except (ValueError, KeyError, TypeError) as error:
        return _exercise(source, 0.0, "failed", "The test gave no usable mark.", f"no usable mark: {error}")
    value = _partial_value(cell)
    if value is not None and not 0.0 <= value <= worth:
        detail = f"no usable mark: {value} is not between 0 and {worth}"
        return _exercise(source, 0.0, "failed", "The test gave no usable mark.", detail)
    if has_failed(cell):
        return _exercise(source, points, "failed", student_message(source, cell), _detail(cell))
    status = "passed" if points >= worth else "partial" if points > 0 else "failed"
    return _exercise(source, points, status)


def _partial_value(cell: Any) -> float | None:
    """Return the number that the cell ends with, NaN included; None when it ends with none."""
    for output in cell.outputs:
        if output.output_type == "execute_result":
            text = output.get("data", {}).get("text/plain")
            try:
                value = float(text)
            except (TypeError, ValueError):
                return None
            return math.inf if math.isnan(value) else value
    return None


def _detail(cell: Any) -> str | None:
    for output in cell.outputs:
        if output.output_type == "error":
            text = f"{output.ename}: {_ANSI.sub('', str(output.evalue))}".strip()
            return " ".join(text.split())[:_DETAIL_LENGTH]
    if any(output.output_type == "stream" and output.name == "stderr" for output in cell.outputs):
        return "the test cell wrote to stderr, which nbgrader counts as a failure"
    return None
