"""``eds demo``: a whole course and a hackathon, by the commands that a person would type."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import shlex
import shutil
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import click

from eds_autograder.cli.options import course_option
from eds_datasets.errors import EdsError

__all__ = ["demo"]


@click.command()
@click.pass_context
@course_option
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where to play; a new folder. By default a temporary one, which stays.",
)
def demo(ctx: click.Context, course_dir: Path, folder: Path | None) -> None:
    """Play a whole course and a hackathon, end to end, in a folder of its own."""
    started = time.monotonic()
    root = _new_course(course_dir, folder)
    with contextlib.chdir(root):
        _play(_Stage(ctx.find_root().command))
    _title(f"Done in {time.monotonic() - started:.0f} s. Everything is in {root}")
    _say_what_next(root)


class _Stage:
    """Shows each command as a person would type it, and runs it; in one process, which imports once."""

    def __init__(self, commands: click.Command) -> None:
        self.commands = commands

    def run(self, command: str, *, expected: Collection[int] = (0,)) -> None:
        """Show and run a command."""
        click.secho(f"$ {command}", fg="cyan")
        self._run(command, expected)

    def capture(self, command: str) -> str:
        """Show and run a command; return what it prints instead of showing it."""
        click.secho(f"$ {command}", fg="cyan")
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            self._run(command, (0,))
        return printed.getvalue().strip()

    def _run(self, command: str, expected: Collection[int]) -> None:
        program, *arguments = shlex.split(command)
        words = arguments if program == "eds" else [program, *arguments]
        status = self.commands.main(words, prog_name="eds", standalone_mode=False) or 0
        if status not in expected:
            raise EdsError(f"'{command}' ended with status {status}", f"look into {Path.cwd()}")


def _title(text: str) -> None:
    click.secho(f"\n{text}", bold=True)


def _play(stage: _Stage) -> None:
    _title("1  The lessons: text, notebook, release")
    stage.run("eds course build")
    stage.run("eds course release")

    _title("2  A class of six hands in")
    _hand_in()

    _title("3  Grading")
    # status 1 says that some submission has a problem: the class sees to that
    stage.run("eds grade", expected={0, 1})

    _title("4  Grades and feedback")
    stage.run("eds export --to grades.csv")
    _show_grades(Path("grades.csv"))
    stage.run("eds feedback")

    _title("5  A hackathon: who reads the digits best?")
    _play_hackathon(stage)


def _new_course(course_dir: Path, folder: Path | None) -> Path:
    """Make a course directory that holds the demo's lessons as text, and nothing built."""
    from eds_autograder.classroom import LESSONS

    missing = [name for name in LESSONS if not (course_dir / "source" / name / f"{name}.py").is_file()]
    missing += [name for name in ("nbgrader_config.py",) if not (course_dir / name).is_file()]
    if missing:
        raise EdsError(
            f"{course_dir.resolve()}: the lessons of the demo are not here (missing: {', '.join(missing)})",
            "run it in a clone of the course, or name one with --course DIR",
        )
    if folder is None:
        folder = Path(tempfile.mkdtemp(prefix="eds-demo-"))
    elif folder.exists() and any(folder.iterdir()):
        raise EdsError(f"{folder}: not empty", "name a new folder")
    folder = folder.resolve()
    for name in LESSONS:
        inside = Path("source") / name
        shutil.copytree(
            course_dir / inside,
            folder / inside,
            ignore=shutil.ignore_patterns("*.ipynb", ".*", "__pycache__"),
        )
    shutil.copy(course_dir / "nbgrader_config.py", folder)
    return folder


def _hand_in() -> None:
    """Have the class hand in, and show what each of them did."""
    from eds_autograder.classroom import LESSONS, hand_in
    from eds_autograder.course import Course
    from eds_datasets.terminal import print_records

    rows = [
        {"student": student, **{_number(lesson): kind for lesson, kind in work.items()}}
        for student, work in hand_in(Course.open())
    ]
    print_records(rows, ["student", *map(_number, LESSONS)])


def _show_grades(path: Path) -> None:
    """Show the marks of the exported table, without its columns for an office."""
    from eds_autograder.classroom import LESSONS
    from eds_datasets.terminal import print_records

    with path.open(newline="", encoding="utf-8") as file:
        rows = [
            {"student": row["student_id"], **{_number(name): _mark(row, name) for name in LESSONS}}
            for row in csv.DictReader(file)
        ]
    print_records(
        rows,
        ["student", *map(_number, LESSONS)],
        footer="empty: not handed in; ?: a person has to look",
    )


def _number(lesson: str) -> str:
    return lesson.partition("-")[0]


def _mark(row: Mapping[str, str], lesson: str) -> str:
    waiting = row[f"{lesson} to grade"] not in ("", "0")
    return f"{row[lesson]} ?" if waiting else row[lesson]


def _play_hackathon(stage: _Stage) -> None:
    from eds_autograder.contestants import ENTRIES, predict

    stage.run("leaderboard create digits --challenge digits")
    stage.run("leaderboard open --for 4h -c digits")
    for entry in ENTRIES:
        baseline = " --baseline" if entry.baseline else ""
        token = stage.capture(f"leaderboard team add {shlex.quote(entry.team)}{baseline} -c digits")
        file = predict(Path("digits") / "release", entry)
        with _environment("LEADERBOARD_TOKEN", token):
            stage.run(f"leaderboard submit -f {file} -m {shlex.quote(entry.message)} -c digits")
    for command in ("show", "close", "reveal", "show"):
        stage.run(f"leaderboard {command} -c digits")


@contextlib.contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    os.environ[name] = value
    try:
        yield
    finally:
        del os.environ[name]


def _say_what_next(root: Path) -> None:
    click.echo(
        f"""
Try next:
  xdg-open {root}/feedback/ben/05-iris/05-iris.html     what a student gets back
  eds grade --course {root} --student eve               nothing is graded twice
  jupyter lab {root}/release/05-iris/05-iris.ipynb      solve a lesson yourself"""
    )
