"""From an executed cell to its mark, by nbgrader's rules but for three.

Only a test for whose end there is proof can pass. What it writes to stderr costs nothing: a warning of a
package, a progress bar or a line of a log say nothing about an answer, and the same code would pass or fail
with the version of a package. And a number that is no share of the points (negative, too large, NaN) is 0.
"""

from __future__ import annotations

import copy
import math
import re
from dataclasses import replace
from typing import Any

from eds_autograder.grading.assignment import GradedCell
from eds_autograder.grading.hidden import student_message
from eds_autograder.grading.results import Exercise
from eds_autograder.grading.trial import CellRun

__all__ = ["hold", "mark_cell"]

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_DETAIL_LENGTH = 500
NOT_PROVEN = "the kernel gave no proof that the test ran to its end"


def mark_cell(
    source: GradedCell, cell: Any | None, run: CellRun | None, log: Any, *, valued: bool = False
) -> Exercise:
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
    valued : bool
        Whether the reference solution's mark is the number that the cell ends with: then one without is none.

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
    if run is not None and run.state == "done" and not run.proven:
        return _exercise(source, 0.0, "failed", "The test did not run to its end.", NOT_PROVEN)
    return _mark_tests(source, _without_stderr(cell), log, valued)


def _without_stderr(cell: Any) -> Any:
    kept = copy.copy(cell)
    kept.outputs = [
        output for output in cell.outputs if output.output_type != "stream" or output.name != "stderr"
    ]
    return kept


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


def _mark_tests(source: GradedCell, cell: Any, log: Any, valued: bool) -> Exercise:
    from nbgrader.utils import determine_grade, has_failed

    worth = source.points or 0.0
    try:
        points = float(determine_grade(cell, log)[0])
    except (ValueError, KeyError, TypeError) as error:
        return _exercise(source, 0.0, "failed", "The test gave no usable mark.", f"no usable mark: {error}")
    value = _partial_value(cell)
    if value is None and valued and not has_failed(cell):
        detail = "no usable mark: it ends with no number"
        return _exercise(source, 0.0, "failed", "The test gave no usable mark.", detail)
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
    return None


def hold(exercise: Exercise) -> Exercise:
    """Let a person decide on a mark that a machine gave; what earned nothing stays as it is."""
    if not exercise.points:
        return exercise
    message = "A person will look at this part before it is marked."
    return replace(exercise, points=None, status="held", message=message, held=exercise.points)
