from __future__ import annotations

import statistics
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eds_leaderboard.ladder import improves, ladder

Rights = np.ndarray


def by_the_book(losses: list[list[int]]) -> list[float]:
    """Return what algorithm 2 of Blum and Hardt shows, written down step by step, in fractions."""
    n = len(losses[0])
    best_loss, best = None, [0] * n
    shown = []
    for loss in losses:
        mean = Fraction(sum(loss), n)
        gain = None if best_loss is None else best_loss - mean
        variance = statistics.variance([Fraction(a - b) for a, b in zip(loss, best, strict=True)])
        # a > √b, of numbers that may be negative
        if gain is None or (gain > 0 and gain**2 > variance / n):
            best_loss, best = mean, loss
        shown.append(float(1 - best_loss))
    return shown


def test_the_ladder_is_algorithm_2_of_blum_and_hardt() -> None:
    generator = np.random.default_rng(0)
    for _ in range(50):
        rights = generator.random((12, 40)) < generator.uniform(0.3, 0.9, (12, 1))
        assert ladder(rights) == pytest.approx(by_the_book((~rights).astype(int).tolist()))


@given(st.lists(st.lists(st.booleans(), min_size=7, max_size=7), min_size=1, max_size=8))
def test_what_is_shown_never_falls_and_was_always_reached(rows: list[list[bool]]) -> None:
    rights = np.asarray(rows, dtype=bool)
    shown = ladder(rights)
    assert shown == sorted(shown)
    assert shown[0] == rights[0].mean()
    assert set(shown) <= set(rights.mean(axis=1))


def test_a_step_that_noise_explains_is_not_shown() -> None:
    best = np.arange(100) < 80
    one_more = np.arange(100) < 81
    swapped = np.roll(best, 3) | (np.arange(100) == 50)
    assert not improves(best, best)
    # one row more and none less: s/√n is .01, which the gain of .01 does not exceed
    assert not improves(best, one_more)
    assert not improves(best, swapped)
    assert improves(best, np.arange(100) < 85)
    assert ladder([best, one_more, np.arange(100) < 85]) == [0.8, 0.8, 0.85]


def test_entries_of_different_rows_are_not_compared() -> None:
    with pytest.raises(ValueError, match="expected the same rows"):
        improves(np.ones(3, dtype=bool), np.ones(4, dtype=bool))


def majority(files: Rights, n_classes: int, generator: np.random.Generator) -> Rights:
    votes = (files[:, :, None] == np.arange(n_classes)).sum(axis=0) + generator.random(
        (files.shape[1], n_classes)
    ) / 2
    return votes.argmax(axis=1)


def attack(n_classes: int, n_rows: int, k: int, generator: np.random.Generator) -> tuple[float, float, float]:
    """Boost k random files by what a board says of them: gains in public accuracy over chance.

    On a plain board the attacker votes with all files that are better than chance, on the Ladder with those
    that it showed as improvements. The last number is the plain vote's gain on private rows.
    """
    truth, private = generator.integers(0, n_classes, (2, n_rows))
    files, on_private = generator.integers(0, n_classes, (2, k, n_rows))
    rights = files == truth
    better = rights.mean(axis=1) > 1 / n_classes
    shown = np.asarray(ladder(rights))
    told = np.diff(shown, prepend=-1.0) > 0
    gains = (
        (majority(files[better], n_classes, generator) == truth).mean(),
        (majority(files[told], n_classes, generator) == truth).mean(),
        (majority(on_private[better], n_classes, generator) == private).mean(),
    )
    plain, on_the_ladder, unseen = (100 * (gain - 1 / n_classes) for gain in gains)
    return plain, on_the_ladder, unseen


@pytest.mark.parametrize(
    ("n_classes", "n_rows", "plain", "on_the_ladder"),
    [(2, 200, 10.5, 4.8), (2, 500, 7.1, 3.8), (5, 1000, 3.4, 1.8)],
)
def test_the_boosting_attack_gains_less_on_the_ladder(
    n_classes: int, n_rows: int, plain: float, on_the_ladder: float
) -> None:
    """The published gains of 50 files, in points; the private rows show that nothing was learnt."""
    generator = np.random.default_rng(n_rows)
    gains = np.mean([attack(n_classes, n_rows, 50, generator) for _ in range(100)], axis=0)
    assert gains[0] == pytest.approx(plain, abs=1.0)
    assert gains[1] <= on_the_ladder
    assert gains[1] < gains[0] / 2
    assert abs(gains[2]) < 1.0
