from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from eds_leaderboard.paired import LEVEL, mcnemar, mcnemar_p, pack_bits, pairwise_p, unpack_bits


@given(st.integers(0, 3000), st.integers(0, 3000))
def test_mcnemar_is_the_exact_binomial_test(only_first: int, only_second: int) -> None:
    n = only_first + only_second
    expected = binomtest(only_first, n, 0.5).pvalue if n else 1.0
    assert mcnemar_p(only_first, only_second) == pytest.approx(expected, rel=1e-9, abs=1e-300)


def test_mcnemar_by_counting_all_outcomes() -> None:
    """For few rows: the share of coin throws that are at least as uneven as what was seen."""
    for n in range(1, 9):
        throws = [sum(throw) for throw in product((0, 1), repeat=n)]
        for heads in range(n + 1):
            as_uneven = sum(abs(2 * other - n) >= abs(2 * heads - n) for other in throws)
            assert mcnemar_p(heads, n - heads) == pytest.approx(as_uneven / 2**n, rel=1e-12)


def test_mcnemar_of_millions_of_rows_is_finite_and_quick() -> None:
    assert mcnemar_p(5_000_000, 5_010_000) == pytest.approx(binomtest(5_000_000, 10_010_000).pvalue, rel=1e-6)
    assert mcnemar_p(3, 9_000_000) == 0.0


def test_a_number_below_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        mcnemar_p(-1, 3)


def test_the_rows_that_differ_are_counted_on_the_right_side() -> None:
    first = np.array([1, 1, 1, 0, 0, 1], dtype=bool)
    second = np.array([1, 0, 0, 1, 0, 0], dtype=bool)
    found = mcnemar(first, second)
    assert (found.only_first, found.only_second) == (3, 1)
    assert found.p_value == pytest.approx(0.625)
    assert found.tied


def test_tied_means_that_chance_explains_it_at_the_level() -> None:
    right, wrong = np.ones(6, dtype=bool), np.zeros(6, dtype=bool)
    assert not mcnemar(right, wrong).tied
    assert mcnemar(right, wrong).p_value == pytest.approx(2 / 64)
    assert mcnemar(right[:5], wrong[:5]).tied
    assert LEVEL == 0.05


def test_entries_of_different_rows_are_not_compared() -> None:
    with pytest.raises(ValueError, match="expected the same rows"):
        mcnemar(np.ones(3, dtype=bool), np.ones(4, dtype=bool))


@given(st.lists(st.booleans(), max_size=70))
def test_bits_come_back(right: list[bool]) -> None:
    packed = pack_bits(np.asarray(right, dtype=bool))
    assert len(packed) == (len(right) + 7) // 8
    assert unpack_bits(packed, len(right)).tolist() == right


@pytest.mark.parametrize("n_rows", [0, 8, 17])
def test_bits_of_another_number_of_rows_are_refused(n_rows: int) -> None:
    with pytest.raises(ValueError, match="cannot hold"):
        unpack_bits(b"\xff\xff", n_rows)


def test_all_pairs_are_the_single_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eds_leaderboard.paired.BLOCK", 64)
    generator = np.random.default_rng(0)
    rights = list(generator.random((5, 300)) < np.array([[0.5], [0.6], [0.8], [0.81], [0.8]]))
    found = pairwise_p(rights)
    for i, j in product(range(5), repeat=2):
        assert found[i, j] == pytest.approx(mcnemar(rights[i], rights[j]).p_value)
    assert pairwise_p([]).shape == (0, 0)


def test_two_equal_models_are_told_apart_in_at_most_5_of_100_pairs() -> None:
    generator = np.random.default_rng(1)
    told = [not mcnemar(*(generator.random((2, 500)) < 0.8)).tied for _ in range(2000)]
    assert np.mean(told) <= LEVEL + 0.01
