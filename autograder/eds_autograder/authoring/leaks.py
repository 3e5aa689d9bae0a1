"""The leak test: no byte that students receive may hold a solution or a hidden test."""

from __future__ import annotations

import codecs
import contextlib
import gzip
import io
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eds_autograder.authoring.lesson import HIDDEN, SOLUTION, Cell, Kind

__all__ = ["Leak", "Secrets", "find_leaks"]

# a line shorter than this says nothing when it stands in a file that is not of its lesson: 'return total'
_TELLING = 24
_GZIP = b"\x1f\x8b"
_MARKERS = {
    "BEGIN SOLUTION": "a solution's marker",
    "END SOLUTION": "a solution's marker",
    "BEGIN HIDDEN TESTS": "a hidden test's marker",
    "END HIDDEN TESTS": "a hidden test's marker",
    '"jupytext"': "jupytext's metadata",
    '# %% answer="': "a lesson's text",
    "# audit: equivalent": "an author's note to the audit",
    '# %% right="': "an author's answer",
    '# %% wrong="': "an author's answer",
}


@dataclass(frozen=True)
class Leak:
    """Something that students must not see, in a file that they get.

    Attributes
    ----------
    path : Path
    what : str
        What it is, in words.
    line : str
        The secret line, or empty where the file itself is the leak.
    """

    path: Path
    what: str
    line: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.what}" + (f": {self.line}" if self.line else "")


@dataclass(frozen=True)
class Secrets:
    """What a lesson keeps from its students, and what it shows them.

    Attributes
    ----------
    lesson : str
    lines : mapping of str to str
        Each secret line, its spaces collapsed, and what it belongs to.
    visible : str
        All that students may see, in the same form.
    """

    lesson: str
    lines: Mapping[str, str]
    visible: str

    @classmethod
    def of(
        cls, lesson: str, cells: Iterable[Cell], stubs: Iterable[str] = (), answers: Iterable[str] = ()
    ) -> Secrets:
        """Collect the secrets of a lesson.

        Parameters
        ----------
        lesson : str
        cells : iterable of Cell
            The instructor's version.
        stubs : iterable of str
            What nbgrader puts in a solution's place; a solution line that stands there too is no secret.
        answers : iterable of str
            The texts of the author's other answers.

        Returns
        -------
        Secrets
        """
        secret: dict[str, str] = {}
        visible = [_collapse(line) for stub in stubs for line in stub.split("\n")]
        for cell in cells:
            shown_lines, hidden_lines = _part(cell)
            visible += [_collapse(line) for line in shown_lines]
            secret |= {_collapse(line): what for line, what in hidden_lines}
        secret |= {_collapse(line): "an author's answer" for text in answers for line in text.split("\n")}
        text = "\n".join(visible)
        return cls(lesson, {line: what for line, what in secret.items() if line and line not in text}, text)


def find_leaks(folder: Path, secrets: Iterable[Secrets]) -> list[Leak]:
    """Search every byte of a folder for the secrets of the lessons.

    Parameters
    ----------
    folder : Path
        A release or a bundle. A file below ``<lesson>/`` is held against that lesson down to its shortest
        line, and against the other lessons by the lines that are long enough to tell.
    secrets : iterable of Secrets

    Returns
    -------
    list of Leak
        Empty when the folder is clean.
    """
    known = list(secrets)
    return [
        leak for path in sorted(folder.rglob("*")) if path.is_file() for leak in _search(folder, path, known)
    ]


def _search(folder: Path, path: Path, secrets: list[Secrets]) -> Iterator[Leak]:
    inside = path.relative_to(folder)
    if path.suffix == ".py" and any(path.stem == secret.lesson for secret in secrets):
        yield Leak(path, "the text of a lesson, which holds its solutions")
    if "answers" in inside.parts[:-1] or path.name.startswith("gradebook.db"):
        yield Leak(path, "a file of the instructor")
    raw = path.read_bytes()
    text = "\n".join(_collapse_lines(content, path) for content in _unpacked(raw))
    for marker, what in _MARKERS.items():
        if marker.encode() in raw or marker in text:
            yield Leak(path, what, marker)
    if path.suffix == ".ipynb":
        yield from _outputs(path, raw)
    own = [secret for secret in secrets if secret.lesson in (*inside.parts, folder.name)]
    for secret in secrets:
        for line, what in secret.lines.items():
            if line in text and (secret in own or _tells(line, own)):
                yield Leak(path, f"{what} of {secret.lesson}", line)


def _tells(line: str, own: list[Secrets]) -> bool:
    """Whether a line of another lesson tells something here: long, and not shown by this lesson."""
    return len(line) >= _TELLING and not any(line in secret.visible for secret in own)


def _outputs(path: Path, raw: bytes) -> Iterator[Leak]:
    try:
        cells = json.loads(raw)["cells"]
    except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError):
        yield Leak(path, "a notebook that cannot be read, nor searched for outputs")
        return
    if any(cell.get("outputs") for cell in cells):
        yield Leak(path, "outputs of the instructor's run")


def _part(cell: Cell) -> tuple[list[str], list[tuple[str, str]]]:
    """Part a cell into its visible lines and its secret ones, each with what it belongs to."""
    region, what = (HIDDEN, "a hidden test") if cell.kind is Kind.TESTS else (SOLUTION, "a solution line")
    outside, inside = region.split(cell.source)
    if cell.kind in (Kind.ANSWER, Kind.ESSAY) and not inside:
        return [], [(line, what) for _, line in outside]  # nbgrader replaces the cell as a whole
    return [line for _, line in outside], [(line, what) for _, line in inside]


def _collapse(line: str) -> str:
    return " ".join(line.split())


def _unpacked(raw: bytes) -> Iterator[bytes]:
    """Yield what a file holds, and what is packed into it: an archive hides no line."""
    yield raw
    # a file that only begins like an archive is searched as it stands
    with contextlib.suppress(zipfile.BadZipFile, NotImplementedError, RuntimeError, zlib.error):
        if zipfile.is_zipfile(io.BytesIO(raw)):
            with zipfile.ZipFile(io.BytesIO(raw)) as archive:
                yield from (archive.read(member) for member in archive.infolist())
    with contextlib.suppress(OSError, EOFError, zlib.error):
        if raw.startswith(_GZIP):
            yield gzip.decompress(raw)


def _collapse_lines(raw: bytes, path: Path) -> str:
    """Return a file's text, line by line with its spaces collapsed; of JSON, every string that it holds."""
    wide = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    text = raw.decode("utf-16" if wide else "utf-8", errors="replace")
    if path.suffix in (".ipynb", ".json"):
        with contextlib.suppress(json.JSONDecodeError):  # such as a record a line: searched as it stands
            text = "\n".join(_strings(json.loads(text)))
    return "\n".join(_collapse(line) for line in text.split("\n"))


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from _strings(item)
    elif isinstance(value, list):
        # a notebook's source may be a list of lines
        if all(isinstance(item, str) for item in value):
            yield "".join(value)
        for item in value:
            yield from _strings(item)
