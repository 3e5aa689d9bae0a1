"""Run an assignment's reference solution, once, to choose the altered copies of its tests."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from time import monotonic
from typing import Any

from eds_autograder.grading.assignment import Kit
from eds_autograder.grading.job import Job
from eds_autograder.grading.kernels.waiting import WaitingKernel
from eds_autograder.grading.plans import Rehearsed, to_json
from eds_autograder.grading.preparing import Ready, executor, make_ready, plans_of, resources_of

__all__ = ["rehearse_job"]

# whatever formats a notebook asks for
_NO_PICTURES = (
    "--IPKernelApp.exec_lines=import IPython.core.pylabtools; "
    "IPython.core.pylabtools.print_figure = lambda *_, **__: None; del IPython"
)


def rehearse_job(job: Job, kernels: Sequence[WaitingKernel] = ()) -> str:
    """Run the reference solution and choose, for each test, altered copies that it fails.

    Returns
    -------
    str
        What belongs beside the kit, as JSON.
    """
    from eds_autograder.grading.rehearsal import Rehearsal, within_budget

    kit = Kit.load(job.kit)
    ready = {name: _ready_or_none(job, kit, name) for name in kit.notebooks}
    shutil.rmtree(job.kit)
    waiting = list(kernels)
    found: dict[str, dict[str, Rehearsed]] = {}
    for name, item in ready.items():
        plans = plans_of(kit, name)
        tests = {grade_id: Rehearsed(reason="the reference solution was not run") for grade_id in plans}
        if item is not None:
            answers = _answers(item.notebook)
            plans = {grade_id: replace(plan, answers=answers) for grade_id, plan in plans.items()}
            kernel = waiting.pop(0) if waiting else None
            execute, start = executor(job, plans, kernel, Rehearsal), monotonic()
            # nobody looks at its pictures, which take a good part of a lesson's time
            execute.extra_arguments.append(_NO_PICTURES)
            execute.preprocess(item.notebook, resources_of(job, name))
            if isinstance(execute.trials, Rehearsal):
                own = monotonic() - start - execute.trials.extra
                tests |= within_budget(execute.trials.found, own)
        found[name] = tests
    return to_json(found)


def _ready_or_none(job: Job, kit: Kit, name: str) -> Ready | None:
    from eds_autograder.grading.reading import UnreadableNotebookError

    try:
        return make_ready(job, kit, name)
    except UnreadableNotebookError:
        return None


def _answers(notebook: Any) -> frozenset[str]:
    """Return the names that the answer cells of a notebook define."""
    from nbgrader.utils import is_solution

    from eds_autograder.grading.assertions import defined_names

    answers = [cell.source for cell in notebook.cells if is_solution(cell) and cell.cell_type == "code"]
    return frozenset(name for source in answers for name in defined_names(source))
