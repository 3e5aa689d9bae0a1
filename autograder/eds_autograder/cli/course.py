"""``eds course``: build, release and publish the lessons, and see what they cover."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from eds_autograder.cli.options import assignments_argument, course_option
from eds_datasets.errors import EdsError, UsageError
from eds_datasets.terminal import LazyGroup, format_option, print_records

__all__ = ["course"]


@click.group(cls=LazyGroup)
def course() -> None:
    """Build, release and publish the lessons."""


@course.command()
@assignments_argument
@course_option
@click.option(
    "--check", is_flag=True, help="Write nothing; fail when anything in source/ or release/ is stale."
)
@click.option("--from-notebook", is_flag=True, help="Take edits made in the notebooks back into the texts.")
@click.option("--force", is_flag=True, help="Overwrite notebooks that were edited after they were built.")
def build(
    assignments: tuple[str, ...], course_dir: Path, check: bool, from_notebook: bool, force: bool
) -> None:
    """Build source/X/X.ipynb from source/X/X.py."""
    from eds_autograder.authoring.build import build_lessons, take_back
    from eds_autograder.course import Course
    from eds_autograder.files import shown

    if check and (from_notebook or force):
        raise UsageError("--check writes nothing, and so goes with no other option", "leave the others out")
    opened = Course.open(course_dir)
    if check:
        _check(opened.root, assignments)
        return
    results = (
        take_back(opened, assignments) if from_notebook else build_lessons(opened, assignments, force=force)
    )
    for result in results:
        click.echo(f"{'wrote' if result.changed else 'fresh'}  {shown(result.path)}")


def _check(course_dir: Path, assignments: tuple[str, ...]) -> None:
    from eds_autograder.authoring.build import check_sources
    from eds_autograder.authoring.release import check_releases, find_release_leaks
    from eds_autograder.course import Course

    opened = Course.open(course_dir)
    found = check_sources(opened, assignments)
    # a stale source makes a stale release: one line is enough to act on
    found = found or check_releases(opened, assignments)
    found += [str(leak) for leak in find_release_leaks(opened, assignments)]
    if found:
        raise EdsError("\n".join(["not fresh:", *(f"  {line}" for line in found)]), "build, release, commit")
    names = ", ".join(opened.check_assignments(assignments))
    click.echo(f"{names}: source/ and release/ are fresh, and nothing leaks")


@course.command()
@assignments_argument
@course_option
def release(assignments: tuple[str, ...], course_dir: Path) -> None:
    """Make the students' versions with nbgrader, and prove that nothing leaks."""
    from eds_autograder.authoring.release import release_assignments
    from eds_autograder.course import Course
    from eds_autograder.files import shown

    for folder in release_assignments(Course.open(course_dir), assignments):
        click.echo(f"released  {shown(folder)}")


@course.command()
@click.argument("destination", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--package", metavar="SPEC", help="Where students get this package: a pip requirement, address or wheel."
)
@course_option
def publish(destination: Path, package: str | None, course_dir: Path) -> None:
    """Write the bundle that students get into DESTINATION."""
    from eds_autograder.authoring.publish import publish as write_bundle
    from eds_autograder.course import Course
    from eds_autograder.files import shown

    for path in write_bundle(Course.open(course_dir), destination, package=package):
        click.echo(f"published  {shown(path)}")


@course.command()
@format_option
@course_option
def topics(format_: str, course_dir: Path) -> None:
    """Show which exercise grades which topic."""
    from eds_autograder.authoring.topics import coverage, read_topics
    from eds_autograder.course import Course

    opened = Course.open(course_dir)
    notebooks = [path for name in opened.assignments() for path in opened.source_notebooks(name)]
    rows = coverage(notebooks, read_topics(opened.root))
    covered = sum(bool(row.exercises) for row in rows)
    as_json = format_ == "json"
    print_records(
        [
            {
                "topic": row.topic,
                "about": row.title,
                "exercises": list(row.exercises) if as_json else ", ".join(row.exercises),
            }
            for row in rows
        ],
        ["topic", "exercises"] if as_json else ["topic", "about", "exercises"],
        format_,
        title="Topics of the curriculum",
        footer=f"{covered} of {len(rows)} topics are graded",
    )


@course.command()
@assignments_argument
@format_option
@course_option
@click.option(
    "--jobs", type=click.IntRange(1), help="How many processes work at once: by default, all processors."
)
@click.option("--force", is_flag=True, help="Grade again what is known.")
@click.option("--redundant", is_flag=True, help="List hidden assertions without which the score is the same.")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write a page as well.")
@click.option("--save", is_flag=True, help="Write the scores to docs/audit.json, which is committed.")
@click.option("--check", is_flag=True, help="Fail when a score is lower than in docs/audit.json.")
def audit(assignments: tuple[str, ...], format_: str, course_dir: Path, **options: Any) -> None:
    """Measure the tests: mutants of the solutions that they kill, answers that they judge rightly.

    A mutant is the reference solution with one mistake in it, which the hidden tests alone should find; one
    that survives is shown with an input that tells it apart. Answers in source/X/answers/ must be judged as
    they are named.
    """
    from eds_autograder.audit.command import audit_course
    from eds_autograder.course import Course

    problems = audit_course(Course.open(course_dir), assignments, format_, **options)
    if problems:
        lines = "\n".join(f"  {line}" for line in problems)
        raise EdsError(f"not as it should be:\n{lines}", "docs/audit.md says what each of them means")
