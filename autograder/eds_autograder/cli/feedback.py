"""``eds feedback``: a page for each student."""

from __future__ import annotations

from pathlib import Path

import click

from eds_autograder.cli.options import assignments_argument, course_option

__all__ = ["feedback"]


@click.command()
@assignments_argument
@click.option(
    "--student", "students", metavar="ID", multiple=True, help="For this student (may be repeated)."
)
@course_option
@click.pass_context
def feedback(
    ctx: click.Context, assignments: tuple[str, ...], students: tuple[str, ...], course_dir: Path
) -> None:
    """Write each student's page on each lesson: points, reasons, their own work; hidden tests stay hidden.

    The pages lie in feedback/STUDENT/ASSIGNMENT/ASSIGNMENT.html; each is one file that needs no other. Exit
    status 1 says that some submission has not been graded.
    """
    from eds_autograder.course import Course
    from eds_autograder.gradebook import open_gradebook
    from eds_autograder.grading.assignment import prepare
    from eds_autograder.grading.feedback import write_feedback
    from eds_autograder.grading.submissions import find_submissions
    from eds_datasets.errors import EdsError

    opened = Course.open(course_dir)
    names = opened.check_assignments(assignments)
    submissions = find_submissions(opened, names, students)
    kits = {name: prepare(opened, name) for name in {submission.assignment for submission in submissions}}
    written, missing = 0, []
    with open_gradebook(opened) as gradebook:
        for submission in submissions:
            try:
                write_feedback(opened, gradebook, kits[submission.assignment], submission.student)
                written += 1
            except EdsError as error:
                missing.append(error)
    click.echo(f"{written} page{'' if written == 1 else 's'} in {opened.feedback_dir}")
    for problem in missing:
        click.echo(f"{problem.message}; {problem.tip}", err=True)
    if missing:
        ctx.exit(1)
