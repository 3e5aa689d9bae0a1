"""Make a submitted notebook ready to run, and give it what executes it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eds_autograder.grading.assignment import Kit
from eds_autograder.grading.job import Job
from eds_autograder.grading.kernels.waiting import WaitingKernel
from eds_autograder.grading.plans import Rehearsed, TestPlan
from eds_autograder.grading.results import Problem

__all__ = ["Ready", "executor", "make_ready", "plans_of", "quiet_log", "resources_of"]


@dataclass(frozen=True)
class Ready:
    """A notebook that can run.

    Attributes
    ----------
    notebook : nbformat.NotebookNode
        Its graded cells are the instructor's again.
    problems : list of Problem
        What had to be repaired or put back for that.
    """

    notebook: Any
    problems: list[Problem]


def make_ready(job: Job, kit: Kit, name: str) -> Ready:
    """Read a notebook and make its graded cells the instructor's again.

    Raises
    ------
    UnreadableNotebookError
        When there is none, or none that can be read.
    """
    from traitlets.config import Config

    from eds_autograder.grading.lookup import answered_from
    from eds_autograder.grading.matching import match_cells, recognizer
    from eds_autograder.grading.reading import choose_notebook, read_notebook
    from eds_autograder.grading.sanitize import preprocessors, put_in_order, run_preprocessor

    cells = kit.cells_of(name)
    files = {path.relative_to(job.submission).as_posix(): path for path in _files(job.submission)}
    path, renamed = choose_notebook(name, files, kit.notebooks, recognizer(cells))
    notebook, repairs = read_notebook(path.read_bytes())
    repairs += match_cells(notebook, cells)
    problems = [*renamed, *repairs, *put_in_order(notebook, cells)]
    config, resources, log = Config(job.settings), resources_of(job, name), quiet_log()
    with answered_from(kit):
        for class_ in preprocessors(config, "sanitize_preprocessors"):
            notebook = run_preprocessor(class_, config, notebook, resources, log)
    return Ready(notebook, problems)


def _files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


def plans_of(kit: Kit, name: str) -> dict[str, TestPlan]:
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


def executor(job: Job, plans: dict[str, TestPlan], waiting: WaitingKernel | None, trials: Any = None) -> Any:
    """Return what executes a notebook within the limits of its job, with the tests among copies."""
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
        log=quiet_log(),
    )


def resources_of(job: Job, name: str) -> Any:
    """Return what nbgrader's preprocessors want to know of a notebook beside its cells."""
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


def quiet_log() -> logging.Logger:
    """Return a log that nobody reads: what matters stands in the result."""
    log = logging.Logger("eds.runner", logging.CRITICAL)
    log.addHandler(logging.NullHandler())
    return log
