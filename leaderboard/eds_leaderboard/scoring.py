"""Scores of a confusion matrix, as numbers by name and as records for a listing."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from eds_leaderboard.entries import read_entry
from eds_leaderboard.metrics import METRICS, PER_CLASS, ConfusionMatrix, per_class_table
from eds_leaderboard.truth import read_truth

__all__ = ["report", "score_files", "scores", "tidy"]


def scores(matrix: ConfusionMatrix, names: Iterable[str] = METRICS) -> dict[str, float]:
    """Return the unrounded scores by metric."""
    return {name: METRICS[name](matrix) for name in names}


def score_files(
    predictions: Path, truth: Path, *, id_column: str = "id", label_column: str = "label"
) -> ConfusionMatrix:
    """Return the confusion matrix of two CSV files.

    Raises
    ------
    InvalidFileError
        If one of the files has problems.
    """
    known = read_truth(truth, id_column=id_column, label_column=label_column)
    return known.confusion(read_entry(predictions, known.expected))


def report(matrix: ConfusionMatrix) -> dict[str, Any]:
    """Return all that a matrix tells, unrounded, ready for JSON."""
    return {
        "rows": matrix.total,
        "labels": list(matrix.labels),
        "metrics": scores(matrix),
        "per_class": per_class_table(matrix),
        "confusion_matrix": matrix.counts.tolist(),
    }


def tidy(matrix: ConfusionMatrix) -> list[dict[str, Any]]:
    """Return one record per number: ``metric``, ``class`` (empty for a metric of all classes), ``value``."""
    overall = [{"metric": name, "class": "", "value": value} for name, value in scores(matrix).items()]
    table = per_class_table(matrix)
    return overall + [
        {"metric": name, "class": row["class"], "value": row[name]} for name in PER_CLASS for row in table
    ]
