"""A lesson as its author writes it: py:percent text with short markers, read into cells that know their line.

The markers, one at most on a cell::

    # %% readonly="setup"                                   given, locked
    # %% answer="fit-line"                                  the student writes here
    # %% tests="test-fit-line" points=2 topics="reg.linear" graded by running it
    # %% [markdown] essay="discuss" points=3 topics="…"     graded by a person
"""

from __future__ import annotations

import enum
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eds_datasets.errors import EdsError

__all__ = [
    "HIDDEN",
    "SOLUTION",
    "Cell",
    "Kind",
    "Lesson",
    "LessonError",
    "Problem",
    "Region",
    "parse_lesson",
    "read_lesson",
]

# as jupytext knows one: VS Code and Spyder write "#%%"
_MARKER = re.compile(r"\s*#\s*(%%+\s|(%%|<codecell>|In\[[0-9 ]*\]:?)\s*$)")


class Kind(enum.StrEnum):
    """What a cell is for; the value is the marker that says so."""

    PLAIN = ""
    READONLY = "readonly"
    ANSWER = "answer"
    TESTS = "tests"
    ESSAY = "essay"

    @property
    def graded(self) -> bool:
        """Whether points are given for such a cell."""
        return self in (Kind.TESTS, Kind.ESSAY)


KINDS = tuple(kind for kind in Kind if kind is not Kind.PLAIN)


@dataclass(frozen=True)
class Region:
    """A part of a cell that students do not see, between a BEGIN and its END.

    Attributes
    ----------
    name : str
        What stands behind BEGIN and END.
    """

    name: str

    def begins(self, line: str) -> bool:
        """Whether the line opens the region, by nbgrader's own rule."""
        return f"BEGIN {self.name}" in line

    def ends(self, line: str) -> bool:
        """Whether the line closes the region, by nbgrader's own rule."""
        return f"END {self.name}" in line

    def split(self, source: str) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
        """Part a cell into what stands outside and inside of the region.

        Returns
        -------
        outside, inside : list of (int, str)
            Lines with their index in the cell; the delimiters themselves are in neither.
        """
        outside: list[tuple[int, str]] = []
        inside: list[tuple[int, str]] = []
        open_ = False
        for index, line in enumerate(source.split("\n")):
            if self.begins(line):
                open_ = True
            elif self.ends(line):
                open_ = False
            else:
                (inside if open_ else outside).append((index, line))
        return outside, inside


SOLUTION = Region("SOLUTION")
HIDDEN = Region("HIDDEN TESTS")


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a lesson, and where.

    Attributes
    ----------
    path : Path
        The text.
    line : int
        Counted from 1.
    message : str
        What is wrong, and what to do.
    """

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class LessonError(EdsError):
    """A lesson that cannot be built; its message has a line for each problem."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__(
            f"the lesson cannot be built, {count}:\n" + "\n".join(f"  {problem}" for problem in problems),
            "CONTRIBUTING.md shows the markers",
        )
        self.problems = tuple(problems)

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.problems,))


@dataclass(frozen=True)
class Cell:
    """A cell of a lesson.

    Attributes
    ----------
    cell_type : {"code", "markdown", "raw"}
    source : str
    line : int
        Where the cell's ``# %%`` stands in the text, counted from 1.
    kind : Kind
    grade_id : str
        Empty on plain cells.
    points : float or None
    topics : tuple of str
        The ids of the curriculum that the cell grades.
    """

    cell_type: str
    source: str
    line: int = 0
    kind: Kind = Kind.PLAIN
    grade_id: str = ""
    points: float | None = None
    topics: tuple[str, ...] = ()

    @property
    def exercise(self) -> str:
        """The name of the exercise that a graded cell grades: ``fit-line`` for ``test-fit-line``."""
        return self.grade_id.removeprefix("test-")

    @property
    def content(self) -> tuple[object, ...]:
        """What the text and the notebook both hold; a text keeps no empty lines at a cell's end."""
        source = self.source.rstrip("\n")
        return (self.cell_type, source, self.kind, self.grade_id, self.points, self.topics)


@dataclass(frozen=True)
class Lesson:
    """A lesson: its text's path and its cells, in order."""

    path: Path
    cells: tuple[Cell, ...] = field(repr=False)

    @property
    def name(self) -> str:
        """The assignment's name, which is also the notebook's."""
        return self.path.stem

    def graded(self) -> Iterator[Cell]:
        """Yield the graded cells, in order."""
        return (cell for cell in self.cells if cell.kind.graded)


