"""``eds export``: the marks as a file."""

from __future__ import annotations

from pathlib import Path

import click

from eds_autograder.cli.options import assignments_argument, course_option

__all__ = ["export"]


@click.command()
@assignments_argument
@click.option(
    "--to", "destination", metavar="FILE", default="grades.csv", show_default=True, help="The file."
)
@click.option("--exercises", is_flag=True, help="Add a column for each exercise.")
@course_option
def export(assignments: tuple[str, ...], destination: str, exercises: bool, course_dir: Path) -> None:
    """Write the gradebook's marks as CSV: a row for each student, a score for each assignment, the total.

    Scores are what counts: a person's marks go before the machine's, late penalties are taken off. An empty
    cell says that nothing was handed in. "--to -" writes to the terminal.
    """
    from eds_autograder.course import Course
    from eds_autograder.files import write_atomically
    from eds_autograder.gradebook import open_gradebook
    from eds_autograder.grading.export import grade_rows, to_csv
    from eds_datasets.errors import EdsError

    opened = Course.open(course_dir)
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
