"""Answers that an author keeps beside a lesson: right ones of other kinds, and misconceptions by name.

``source/<lesson>/answers/<exercise>.py`` holds py:percent cells, each a whole answer of a student::

    # %% right="looped"                                     must score full
    # %% wrong="population" says="with 1/(K-1) inside"      must not; a hidden test says this to the student
    # %% invariant="reversed"                               right as well: it calls `reference`, the solution
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eds_autograder.authoring.lesson import Problem
from eds_datasets.errors import EdsError

__all__ = ["KINDS", "Answer", "AnswersError", "read_answers"]

KINDS = ("right", "wrong", "invariant")
FOLDER = "answers"


@dataclass(frozen=True)
class Answer:
    """A named answer of an exercise.

    Attributes
    ----------
    kind : {"right", "wrong", "invariant"}
    name : str
    text : str
        What stands in the answer cell.
    line : int
        Where it stands in its file.
    says : str
        Of a wrong one: part of the sentence that a hidden test tells the student.
    answer : str
        Which of the exercise's answer cells it fills; empty where there is only one.
    """

    kind: str
    name: str
    text: str
    line: int
    says: str = ""
    answer: str = ""


class AnswersError(EdsError):
    """Answers that cannot be read; the message has a line for each problem."""

    def __init__(self, problems: list[Problem]) -> None:
        lines = "\n".join(f"  {problem}" for problem in problems)
        super().__init__(f"the answers cannot be read:\n{lines}", "docs/audit.md shows their form")
        self.problems = problems

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.problems,))


def read_answers(folder: Path, exercises: Collection[str]) -> dict[str, list[Answer]]:
    """Read the answers of a lesson.

    Parameters
    ----------
    folder : Path
        ``source/<lesson>``.
    exercises : collection of str
        The lesson's; a file that is named after none of them is a problem.

    Returns
    -------
    dict of str to list of Answer
        By exercise, in the order of the files.
    """
    found: dict[str, list[Answer]] = {name: [] for name in exercises}
    problems: list[Problem] = []
    for path in sorted((folder / FOLDER).glob("*.py")):
        if path.stem in found:
            found[path.stem] = _read_file(path, problems)
        else:
            problems.append(Problem(path, 1, f"no exercise of the lesson is called {path.stem!r}"))
    if problems:
        raise AnswersError(problems)
    return found


def _read_file(path: Path, problems: list[Problem]) -> list[Answer]:
    import jupytext

    text = path.read_text(encoding="utf-8")
    lines = [number for number, line in enumerate(text.split("\n"), 1) if line.startswith("# %%")]
    cells = list(jupytext.reads(text, fmt="py:percent").cells)
    if len(cells) == len(lines) + 1:
        cells = cells[1:]  # a comment above the first marker
    answers: list[Answer] = []
    for line, cell in zip(lines, cells, strict=True):
        answer, wrong = _read_cell(dict(cell.metadata), cell.source, line)
        if any(other.name == answer.name for other in answers):
            wrong = f"a second answer called {answer.name!r}"
        if wrong:
            problems.append(Problem(path, line, wrong))
        answers.append(answer)
    return answers


def _read_cell(metadata: dict[str, Any], source: str, line: int) -> tuple[Answer, str]:
    """Return the answer, and what is wrong with its marker, or nothing."""
    metadata.pop("lines_to_next_cell", None)
    kinds = [kind for kind in KINDS if kind in metadata]
    kind = kinds[0] if kinds else "right"
    name = str(metadata.pop(kind, ""))
    says, which = str(metadata.pop("says", "")), str(metadata.pop("answer", ""))
    answer = Answer(kind, name, source.strip("\n") + "\n", line, says, which)
    if len(kinds) != 1 or not name:
        return answer, f'write one of {", ".join(KINDS)}, such as # %% right="looped"'
    if metadata:
        return answer, f"unknown marker {', '.join(metadata)!s} (known: {', '.join(KINDS)}, says, answer)"
    if (kind == "wrong") != bool(says):
        return answer, 'a wrong answer, and no other, has says="what the student is told"'
    return answer, ""
