"""The problems of a file, each with its line and its remedy: capped for reading, but always counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

__all__ = ["Problem", "Problems", "counted", "shown"]

MAX_SHOWN_PER_KIND = 10
MAX_CELL = 40


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a file.

    Parameters
    ----------
    kind : str
        One word for programs, such as ``unknown-label``.
    line : int
        Physical line, the header is line 1.
    what : str
        What is there.
    expected : str
        What should be there instead.
    remedy : str
        What to do.
    """

    kind: str
    line: int
    what: str
    expected: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.what} (line {self.line}): {self.expected}"


@dataclass
class Problems:
    """The problems of one file; of each kind the first few are kept and the others are counted."""

    source: str
    kept: list[Problem] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, kind: str, line: int, what: str, expected: str, remedy: str) -> None:
        """Note one problem."""
        self.counts[kind] += 1
        if self.counts[kind] <= MAX_SHOWN_PER_KIND:
            self.kept.append(Problem(kind, line, what, expected, remedy))

    def counted_only(self, kind: str) -> bool:
        """Count a problem of a kind that is told often enough already; False when it is still to be told.

        Finding a remedy is slow, and a file can have a million problems.
        """
        if self.counts[kind] < MAX_SHOWN_PER_KIND:
            return False
        self.counts[kind] += 1
        return True

    @property
    def total(self) -> int:
        """How many problems there are, kept or not."""
        return self.counts.total()

    @property
    def shown(self) -> list[Problem]:
        """The kept problems in the order of their lines."""
        return sorted(self.kept, key=lambda problem: problem.line)

    def unshown(self) -> dict[str, int]:
        """Return, per kind, how many problems were only counted."""
        return {
            kind: count - MAX_SHOWN_PER_KIND
            for kind, count in self.counts.items()
            if count > MAX_SHOWN_PER_KIND
        }

    def lines(self) -> list[str]:
        """Return what people read: each problem with its remedy below it, then what was only counted."""
        told = [f"{problem}\n    {problem.remedy}" for problem in self.shown]
        return told + [f"and {count:,} more of the kind {kind}" for kind, count in self.unshown().items()]

    def __bool__(self) -> bool:
        return bool(self.counts)


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: 1 cell, 2 cells."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def shown(cell: str) -> str:
    """Quote a cell of somebody's file for a message: short, and no control character reaches the terminal."""
    text = cell if len(cell) <= MAX_CELL else f"{cell[: MAX_CELL - 1]}…"
    return ascii(text) if not text.isprintable() else f"'{text}'"
