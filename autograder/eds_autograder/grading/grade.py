"""Grade a class: find, run, record; one student's problem is one row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from time import monotonic

from eds_autograder.course import Course
from eds_autograder.gradebook import only_writer, open_gradebook
from eds_autograder.grading.crew import Crew
from eds_autograder.grading.job import Limits
from eds_autograder.grading.pool import Engine, Round
from eds_autograder.grading.reasons import why_again
from eds_autograder.grading.recorder import Recorder, latest_result
from eds_autograder.grading.results import Problem, Result
from eds_autograder.grading.standing import note, stands
from eds_autograder.grading.submissions import Submission, find_submissions
from eds_datasets.errors import EdsError

__all__ = ["ClassReport", "grade_class"]


@dataclass(frozen=True)
class ClassReport:
    """What grading a class gave.

    Attributes
    ----------
    results : tuple of Result
        In the order in which they were ready.
    seconds : float
        Wall time of it all.
    jobs : int
        How many ran at once.
    again : tuple of (str, str)
        Assignment and cause, for each submission that was run although it had been graded before.
    """

    results: tuple[Result, ...]
    seconds: float
    jobs: int
    again: tuple[tuple[str, str], ...] = ()

    @property
    def has_problems(self) -> bool:
        """Whether any submission has a problem that somebody should know."""
        return any(result.problems for result in self.results)


def grade_class(
    course: Course,
    assignments: Sequence[str] = (),
    students: Iterable[str] = (),
    *,
    limits: Limits | None = None,
    jobs: int | None = None,
    isolation: str = "auto",
    crew: Crew | None = None,
    force: bool = False,
    on_start: Callable[[int], None] = lambda _: None,
    on_result: Callable[[Result], None] = lambda _: None,
) -> ClassReport:
    """Grade submissions and record them in nbgrader's gradebook, each as soon as it is ready.

    Parameters
    ----------
    course : Course
    assignments, students : optional
        Whose work on what; by default everybody's on everything.
    limits : Limits, optional
        By default those of nbgrader's configuration.
    jobs : int, optional
        How many run at once; by default one for each processor.
    isolation : str
        How students' code is kept apart: ``auto`` or a level by name.
    crew : Crew, optional
        Who runs the submissions; by default this machine, with so many jobs and that isolation.
    force : bool
        Run even what is known.
    on_start : callable, optional
        Called with the number of submissions.
    on_result : callable, optional
        Called with each result when it is recorded.

    Returns
    -------
    ClassReport

    Raises
    ------
    EdsError
        When there is nothing to grade, or an assignment's source or the gradebook cannot be used.
    """
    start = monotonic()
    names = course.check_assignments(assignments)
    submissions = find_submissions(course, names, students)
    if not submissions:
        raise EdsError(
            f"{course.submitted_dir}: nothing handed in for {', '.join(names) or 'any assignment'}",
            "submissions lie in submitted/STUDENT/ASSIGNMENT/ASSIGNMENT.ipynb",
        )
    engine = Engine(course, limits, jobs, isolation, crew)
    with only_writer(course), closing(engine.crew):
        if force or not engine.cache.folder.is_dir():
            # there will be something to run: what takes longest begins first
            engine.crew.start()
        with engine.begin(submissions, force=force) as round_:
            on_start(len(submissions))
            if round_.all_known and stands(course, round_.known):
                results = [result for _, result in round_.known]
                again: list[tuple[str, str]] = []
                for result in results:
                    on_result(result)
            else:
                results, again = _record_all(course, engine, round_, on_result)
    return ClassReport(tuple(results), monotonic() - start, engine.jobs, tuple(again))


def _record_all(
    course: Course, engine: Engine, round_: Round, on_result: Callable[[Result], None]
) -> tuple[list[Result], list[tuple[str, str]]]:
    """Record batch after batch; returns the results, and why some were run that had been graded before."""
    results: list[Result] = []
    again: list[tuple[str, str]] = []
    recorded: list[tuple[Submission, Result]] = []
    with open_gradebook(course) as gradebook:
        recorder = Recorder(course, gradebook, engine.cache)
        for assignment in round_.assignments:
            recorder.open_page(engine.kit(assignment))
        with closing(round_.batches()) as batches:
            for batch in batches:
                before = [latest_result(course, result.student, result.assignment) for _, result in batch]
                with recorder.together():
                    complete = [_record(recorder, engine, *item) for item in batch]
                for (submission, bare), old, result in zip(batch, before, complete, strict=True):
                    if result.problems == bare.problems:
                        recorded.append((submission, bare))
                    if old is not None and not result.cached and result.outcome != "failed":
                        again.append((result.assignment, why_again(old, result)))
                    results.append(result)
                    on_result(result)
    note(course, recorded)
    return results, again


def _record(recorder: Recorder, engine: Engine, submission: Submission, result: Result) -> Result:
    try:
        more = recorder.record(submission, result, engine.kit(submission.assignment))
    except OSError as error:
        more = [Problem("machinery", f"not wholly recorded: {error}")]
    return replace(result, problems=(*result.problems, *more))
