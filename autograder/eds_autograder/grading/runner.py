"""Grade one submission, in a process of its own that knows no course, no gradebook and no other student.

Run as ``python -m eds_autograder.grading.runner FOLDER``; `eds_autograder.grading.job` describes the folder.
"""

from __future__ import annotations

import logging
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic
from typing import Any

from eds_autograder.files import write_atomically
from eds_autograder.grading.assignment import CANARIES_FILE, Kit
from eds_autograder.grading.job import Job
from eds_autograder.grading.kernels.sandbox import Sandbox
from eds_autograder.grading.kernels.waiting import WaitingKernel
from eds_autograder.grading.plans import Rehearsed, TestPlan, to_json
from eds_autograder.grading.results import Exercise, Problem, Result
from eds_autograder.imports import import_nbgrader

__all__ = ["grade_job", "main", "rehearse_job"]

# whatever formats a notebook asks for
_NO_PICTURES = (
    "--IPKernelApp.exec_lines=import IPython.core.pylabtools; "
    "IPython.core.pylabtools.print_figure = lambda *_, **__: None; del IPython"
)


@dataclass(frozen=True)
class _Ready:
    """A notebook that can run."""

    notebook: Any
    problems: list[Problem]


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
    ready = {name: _make_ready(job, kit, name) for name in kit.notebooks}
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


def _make_ready(job: Job, kit: Kit, name: str) -> _Ready | _Graded:
    """Read a notebook and make its graded cells the instructor's again; or say why there is none."""
    from traitlets.config import Config

    from eds_autograder.grading.lookup import answered_from
    from eds_autograder.grading.matching import match_cells, recognizer
    from eds_autograder.grading.reading import (
        MissingNotebookError,
        UnreadableNotebookError,
        choose_notebook,
        read_notebook,
    )
    from eds_autograder.grading.sanitize import preprocessors, put_in_order, run_preprocessor

    cells = kit.cells_of(name)
    files = {path.relative_to(job.submission).as_posix(): path for path in _files(job.submission)}
    try:
        path, renamed = choose_notebook(name, files, kit.notebooks, recognizer(cells))
        notebook, repairs = read_notebook(path.read_bytes())
        repairs += match_cells(notebook, cells)
    except UnreadableNotebookError as error:
        return _without_notebook(kit, name, str(error), isinstance(error, MissingNotebookError))
    problems = [*renamed, *repairs, *put_in_order(notebook, cells)]
    config, resources, log = Config(job.settings), _resources(job, name), _quiet_log()
    with answered_from(kit):
        for class_ in preprocessors(config, "sanitize_preprocessors"):
            notebook = run_preprocessor(class_, config, notebook, resources, log)
    return _Ready(notebook, problems)


def _files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


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


def rehearse_job(job: Job, kernels: Sequence[WaitingKernel] = ()) -> str:
    """Run the reference solution and choose, for each test, altered copies that it fails.

    Returns
    -------
    str
        What belongs beside the kit, as JSON.
    """
    from eds_autograder.grading.rehearsal import Rehearsal, within_budget

    kit = Kit.load(job.kit)
    ready = {name: _make_ready(job, kit, name) for name in kit.notebooks}
    shutil.rmtree(job.kit)
    waiting = list(kernels)
    found: dict[str, dict[str, Rehearsed]] = {}
    for name, item in ready.items():
        plans = _plans(kit, name)
        tests = {grade_id: Rehearsed(reason="the reference solution was not run") for grade_id in plans}
        if isinstance(item, _Ready):
            answers = _answers(item.notebook)
            plans = {grade_id: replace(plan, answers=answers) for grade_id, plan in plans.items()}
            kernel = waiting.pop(0) if waiting else None
            execute, start = _execute(job, plans, kernel, Rehearsal), monotonic()
            # nobody looks at its pictures, which take a good part of a lesson's time
            execute.extra_arguments.append(_NO_PICTURES)
            execute.preprocess(item.notebook, _resources(job, name))
            if isinstance(execute.trials, Rehearsal):
                own = monotonic() - start - execute.trials.extra
                tests |= within_budget(execute.trials.found, own)
        found[name] = tests
    return to_json(found)


def _answers(notebook: Any) -> frozenset[str]:
    """Return the names that the answer cells of a notebook define."""
    from nbgrader.utils import is_solution

    from eds_autograder.grading.assertions import defined_names

    answers = [cell.source for cell in notebook.cells if is_solution(cell) and cell.cell_type == "code"]
    return frozenset(name for source in answers for name in defined_names(source))


