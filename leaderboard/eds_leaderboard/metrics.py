"""Metrics of a single-label classification, each from one integer confusion matrix.

The class list is fixed before anything is counted (the classes of the truth), and a quotient with an empty
denominator is 0: a class that nobody predicts has precision 0, a class without rows has recall 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from eds_leaderboard.blocks import ROWS, for_each, spans

__all__ = ["BOARD_METRICS", "METRICS", "PER_CLASS", "ConfusionMatrix", "Metric", "per_class_table"]

Counts = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

# a matrix of this many classes is already 8 MB; more is a column of numbers, not of labels
MAX_CLASSES = 1000


@dataclass(frozen=True)
class ConfusionMatrix:
    """How often each class was taken for each class.

    Parameters
    ----------
    labels : tuple of str
        The class list, length ``n_classes``, each name once.
    counts : array of int64, shape (n_classes, n_classes)
        ``counts[i, j]`` rows are of class ``i`` and were predicted as class ``j``.
    """

    labels: tuple[str, ...]
    counts: Counts

    @classmethod
    def from_codes(
        cls, truth: npt.ArrayLike, predicted: npt.ArrayLike, labels: Sequence[str]
    ) -> ConfusionMatrix:
        """Count pairs of class codes.

        Parameters
        ----------
        truth, predicted : array of int, shape (n_rows,)
            Positions in `labels`, row by row.
        labels : sequence of str
            The class list.

        Raises
        ------
        ValueError
            If the shapes differ, there is no row, or a code is outside the class list.
        """
        n_classes = len(labels)
        if not 0 < n_classes <= MAX_CLASSES:
            raise ValueError(f"{n_classes} classes: expected 1 to {MAX_CLASSES}")
        true_codes, predicted_codes = _as_codes(truth, "truth"), _as_codes(predicted, "predicted")
        if true_codes.shape != predicted_codes.shape:
            raise ValueError(f"{true_codes.size} true rows but {predicted_codes.size} predicted rows")

        def count(rows: slice) -> Counts:
            cells = _in_range(true_codes[rows], n_classes, "truth") * n_classes
            cells += _in_range(predicted_codes[rows], n_classes, "predicted")
            return np.bincount(cells, minlength=n_classes**2)

        pairs = sum(for_each(count, spans(len(true_codes), max(ROWS, 4 * n_classes**2))))
        return cls(tuple(labels), np.reshape(pairs, (n_classes, n_classes)))

    @classmethod
    def from_cells(cls, cells: Iterable[tuple[int, int, int]], labels: Sequence[str]) -> ConfusionMatrix:
        """Rebuild a matrix from its (true code, predicted code, count) cells; other cells are 0."""
        counts = np.zeros((len(labels), len(labels)), dtype=np.int64)
        for true_code, predicted_code, count in cells:
            counts[true_code, predicted_code] = count
        return cls(tuple(labels), counts)

    def cells(self) -> list[tuple[int, int, int]]:
        """Return the (true code, predicted code, count) of every cell that is not 0."""
        rows, columns = np.nonzero(self.counts)
        return [(int(i), int(j), int(self.counts[i, j])) for i, j in zip(rows, columns, strict=True)]

    @cached_property
    def total(self) -> int:
        """Number of rows."""
        return int(self.counts.sum())

    @cached_property
    def hits(self) -> Counts:
        """Rows per class that were predicted right, shape (n_classes,)."""
        return np.diagonal(self.counts)

    @cached_property
    def support(self) -> Counts:
        """Rows per class in the truth, shape (n_classes,)."""
        rows: Counts = self.counts.sum(axis=1)
        return rows

    @cached_property
    def predicted(self) -> Counts:
        """Rows per class in the prediction, shape (n_classes,)."""
        columns: Counts = self.counts.sum(axis=0)
        return columns


def _as_codes(codes: npt.ArrayLike, what: str) -> npt.NDArray[np.integer[Any]]:
    array = np.asarray(codes)
    if array.ndim != 1 or array.size == 0:
        raise ValueError(f"the {what} codes must be a column of at least one row, got shape {array.shape}")
    if not np.issubdtype(array.dtype, np.integer):
        raise ValueError(f"the {what} codes must be integers, got {array.dtype}")
    return array


def _in_range(codes: npt.NDArray[np.integer[Any]], n_classes: int, what: str) -> Counts:
    if codes.min() < 0 or codes.max() >= n_classes:
        raise ValueError(f"the {what} codes must lie in 0 … {n_classes - 1}")
    return codes.astype(np.int64, copy=False)


def precision_per_class(matrix: ConfusionMatrix) -> Floats:
    """Of the rows predicted as a class, the share that is of it; shape (n_classes,)."""
    return _quotient(matrix.hits, matrix.predicted)


def recall_per_class(matrix: ConfusionMatrix) -> Floats:
    """Of the rows of a class, the share that was predicted as it; shape (n_classes,)."""
    return _quotient(matrix.hits, matrix.support)


def f1_per_class(matrix: ConfusionMatrix) -> Floats:
    """Harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN); shape (n_classes,)."""
    return _quotient(2 * matrix.hits, matrix.support + matrix.predicted)


def _quotient(numerator: Counts, denominator: Counts) -> Floats:
    result = np.zeros(len(numerator), dtype=np.float64)
    np.divide(numerator, denominator, out=result, where=denominator > 0)
    return result


def _mean(values: Floats) -> float:
    # fsum is exact whatever the order, so renaming the classes cannot move a score by one bit and split a tie
    return math.fsum(values) / len(values)


def _weighted(values: Floats, matrix: ConfusionMatrix) -> float:
    return math.fsum(values * matrix.support) / matrix.total


def _accuracy(matrix: ConfusionMatrix) -> float:
    return int(matrix.hits.sum()) / matrix.total


def _balanced_accuracy(matrix: ConfusionMatrix) -> float:
    return _mean(recall_per_class(matrix)[matrix.support > 0])


@dataclass(frozen=True)
class Metric:
    """A number that an entry is judged by, and how to judge it.

    Parameters
    ----------
    name : str
        The key in files, databases and options.
    title : str
        The heading for people.
    compute : callable
        From a `ConfusionMatrix` to the unrounded score.
    higher_is_better : bool
        The direction.
    bounds : (float, float)
        The least and the greatest score that can occur.
    precision : int
        Decimals that people see; ranks never use the rounded number.
    """

    name: str
    title: str
    compute: Callable[[ConfusionMatrix], float]
    higher_is_better: bool = True
    bounds: tuple[float, float] = (0.0, 1.0)
    precision: int = 4

    def __call__(self, matrix: ConfusionMatrix) -> float:
        """Return the unrounded score.

        Raises
        ------
        ValueError
            If the score is no number within the bounds: better no score than a wrong one.
        """
        score = float(self.compute(matrix))
        low, high = self.bounds
        # the mean of numbers that are at most 1 can round to one bit above 1
        if math.isclose(score, high, rel_tol=0.0, abs_tol=1e-15):
            score = high
        if not low <= score <= high:
            raise ValueError(f"{self.name} is {score}, outside {low} … {high}")
        return score

    def sort_key(self, score: float) -> float:
        """Return a number that is smaller the better the score is."""
        return -score if self.higher_is_better else score

    def rounded(self, score: float) -> float:
        """Return the score with the decimals that people see."""
        return round(score, self.precision)

    def text(self, score: float) -> str:
        """Return the score as people see it."""
        return f"{score:.{self.precision}f}"


METRICS: Mapping[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("accuracy", "accuracy", _accuracy),
        Metric("balanced_accuracy", "balanced accuracy", _balanced_accuracy),
        Metric("macro_precision", "macro precision", lambda m: _mean(precision_per_class(m))),
        Metric("macro_recall", "macro recall", lambda m: _mean(recall_per_class(m))),
        Metric("macro_f1", "macro F1", lambda m: _mean(f1_per_class(m))),
        Metric("weighted_precision", "weighted precision", lambda m: _weighted(precision_per_class(m), m)),
        # the weighted mean of hits / support is the accuracy, without the rounding of a mean of quotients
        Metric("weighted_recall", "weighted recall", _accuracy),
        Metric("weighted_f1", "weighted F1", lambda m: _weighted(f1_per_class(m), m)),
    )
}

# what the board shows of the rows that rank, in this order: scalars tell little of the labels behind them
BOARD_METRICS = ("accuracy", "macro_f1", "macro_precision", "macro_recall")

PER_CLASS: Mapping[str, Callable[[ConfusionMatrix], Floats]] = {
    "precision": precision_per_class,
    "recall": recall_per_class,
    "f1": f1_per_class,
}


def per_class_table(matrix: ConfusionMatrix) -> list[dict[str, Any]]:
    """Return one record per class: its name, precision, recall, f1, support and predicted rows."""
    columns = {name: compute(matrix) for name, compute in PER_CLASS.items()}
    return [
        {
            "class": label,
            **{name: float(values[code]) for name, values in columns.items()},
            "support": int(matrix.support[code]),
            "predicted": int(matrix.predicted[code]),
        }
        for code, label in enumerate(matrix.labels)
    ]
