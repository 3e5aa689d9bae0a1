"""An assignment made ready for grading: its graded cells, its files, a gradebook to throw away."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from eds_autograder.course import Course
from eds_autograder.grading.plans import Rehearsed, from_json
from eds_autograder.grading.results import ENGINE_VERSION
from eds_autograder.grading.settings import settings
from eds_datasets.errors import EdsError

__all__ = ["GradedCell", "Kit", "generate", "prepare", "settings", "source_digest"]

KIT_FILE = "kit.json"
CANARIES_FILE = "canaries.json"
GRADEBOOK_FILE = "gradebook.db"
FILES_FOLDER = "files"


@dataclass(frozen=True)
class GradedCell:
    """A cell of the assignment that nbgrader knows by its id.

    Attributes
    ----------
    notebook, grade_id, cell_type : str
        Which cell.
    grade, solution, locked, task : bool
        nbgrader's flags.
    points : float or None
        What it is worth; None where nothing is graded.
    source : str
        With the hidden tests, as the grader runs it.
    released : str
        As the students got it.
    checksum : str or None
        nbgrader's, of `source`.
    hidden : tuple of int
        Numbers of the lines of `source` that students never see, from 1.
    """

    notebook: str
    grade_id: str
    cell_type: str
    grade: bool
    solution: bool
    locked: bool
    task: bool
    points: float | None
    source: str
    released: str
    checksum: str | None
    hidden: tuple[int, ...] = ()

    @property
    def graded(self) -> bool:
        """Whether the cell earns points."""
        return self.grade or self.task

    @property
    def restored(self) -> bool:
        """Whether the grader puts its own text into the cell."""
        return not self.solution and (self.grade or self.locked)


@dataclass(frozen=True)
class Kit:
    """All that grading needs from the instructor's side.

    Attributes
    ----------
    folder : Path
        Holds the gradebook to copy and the assignment's extra files.
    assignment : str
    digest : str
        Hash of the sources and of nbgrader's settings.
    notebooks : tuple of str
        Names of the assignment's notebooks, in order; one may have no graded cell.
    cells : tuple of GradedCell
        In the order of the source, notebook by notebook.
    rehearsed : mapping of (str, str) to Rehearsed
        What the reference solution showed, by notebook and grade id; empty when it was not run.
    """

    folder: Path
    assignment: str
    digest: str
    notebooks: tuple[str, ...]
    cells: tuple[GradedCell, ...]
    rehearsed: Mapping[tuple[str, str], Rehearsed] = field(default_factory=dict)

    @property
    def gradebook(self) -> Path:
        """The gradebook that knows this assignment and nobody's marks."""
        return self.folder / GRADEBOOK_FILE

    @property
    def canaries(self) -> Path:
        """The file with what the reference solution showed; there once it was run."""
        return self.folder / CANARIES_FILE

    @property
    def files(self) -> Path:
        """The assignment's extra files: data and pictures, never a notebook."""
        return self.folder / FILES_FOLDER

    @property
    def max_points(self) -> dict[tuple[str, str], float]:
        """(notebook, grade id) to points, of the graded cells, in order."""
        return {(cell.notebook, cell.grade_id): cell.points or 0.0 for cell in self.cells if cell.graded}

    def cells_of(self, notebook: str) -> list[GradedCell]:
        """Return the cells of one notebook."""
        return [cell for cell in self.cells if cell.notebook == notebook]

    @classmethod
    def load(cls, folder: Path) -> Kit:
        """Read a kit from its folder; raises OSError or ValueError when it is not there or not whole."""
        record = json.loads((folder / KIT_FILE).read_text("utf-8"))
        cells = tuple(GradedCell(**{**cell, "hidden": tuple(cell["hidden"])}) for cell in record["cells"])
        names = tuple(record["notebooks"])
        return cls(folder, record["assignment"], record["digest"], names, cells, _rehearsed(folder))


def _rehearsed(folder: Path) -> Mapping[tuple[str, str], Rehearsed]:
    try:
        return from_json((folder / CANARIES_FILE).read_text("utf-8"))
    except FileNotFoundError:
        return {}


def prepare(course: Course, assignment: str) -> Kit:
    """Make an assignment ready for grading, or find what was made for the same source before.

    Parameters
    ----------
    course : Course
    assignment : str
        One of ``course.assignments()``.

    Returns
    -------
    Kit

    Raises
    ------
    EdsError
        When the source has no notebook, or nbgrader refuses it.
    """
    if not course.source_notebooks(assignment):
        course.source_notebook(assignment)
    digest = source_digest(course, assignment)
    place = course.state_dir / "assignments" / f"{assignment}-{digest[:16]}"
    try:
        return Kit.load(place)
    except (OSError, ValueError, KeyError, TypeError):
        shutil.rmtree(place, ignore_errors=True)
    place.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=place.parent, prefix=f".{assignment}."))
    try:
        _build(course, assignment, digest, fresh)
        # somebody else may have made the same in the meantime
        with suppress(OSError):
            fresh.replace(place)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return Kit.load(place)


def generate(course: Course, assignment: str, db_url: str, release: Path) -> None:
    """Run nbgrader's generate_assignment into a gradebook and a folder of our choice.

    Raises
    ------
    EdsError
        With nbgrader's own reason.
    """
    from nbgrader.converters import GenerateAssignment
    from nbgrader.coursedir import CourseDirectory

    coursedir = CourseDirectory(
        config=course.config,
        root=str(course.root),
        db_url=db_url,
        release_directory=str(release),
        assignment_id=assignment,
    )
    with _collected_log() as (log, lines):
        try:
            GenerateAssignment(coursedir=coursedir, config=course.config, force=True, log=log).start()
        except (Exception, SystemExit) as error:
            reason = _last_reason(lines) or f"{type(error).__name__}: {error}"
            raise EdsError(
                f"{course.source_folder(assignment)}: nbgrader cannot make the assignment ({reason})",
                f"see what 'nbgrader generate_assignment {assignment} --force' says",
            ) from error


