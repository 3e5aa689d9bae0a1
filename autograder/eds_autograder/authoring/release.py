"""The students' versions: made by nbgrader's generate_assignment, searched for leaks, put in place."""

from __future__ import annotations

import filecmp
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from eds_autograder.authoring.build import check_sources
from eds_autograder.authoring.leaks import Leak, Secrets, find_leaks
from eds_autograder.authoring.notebook import cells_of, read_notebook
from eds_autograder.course import Course
from eds_autograder.files import shown
from eds_datasets.errors import EdsError

_EXCEPTION = re.compile(r"[\w.]*(Error|Exception)\b.*: ")

__all__ = ["check_releases", "find_release_leaks", "refuse_leaks", "release_assignments", "secrets_of"]


def release_assignments(course: Course, names: Iterable[str] = ()) -> list[Path]:
    """Generate the students' versions and put them into ``release/``.

    Parameters
    ----------
    course : Course
    names : iterable of str
        The assignments to release; all, when none is named.

    Returns
    -------
    list of Path
        The folders that students may get.

    Raises
    ------
    EdsError
        When a notebook is not what its text builds, when nbgrader refuses, or when something leaks. What was
        released before stays in place then.
    """
    wanted = course.check_assignments(names)
    if stale := check_sources(course, wanted):
        raise EdsError("\n".join(stale), "build before you release")
    with _scratch(course) as scratch:
        made = _generate(course, wanted, scratch)
        refuse_leaks(find_leaks(scratch, secrets_of(course)), scratch)
        return [_put_in_place(made[name], course.release_folder(name)) for name in wanted]


def check_releases(course: Course, names: Iterable[str] = ()) -> list[str]:
    """Return a line for each released file that is not what generating it now would give.

    The gradebook is not touched.
    """
    wanted = course.check_assignments(names)
    with _scratch(course) as scratch:
        made = _generate(course, wanted, scratch, gradebook=False)
        return [
            line for name in wanted for line in _differences(made[name], course.release_folder(name), name)
        ]


def find_release_leaks(course: Course, names: Iterable[str] = ()) -> list[Leak]:
    """Search what is released for the secrets of the course."""
    secrets = secrets_of(course)
    return [
        leak
        for name in course.check_assignments(names)
        if course.release_folder(name).is_dir()
        for leak in find_leaks(course.release_folder(name), secrets)
    ]


def refuse_leaks(leaks: list[Leak], folder: Path) -> None:
    """Raise an `EdsError` that lists the leaks found in a folder, when there are any."""
    if leaks:
        lines = "\n".join(f"  {replace(leak, path=leak.path.relative_to(folder))}" for leak in leaks)
        raise EdsError(f"students would see what is hidden:\n{lines}", "nothing was changed")


def secrets_of(course: Course) -> list[Secrets]:
    """Collect the secrets of every assignment, from its source notebooks."""
    from nbgrader.preprocessors import ClearSolutions

    clear = ClearSolutions(config=course.config)
    stubs = [*clear.code_stub.values(), clear.text_stub]
    return [
        Secrets.of(name, cells_of(read_notebook(path)), stubs, _answers(path.parent))
        for name in course.assignments()
        for path in course.source_notebooks(name)
    ]


def _answers(folder: Path) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted((folder / "answers").glob("*.py"))]


@contextmanager
def _scratch(course: Course) -> Iterator[Path]:
    """Yield a folder on the course's own file system, so that what is made there can be moved into place."""
    course.state_dir.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=course.state_dir, prefix="release-") as folder:
        yield Path(folder)


def _generate(course: Course, names: list[str], into: Path, *, gradebook: bool = True) -> dict[str, Path]:
    """Let nbgrader write the releases below a folder of ours; return where each one is."""
    from nbgrader.apps.api import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory

    config = _private_config(course, into, gradebook)
    coursedir = CourseDirectory(config=config)
    api = NbGraderAPI(coursedir, config=config)
    for name in names:
        outcome = api.generate_assignment(name, force=True, create=True)
        if not outcome["success"]:
            raise EdsError(f"nbgrader cannot generate {name}: {_reason(outcome)}", f"look at source/{name}")
    return {name: Path(coursedir.format_path(str(into), ".", name)) for name in names}


def _private_config(course: Course, release: Path, gradebook: bool) -> Any:
    config = course.config.copy()
    config.CourseDirectory.root = str(course.root)
    config.CourseDirectory.db_url = course.db_url
    config.CourseDirectory.release_directory = str(release)
    # as nbgrader's own --no-db does
    config.GenerateAssignment.no_database = not gradebook
    config.SaveCells.enabled = gradebook
    return config


def _reason(outcome: dict[str, Any]) -> str:
    """Find the line of nbgrader's log that names the exception, behind the traceback."""
    lines = [line.strip() for line in (outcome.get("log") or "").split("\n")]
    named = [line for line in lines if _EXCEPTION.match(line)]
    errors = [line.removeprefix("[ERROR]").strip() for line in lines if line.startswith("[ERROR]")]
    return next(iter([*named[-1:], *errors[:1]]), "it gives no reason")


def _put_in_place(made: Path, place: Path) -> Path:
    """Swap a folder for a new one; the old one stays until the new one is there."""
    place.parent.mkdir(parents=True, exist_ok=True)
    old = made.with_name(f"{made.name}.old")
    if place.exists():
        place.rename(old)
    made.rename(place)
    shutil.rmtree(old, ignore_errors=True)
    return place


def _differences(made: Path, place: Path, name: str) -> Iterator[str]:
    advice = f"run 'eds course release {name}'"
    expected, present = _files(made), _files(place)
    for inside in sorted(expected - present):
        yield f"{shown(place / inside)}: missing ({advice})"
    for inside in sorted(present - expected):
        yield f"{shown(place / inside)}: not made from source/{name} (delete it, or {advice})"
    for inside in sorted(expected & present):
        if not filecmp.cmp(made / inside, place / inside, shallow=False):
            yield f"{shown(place / inside)}: stale ({advice})"


def _files(folder: Path) -> set[Path]:
    return {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
