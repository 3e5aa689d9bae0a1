"""Grade a class: find, run, record; one student's problem is one row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from time import monotonic

from eds_autograder.course import Course
from eds_autograder.gradebook import only_writer, open_gradebook
from eds_autograder.grading.job import Limits
from eds_autograder.grading.pool import Engine
from eds_autograder.grading.recorder import Recorder
from eds_autograder.grading.results import Problem, Result
from eds_autograder.grading.submissions import find_submissions
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
    """

    results: tuple[Result, ...]
    seconds: float
    jobs: int

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
    engine = Engine(course, limits, jobs, isolation)
    results = []
    with only_writer(course):
        for assignment in {submission.assignment for submission in submissions}:
            engine.kit(assignment)
        on_start(len(submissions))
        with open_gradebook(course) as gradebook:
            recorder = Recorder(course, gradebook, engine.cache)
            for submission, result in engine.grade(submissions, force=force):
                try:
                    more = recorder.record(submission, result, engine.kit(submission.assignment))
                except OSError as error:
                    more = [Problem("machinery", f"not wholly recorded: {error}")]
                complete = replace(result, problems=(*result.problems, *more))
                results.append(complete)
                on_result(complete)
    return ClassReport(tuple(results), monotonic() - start, engine.jobs)
