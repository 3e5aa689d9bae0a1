"""The exercises of a lesson: answers that belong together, and the tests that grade them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from eds_autograder.authoring.lesson import Cell, Kind, Lesson

__all__ = ["Exercise", "exercises_of"]


@dataclass(frozen=True)
class Exercise:
    """Answers, the tests below them, and the code between.

    Attributes
    ----------
    name : str
        That of its first tests: ``fit-line`` for ``test-fit-line``.
    start : int
        Where its first cell stands among the lesson's code cells.
    cells : tuple of Cell
        Code cells, from the first answer to the last tests.
    """

    name: str
    start: int
    cells: tuple[Cell, ...]

    @property
    def answers(self) -> list[int]:
        """Where the answers stand in `cells`."""
        return [index for index, cell in enumerate(self.cells) if cell.kind is Kind.ANSWER]

    @property
    def tests(self) -> list[int]:
        """Where the tests stand in `cells`."""
        return [index for index, cell in enumerate(self.cells) if cell.kind is Kind.TESTS]


def exercises_of(lesson: Lesson) -> list[Exercise]:
    """Return the exercises of a lesson, in order; an essay, which a person grades, is none."""
    code = [cell for cell in lesson.cells if cell.cell_type == "code"]
    return [
        Exercise(code[last_tests[0]].exercise, first, tuple(code[first : last_tests[-1] + 1]))
        for first, last_tests in _groups(code)
    ]


def _groups(code: list[Cell]) -> Iterator[tuple[int, list[int]]]:
    """Yield where each group's first answer stands, and where its tests stand."""
    first: int | None = None
    tests: list[int] = []
    for index, cell in enumerate(code):
        if cell.kind is Kind.ANSWER and (tests or first is None):
            if first is not None and tests:
                yield first, tests
            first, tests = index, []
        elif cell.kind is Kind.TESTS and first is not None:
            tests.append(index)
    if first is not None and tests:
        yield first, tests
