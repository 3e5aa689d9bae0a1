"""Who fails a test and passes its copy may be honest: it is held only where chance hardly does that."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from eds_autograder.grading.canaries import find_canaries
from eds_autograder.grading.plans import TestPlan
from eds_autograder.grading.proof import Proof
from eds_autograder.grading.trial import Attempt, CellRun, Trials


@dataclass
class _Kernel:
    """Claims to pass the copies, and the test where that is wanted."""

    passes_test: bool = False
    outcome: str = "graded"

    def attempt(self, cell: Any, index: int, source: str, proof: Proof, seconds: float | None) -> Attempt:
        passes = source != cell.source or self.passes_test
        return Attempt(SimpleNamespace(outputs=[]), CellRun("done" if passes else "error"), 0.01)


@dataclass
class _StallingKernel(_Kernel):
    """Passes the test; copies do not end so many times."""

    stalls: int = 1
    seen: list[str] = field(default_factory=list)

    def attempt(self, cell: Any, index: int, source: str, proof: Proof, seconds: float | None) -> Attempt:
        self.seen.append(source)
        if source == cell.source:
            return Attempt(SimpleNamespace(outputs=[]), CellRun("done"), 0.01)
        self.stalls -= 1
        state = "timed out" if self.stalls >= 0 else "error"
        return Attempt(SimpleNamespace(outputs=[]), CellRun(state), 5.0 if state == "timed out" else 0.01)


class _FailingKernel(_Kernel):
    def attempt(self, cell: Any, index: int, source: str, proof: Proof, seconds: float | None) -> Attempt:
        return Attempt(SimpleNamespace(outputs=[]), CellRun("error"), 0.01)


class _NoGuard:
    def ask(self, **_wanted: object) -> None:
        """See nothing."""


def evidence(*sources: str, kernel: _Kernel | None = None, failed: int = 0) -> list[str]:
    """Return what speaks against an answer that passes a copy of each of these tests, and fails others."""
    tests = {f"test-{number}": source for number, source in enumerate(sources)}
    plans = {
        name: TestPlan(source, 1.0, canaries=tuple(find_canaries(source))) for name, source in tests.items()
    }
    # with many tests each has one copy
    others = {f"other-{number}": TestPlan("assert True", 1.0) for number in range(6)}
    trials = Trials({**plans, **others}, guard=_NoGuard())  # type: ignore[arg-type]
    for index, (name, source) in enumerate(tests.items()):
        trials.run(kernel or _Kernel(), SimpleNamespace(source=source, outputs=[]), index, name)
    for index in range(failed):
        cell = SimpleNamespace(source="assert True", outputs=[])
        trials.run(_FailingKernel(), cell, len(tests) + index, f"other-{index}")
    return trials.evidence


@pytest.mark.parametrize("expected", ["84", "5.5", "0.25", "[0.5, 2.0]", "1e-3", "123", "'steep'[:2]"])
def test_one_hit_of_few_values_is_no_evidence(expected: str) -> None:
    assert not evidence(f"assert f(41) == {expected}")


def test_several_hits_of_few_values_are_evidence_and_all_of_them_are_named() -> None:
    found = evidence("assert f(41) == 84", "assert g(41) == 5.5")
    assert [text.split(":")[0] for text in found] == ["test-0", "test-1"]
    assert not evidence("assert f(41) == 0.5", "assert g(41) == 0.5")
    assert evidence(*[f"assert f({number}) == 0.5" for number in range(8)])


@pytest.mark.parametrize("expected", ["6.674e-11", "2015", "9.8125", "'granite'"])
def test_one_hit_of_very_many_values_is_evidence(expected: str) -> None:
    assert len(evidence(f"assert f(41) == {expected}")) == 1


def test_a_condition_turned_round_is_passed_by_every_wrong_answer() -> None:
    assert not evidence(*[f"assert f({number}) < 3" for number in range(9)])
    labels = 'assert f({}) == "steep"\nassert f(3) == "gentle"'
    assert not evidence(*[labels.format(number) for number in range(9)])


def test_a_test_and_its_copy_cannot_both_be_passed() -> None:
    for source in ("assert f(41) == 84", "assert f(41) == 0.5", "assert f(41) < 3"):
        assert len(evidence(source, kernel=_Kernel(passes_test=True))) == 1


def test_who_fails_many_tests_has_many_chances_to_hit() -> None:
    assert evidence("assert f(41) == 84", "assert g(41) == 5.5")
    assert not evidence("assert f(41) == 84", "assert g(41) == 5.5", failed=6)
    assert evidence("assert f(41) == 2015")
    assert not evidence("assert f(41) == 2015", failed=6)
    assert evidence("assert f(41) == 2015", "assert g(41) == 84", failed=6)


def test_a_copy_that_did_not_end_is_tried_once_more_when_all_else_has_run() -> None:
    for _ in range(10):
        once, twice = _StallingKernel(stalls=1), _StallingKernel(stalls=2)
        assert not evidence("assert f(41) == 84", kernel=once)
        assert len(once.seen) == 3
        assert once.seen[2] == next(source for source in once.seen if source != "assert f(41) == 84")
        (told,) = evidence("assert f(41) == 84", kernel=twice)
        assert "did not end" in told
