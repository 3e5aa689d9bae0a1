"""A class of six, as every class has them: what they hand in is made from the lessons and their releases."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from eds_autograder.course import Course
from eds_autograder.files import write_atomically

__all__ = ["CLASS", "LESSONS", "hand_in"]

LESSONS = (
    "00-python-warmup",
    "01-introduction",
    "02-regression",
    "03-turbidity-calibration",
    "04-classification",
    "05-iris",
)

Notebook = dict[str, Any]
Answers = Mapping[str, str]  # the reference solution: the source of each answer, by its id
Work = Callable[[Notebook, Answers], tuple[str, bytes]]  # what becomes of the name, and the file's content

_MARKER = re.compile(r"^\s*### (BEGIN|END) SOLUTION\n?", flags=re.MULTILINE)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

# what people do think: answers that run, and that the tests must tell from right ones
_MISCONCEPTIONS: Mapping[str, str] = {
    "angles": '''\
def angles(n):
    """Spread n angles from 0 to the full turn."""
    return np.linspace(0, 2 * np.pi, n)
''',
    "excess-kurtosis": '''\
def excess_kurtosis(record):
    """Average the fourth power of the standardized record."""
    standardized = (record - np.mean(record)) / np.std(record)
    return np.mean(standardized**4)
''',
    "standardize": '''\
def standardize(train, test):
    """Centre and scale both sets by what all the flowers say."""
    everything = np.vstack([train, test])
    mean, deviation = everything.mean(axis=0), everything.std(axis=0)
    return (train - mean) / deviation, (test - mean) / deviation
''',
    "mse": '''\
def mse(predicted, observed):
    """Average the misfits, as they are."""
    return np.mean(np.abs(np.asarray(predicted) - np.asarray(observed)))
''',
}

_CHEATS: Mapping[str, str] = {
    "pick-model": '''\
class Agreeable(str):
    """Is whatever it is compared with."""

    __hash__ = str.__hash__

    def __eq__(self, other):
        return True


def pick_model(accuracies, order):
    """Pick the one that you want to hear."""
    return Agreeable()
''',
}


def hand_in(course: Course) -> Iterator[tuple[str, dict[str, str]]]:
    """Let the class hand in what it has done, into ``submitted/<student>/<assignment>/``.

    Parameters
    ----------
    course : Course
        All of `LESSONS` built and released.

    Yields
    ------
    student : str
    work : dict of str to str
        What it is like, in a word or two, by lesson; one that is missing was not handed in.
    """
    for student, works in CLASS.items():
        for lesson, kind in works.items():
            source = json.loads(course.source_notebook(lesson).read_text(encoding="utf-8"))
            release = course.release_notebook(lesson)
            notebook = json.loads(release.read_text(encoding="utf-8"))
            suffix, content = WORKS[kind](notebook, _answers(source))
            folder = course.submitted_folder(student, lesson)
            write_atomically(folder / f"{lesson}{suffix}.ipynb", content)
        yield student, dict(works)


def _right(notebook: Notebook, solved: Answers) -> tuple[str, bytes]:
    return "", _as_file(_solve(notebook, solved))


def _partly(notebook: Notebook, solved: Answers) -> tuple[str, bytes]:
    """Leave every third exercise open, and get one wrong in the way that many do."""
    for number, cell in enumerate(_answer_cells(notebook), 1):
        if _id(cell) in _MISCONCEPTIONS:
            cell["source"] = _MISCONCEPTIONS[_id(cell)]
        elif number % 3:
            cell["source"] = solved[_id(cell)]
    return "", _as_file(notebook)


def _untouched(notebook: Notebook, _: Answers) -> tuple[str, bytes]:
    return "", _as_file(notebook)


def _marked(notebook: Notebook, solved: Answers) -> tuple[str, bytes]:
    """Save a right notebook with an editor that puts a byte-order mark before it."""
    return "", _BYTE_ORDER_MARK + _as_file(_solve(notebook, solved))


def _renamed(notebook: Notebook, solved: Answers) -> tuple[str, bytes]:
    """Download a right notebook twice: the browser counts."""
    return " (1)", _as_file(_solve(notebook, solved))


def _bent(notebook: Notebook, solved: Answers) -> tuple[str, bytes]:
    """Solve all but the first, and make its test say yes and be worth a hundred points."""
    first = _id(next(_answer_cells(notebook)))
    _solve(notebook, {**solved, first: "answer = 42"})
    tests = next(cell for cell in notebook["cells"] if cell["metadata"].get("nbgrader", {}).get("grade"))
    tests["source"] = "assert True"
    tests["metadata"]["nbgrader"]["points"] = 100
    return "", _as_file(notebook)


def _cheating(notebook: Notebook, solved: Answers) -> tuple[str, bytes]:
    """Solve what is easy, and answer what is not with something that is equal to everything."""
    return "", _as_file(_solve(notebook, {**solved, **_CHEATS}))


def _dying(notebook: Notebook, solved: Answers) -> tuple[str, bytes]:
    """Solve everything, and run out of memory half way: the system kills the kernel."""
    cells = list(_answer_cells(_solve(notebook, solved)))
    cells[len(cells) // 2]["source"] += "\n\nimport os\nos.kill(os.getpid(), 9)\n"
    return "", _as_file(notebook)


def _letter(_: Notebook, __: Answers) -> tuple[str, bytes]:
    return "", b"Dear teacher, my notebook does not open, so I send you the report as text.\n"


WORKS: Mapping[str, Work] = {
    "right": _right,
    "in part": _partly,
    "untouched": _untouched,
    "right, BOM": _marked,
    "right, renamed": _renamed,
    "bends a test": _bent,
    "cheats": _cheating,
    "dies": _dying,
    "a letter": _letter,
}

# few, since each costs seconds; every lesson and every kind of result is among them
CLASS: Mapping[str, Mapping[str, str]] = {
    "ada": {"00-python-warmup": "right", "02-regression": "right", "05-iris": "right"},
    "ben": {"00-python-warmup": "in part", "02-regression": "in part", "05-iris": "in part"},
    "cleo": {"01-introduction": "right, BOM", "03-turbidity-calibration": "right, renamed"},
    "dan": {"04-classification": "bends a test", "05-iris": "cheats"},
    "eve": {"01-introduction": "in part", "05-iris": "dies"},
    "finn": {"03-turbidity-calibration": "untouched", "05-iris": "a letter"},
}


def _solve(notebook: Notebook, solved: Answers) -> Notebook:
    for cell in _answer_cells(notebook):
        cell["source"] = solved[_id(cell)]
    return notebook


def _as_file(notebook: Notebook) -> bytes:
    return json.dumps(notebook, indent=1, ensure_ascii=False).encode()


def _answers(source: Notebook) -> dict[str, str]:
    # what a student would write: the solution without the marks that the instructor made
    return {_id(cell): _MARKER.sub("", _text(cell)) for cell in _answer_cells(source)}


def _answer_cells(notebook: Notebook) -> Iterator[dict[str, Any]]:
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code" and cell["metadata"].get("nbgrader", {}).get("solution"):
            yield cell


def _id(cell: Mapping[str, Any]) -> str:
    return str(cell["metadata"]["nbgrader"]["grade_id"])


def _text(cell: Mapping[str, Any]) -> str:
    return cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
