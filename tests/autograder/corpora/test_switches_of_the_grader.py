"""What keeps copies alike and the grader alive: without it, copies are told from tests, and the grader fails."""
# ruff: noqa: E402

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.channels import AsyncZMQSocketChannel

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parent / "hostile")]

from corpora.bench import Bench
from corpora.cheats_by_telling_apart import cheats_by_telling_apart
from corpora.tower import LESSON as TOWER
from corpora.tower import make_tower
from corpora.vault import LESSON, RIGHT, make_vault, submission
from hostile_reach import REACH

from eds_autograder.grading import canaries, execute
from eds_autograder.grading.kernels.prompt import CarefulChannel
from eds_autograder.grading.plans import TestPlan
from eds_autograder.grading.results import Result
from eds_autograder.grading.trial import Trials

pytestmark = pytest.mark.slow

Patch = pytest.MonkeyPatch
CHEATS = cheats_by_telling_apart()


@pytest.fixture(scope="module")
def tower(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(make_tower(tmp_path_factory.mktemp("tower") / "course"), TOWER)


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench(make_vault(tmp_path_factory.mktemp("vault") / "course"), LESSON)


def alter_canaries(
    patch: Patch, change: Callable[[Sequence[canaries.Canary]], list[canaries.Canary]]
) -> None:
    copies = Trials._copies

    def other(self: Trials, plan: TestPlan, cell: Any) -> Any:
        return copies(self, replace(plan, canaries=tuple(change(plan.canaries))), cell)

    patch.setattr(Trials, "_copies", other)


def more_decimals(patch: Patch) -> None:
    patch.setattr(canaries, "other_number", lambda old, *_: f"{float(old) * 1.3 + 0.123:.6f}")


def words_that_do_not_exist(patch: Patch) -> None:
    alter_canaries(patch, lambda found: [replace(canary, other="") for canary in found])


def numbers_added(patch: Patch) -> None:
    alter_canaries(patch, lambda found: [canary for canary in found if canary.kind == "shift"])


# the cheat, and what writes its copies otherwise
LOOKS = {
    "copies-told-by-their-decimals": more_decimals,
    "copies-told-by-words-that-do-not-exist": words_that_do_not_exist,
    "copies-told-by-an-added-number": numbers_added,
}


def gained(result: Result) -> float:
    """Marks that nobody would look at."""
    return sum(exercise.points or 0.0 for exercise in result.exercises)


@pytest.mark.parametrize("cheat", LOOKS)
def test_copies_that_look_otherwise_are_told_from_their_test(
    tower: Bench, monkeypatch: Patch, cheat: str
) -> None:
    assert gained(tower.grade(CHEATS[cheat])) == 0.0
    LOOKS[cheat](monkeypatch)
    assert gained(tower.grade(CHEATS[cheat])) > 0.0


def believe_outputs(patch: Patch) -> None:
    patch.setattr(execute, "is_well_formed", lambda _: True)


def believe_replies(patch: Patch) -> None:
    patch.setattr(execute, "is_reply", lambda _: True)


def believe_frames(patch: Patch) -> None:
    patch.setattr(CarefulChannel, "get_msg", AsyncZMQSocketChannel.get_msg)


BELIEFS = {
    "messages-made-by-hand": believe_outputs,
    "replies-made-by-hand": believe_replies,
    "frames-that-are-no-messages": believe_frames,
}


@pytest.mark.parametrize("attack", BELIEFS)
def test_a_grader_that_believes_all_messages_fails(vault: Bench, monkeypatch: Patch, attack: str) -> None:
    made = submission(REACH[attack].cell, dict(RIGHT))
    assert vault.grade(made).outcome == "graded"
    BELIEFS[attack](monkeypatch)
    with pytest.raises(Exception) as failed:  # noqa: PT011  whichever it stumbles over
        assert vault.grade(made).outcome == "graded"
    assert not isinstance(failed.value, AssertionError), "it went on"
