"""``eds feedback``: a page for each student."""

from __future__ import annotations

import click

__all__ = ["feedback"]


@click.command()
@click.argument("assignments", metavar="[ASSIGNMENT]...", nargs=-1)
@click.option(
    "--student", "students", metavar="ID", multiple=True, help="For this student (may be repeated)."
)
@click.option("--course", metavar="DIR", default=".", help="The course's folder.  [default: here]")
@click.pass_context
def feedback(
    ctx: click.Context, assignments: tuple[str, ...], students: tuple[str, ...], course: str
) -> None:
    """Write each student's page on each lesson: points, reasons, their own work; hidden tests stay hidden.

    The pages lie in feedback/STUDENT/ASSIGNMENT/ASSIGNMENT.html; each is one file that needs no other. Exit
    status 1 says that some submission has not been graded.
    """
    from eds_datasets.errors import EdsError

    from eds_autograder.course import Course
    from eds_autograder.gradebook import open_gradebook
    from eds_autograder.grading.assignment import prepare
    from eds_autograder.grading.feedback import write_feedback
    from eds_autograder.grading.submissions import find_submissions

    opened = Course.open(course)
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
    click.echo(f"{written} pages in {opened.feedback_dir}")
    for problem in missing:
        click.echo(f"{problem.message}; {problem.tip}", err=True)
    if missing:
        ctx.exit(1)
