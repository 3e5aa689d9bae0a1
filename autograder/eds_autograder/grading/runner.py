"""Grade one submission, in a process of its own that knows no course, no gradebook and no other student.

Run as ``python -m eds_autograder.grading.runner FOLDER``; `eds_autograder.grading.job` describes the folder.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic
from typing import Any

from eds_autograder.files import write_atomically
from eds_autograder.grading.assignment import CANARIES_FILE, Kit
from eds_autograder.grading.findings import accidents, tests_by_guard, unanswered, unusable
from eds_autograder.grading.job import Job
from eds_autograder.grading.kernels.sandbox import Sandbox
from eds_autograder.grading.kernels.waiting import WaitingKernel
from eds_autograder.grading.preparing import Ready, executor, make_ready, plans_of, quiet_log, resources_of
from eds_autograder.grading.reference_run import rehearse_job
from eds_autograder.grading.results import Exercise, Problem, Result
from eds_autograder.imports import import_nbgrader

__all__ = ["grade_job", "main"]


@dataclass(frozen=True)
class _Graded:
    """What grading one notebook gave."""

    exercises: list[Exercise]
    problems: list[Problem] = field(default_factory=list)
    outcome: str = "graded"
    unanswered: tuple[str, ...] = ()
    written: bool = False
    missing: bool = False
    evidence: list[str] = field(default_factory=list)
    guarded: list[str] = field(default_factory=list)
    unguarded: dict[str, str] = field(default_factory=dict)


def grade_job(job: Job, kernels: Sequence[WaitingKernel] = ()) -> Result:
    """Grade a submission, notebook by notebook.

    Parameters
    ----------
    job : Job
        Its ``out`` folder receives the executed notebooks.
    kernels : sequence of WaitingKernel
        Become the kernels of the notebooks that can run; without them, new ones are started.

    Returns
    -------
    Result
        Its outcome is the worst of the notebooks' outcomes.
    """
    start = monotonic()
    from eds_autograder.grading.marks import hold

    kit = Kit.load(job.kit)
    ready = {name: _ready_or_not(job, kit, name) for name in kit.notebooks}
    # done with: no student's code finds the hidden tests beside its own folder
    shutil.rmtree(job.kit)
    graded = {}
    waiting = list(kernels)
    for name, item in ready.items():
        if isinstance(item, _Graded):
            graded[name] = item
        else:
            graded[name] = _run_notebook(job, kit, name, item, waiting.pop(0) if waiting else None)
    for kernel in waiting:
        kernel.dismiss()
    several = len(graded) > 1
    if any(item.outcome != "invalid" for item in graded.values()):
        graded = {name: _count_missing(item) for name, item in graded.items()}
    problems = [
        Problem(problem.kind, f"{name}: {problem.text}" if several else problem.text)
        for name, notebook in graded.items()
        for problem in notebook.problems
    ]
    if job.refused:
        problems.append(
            Problem("file", f"{', '.join(job.refused[:3])}: a link, unreadable or no file: not opened")
        )
    evidence = [
        f"{name}: {text}" if several else text
        for name, notebook in graded.items()
        for text in notebook.evidence
    ]
    problems += [Problem("evidence", f"marks are held: {text}") for text in evidence]
    exercises = [item for notebook in graded.values() for item in notebook.exercises]
    return Result(
        student=job.student,
        assignment=job.assignment,
        key=job.key,
        outcome=_worst([notebook.outcome for notebook in graded.values()]),
        exercises=tuple(hold(item) if evidence else item for item in exercises),
        problems=tuple(problems),
        unanswered={name: notebook.unanswered for name, notebook in graded.items()},
        isolation=job.isolation,
        notebooks=tuple(name for name, notebook in graded.items() if notebook.written),
        evidence=tuple(evidence),
        guarded=tuple(test for notebook in graded.values() for test in notebook.guarded),
        unguarded={test: why for notebook in graded.values() for test, why in notebook.unguarded.items()},
        seconds=round(monotonic() - start, 3),
    )


def _worst(outcomes: list[str]) -> str:
    """Return the outcome of the whole: one notebook that can be graded counts, and so does an accident."""
    if all(outcome == "invalid" for outcome in outcomes):
        return "invalid"
    order = ("graded", "out of time", "kernel died")
    return max((outcome for outcome in outcomes if outcome != "invalid"), key=order.index)


def _ready_or_not(job: Job, kit: Kit, name: str) -> Ready | _Graded:
    """Make a notebook ready; one that cannot be is graded with that, and says why."""
    from eds_autograder.grading.reading import MissingNotebookError, UnreadableNotebookError

    try:
        return make_ready(job, kit, name)
    except UnreadableNotebookError as error:
        return _without_notebook(kit, name, str(error), isinstance(error, MissingNotebookError))


def _without_notebook(kit: Kit, name: str, reason: str, missing: bool) -> _Graded:
    message = f"There was no notebook to grade: {reason}."
    exercises = [
        Exercise(name, cell.grade_id, cell.points or 0.0, None, "not run", message)
        for cell in kit.cells_of(name)
        if cell.graded
    ]
    return _Graded(exercises, [Problem("file", reason)], "invalid", missing=missing)


def _count_missing(graded: _Graded) -> _Graded:
    """Count a notebook that was not handed in beside others as 0, which is nbgrader's rule."""
    if not graded.missing:
        return graded
    return replace(graded, exercises=[replace(exercise, points=0.0) for exercise in graded.exercises])


