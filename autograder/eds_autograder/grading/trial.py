"""A test and its altered copies, run in an order that nobody knows beforehand, and what follows from it."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil, comb, prod
from typing import Any, NamedTuple, Protocol

from eds_autograder.grading.canaries import Canary, altered
from eds_autograder.grading.integrity import GuardLink
from eds_autograder.grading.plans import TestPlan
from eds_autograder.grading.proof import Proof

__all__ = ["Attempt", "CellRun", "Executor", "Trials", "displayed_number"]

# a copy gets this, or ten times what it took with the reference solution
_COPY_SECONDS = 5.0
# with few tests that are quick, each has more copies: who guesses which text is the test is caught more often
_FEW_TESTS = 5
_QUICK_SECONDS = 0.1
# who fails tests and passes copies of them is held where chance does that once in so many, or more seldom
_BY_CHANCE = 5000


@dataclass(frozen=True)
class CellRun:
    """How the run of one cell ended.

    Attributes
    ----------
    state : {"done", "error", "timed out", "kernel died", "not run"}
        ``done``: the kernel said that the cell ran to its end; a cell without code is done too.
    reason : str or None
        Why it did not, where that is not in the cell's output.
    proven : bool
        Whether there is proof of the end; of cells that are no test none is asked.
    """

    state: str
    reason: str | None = None
    proven: bool = True


@dataclass(frozen=True)
class Attempt:
    """One run of a test or of a copy.

    Attributes
    ----------
    cell : nbformat.NotebookNode
        With its outputs.
    run : CellRun
    seconds : float
    """

    cell: Any
    run: CellRun
    seconds: float

    def passed(self, plan: TestPlan) -> bool:
        """Tell whether the kernel claims full marks."""
        if self.run.state != "done":
            return False
        return not plan.valued or (displayed_number(self.cell) or 0.0) >= plan.points

    @property
    def stuck(self) -> bool:
        """Whether it neither passed nor failed."""
        return self.run.state in ("timed out", "kernel died")


def displayed_number(cell: Any) -> float | None:
    """Return the number that a cell ends with, NaN included, or None."""
    for output in cell.outputs:
        if output.output_type == "execute_result":
            try:
                return float(output["data"]["text/plain"])
            except (KeyError, TypeError, ValueError):
                return None
    return None


def _worth(canary: Canary) -> int:
    # what is added to an expression or turned round can be told by its shape
    alike = canary.kind in ("number", "text")
    return 4 * canary.strong + 2 * alike - canary.hollow


@dataclass(frozen=True)
class _Text:
    """What the kernel gets to run: the test, or a copy with the place that is altered in it."""

    canary: Canary | None
    source: str


def _real(tried: Iterable[tuple[_Text, Attempt]]) -> Attempt | None:
    return next((attempt for text, attempt in tried if text.canary is None), None)


class _Doubt(NamedTuple):
    """A copy was passed and its test was not: by a guess, or by a wrong answer that hit one of so many."""

    others: int
    text: str


class Executor(Protocol):
    """What runs a cell's text in the kernel.

    Attributes
    ----------
    outcome : str
        Another than "graded" when nothing can be run any more.
    """

    outcome: str

    def attempt(self, cell: Any, index: int, source: str, proof: Proof, seconds: float | None) -> Attempt:
        """Run a text in a cell's place, within a time of its own."""


