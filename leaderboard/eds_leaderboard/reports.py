"""What a notebook shows of a score, a check and an entry: text for a terminal, a table for a browser.

Everything that comes from people is escaped, and no style reaches beyond the table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import Any

from eds_leaderboard.intervals import Interval, intervals
from eds_leaderboard.metrics import METRICS, PER_CLASS, ConfusionMatrix, per_class_table
from eds_leaderboard.problems import Problem, Problems, counted
from eds_leaderboard.scoring import scores

__all__ = ["Check", "Receipt", "Score"]

# larger tables are for the command line
MAX_SHOWN_CLASSES = 30
_CELL = "padding:.25em .75em;text-align:{side};border-bottom:1px solid #8886;vertical-align:top"

Row = Sequence[Any]


def _table(caption: str, header: Row, rows: Sequence[Row], texts: int = 1) -> str:
    """Return a table whose first columns hold text and whose others hold numbers."""

    def line(cells: Row, tag: str) -> str:
        told = [
            f'<{tag} style="{_CELL.format(side="left" if place < texts else "right")}">'
            f"{escape(str(cell))}</{tag}>"
            for place, cell in enumerate(cells)
        ]
        return f"<tr>{''.join(told)}</tr>"

    body = "".join(line(row, "td") for row in rows)
    top = f'<caption style="text-align:left;font-weight:bold;padding:.25em .75em">{escape(caption)}</caption>'
    return (
        f'<table style="border-collapse:collapse;margin:.5em 0">{top}'
        f"<thead>{line(header, 'th')}</thead><tbody>{body}</tbody></table>"
    )


@dataclass(frozen=True, eq=False, repr=False)
class Score:
    """How predictions do: ``score["accuracy"]`` is a number, ``score.intervals["accuracy"]`` its interval.

    Parameters
    ----------
    matrix : ConfusionMatrix
        From which all follows.
    """

    matrix: ConfusionMatrix

    @cached_property
    def metrics(self) -> dict[str, float]:
        """The unrounded scores by metric."""
        return scores(self.matrix)

    @cached_property
    def intervals(self) -> dict[str, Interval]:
        """The 95 % interval of each metric."""
        return intervals(self.matrix, METRICS)

    @property
    def per_class(self) -> list[dict[str, Any]]:
        """One record per class: precision, recall, f1, support and predicted rows."""
        return per_class_table(self.matrix)

    def __getitem__(self, metric: str) -> float:
        return self.metrics[metric]

    def _lines(self) -> list[tuple[str, str, str]]:
        return [
            (
                METRICS[name].title,
                METRICS[name].text(value),
                "–".join(METRICS[name].text(end) for end in self.intervals[name]),
            )
            for name, value in self.metrics.items()
        ]

    @property
    def _title(self) -> str:
        classes = len(self.matrix.labels)
        return f"{counted(self.matrix.total, 'row')}, {classes} {'class' if classes == 1 else 'classes'}"

    def __repr__(self) -> str:
        lines = [f"{title:<20}{value}   {ends}" for title, value, ends in self._lines()]
        return "\n".join([f"Score of {self._title}, with 95 % intervals", *lines])

    def _repr_html_(self) -> str:
        found = _table(self._title, ("metric", "score", "95 % interval"), self._lines())
        if len(self.matrix.labels) > MAX_SHOWN_CLASSES:
            return found
        header = ("class", *PER_CLASS, "rows", "predicted")
        rows = [
            (row["class"], *(f"{row[name]:.4f}" for name in PER_CLASS), row["support"], row["predicted"])
            for row in self.per_class
        ]
        return found + _table("by class", header, rows)


@dataclass(frozen=True, eq=False, repr=False)
class Check:
    """Whether predictions are a valid entry; false when there are problems.

    Parameters
    ----------
    source : str
        What was checked.
    rows : int
        How many rows an entry has.
    found : Problems, optional
        What is wrong.
    """

    source: str
    rows: int
    found: Problems | None = None

    def __bool__(self) -> bool:
        return self.found is None

    @property
    def problems(self) -> list[Problem]:
        """The problems that are told, in the order of their lines."""
        return [] if self.found is None else self.found.shown

    @property
    def _title(self) -> str:
        if self.found is None:
            return f"{self.source} is a valid entry: {counted(self.rows, 'row')}"
        return f"{counted(self.found.total, 'problem')} in {self.source}"

    @property
    def _more(self) -> list[str]:
        unshown: Mapping[str, int] = {} if self.found is None else self.found.unshown()
        return [f"and {count:,} more of the kind {kind}" for kind, count in unshown.items()]

    def __repr__(self) -> str:
        return "\n".join([self._title, *([] if self.found is None else self.found.lines())])

    def _repr_html_(self) -> str:
        if self.found is None:
            return f"<p>{escape(self._title)}</p>"
        header = ("line", "problem", "expected", "what to do")
        rows = [(item.line, item.what, item.expected, item.remedy) for item in self.problems]
        more = "".join(f"<p>{escape(line)}</p>" for line in self._more)
        return _table(self._title, header, rows, texts=len(header)) + more


@dataclass(frozen=True, repr=False)
class Receipt:
    """What a team learns of an entry: its public scores, its rank, how many entries are left."""

    team: str
    entry: int
    scores: Mapping[str, float]
    rank: int | None
    left: int
    is_best: bool

    @property
    def _title(self) -> str:
        best = "your best so far" if self.is_best else "an earlier entry is better"
        return f"{self.team}, entry {self.entry}: {best}; {self.left} left"

    def _lines(self) -> list[tuple[str, str]]:
        told = [(METRICS[name].title, METRICS[name].text(value)) for name, value in self.scores.items()]
        return [*told, ("rank", "–" if self.rank is None else str(self.rank))]

    def __repr__(self) -> str:
        return "\n".join([self._title, *(f"{name:<20}{value}" for name, value in self._lines())])

    def _repr_html_(self) -> str:
        return _table(self._title, ("public rows", ""), self._lines())