def _run_notebook(job: Job, kit: Kit, name: str, ready: Ready, waiting: WaitingKernel | None) -> _Graded:
    from traitlets.config import Config

    from eds_autograder.grading.sanitize import preprocessors, run_preprocessor

    notebook = ready.notebook
    config, resources, log = Config(job.settings), resources_of(job, name), quiet_log()
    execute = executor(job, plans_of(kit, name), waiting)
    for class_ in preprocessors(config, "autograde_preprocessors"):
        if _executes(class_):
            notebook, _ = execute.preprocess(notebook, resources)
        elif not _records(class_):
            notebook = run_preprocessor(class_, config, notebook, resources, log)
    return _graded(job, kit, name, notebook, execute, ready.problems, log)


def _executes(class_: Any) -> bool:
    from nbclient import NotebookClient

    return issubclass(class_, NotebookClient)


def _records(class_: Any) -> bool:
    """Tell what writes into a gradebook: that is the recorder's part."""
    from nbgrader.preprocessors import AssignLatePenalties, SaveAutoGrades

    return issubclass(class_, SaveAutoGrades | AssignLatePenalties)


def _graded(
    job: Job, kit: Kit, name: str, notebook: Any, execute: Any, problems: list[Problem], log: Any
) -> _Graded:
    from eds_autograder.grading.marks import mark_cell

    places = {
        cell.metadata.get("nbgrader", {}).get("grade_id"): index for index, cell in enumerate(notebook.cells)
    }
    exercises = []
    for source in kit.cells_of(name):
        if source.graded:
            index = places.get(source.grade_id)
            cell = None if index is None else notebook.cells[index]
            run = None if index is None else execute.runs.get(index)
            rehearsed = kit.rehearsed.get((name, source.grade_id))
            valued = rehearsed is not None and rehearsed.valued and execute.guarded
            exercises.append(mark_cell(source, cell, run, log, valued=valued))
    notebook.metadata["eds"] = {"result": job.key}
    _write(notebook, job.out / f"{name}.ipynb")
    problems = [*problems, *accidents(notebook, execute), *unusable(exercises)]
    guarded, unguarded = tests_by_guard(kit, name, execute)
    return _Graded(
        exercises,
        problems,
        execute.outcome,
        unanswered(notebook),
        written=True,
        evidence=execute.evidence,
        guarded=guarded,
        unguarded=unguarded,
    )


def _write(notebook: Any, path: Path) -> None:
    import nbformat

    path.write_text(nbformat.writes(notebook), "utf-8")


def main(arguments: list[str], sandboxes: Sequence[Sandbox] = ()) -> int:
    """Grade the job in a folder and write its result; a failure of ours leaves none and a traceback.

    Parameters
    ----------
    arguments : list of str
        The folder.
    sandboxes : sequence of Sandbox
        Of the kernels, where this process has all imports behind it: its own forks are kernels at once.
    """
    from eds_autograder.grading.kernels.processes import adopt_orphans, end_children, end_with_parent

    adopt_orphans()
    end_with_parent()
    # before anything of the course is read: what is in memory when it forks, the student's code can find
    kernels = [WaitingKernel(sandbox) for sandbox in sandboxes]
    import_nbgrader()
    job = Job.load(Path(arguments[0]))
    try:
        made = rehearse_job(job, kernels) if job.rehearsal else grade_job(job, kernels)
    finally:
        end_children()
    # last, when nothing of the student's runs any more that could write it
    if isinstance(made, str):
        write_atomically(job.out / CANARIES_FILE, made)
    else:
        made.write(job.result_file)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