def read_lesson(path: Path) -> Lesson:
    """Read the text of a lesson.

    Parameters
    ----------
    path : Path
        ``source/<assignment>/<assignment>.py``.

    Returns
    -------
    Lesson

    Raises
    ------
    LessonError
        When a marker is not understood; what a lesson must obey beyond that is in `checks`.
    EdsError
        When there is no such file, or it is not UTF-8 text.
    """
    return parse_lesson(path, read_text(path))


def parse_lesson(path: Path, text: str) -> Lesson:
    """Read a lesson from its text; `path` is where that text is, or will be."""
    notebook = _read_percent(path, text)
    lines = _marker_lines(text)
    first = next((number for number, line in enumerate(text.split("\n"), 1) if line.strip()), 1)
    if len(notebook.cells) == len(lines) + 1:
        lines = [first, *lines]  # text before the first marker is a cell of its own
    if len(notebook.cells) != len(lines):
        raise LessonError(
            [
                Problem(
                    path,
                    lines[0] if lines else 1,
                    "a '# %%' inside a string or a fenced block hides where the cells begin",
                )
            ]
        )
    problems: list[Problem] = []
    cells = tuple(
        _read_cell(path, cell.cell_type, cell.source, dict(cell.metadata), line, problems)
        for cell, line in zip(notebook.cells, lines, strict=True)
    )
    if problems:
        raise LessonError(problems)
    return Lesson(path, cells)


def read_text(path: Path) -> str:
    """Return the text of a lesson; raises `EdsError` when there is none or it is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise EdsError(
            f"{path}: no such lesson text", f"write {path.name} in py:percent form (see CONTRIBUTING.md)"
        ) from error
    except UnicodeDecodeError as error:
        raise EdsError(f"{path}: not UTF-8 text (byte {error.start})", "save the file as UTF-8") from error


def _read_percent(path: Path, text: str) -> Any:
    import jupytext

    try:
        return jupytext.reads(text, fmt="py:percent")
    except Exception as error:  # whatever a header of jupytext's makes YAML and nbformat say
        first = str(error).split("\n", 1)[0]
        raise EdsError(
            f"{path}: jupytext cannot read it ({type(error).__name__}: {first})",
            "a lesson needs no header: delete what stands between the lines '# ---'",
        ) from error


def _marker_lines(text: str) -> list[int]:
    """Return the line numbers of the ``# %%`` markers, without those inside of strings."""
    from jupytext.stringparser import StringParser

    parser = StringParser("python")
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        if not parser.is_quoted() and _MARKER.match(line):
            found.append(number)
        parser.read_line(line)
    return found


def _read_cell(
    path: Path, cell_type: str, source: str, metadata: dict[str, Any], line: int, problems: list[Problem]
) -> Cell:
    def problem(message: str) -> None:
        problems.append(Problem(path, line, message))

    metadata.pop("lines_to_next_cell", None)  # jupytext's own note about blank lines
    if wrong := metadata.pop("incorrectly_encoded_metadata", None):
        problem(f'marker not understood: {wrong} (write values as name="…" and points as points=2)')
    kinds = [kind for kind in KINDS if kind.value in metadata]
    if len(kinds) > 1:
        problem(f"two kinds on one cell: {' and '.join(kinds)}")
    kind = kinds[0] if kinds else Kind.PLAIN
    grade_id = str(metadata.pop(kind.value, "") or "") if kind is not Kind.PLAIN else ""
    points = _read_points(metadata.pop("points", None), problem)
    topics = tuple(str(metadata.pop("topics", "")).split())
    if title := metadata.pop("title", None):
        problem(f'a cell has no title: {title!r} is no marker (write values as name="…")')
    if metadata.pop("cell_depth", None):
        problem("a cell has no depth: write '# %%'")
    for name in metadata.keys() - {kind.value for kind in KINDS}:
        problem(f"unknown marker {name!r} (known: {', '.join(KINDS)}, points, topics){_meant(name)}")
    return Cell(cell_type, source, line, kind, grade_id, points, topics)


def _read_points(value: Any, problem: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return value
    problem(f"points={value!r} is no number (write points=2)")
    return None


def _meant(name: str, known: Iterable[str] = (*KINDS, "points", "topics")) -> str:
    import difflib

    near = difflib.get_close_matches(name, [str(word) for word in known], n=1)
    return f"; did you mean {near[0]!r}?" if near else ""
