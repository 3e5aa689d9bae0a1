"""``eds demo``: a whole course and a hackathon, by the commands that a person would type."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection
from pathlib import Path

import click

from eds_autograder.cli.options import course_option
from eds_datasets.errors import EdsError

__all__ = ["demo"]

LESSONS = ("02-regression", "05-iris")
_PROGRAMS = {"eds": "eds_autograder", "leaderboard": "eds_leaderboard"}


@click.command()
@course_option
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where to play; a new folder. By default a temporary one, which stays.",
)
def demo(course_dir: Path, folder: Path | None) -> None:
    """Play a whole course and a hackathon, end to end, in a folder of its own."""
    started = time.monotonic()
    root = _new_course(course_dir, folder)
    stage = _Stage(root)

    stage.title("1  The lessons: text, notebook, release")
    stage.run("eds course build")
    stage.run("eds course release")

    stage.title("2  A class of six hands in")
    _hand_in(root)

    stage.title("3  Grading")
    stage.run("eds grade", expected={0, 1})

    stage.title("4  Grades and feedback")
    stage.run("eds export --to grades.csv")
    stage.run("eds feedback")

    stage.title("5  A hackathon: who reads the digits best?")
    _play_hackathon(stage)

    stage.title(f"Done in {time.monotonic() - started:.0f} s. Everything is in {root}")
    _say_what_next(root)


class _Stage:
    """Shows each command as it would be typed, and runs it in the demo's folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.environment = dict(os.environ)

    def title(self, text: str) -> None:
        click.secho(f"\n{text}", bold=True)

    def run(self, command: str, *, expected: Collection[int] = (0,), quiet: bool = False) -> str:
        """Run a command of ours; return what it printed when it is quiet, else let it print."""
        click.secho(f"$ {command}", fg="cyan")
        program, *arguments = shlex.split(command)
        outcome = subprocess.run(
            [sys.executable, "-m", _PROGRAMS[program], *arguments],
            cwd=self.root,
            env=self.environment,
            stdout=subprocess.PIPE if quiet else None,
            text=True,
            check=False,
        )
        if outcome.returncode not in expected:
            raise EdsError(f"'{command}' ended with status {outcome.returncode}", f"look into {self.root}")
        return outcome.stdout or ""


def _new_course(course_dir: Path, folder: Path | None) -> Path:
    """Make a course directory that holds the demo's lessons as text, and nothing built."""
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


def _hand_in(root: Path) -> None:
    from eds_autograder.classroom import hand_in
    from eds_autograder.course import Course

    course = Course.open(root)
    for name in LESSONS:
        students = hand_in(course, name)
        click.echo(f"submitted/*/{name}: {', '.join(students)}")


def _play_hackathon(stage: _Stage) -> None:
    from eds_autograder.contestants import ENTRIES, predict

    stage.run("leaderboard create digits --challenge digits")
    event = stage.root / "digits"
    stage.run("leaderboard open --for 4h -c digits")
    for entry in ENTRIES:
        baseline = " --baseline" if entry.baseline else ""
        token = stage.run(f"leaderboard team add {shlex.quote(entry.team)}{baseline} -c digits", quiet=True)
        stage.environment["LEADERBOARD_TOKEN"] = token.strip()
        file = predict(event / "release", entry)
        stage.run(
            f"leaderboard submit -f {file.relative_to(stage.root)} -m {shlex.quote(entry.message)} -c digits"
        )
    for command in ("show", "close", "reveal", "show"):
        stage.run(f"leaderboard {command} -c digits")


def _say_what_next(root: Path) -> None:
    click.echo(
        f"""
Try next:
  xdg-open {root}/feedback/ben/05-iris/05-iris.html     what a student gets back
  eds grade --course {root} --student eve               nothing is graded twice
  jupyter lab {root}/release/05-iris/05-iris.ipynb      solve a lesson yourself"""
    )
