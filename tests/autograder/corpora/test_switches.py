"""Each defence catches a cheat that nothing else would: with this one alone it is caught, without it is not."""

from __future__ import annotations

import random
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from corpora.bench import Bench
from corpora.cheats import cheats
from corpora.cheats_from_within import cheats_from_within
from corpora.honest import honest
from corpora.vault import LESSON, POINTS, RIGHT, make_vault, submission

from eds_autograder.grading import execute, marks, sanitize
from eds_autograder.grading.integrity import GuardLink
from eds_autograder.grading.job import Limits
from eds_autograder.grading.kernels.output import OutputMeter
from eds_autograder.grading.proof import Proof
from eds_autograder.grading.results import Result
from eds_autograder.grading.trial import Trials

pytestmark = pytest.mark.slow

Patch = pytest.MonkeyPatch
CHEATS = {**cheats(), **cheats_from_within()}


def no_canaries(patch: Patch) -> None:
    patch.setattr(Trials, "_copies", lambda *_: [])


def no_guard(patch: Patch) -> None:
    patch.setattr(GuardLink, "_findings", lambda *_: [])


def no_proof(patch: Patch) -> None:
    patch.setattr(Proof, "holds", lambda *_: True)
    mark_cell = marks.mark_cell

    def believe(source: Any, cell: Any, run: Any, *more: Any, **words: Any) -> Any:
        return mark_cell(source, cell, run and replace(run, proven=True), *more, **words)

    patch.setattr(marks, "mark_cell", believe)


def no_neutral_ground(patch: Patch) -> None:
    ask = GuardLink.ask
    patch.setattr(GuardLink, "ask", lambda self, **order: ask(self, **{**order, "neutral": False}))


def no_value_asked(patch: Patch) -> None:
    mark_cell = marks.mark_cell
    patch.setattr(marks, "mark_cell", lambda *given, valued: mark_cell(*given, valued=False))


def no_holding(patch: Patch) -> None:
    patch.setattr(marks, "hold", lambda exercise: exercise)


def no_stripping_of_tags(patch: Patch) -> None:
    metadata = sanitize._metadata

    def keep(cell: Any, source: Any) -> Any:
        return {**metadata(cell, source), "tags": cell.metadata.get("tags", [])}

    patch.setattr(sanitize, "_metadata", keep)


def no_putting_back(patch: Patch) -> None:
    ask = GuardLink.ask
    patch.setattr(
        GuardLink, "ask", lambda self, **order: ask(self, **{**order, "take": None, "restore": None})
    )


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(make_vault(tmp_path_factory.mktemp("bench") / "course"), LESSON)


def gained(result: Result) -> float:
    """Marks that nobody would look at."""
    return sum(exercise.points or 0.0 for exercise in result.exercises)


# the cheat, the defence, and what else is switched off so that it stands alone
CASES = {
    "canaries": ("objects-that-are-equal-to-everything", no_canaries, []),
    "guard": ("ast-transformer-drops-assertions", no_guard, [no_canaries]),
    "guard of defaults": ("tolerances-without-bounds", no_guard, [no_canaries]),
    "proof": ("input-transformer-empties-tests", no_proof, [no_canaries, no_guard]),
    "neutral ground": ("a-display-that-says-two", no_neutral_ground, [no_canaries, no_guard]),
    "tags": (
        "tests-tagged-to-be-skipped",
        no_stripping_of_tags,
        [no_proof, no_value_asked, no_holding],
    ),
    "holding": ("objects-that-are-equal-to-everything", no_holding, []),
}


@pytest.mark.parametrize("defence", CASES)
def test_a_defence_alone_catches_its_cheat_and_without_it_nothing_does(
    bench: Bench, monkeypatch: Patch, defence: str
) -> None:
    name, switch_off, others = CASES[defence]
    for other in others:
        other(monkeypatch)
    assert gained(bench.grade(CHEATS[name])) == 0.0
    switch_off(monkeypatch)
    assert gained(bench.grade(CHEATS[name])) > 0.0


@pytest.mark.parametrize("name", ["a-call-counter", "a-mutable-default", "random-numbers-in-order"])
def test_copies_before_a_test_would_cost_marks_if_nothing_were_put_back(
    bench: Bench, monkeypatch: Patch, name: str
) -> None:
    # the test comes last, behind its copies
    monkeypatch.setattr(random.SystemRandom, "shuffle", lambda self, texts: texts.reverse())
    made = honest()[name]
    right = bench.grade(made)
    assert {item.grade_id: item.points for item in right.exercises} == POINTS
    assert right.evidence == ()
    no_putting_back(monkeypatch)
    assert gained(bench.grade(made)) < gained(right)


def no_time_of_a_cell(patch: Patch) -> None:
    patch.setattr(execute.CarefulExecute, "_seconds", lambda self, cell: 60)


def no_time_of_a_notebook(patch: Patch) -> None:
    never = property(lambda self: 1e9, lambda self, value: None)
    patch.setattr(execute.CarefulExecute, "deadline", never, raising=False)


def no_meter(patch: Patch) -> None:
    patch.setattr(OutputMeter, "passes", lambda *_: True)


# the limit, what is over it, how a result names that, what switches it off
LIMITS = {
    "time of a cell": (Limits(1, 100), "import time\ntime.sleep(2)", "time", no_time_of_a_cell),
    "time of a notebook": (Limits(20, 2), "import time\ntime.sleep(3)", "time", no_time_of_a_notebook),
    "output": (Limits(20, 200, output_mib=1), "print(('x' * 99 + '\\n') * 20_000)", "output", no_meter),
}


@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_stops_what_is_over_it_and_without_it_nothing_does(
    bench: Bench, monkeypatch: Patch, name: str
) -> None:
    limits, prelude, kind, switch_off = LIMITS[name]
    made = submission(prelude, dict(RIGHT))
    assert {problem.kind for problem in bench.grade(made, limits).problems} == {kind}
    switch_off(monkeypatch)
    free = bench.grade(made, limits)
    assert (free.points, free.problems) == (sum(POINTS.values()), ())