def _plans(kit: Kit, name: str) -> dict[str, TestPlan]:
    """Return what is known of the tests of a notebook, by grade id."""
    unknown = Rehearsed()
    known = {cell.grade_id: kit.rehearsed.get((name, cell.grade_id), unknown) for cell in kit.cells_of(name)}
    return {
        cell.grade_id: TestPlan(
            source=cell.source,
            points=cell.points or 0.0,
            hidden=cell.hidden,
            canaries=known[cell.grade_id].canaries,
            valued=known[cell.grade_id].valued,
        )
        for cell in kit.cells_of(name)
        if cell.grade and not cell.solution and cell.cell_type == "code"
    }


def _execute(job: Job, plans: dict[str, TestPlan], waiting: WaitingKernel | None, trials: Any = None) -> Any:
    from traitlets.config import Config

    from eds_autograder.grading.execute import CarefulExecute

    config = Config(job.settings)
    # nbclient reads its configuration again when it starts: an argument would lose to it
    config.Execute.timeout = job.limits.cell_seconds
    return CarefulExecute(
        budget=job.limits.notebook_seconds,
        plans=plans,
        trials=trials,
        waiting=waiting,
        limits=job.limits,
        config=config,
        log=_quiet_log(),
    )


def _run_notebook(job: Job, kit: Kit, name: str, ready: _Ready, waiting: WaitingKernel | None) -> _Graded:
    from traitlets.config import Config

    from eds_autograder.grading.sanitize import preprocessors, run_preprocessor

    notebook = ready.notebook
    config, resources, log = Config(job.settings), _resources(job, name), _quiet_log()
    execute = _execute(job, _plans(kit, name), waiting)
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


def _resources(job: Job, name: str) -> Any:
    from nbconvert.exporters.exporter import ResourcesDict

    resources = ResourcesDict()
    resources["unique_key"] = name
    resources["metadata"] = ResourcesDict(path=str(job.work), name=name)
    resources["nbgrader"] = {
        "student": job.student,
        "assignment": job.assignment,
        "notebook": name,
        "db_url": f"sqlite:///{job.kit / 'gradebook.db'}",
    }
    return resources


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
    problems = [*problems, *_accidents(notebook, execute), *_unusable(exercises)]
    guarded, unguarded = _guarded(kit, name, execute)
    return _Graded(
        exercises,
        problems,
        execute.outcome,
        _unanswered(notebook),
        written=True,
        evidence=execute.evidence,
        guarded=guarded,
        unguarded=unguarded,
    )


def _guarded(kit: Kit, name: str, execute: Any) -> tuple[list[str], dict[str, str]]:
    """Tell which tests of a notebook have canaries, and why the others have none."""
    guarded, unguarded = [], {}
    for grade_id, plan in _plans(kit, name).items():
        test = f"{name}/{grade_id}"
        if not execute.guarded:
            unguarded[test] = "the notebook's kernel is none of Python"
        elif plan.canaries:
            guarded.append(test)
        else:
            known = kit.rehearsed.get((name, grade_id), Rehearsed())
            unguarded[test] = known.reason or "the reference solution was not run"
    return guarded, unguarded


def _accidents(notebook: Any, execute: Any) -> list[Problem]:
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


def _unusable(exercises: list[Exercise]) -> list[Problem]:
    return [
        Problem("marks", f"{exercise.grade_id}: {exercise.detail}, counted as 0")
        for exercise in exercises
        if exercise.detail and exercise.detail.startswith("no usable mark")
    ]


def _unanswered(notebook: Any) -> tuple[str, ...]:
    """Return the answer cells whose text is still the released one, by nbgrader's checksum."""
    from nbgrader.utils import compute_checksum, is_solution

    return tuple(
        cell.metadata["nbgrader"]["grade_id"]
        for cell in notebook.cells
        if is_solution(cell) and cell.metadata["nbgrader"].get("checksum") == compute_checksum(cell)
    )


def _write(notebook: Any, path: Path) -> None:
    import nbformat

    path.write_text(nbformat.writes(notebook), "utf-8")


def _quiet_log() -> logging.Logger:
    log = logging.Logger("eds.runner", logging.CRITICAL)
    log.addHandler(logging.NullHandler())
    return log


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
