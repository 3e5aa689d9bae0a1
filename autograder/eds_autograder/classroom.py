"""A class of six, as every class has them: what they hand in is made from a lesson and its release."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from eds_autograder.course import Course
from eds_autograder.files import write_atomically

__all__ = ["STUDENTS", "hand_in"]

Notebook = dict[str, Any]
Answers = Mapping[str, str]  # the reference solution: the source of each answer, by its id

_MARKER = re.compile(r"^\s*### (BEGIN|END) SOLUTION\n?", flags=re.MULTILINE)

# what people do think: answers that run, and that the tests must tell from right ones
_MISCONCEPTIONS: Mapping[str, str] = {
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


def hand_in(course: Course, assignment: str) -> list[str]:
    """Let the class of six hand in an assignment, into ``submitted/<student>/<assignment>/``.

    Parameters
    ----------
    course : Course
    assignment : str
        Built and released.

    Returns
    -------
    list of str
        The students, in the order in which they handed in.
    """
    release = course.release_notebook(assignment)
    solved = _answers(json.loads(course.source_notebook(assignment).read_text(encoding="utf-8")))
    for student, work in STUDENTS.items():
        notebook = work(json.loads(release.read_text(encoding="utf-8")), solved)
        content = (
            notebook if isinstance(notebook, str) else json.dumps(notebook, indent=1, ensure_ascii=False)
        )
        write_atomically(course.submitted_folder(student, assignment) / release.name, content)
    return list(STUDENTS)


def _perfect(notebook: Notebook, solved: Answers) -> Notebook:
    for cell in _answer_cells(notebook):
        cell["source"] = solved[_id(cell)]
    return notebook


def _partly(notebook: Notebook, solved: Answers) -> Notebook:
    """Leave every third exercise open, and get one wrong in the way that many do."""
    for number, cell in enumerate(_answer_cells(notebook), 1):
        if _id(cell) in _MISCONCEPTIONS:
            cell["source"] = _MISCONCEPTIONS[_id(cell)]
        elif number % 3:
            cell["source"] = solved[_id(cell)]
    return notebook


def _untouched(notebook: Notebook, _: Answers) -> Notebook:
    return notebook


def _bent_tests(notebook: Notebook, _: Answers) -> Notebook:
    """Make the tests say yes, and worth a hundred points each."""
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade"):
            cell["source"] = "assert True"
            cell["metadata"]["nbgrader"]["points"] = 100
    return notebook


def _dying(notebook: Notebook, solved: Answers) -> Notebook:
    """Solve everything, and run out of memory half way: the system kills the kernel."""
    cells = _answer_cells(_perfect(notebook, solved))
    cells[len(cells) // 2]["source"] += "\n\nimport os\nos.kill(os.getpid(), 9)\n"
    return notebook


def _no_notebook(_: Notebook, __: Answers) -> str:
    return "Dear teacher, my notebook does not open, so I send you the report as text.\n"


STUDENTS: Mapping[str, Callable[[Notebook, Answers], Notebook | str]] = {
    "ada": _perfect,
    "ben": _partly,
    "cleo": _untouched,
    "dan": _bent_tests,
    "eve": _dying,
    "finn": _no_notebook,
}


def _answers(source: Notebook) -> dict[str, str]:
    # what a student would write: the solution without the marks that the instructor made
    return {_id(cell): _MARKER.sub("", _text(cell)) for cell in _answer_cells(source)}


def _answer_cells(notebook: Notebook) -> list[dict[str, Any]]:
    return [
        cell
        for cell in notebook["cells"]
        if cell["cell_type"] == "code" and cell["metadata"].get("nbgrader", {}).get("solution")
    ]


def _id(cell: Mapping[str, Any]) -> str:
    return str(cell["metadata"]["nbgrader"]["grade_id"])


def _text(cell: Mapping[str, Any]) -> str:
    return cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
