"""How sure a score is: an interval for each metric, from the confusion matrix alone.

Accuracy is a share of independent rows and has Wilson's interval. The other metrics are quotients of sums of
rows; their interval comes from the bootstrap: rows drawn anew with replacement are, in counts, one draw of a
multinomial distribution with the cells of the confusion matrix as its probabilities.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from eds_leaderboard.metrics import BOARD_METRICS, ConfusionMatrix

__all__ = ["CONFIDENCE", "Interval", "bootstrap", "intervals", "wilson"]

CONFIDENCE = 0.95
RESAMPLES = 2000
FEWEST_RESAMPLES = 200
# cells times resamples: a request waits for them
MAX_DRAWN = 4_000_000
# the same counts give the same interval on every page and in every process
SEED = 20150706
# resamples are drawn in blocks of at most so many numbers
MAX_BLOCK = 2_000_000
# their value is the share of right rows, whatever the classes
_SHARES = frozenset({"accuracy", "weighted_recall"})

Counts = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Interval(NamedTuple):
    """The lower and the upper end, both in the metric's bounds."""

    low: float
    high: float


def intervals(
    matrix: ConfusionMatrix, names: Iterable[str] = BOARD_METRICS, *, confidence: float = CONFIDENCE
) -> dict[str, Interval]:
    """Return the interval of each metric: Wilson's for accuracy, the bootstrap's for the others.

    Parameters
    ----------
    matrix : ConfusionMatrix
    names : iterable of str
        Keys of `eds_leaderboard.metrics.METRICS`.
    confidence : float
        How often such intervals hold the value that endless rows of the same kind would give.
    """
    wanted = list(names)
    drawn = bootstrap(matrix, [name for name in wanted if name not in _SHARES], confidence=confidence)
    share = wilson(int(matrix.hits.sum()), matrix.total, confidence)
    return {name: share if name in _SHARES else drawn[name] for name in wanted}


def wilson(hits: int, rows: int, confidence: float = CONFIDENCE) -> Interval:
    """Return Wilson's score interval of a share.

    Parameters
    ----------
    hits, rows : int
        Right rows and all rows.
    confidence : float
        Between 0 and 1.

    References
    ----------
    E. B. Wilson (1927): Probable inference, the law of succession, and statistical inference. Journal of the
    American Statistical Association 22, 209-212. Without continuity correction.
    """
    _check_confidence(confidence)
    if not 0 <= hits <= rows or rows == 0:
        raise ValueError(f"{hits} right of {rows} rows is no share")
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    share, spread = hits / rows, z * z / rows
    centre = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * math.sqrt(share * (1 - share) / rows + spread / (4 * rows))
    # at the ends the formula gives 0 and 1 but for rounding
    low = 0.0 if hits == 0 else max(0.0, centre - half)
    high = 1.0 if hits == rows else min(1.0, centre + half)
    return Interval(low, high)


