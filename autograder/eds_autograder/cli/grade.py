"""``eds grade``: the class's submissions into marks."""

from __future__ import annotations

import atexit
import gc
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import click

from eds_autograder.cli.options import assignments_argument, course_option
from eds_datasets.errors import UsageError

if TYPE_CHECKING:
    from eds_autograder.course import Course
    from eds_autograder.grading.crew import Crew
    from eds_autograder.grading.grade import ClassReport
    from eds_autograder.grading.kernels.limits import Limits

__all__ = ["grade"]

_MANY_OBJECTS = 50_000


@click.command()
@assignments_argument
@click.option(
    "--student", "students", metavar="ID", multiple=True, help="Grade this student (may be repeated)."
)
@click.option("--jobs", type=click.IntRange(min=1), help="How many run at once.  [default: the processors]")
@click.option(
    "--timeout",
    type=click.IntRange(min=1),
    metavar="S",
    help="Seconds a cell may run; the notebook gets 20 times as many.  [default: Execute.timeout, or 30]",
)
@click.option(
    "--memory",
    type=click.FloatRange(min=0, min_open=True),
    metavar="GIB",
    help="Memory that a submission may take.  [default: 4]",
)
@click.option(
    "--isolation",
    type=click.Choice(["auto", "namespaces", "landlock", "none"]),
    default="auto",
    show_default=True,
    help="How students' code is kept apart; auto takes the strongest that works here.",
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Run the submissions on a Dask cluster: its scheduler's address, such as tcp://10.0.0.5:8786.",
)
@click.option("--force", is_flag=True, help="Run again what is known and unchanged.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="How to print the marks.",
)
@click.option("--progress/--no-progress", default=None, help="Show a bar.  [default: on a terminal]")
@course_option
@click.pass_context
def grade(
    ctx: click.Context,
    assignments: tuple[str, ...],
    students: tuple[str, ...],
    jobs: int | None,
    timeout: int | None,
    memory: float | None,
    isolation: str,
    scheduler: str | None,
    force: bool,
    format_: str,
    progress: bool | None,
    course_dir: Path,
) -> None:
    """Grade what the students handed in, all assignments or those named.

    Each submission runs in a process of its own; what is unchanged since last time is not run again. Marks
    go into nbgrader's gradebook, executed notebooks into autograded/. Exit status 1 says that some
    submission has a problem, told in one line below the table.
    """
    from eds_autograder.course import Course
    from eds_autograder.grading.grade import grade_class

    if scheduler is not None and jobs is not None:
        raise UsageError(
            "--jobs counts for this machine only", "the cluster's workers say how many run at once"
        )
    # what is read and imported here is no garbage: looking for some took a tenth of this process's time
    gc.set_threshold(_MANY_OBJECTS)
    # at the end, too, where Python looks through all that it has
    atexit.register(gc.freeze)
    trial = Thread(target=_try_levels, args=(isolation if scheduler is None else "none",))
    trial.start()
    opened = Course.open(course_dir)
    crew = _cluster(scheduler, isolation)
    trial.join()
    if crew is None:
        _warn_where_nothing_works(isolation)
    with _told_when_stopped(), _bar(progress) as (on_start, on_result):
        report = grade_class(
            opened,
            assignments,
            students,
            limits=_limits(opened, timeout, memory),
            jobs=jobs,
            isolation=isolation,
            crew=crew,
            force=force,
            on_start=on_start,
            on_result=on_result,
        )
    _print(report, format_)
    if report.has_problems:
        ctx.exit(1)


def _cluster(scheduler: str | None, isolation: str) -> Crew | None:
    if scheduler is None:
        return None
    from eds_autograder.grading.cluster.crew import ClusterCrew

    crew = ClusterCrew(scheduler, isolation)
    if crew.isolation == "none":
        click.echo("warning: students' code is not isolated on the cluster's workers", err=True)
    return crew


def _try_levels(isolation: str) -> None:
    """Try what works here, which is remembered: as long as the course is read nothing else is to be done."""
    from eds_autograder.grading.kernels.isolation import choose

    # what does not work is told where it is asked for
    with suppress(UsageError):
        choose(isolation)


def _warn_where_nothing_works(isolation: str) -> None:
    from eds_autograder.grading.kernels.isolation import choose, why_not

    if isolation == "auto" and choose(isolation) == "none":
        click.echo(
            "warning: students' code is not isolated; namespaces do not work here "
            f"({why_not('namespaces')}), nor does landlock ({why_not('landlock')})",
            err=True,
        )


def _limits(course: Course, timeout: int | None, memory: float | None) -> Limits:
    from eds_autograder.grading.kernels.limits import Limits
    from eds_autograder.grading.pool import cell_seconds

    limits = Limits.for_cells(timeout or cell_seconds(course))
    return limits if memory is None else replace(limits, memory_gib=memory)


@contextmanager
def _told_when_stopped() -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        click.echo("stopped: what was graded is kept, and the next `eds grade` goes on from there", err=True)
        raise


@contextmanager
def _bar(wanted: bool | None) -> Iterator[tuple[Any, Any]]:
    """Show a bar with the rate and the time left, on stderr; nothing when nobody watches."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    shown = console.is_terminal if wanted is None else wanted
    bar = Progress(
        TextColumn("grading"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=console,
        disable=not shown,
    )
    with bar:
        task = bar.add_task("grading", total=None, rate="")

        def on_start(total: int) -> None:
            bar.update(task, total=total)

        def on_result(_: Any) -> None:
            speed = bar.tasks[0].speed
            bar.update(task, advance=1, rate=f"{60 * speed:.0f}/min" if speed else "")

        yield on_start, on_result


def _print(report: ClassReport, format_: str) -> None:
    import json
    import sys

    from eds_autograder.grading.reasons import regrade_lines
    from eds_autograder.grading.summary import problem_lines, records, result_tables, timing_line

    if format_ == "json":
        click.echo(json.dumps(records(report.results), indent=2, ensure_ascii=False))
        return
    from rich.console import Console

    console = Console(width=None if sys.stdout.isatty() else 100, highlight=False)
    for table, legend in result_tables(report.results):
        console.print(table)
        for line in legend:
            console.print(line, markup=False)
        console.print()
    for line in [*problem_lines(report.results), *regrade_lines(report.again)]:
        click.echo(line)
    click.echo(timing_line(report.results, report.seconds, report.jobs))
