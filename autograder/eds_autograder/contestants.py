"""Three who enter the demo's hackathon: a constant guess, a straight line, a forest."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["ENTRIES", "Entry", "predict"]


@dataclass(frozen=True)
class Entry:
    """What a team enters.

    Attributes
    ----------
    team, message : str
    model : callable
        Makes a classifier with scikit-learn's interface.
    baseline : bool
        Whether it stands on the board without a rank.
    """

    team: str
    message: str
    model: Callable[[], Any]
    baseline: bool = False


def predict(release: Path, entry: Entry) -> Path:
    """Train an entry's model on what the teams were given, and write its predictions.

    Parameters
    ----------
    release : Path
        The folder that the teams get: ``train.npz`` and ``test.npz``.
    entry : Entry

    Returns
    -------
    Path
        The file to submit.
    """
    import numpy as np

    with np.load(release / "train.npz") as train, np.load(release / "test.npz") as test:
        images, labels = train["images"], train["labels"]
        unseen, ids = test["images"], test["ids"]
    model = entry.model().fit(images.reshape(len(images), -1) / 255, labels)
    predicted = model.predict(unseen.reshape(len(unseen), -1) / 255)
    path = release.parent / f"{entry.team.replace(' ', '-')}.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "label"])
        writer.writerows(zip(ids, predicted, strict=True))
    return path


def _constant() -> Any:
    from sklearn.dummy import DummyClassifier

    return DummyClassifier(strategy="most_frequent")


def _logistic() -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=0.05, tol=1e-3, max_iter=300)


def _forest() -> Any:
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(n_estimators=100, random_state=0, n_jobs=-1)


ENTRIES = (
    Entry("constant guess", "always the same digit", _constant, baseline=True),
    Entry("straight lines", "logistic regression on the grey values", _logistic),
    Entry("forest rangers", "a random forest of 100 trees", _forest),
)
