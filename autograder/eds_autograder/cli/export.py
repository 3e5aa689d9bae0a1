"""``eds export``: the marks as a file."""

from __future__ import annotations

import click

__all__ = ["export"]


@click.command()
@click.argument("assignments", metavar="[ASSIGNMENT]...", nargs=-1)
@click.option(
    "--to", "destination", metavar="FILE", default="grades.csv", show_default=True, help="The file."
)
@click.option("--exercises", is_flag=True, help="Add a column for each exercise.")
@click.option("--course", metavar="DIR", default=".", help="The course's folder.  [default: here]")
def export(assignments: tuple[str, ...], destination: str, exercises: bool, course: str) -> None:
    """Write the gradebook's marks as CSV: a row for each student, a score for each assignment, the total.

    Scores are what counts: a person's marks go before the machine's, late penalties are taken off. An empty
    cell says that nothing was handed in. "--to -" writes to the terminal.
    """
    from pathlib import Path

    from eds_datasets.errors import EdsError

    from eds_autograder.course import Course
    from eds_autograder.gradebook import open_gradebook
    from eds_autograder.grading.export import grade_rows, to_csv
    from eds_autograder.grading.results import write_atomically

    opened = Course.open(course)
    names = opened.check_assignments(assignments)
    with open_gradebook(opened) as gradebook:
        columns, rows = grade_rows(gradebook, names, exercises=exercises)
    if not rows:
        raise EdsError(f"{opened.db_url}: no student in the gradebook yet", "run 'eds grade' first")
    text = to_csv(columns, rows)
    if destination == "-":
        click.echo(text, nl=False)
        return
    path = Path(destination)
    try:
        write_atomically(path, text)
    except OSError as error:
        raise EdsError(
            f"{path}: cannot be written ({error.strerror})", "name another file with --to"
        ) from error
    click.echo(f"{len(rows)} students in {path}")