def extra_files(course: Course, folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the files of a folder that travel beside its notebooks, as nbgrader picks them.

    Yields
    ------
    name : str
        Relative to the folder, with slashes.
    path : Path
    """
    from nbgrader.utils import find_all_files

    for found in sorted(find_all_files(str(folder), [*course.ignore, "*.ipynb"])):
        path = Path(found)
        yield path.relative_to(folder).as_posix(), path


def source_files(course: Course, assignment: str) -> Iterator[tuple[str, Path]]:
    """Yield the assignment's extra files, without the text from which a notebook is built."""
    folder = course.source_folder(assignment)
    texts = {f"{assignment}.py", *(f"{path.stem}.py" for path in course.source_notebooks(assignment))}
    kept = _not_overwritten(course, assignment)
    for name, path in extra_files(course, folder):
        if name not in texts and name not in kept:
            yield name, path


def _not_overwritten(course: Course, assignment: str) -> set[str]:
    section = course.config.get("Autograde", {})
    return set(section.get("exclude_overwriting", {}).get(assignment, []))


def source_digest(course: Course, assignment: str) -> str:
    """Return the hash of an assignment's sources and of nbgrader's settings: that of its kit."""
    import nbgrader

    digest = hashlib.sha256(f"{ENGINE_VERSION} {nbgrader.__version__}".encode())
    digest.update(json.dumps(settings(course), sort_keys=True).encode())
    files = [(path.name, path) for path in course.source_notebooks(assignment)]
    config = course.root / "autotests.yml"
    for name, path in [*files, *source_files(course, assignment), ("autotests.yml", config)]:
        if path.is_file():
            digest.update(f"\0{name}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _build(course: Course, assignment: str, digest: str, folder: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="eds-release-") as release:
        db_url = f"sqlite:///{folder / GRADEBOOK_FILE}"
        _make_tables(db_url)
        generate(course, assignment, db_url, Path(release))
        released = sorted(path for path in Path(release).rglob("*.ipynb") if path.parent.name == assignment)
        cells = list(_read_cells(course, assignment, folder, released))
    files = folder / FILES_FOLDER
    files.mkdir()
    for name, path in source_files(course, assignment):
        (files / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, files / name)
    record = {
        "assignment": assignment,
        "digest": digest,
        "notebooks": [path.stem for path in released],
        "cells": [asdict(cell) for cell in cells],
    }
    (folder / KIT_FILE).write_text(json.dumps(record, indent=1), "utf-8")


def _make_tables(db_url: str) -> None:
    """Make an empty gradebook that is to be thrown away, without the process that asks for its version."""
    from nbgrader.api import Base
    from sqlalchemy import create_engine

    engine = create_engine(db_url)
    Base.metadata.create_all(engine)
    engine.dispose()


def _read_cells(
    course: Course, assignment: str, folder: Path, released: Iterable[Path]
) -> Iterator[GradedCell]:
    """Read the order and the flags from the release, the text with the hidden tests from the gradebook."""
    import nbformat
    from nbgrader.api import Gradebook

    markers = _hidden_markers(course)
    with Gradebook(f"sqlite:///{folder / GRADEBOOK_FILE}") as gradebook:
        for path in released:
            known = {cell.name: cell for cell in gradebook.find_notebook(path.stem, assignment).source_cells}
            for cell in nbformat.read(path, as_version=4).cells:
                meta = cell.metadata.get("nbgrader", {})
                saved = known.get(meta.get("grade_id"))
                if saved is not None:
                    yield GradedCell(
                        notebook=path.stem,
                        grade_id=meta["grade_id"],
                        cell_type=saved.cell_type,
                        grade=bool(meta.get("grade")),
                        solution=bool(meta.get("solution")),
                        locked=bool(meta.get("locked")),
                        task=bool(meta.get("task")),
                        points=float(meta["points"]) if "points" in meta else None,
                        source=saved.source,
                        released=cell.source,
                        checksum=saved.checksum,
                        hidden=hidden_lines(saved.source, markers),
                    )


def _hidden_markers(course: Course) -> list[tuple[str, str]]:
    from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme

    tests = ClearHiddenTests(config=course.config)
    scheme = ClearMarkScheme(config=course.config)
    return [
        (tests.begin_test_delimeter, tests.end_test_delimeter),
        (scheme.begin_mark_scheme_delimeter, scheme.end_mark_scheme_delimeter),
    ]


def hidden_lines(source: str, markers: Iterable[tuple[str, str]]) -> tuple[int, ...]:
    """Return the numbers (from 1) of the lines between markers, the markers' own lines with them."""
    hidden: list[int] = []
    for begin, end in markers:
        inside = False
        for number, line in enumerate(source.split("\n"), start=1):
            inside = inside or begin in line
            if inside:
                hidden.append(number)
            inside = inside and end not in line
    return tuple(sorted(set(hidden)))


@contextmanager
def _collected_log() -> Iterator[tuple[Any, list[str]]]:
    """Keep what nbgrader logs off the terminal, and its errors for our own line."""
    import logging

    lines: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    log = logging.Logger("eds.nbgrader", logging.ERROR)
    log.addHandler(Collector())
    yield log, lines


def _last_reason(lines: list[str]) -> str:
    """Return the exception's own line out of a logged traceback."""
    for text in lines:
        last = text.strip().splitlines()[-1] if text.strip() else ""
        if "Error" in last.split(":")[0]:
            return last
    return lines[-1].strip() if lines else ""
