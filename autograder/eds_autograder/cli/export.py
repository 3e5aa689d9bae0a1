"""``eds export``: the marks as a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from eds_autograder.cli.options import assignments_argument, course_option

if TYPE_CHECKING:
    from eds_autograder.course import Course

__all__ = ["export"]


@click.command()
@assignments_argument
@click.option(
    "--to", "destination", metavar="FILE", default="grades.csv", show_default=True, help="The file."
)
@click.option(
    "--lms",
    type=click.Choice(["generic", "moodle", "canvas"]),
    default="generic",
    show_default=True,
    help="Whose columns.",
)
@click.option(
    "--per",
    type=click.Choice(["assignment", "exercise", "topic"]),
    default="assignment",
    show_default=True,
    help="What has a column.",
)
@course_option
def export(assignments: tuple[str, ...], destination: str, lms: str, per: str, course_dir: Path) -> None:
    """Write the gradebook's marks as CSV: a row for each student, the columns that a platform reads.

    Scores are what counts: a person's marks go before the machine's, late penalties are taken off the whole
    assignment. An empty cell says that nothing was handed in; for Moodle and Canvas also that a person still
    has to look, since they would take the mark so far for the last word. "--to -" writes to the terminal.
    """
    from eds_autograder.course import Course
    from eds_autograder.gradebook import open_gradebook
    from eds_autograder.grading.export import FORMS, grade_table, to_csv
    from eds_datasets.errors import EdsError

    opened = Course.open(course_dir)
    names = opened.check_assignments(assignments)
    topics = _topics(opened, names) if per == "topic" else {}
    with open_gradebook(opened) as gradebook:
        table = grade_table(gradebook, names, per, topics)
    if not table.people:
        raise EdsError(f"{opened.db_url}: no student in the gradebook yet", "run 'eds grade' first")
    _write(destination, to_csv(*FORMS[lms](table)), len(table.people))
    if table.waiting:
        kept = "what is known so far is written" if lms == "generic" else "their cells are empty"
        marks = "1 mark waits" if table.waiting == 1 else f"{table.waiting} marks wait"
        click.echo(f"{marks} for a person: {kept}", err=True)


def _topics(course: Course, assignments: list[str]) -> dict[str, tuple[str, ...]]:
    """Return which exercises grade which topic."""
    from eds_autograder.authoring.topics import coverage, read_topics
    from eds_datasets.errors import EdsError

    notebooks = [path for name in assignments for path in course.source_notebooks(name)]
    found = {
        item.topic: item.exercises for item in coverage(notebooks, read_topics(course.root)) if item.exercises
    }
    if not found:
        raise EdsError(
            f"{course.source_dir}: no exercise of {', '.join(assignments)} names a topic",
            "export per assignment or per exercise",
        )
    return found


def _write(destination: str, text: str, students: int) -> None:
    from eds_autograder.files import write_atomically
    from eds_datasets.errors import EdsError

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
    click.echo(f"{students} students in {path}")
