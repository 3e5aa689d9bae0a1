"""The student bundle: releases, the environment that they need, a short README, and nothing else."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

from eds_autograder.authoring.leaks import find_leaks
from eds_autograder.authoring.notebook import cells_of, read_notebook
from eds_autograder.authoring.release import check_releases, refuse_leaks, secrets_of
from eds_autograder.course import Course
from eds_autograder.modules import imported_modules
from eds_datasets.errors import EdsError

__all__ = ["publish", "requirements_of"]

_OURS = "earth-data-science"
_README = """\
# Earth data science: the assignments

{table}

## Begin

    python -m venv .venv
    . .venv/bin/activate            # Windows: .venv\\Scripts\\activate
    python -m pip install -r requirements.txt
    jupyter lab

Open a lesson's notebook and work through it from top to bottom. Where it says `# YOUR CODE HERE`, write
your own.

- The tests under each exercise tell you what is wrong. More tests run when your notebook is graded; they
  check the same thing with other numbers.
- Do not rename the notebook, and leave the test cells as they are.
- Before you hand in: *Kernel → Restart Kernel and Run All Cells*, then save.
"""


def publish(course: Course, destination: Path, *, package: str | None = None) -> list[Path]:
    """Write the bundle that students get.

    Parameters
    ----------
    course : Course
    destination : Path
        A folder that is new, empty, or holds an earlier bundle (a ``.git`` in it is left alone).
    package : str, optional
        Where students get our package from, as pip understands it: a version, an address or the path of a
        wheel. By default the version that is installed here, from the package index.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    EdsError
        When a release is stale or leaks, or the destination holds something else.
    """
    names = [name for name in course.assignments() if course.release_folder(name).is_dir()]
    if not names:
        raise EdsError(f"{course.release_dir}: nothing is released", "run 'eds course release'")
    if stale := check_releases(course, names):
        raise EdsError("\n".join(stale), "release before you publish")
    destination = destination.resolve()
    _refuse_the_course(course, destination)
    destination.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=destination.parent, prefix=".publish-") as folder:
        bundle = Path(folder) / "bundle"
        _write_bundle(course, names, bundle, package)
        refuse_leaks(find_leaks(bundle, secrets_of(course)), bundle)
        _replace(bundle, destination)
    return sorted(path for path in _files(destination))


def requirements_of(notebooks: Iterable[Path], package: str | None = None) -> list[str]:
    """Return what pip must install for notebooks to run as they are graded.

    Parameters
    ----------
    notebooks : iterable of Path
    package : str, optional
        As `publish` takes it.

    Returns
    -------
    list of str
        One requirement a line, pinned to the version installed here.
    """
    distributions = metadata.packages_distributions()
    modules = {name for path in notebooks for name in _foreign_modules(path)}
    needed = {distributions[module][0] for module in modules if module in distributions}
    if missing := sorted(modules - distributions.keys()):
        raise EdsError(
            f"the released notebooks import {', '.join(missing)}, which is not installed here",
            "install it, so that its version can be pinned for the students",
        )
    pins = {name: _pin(name) for name in needed | {"jupyterlab"}}
    if _OURS in pins and package:
        pins[_OURS] = package
    return sorted(pins.values(), key=str.lower)


def _foreign_modules(notebook: Path) -> set[str]:
    """Return the modules that come neither with Python nor with the lesson."""
    imported = {name.partition(".")[0] for name in imported_modules(read_notebook(notebook))}
    beside = {path.stem for path in notebook.parent.iterdir() if path.suffix == ".py" or path.is_dir()}
    return imported - beside - set(sys.stdlib_module_names)


def _pin(name: str) -> str:
    # a local part such as +cpu names a build that a student's index may not have
    return f"{name}=={metadata.version(name).partition('+')[0]}"


def _write_bundle(course: Course, names: list[str], bundle: Path, package: str | None) -> None:
    for name in names:
        shutil.copytree(course.release_folder(name), bundle / name)
    notebooks = sorted(bundle.glob("*/*.ipynb"))
    (bundle / "requirements.txt").write_text(
        "\n".join(requirements_of(notebooks, package)) + "\n", encoding="utf-8"
    )
    rows = "\n".join(
        f"| [{path.parent.name}]({path.relative_to(bundle)}) | {_title(path)} |" for path in notebooks
    )
    table = f"| lesson | what it is about |\n|---|---|\n{rows}"
    (bundle / "README.md").write_text(_README.format(table=table), encoding="utf-8")


def _refuse_the_course(course: Course, destination: Path) -> None:
    """Refuse the folders of the course itself: source/ looks like an earlier bundle, and would be lost."""
    own = (
        course.source_dir,
        course.release_dir,
        course.submitted_dir,
        course.autograded_dir,
        course.feedback_dir,
        course.state_dir,
    )
    for folder in own:
        if destination.is_relative_to(folder.resolve()):
            raise EdsError(
                f"{destination} belongs to the course: publishing would replace what is in it",
                "publish into a new folder",
            )


def _replace(bundle: Path, destination: Path) -> None:
    if destination.exists():
        foreign = sorted(
            {
                path.relative_to(destination).parts[0]
                for path in _files(destination)
                if not _ours(destination, path)
            }
        )
        if foreign:
            raise EdsError(
                f"{destination} holds what no bundle has: {', '.join(foreign[:5])}",
                "publish into a new folder, or move these files away",
            )
    # both lie on one file system: the bundle is complete before the first name changes hands
    destination.mkdir(exist_ok=True)
    old = bundle.with_name("old")
    old.mkdir()
    for path in destination.iterdir():
        if path.name != ".git":
            path.rename(old / path.name)
    for path in bundle.iterdir():
        path.rename(destination / path.name)


def _ours(destination: Path, path: Path) -> bool:
    """Whether an earlier bundle may have put the file there: the two texts, and lessons' folders."""
    parts = path.relative_to(destination).parts
    if len(parts) == 1:
        return path.name in ("README.md", "requirements.txt")
    lesson = destination / parts[0] / parts[0]
    # beside its text stands an instructor's notebook, perhaps of another course
    return lesson.with_name(f"{parts[0]}.ipynb").is_file() and not lesson.with_name(f"{parts[0]}.py").exists()


def _files(folder: Path) -> Iterator[Path]:
    return (
        path for path in folder.rglob("*") if path.is_file() and ".git" not in path.relative_to(folder).parts
    )


def _title(path: Path) -> str:
    for cell in cells_of(read_notebook(path)):
        for line in cell.source.split("\n"):
            if cell.cell_type == "markdown" and line.startswith("# "):
                return line.removeprefix("# ").strip()
    return ""
