from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from eds_leaderboard.intervals import _STACKED, _Margins, _resampled, bootstrap, intervals, wilson
from eds_leaderboard.metrics import BOARD_METRICS, METRICS, ConfusionMatrix

SAME = 1e-12


def matrix_of(counts: object) -> ConfusionMatrix:
    table = np.asarray(counts, dtype=np.int64)
    return ConfusionMatrix(tuple(f"c{k}" for k in range(len(table))), table)


@given(st.integers(1, 20_000), st.data(), st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_wilson_is_that_of_scipy(rows: int, data: st.DataObject, confidence: float) -> None:
    hits = data.draw(st.integers(0, rows))
    expected = binomtest(hits, rows).proportion_ci(confidence, method="wilson")
    assert wilson(hits, rows, confidence) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_the_half_widths_of_an_accuracy_of_85_percent() -> None:
    for rows, points in ((300, 4.0), (1000, 2.2), (5000, 1.0)):
        low, high = wilson(round(0.85 * rows), rows)
        assert round(50 * (high - low), 1) == points


def test_an_interval_holds_the_truth_as_often_as_it_says() -> None:
    generator = np.random.default_rng(3)
    hits = generator.binomial(300, 0.85, size=4000)
    inside = [low <= 0.85 <= high for low, high in (wilson(int(count), 300) for count in hits)]
    assert 0.935 < np.mean(inside) < 0.965


def test_the_bootstrap_holds_the_truth_about_as_often_as_it_says() -> None:
    """Endless rows of known shares give the true macro F1; files of 600 rows are drawn from them."""
    generator = np.random.default_rng(4)
    shares = np.array([[40, 4, 1], [5, 25, 3], [2, 4, 16]]) / 100
    true = {name: METRICS[name](matrix_of(shares * 1e8)) for name in BOARD_METRICS}
    found = dict.fromkeys(BOARD_METRICS, 0)
    for _ in range(400):
        drawn = matrix_of(generator.multinomial(600, shares.ravel()).reshape(3, 3))
        ends = bootstrap(drawn, BOARD_METRICS, resamples=400)
        for name, (low, high) in ends.items():
            found[name] += low <= true[name] <= high
    # the standard error of a share of .95 of 400 is .011
    assert all(0.915 < count / 400 < 0.985 for count in found.values()), found


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 5).flatmap(lambda n: st.lists(st.integers(0, 30), min_size=n * n, max_size=n * n)))
def test_the_metrics_of_a_stack_are_the_metrics(cells: list[int]) -> None:
    size = int(len(cells) ** 0.5)
    counts = np.asarray(cells, dtype=np.int64).reshape(size, size)
    counts[0, 0] += 1
    matrix = matrix_of(counts)
    margins = _Margins(matrix.hits[None], matrix.support[None], matrix.predicted[None])
    assert set(_STACKED) == set(METRICS)
    for name, compute in _STACKED.items():
        assert compute(margins)[0] == pytest.approx(METRICS[name](matrix), abs=SAME)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 12), min_size=9, max_size=9))
def test_resampled_margins_are_those_of_resampled_rows(cells: list[int]) -> None:
    """The sums over cells are right also where classes are missing: rows drawn one by one agree on average."""
    counts = np.asarray(cells, dtype=np.int64).reshape(3, 3)
    counts[1, 2] += 1
    matrix = matrix_of(counts)
    blocks = list(_resampled(matrix, 300, np.random.default_rng(0)))
    for mine, exact in (("support", matrix.support), ("predicted", matrix.predicted), ("hits", matrix.hits)):
        drawn = np.concatenate([getattr(block, mine) for block in blocks])
        assert drawn.shape == (300, 3)
        assert (drawn[:, exact == 0] == 0).all()
        assert drawn.mean(axis=0) == pytest.approx(exact, abs=5 * np.sqrt(matrix.total) / np.sqrt(300))
        if mine != "hits":
            assert (drawn.sum(axis=1) == matrix.total).all()


def test_equal_counts_give_equal_intervals_whatever_the_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = matrix_of([[30, 3, 2], [4, 50, 1], [0, 6, 9]])
    whole = intervals(matrix)
    monkeypatch.setattr("eds_leaderboard.intervals.MAX_BLOCK", 9 * 64)
    assert intervals(matrix) == whole
    assert bootstrap(matrix, ["macro_f1"], seed=1) != bootstrap(matrix, ["macro_f1"], seed=2)


def test_an_interval_holds_its_score_and_stays_within_the_bounds() -> None:
    matrix = matrix_of([[30, 3, 2], [4, 50, 1], [0, 6, 9]])
    for name, (low, high) in intervals(matrix, METRICS).items():
        assert 0 <= low < METRICS[name](matrix) < high <= 1
    perfect = intervals(matrix_of([[5, 0], [0, 5]]))
    assert perfect["macro_f1"] == (1.0, 1.0) or perfect["macro_f1"].low <= 1.0
    assert perfect["accuracy"].high == 1.0
    assert perfect["accuracy"].low < 1.0


def test_a_thousand_classes_do_not_keep_a_request_waiting() -> None:
    generator = np.random.default_rng(0)
    matrix = ConfusionMatrix.from_codes(
        *generator.integers(0, 1000, (2, 20_000)), [str(k) for k in range(1000)]
    )
    drawn: list[int] = []
    real = np.random.default_rng

    class Counting:
        def __init__(self, seed: int) -> None:
            self.real = real(seed)

        def multinomial(self, total: int, shares: np.ndarray, size: int) -> np.ndarray:
            drawn.append(size * len(shares))
            return self.real.multinomial(total, shares, size=size)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("numpy.random.default_rng", Counting)
        intervals(matrix)
    assert sum(drawn) <= 4_000_000


@pytest.mark.parametrize("confidence", [0, 1, -1, float("nan")])
def test_a_confidence_that_is_no_share_is_refused(confidence: float) -> None:
    with pytest.raises(ValueError, match="expected a share"):
        intervals(matrix_of([[1]]), confidence=confidence)


@pytest.mark.parametrize(("hits", "rows"), [(-1, 3), (4, 3), (0, 0)])
def test_no_share_has_no_interval(hits: int, rows: int) -> None:
    with pytest.raises(ValueError, match="is no share"):
        wilson(hits, rows)
