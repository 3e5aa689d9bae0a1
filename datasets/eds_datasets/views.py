"""How each data set is looked at: a few plots as plain data, which picture and terminal sketch draw alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["VIEWS", "View", "view"]

Kind = Literal["points", "line", "image"]
Array = NDArray[Any]


def _nothing() -> Array:
    return np.empty(0)


@dataclass(frozen=True, kw_only=True, eq=False)
class View:
    """One plot.

    Attributes
    ----------
    kind : {"points", "line", "image"}
        How to draw it.
    title, x_label, y_label : str
        What is on the axes, with units.
    x, y : array, shape (n,)
        Points, or the corners of a line. Empty for an image.
    classes : array of str, shape (n,), optional
        Class of each point.
    image : array, shape (height, width), optional
        Grey values, bright is much.
    log : str
        The axes with a logarithmic scale: ``""``, ``"x"``, ``"y"`` or ``"xy"``.
    """

    kind: Kind
    title: str
    x_label: str = ""
    y_label: str = ""
    x: Array = field(default_factory=_nothing)
    y: Array = field(default_factory=_nothing)
    classes: Array | None = None
    image: Array | None = None
    log: str = ""


VIEWS: dict[str, Callable[[Any], list[View]]] = {}


def view(name: str) -> Callable[[Callable[[Any], list[View]]], Callable[[Any], list[View]]]:
    """Register the function that looks at the data set `name`."""

    def register(function: Callable[[Any], list[View]]) -> Callable[[Any], list[View]]:
        VIEWS[name] = function
        return function

    return register


@view("iris")
def _iris(iris: Any) -> list[View]:
    species = np.asarray(iris.species_names)[iris.species]
    pairs = (("petal length", "petal width"), ("sepal length", "sepal width"))
    return [
        View(
            kind="points",
            title=x.split()[0],
            x_label=f"{x} (cm)",
            y_label=f"{y} (cm)",
            x=iris.features[:, iris.feature_names.index(x)],
            y=iris.features[:, iris.feature_names.index(y)],
            classes=species,
        )
        for x, y in pairs
    ]


@view("digits")
def _digits(digits: Any) -> list[View]:
    n_rows = 4
    first = [np.flatnonzero(digits.labels == digit)[:n_rows] for digit in range(10)]
    rows = [np.hstack([digits.images[index[row]] for index in first]) for row in range(n_rows)]
    return [View(kind="image", title="the first four of each class", image=np.vstack(rows))]


@view("arrivals")
def _arrivals(arrivals: Any) -> list[View]:
    table = arrivals.table
    both = table.dropna(subset=["p_time", "s_time"])
    travel = [
        (table["distance"].to_numpy(), table[column].to_numpy(), np.full(len(table), phase))
        for column, phase in (("p_time", "P"), ("s_time", "S"))
    ]
    distance, time, phase = (np.concatenate(parts) for parts in zip(*travel, strict=True))
    return [
        View(
            kind="points",
            title="travel times",
            x_label="distance (km)",
            y_label="time after the origin (s)",
            x=distance,
            y=time,
            classes=phase,
        ),
        View(
            kind="points",
            title="Wadati diagram",
            x_label="P travel time (s)",
            y_label="S − P (s)",
            x=both["p_time"].to_numpy(),
            y=(both["s_time"] - both["p_time"]).to_numpy(),
        ),
    ]