def bootstrap(
    matrix: ConfusionMatrix,
    names: Iterable[str],
    *,
    confidence: float = CONFIDENCE,
    resamples: int | None = None,
    seed: int = SEED,
) -> dict[str, Interval]:
    """Return the percentile bootstrap interval of each metric.

    Parameters
    ----------
    matrix : ConfusionMatrix
    names : iterable of str
        Keys of `eds_leaderboard.metrics.METRICS`.
    confidence : float
        Between 0 and 1.
    resamples : int, optional
        How many times as many rows as there are are drawn with replacement; by default 2000, fewer for
        matrices of more than 2000 cells.
    seed : int
        Of the generator: equal seeds and counts give equal intervals.

    References
    ----------
    B. Efron and R. J. Tibshirani (1993): An introduction to the bootstrap, chapter 13.
    """
    _check_confidence(confidence)
    wanted = list(names)
    if not wanted:
        return {}
    if resamples is None:
        n_cells = int(np.count_nonzero(matrix.counts))
        resamples = min(RESAMPLES, max(FEWEST_RESAMPLES, MAX_DRAWN // n_cells))
    drawn: dict[str, list[Floats]] = {name: [] for name in wanted}
    for margins in _resampled(matrix, resamples, np.random.default_rng(seed)):
        for name in wanted:
            drawn[name].append(_STACKED[name](margins))
    ends = (0.5 - confidence / 2, 0.5 + confidence / 2)
    return {name: _interval(np.quantile(np.concatenate(blocks), ends)) for name, blocks in drawn.items()}


def _interval(ends: Floats) -> Interval:
    low, high = ends.tolist()
    return Interval(max(0.0, low), min(1.0, high))


def _check_confidence(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence of {confidence}: expected a share between 0 and 1")


class _Margins(NamedTuple):
    """Of a stack of confusion matrices: right, true and predicted rows, each (n_stacked, n_classes)."""

    hits: Counts
    support: Counts
    predicted: Counts


def _resampled(matrix: ConfusionMatrix, resamples: int, generator: np.random.Generator) -> Iterator[_Margins]:
    """Yield the margins of resampled matrices in blocks that fit in memory."""
    true, predicted = np.nonzero(matrix.counts)
    shares = matrix.counts[true, predicted] / matrix.total
    on_diagonal = np.flatnonzero(true == predicted)
    by_predicted = np.argsort(predicted, kind="stable")
    n_classes = len(matrix.labels)
    block = max(1, MAX_BLOCK // max(len(shares), n_classes))
    for start in range(0, resamples, block):
        size = min(block, resamples - start)
        cells = generator.multinomial(matrix.total, shares, size=size)
        yield _Margins(
            _sums(cells[:, on_diagonal], true[on_diagonal], n_classes),
            _sums(cells, true, n_classes),
            _sums(cells[:, by_predicted], predicted[by_predicted], n_classes),
        )


def _sums(cells: Counts, classes: Counts, n_classes: int) -> Counts:
    """Sum the columns of each class; `classes` ascends."""
    sums = np.zeros((len(cells), n_classes), dtype=np.int64)
    present, starts = np.unique(classes, return_index=True)
    if len(present):
        sums[:, present] = np.add.reduceat(cells, starts, axis=1)
    return sums


def _quotients(numerator: Counts, denominator: Counts) -> Floats:
    result = np.zeros(numerator.shape, dtype=np.float64)
    np.divide(numerator, denominator, out=result, where=denominator > 0)
    return result


def _precision(margins: _Margins) -> Floats:
    return _quotients(margins.hits, margins.predicted)


def _recall(margins: _Margins) -> Floats:
    return _quotients(margins.hits, margins.support)


def _f1(margins: _Margins) -> Floats:
    return _quotients(2 * margins.hits, margins.support + margins.predicted)


def _accuracy(margins: _Margins) -> Floats:
    return _weighted(_recall(margins), margins)


def _balanced_accuracy(margins: _Margins) -> Floats:
    shares: Floats = _recall(margins).sum(axis=1) / (margins.support > 0).sum(axis=1)
    return shares


def _macro(values: Floats) -> Floats:
    means: Floats = values.mean(axis=1)
    return means


def _weighted(values: Floats, margins: _Margins) -> Floats:
    means: Floats = (values * margins.support).sum(axis=1) / margins.support.sum(axis=1)
    return means


# each metric of `eds_leaderboard.metrics.METRICS` for a stack of matrices at once; a test holds them together
_STACKED: Mapping[str, Callable[[_Margins], Floats]] = {
    "accuracy": _accuracy,
    "balanced_accuracy": _balanced_accuracy,
    "macro_precision": lambda margins: _macro(_precision(margins)),
    "macro_recall": lambda margins: _macro(_recall(margins)),
    "macro_f1": lambda margins: _macro(_f1(margins)),
    "weighted_precision": lambda margins: _weighted(_precision(margins), margins),
    "weighted_recall": _accuracy,
    "weighted_f1": lambda margins: _weighted(_f1(margins), margins),
}
