"""The reference solution, run once for each assignment: which altered copies of its tests it fails.

Run as a job like a submission's, with the same engine; what it finds lies beside the kit, for everybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from eds_autograder.grading.canaries import Canary, find_canaries
from eds_autograder.grading.hidden import failing_line
from eds_autograder.grading.plans import Rehearsed, TestPlan
from eds_autograder.grading.proof import Proof
from eds_autograder.grading.trial import Attempt, Executor, Trials, displayed_number

__all__ = ["Rehearsal", "within_budget"]

_TRIES = 6
_KEPT = 4
# a copy that takes longer with the reference solution is not worth it
_COPY_SECONDS = 1.0
# copies of a test that takes longer end at one of its first assertions
_LONG_SECONDS = 0.1
# what all copies of a notebook may take together, as a share of the notebook's own time without pictures
_SHARE = 0.2
_LEAST_SECONDS = 0.5


@dataclass
class Rehearsal(Trials):
    """Runs each test, copies of it that might do, and the test again.

    Attributes
    ----------
    found : dict of str to Rehearsed
        By grade id.
    extra : float
        Seconds that went into all but the first run of each test.
    """

    found: dict[str, Rehearsed] = field(default_factory=dict)
    extra: float = 0.0

    def run(self, execute: Executor, cell: Any, index: int, grade_id: str) -> Attempt:
        """Run a test with all that is to be tried; leaves everything as the first run did."""
        plan, proof = self.plans[grade_id], Proof.make()
        self.guard.ask(take="start", neutral=True)
        first = execute.attempt(cell, index, cell.source, proof, None)
        self.guard.ask(take="first")
        number = displayed_number(first.cell)
        if first.run.state != "done" or not first.run.proven or (number is not None and number < plan.points):
            self.found[grade_id] = Rehearsed(reason="the reference solution does not pass it")
        else:
            valued = number is not None
            plan = replace(plan, valued=valued)
            kept = list(self._try(execute, cell, index, proof, plan, first.seconds))
            self.guard.ask(restore="start")
            again = execute.attempt(cell, index, cell.source, proof, None)
            self.extra += again.seconds
            self.found[grade_id] = self._sum_up(kept, valued, again.passed(plan))
        self.guard.ask(restore="first", end=True, forget=proof.name)
        return first

    def _sum_up(self, kept: Sequence[Canary], valued: bool, again: bool) -> Rehearsed:
        if not again:
            return Rehearsed(valued=valued, reason="it passes only once: it changes what it tests")
        if not kept:
            return Rehearsed(
                valued=valued, reason="no assertion with a value that can be altered, or it is slow"
            )
        return Rehearsed(tuple(kept), valued)

    def _try(
        self, execute: Executor, cell: Any, index: int, proof: Proof, plan: TestPlan, seconds: float
    ) -> Iterator[Canary]:
        found = find_canaries(plan.source, plan.hidden, plan.answers, plan.valued)
        chosen = _various(found, early=seconds > _LONG_SECONDS)
        spent, kept = 0.0, 0
        for canary in chosen[:_TRIES]:
            enough = kept == _KEPT or (kept and not canary.strong)
            if enough or spent > max(2.0, 2 * seconds):
                return
            self.guard.ask(restore="start")
            text = canary.draw(plan.source, self.chance)
            attempt = execute.attempt(cell, index, text, proof, max(1.0, 2 * seconds + 1.0))
            spent += attempt.seconds
            self.extra += attempt.seconds
            if _fails_there(attempt, canary, plan) and attempt.seconds <= _COPY_SECONDS:
                kept += 1
                yield replace(canary, seconds=round(attempt.seconds, 3))


def _various(found: Sequence[Canary], early: bool) -> list[Canary]:
    """Take one place of each assertion first, then the others; of a slow test the early ones."""
    firsts: dict[int, Canary] = {}
    for canary in found:
        firsts.setdefault(canary.first, canary)
    chosen = [*firsts.values(), *(canary for canary in found if canary not in firsts.values())]
    return sorted(chosen, key=lambda canary: (canary.first, not canary.strong)) if early else chosen


def _fails_there(attempt: Attempt, canary: Canary, plan: TestPlan) -> bool:
    """Tell whether a right answer fails the copy for the reason that is meant."""
    if plan.valued:
        return attempt.run.state == "done" and (displayed_number(attempt.cell) or 0.0) < plan.points
    if attempt.run.state != "error":
        return False
    error = next((output for output in attempt.cell.outputs if output.output_type == "error"), None)
    if error is None or error.ename != "AssertionError":
        return False
    line = failing_line(error)
    return line is None or canary.first <= line <= canary.last or "def " in plan.source


def within_budget(found: dict[str, Rehearsed], seconds: float) -> dict[str, Rehearsed]:
    """Leave out the copies of slow tests when all together would take too long.

    Parameters
    ----------
    found : dict of str to Rehearsed
    seconds : float
        What the notebook itself takes.
    """
    budget = max(_LEAST_SECONDS, _SHARE * seconds)
    kept = dict(found)
    costs = {name: min(c.seconds for c in item.canaries) for name, item in found.items() if item.canaries}
    for name in sorted(costs, key=lambda name: costs[name]):
        budget -= costs[name]
        if budget < 0:
            kept[name] = replace(found[name], canaries=(), reason="a copy would take too long")
        else:
            quick = [c for c in found[name].canaries if c.seconds <= 2 * costs[name] + 0.05]
            kept[name] = replace(found[name], canaries=tuple(quick))
    return kept