@dataclass
class Trials:
    """Runs the tests of one notebook.

    Parameters
    ----------
    plans : mapping of str to TestPlan
        By grade id.
    guard : GuardLink
    chance : random.Random, optional
    """

    plans: Mapping[str, TestPlan]
    guard: GuardLink
    chance: random.Random = field(default_factory=random.SystemRandom)
    _evidence: list[str] = field(default_factory=list)
    _doubts: dict[str, _Doubt] = field(default_factory=dict)
    _failed: set[str] = field(default_factory=set)

    @property
    def evidence(self) -> list[str]:
        """What speaks against the submission, beside what the guard found."""
        doubts = self._doubts.values()
        # wrong answers to many tests have as many chances to hit
        ways = comb(len(self._failed), len(doubts))
        if prod(doubt.others for doubt in doubts) < _BY_CHANCE * ways:
            return list(self._evidence)
        return [*self._evidence, *(doubt.text for doubt in doubts)]

    def run(self, execute: Executor, cell: Any, index: int, grade_id: str) -> Attempt:
        """Run a test among its copies; returns the test's own run, and notes what the copies say.

        The guard treats each text alike, whichever it is.
        """
        plan = self.plans[grade_id]
        proof = Proof.make()
        texts = [_Text(None, cell.source), *self._copies(plan, cell)]
        self.chance.shuffle(texts)
        tried: list[tuple[_Text, Attempt]] = []
        self.guard.ask(check=True, take="start" if len(texts) > 1 else None, neutral=True)
        for number, text in enumerate(self._in_turn(plan, texts, tried)):
            if number:
                self.guard.ask(check=True, take=f"{number - 1}", restore="start")
            seconds = None if text.canary is None else self._seconds(text.canary, _real(tried))
            tried.append((text, execute.attempt(cell, index, text.source, proof, seconds)))
            if execute.outcome != "graded":
                break
        else:
            place = next(number for number, (text, _) in enumerate(tried) if text.canary is None)
            last = place == len(tried) - 1
            self.guard.ask(check=True, restore=None if last else str(place), end=True, forget=proof.name)
        return self._judge(grade_id, plan, dict(tried), cell)

    def _in_turn(
        self, plan: TestPlan, texts: Sequence[_Text], tried: Sequence[tuple[_Text, Attempt]]
    ) -> Iterator[_Text]:
        """Yield the texts, and in the end once more the copies that did not end where the test was passed.

        A machine that stands still meanwhile makes them so. Only then: who saw a text come again at once
        would know that it is none that counts.
        """
        yield from texts
        real = _real(tried)
        if real is not None and real.passed(plan):
            yield from [text for text, attempt in tried if text.canary is not None and attempt.stuck]

    def _copies(self, plan: TestPlan, cell: Any) -> list[_Text]:
        """Draw the copies: one altered at a place, one at another, one at both.

        So each part of the test stands in as many texts as what replaces it, and who has seen them all does
        not know more than at the first. Where only one place will do, each copy has another value there.
        """
        best = max((_worth(canary) for canary in plan.canaries), default=0)
        chosen = [canary for canary in plan.canaries if _worth(canary) == best]
        if cell.source != plan.source or not chosen:
            return []
        one = self.chance.choice(chosen)
        changes = one.changes(plan.source, self.chance)
        if len(self.plans) > _FEW_TESTS or one.seconds > _QUICK_SECONDS:
            return [_Text(one, altered(plan.source, changes))]
        other = self._other(one, chosen)
        if other is None:
            drawn = {altered(plan.source, changes), one.draw(plan.source, self.chance)}
            return [_Text(one, source) for source in drawn]
        more = other.changes(plan.source, self.chance)
        both = replace(one, others=one.others * other.others)
        altered_at = ((one, changes), (other, more), (both, [*changes, *more]))
        return [_Text(canary, altered(plan.source, made)) for canary, made in altered_at]

    def _other(self, one: Canary, chosen: Sequence[Canary]) -> Canary | None:
        """Choose a second place, in another assertion where that is possible."""
        apart = [each for each in chosen if each.is_apart_from(one) and each.seconds <= _QUICK_SECONDS]
        elsewhere = [each for each in apart if each.first != one.first]
        return self.chance.choice(elsewhere or apart) if apart else None

    def _seconds(self, canary: Canary, real: Attempt | None) -> float:
        return ceil(max(_COPY_SECONDS, 10 * canary.seconds, 10 * (real.seconds if real else 0.0)))

    def _judge(self, grade_id: str, plan: TestPlan, tried: Mapping[_Text, Attempt], cell: Any) -> Attempt:
        real = _real(tried.items())
        if real is None:
            # a copy ended the kernel or does not stop: so would the test have done
            died = next(iter(tried.values()))
            untouched = copy.deepcopy(cell)
            untouched.outputs = []
            return Attempt(untouched, died.run, died.seconds)
        if real.run.state == "done" and not real.run.proven:
            self._evidence.append(f"{grade_id}: the kernel says that the test ran, but not to its end")
        if not real.passed(plan):
            self._failed.add(grade_id)
        for text, attempt in tried.items():
            if text.canary is not None:
                self._judge_copy(grade_id, plan, text.canary, attempt, real)
        return real

    def _judge_copy(
        self, grade_id: str, plan: TestPlan, canary: Canary, attempt: Attempt, real: Attempt
    ) -> None:
        if attempt.passed(plan):
            text = f"{grade_id}: passed a copy of the test that right answers fail (line {canary.first})"
            if real.passed(plan):
                self._evidence.append(text)
            elif canary.others > 1:
                doubt = _Doubt(canary.others, text)
                self._doubts[grade_id] = max(doubt, self._doubts.get(grade_id, doubt))
        elif attempt.stuck and real.passed(plan) and attempt.seconds > 3 * real.seconds:
            self._evidence.append(f"{grade_id}: passed, but a copy of the test that had to fail did not end")
