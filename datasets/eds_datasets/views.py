"""How each data set is looked at: a few plots as plain data, which picture and terminal sketch draw alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
    marks : mapping of str to float
        Places on the horizontal axis, by the name that is written there.
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
    marks: Mapping[str, float] = field(default_factory=dict)


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


@view("waveforms")
def _waveforms(records: Any) -> list[View]:
    by_snr = np.argsort(np.where(np.isfinite(records.snr), records.snr, -np.inf))
    clear, weak = (by_snr[round(share * (len(by_snr) - 1))] for share in (0.75, 0.25))
    return [
        _seismogram(records, clear, "a clear record, vertical"),
        _seismogram(records, weak, "a weak record, vertical"),
        View(
            kind="points",
            title="each record",
            x_label="S − P (s)",
            y_label="P signal-to-noise ratio (dB)",
            x=records.s_minus_p,
            y=records.snr,
            log="x",
        ),
    ]


def _seismogram(records: Any, row: Any, title: str) -> View:
    """Show a record from 5 s before P to 10 s after S."""
    onsets = {"P": records.p_time[row], "S": records.s_time[row]}
    known = [time for time in onsets.values() if np.isfinite(time)] or [0.0]
    near = (records.time > min(known) - 5.0) & (records.time < max(known) + 10.0)
    return View(
        kind="line",
        title=title,
        x_label="time (s)",
        y_label=records.units["waveforms"],
        x=records.time[near],
        y=records.waveforms[row, 2, near],
        marks={phase: float(time) for phase, time in onsets.items() if np.isfinite(time)},
    )


@view("phasenet")
def _phasenet(weights: Any) -> list[View]:
    """Show what the network says about a record, and the kernels that touch the samples."""
    import torch

    from eds_datasets.phasenet import PHASES, standardize
    from eds_datasets.waveforms import simulate_waveforms

    record = simulate_waveforms(1, seed=7, p_time=8.0)
    with torch.no_grad():
        probabilities = weights.model(torch.from_numpy(standardize(record.waveforms)))[0].numpy()
        kernels = weights.model.entry.weight.numpy()
    shown = [
        View(
            kind="line",
            title=f"probability of {phase} on a simulated record",
            x_label="time (s)",
            y_label="probability",
            x=record.time,
            y=probabilities[PHASES.index(phase)],
            marks={phase: float(onset[0])},
        )
        for phase, onset in (("P", record.p_time), ("S", record.s_time))
    ]
    # one row for each filter, the three components side by side
    return [
        *shown,
        View(kind="image", title="kernels of the first layer", image=np.hstack(list(kernels.swapaxes(0, 1)))),
    ]


@view("turbidity")
def _turbidity(river: Any) -> list[View]:
    samples = river.samples
    shown = [
        View(
            kind="points",
            title=f"load against {name}",
            x_label=f"{name} ({river.units[name]})",
            y_label="load (mg/L)",
            x=samples[name].to_numpy(),
            y=samples["load"].to_numpy(),
            log="xy",
        )
        for name in ("turbidity", "level")
    ]
    return shown if river.series is None else [*shown, *_flood(river.series)]


def _flood(series: Any) -> list[View]:
    """Show level and turbidity over the largest flood, two days before to six days after it."""
    present = series[series["level"].between(0, 1e9) & series["turbidity"].between(0, 1e9)]
    peak = present["level"].idxmax()
    day = np.timedelta64(1, "D")
    near = present.loc[peak - 2 * day : peak + 6 * day]
    days = ((near.index - peak) / day).to_numpy()
    return [
        View(
            kind="line",
            title=f"{name} in the largest flood",
            x_label="time (days)",
            y_label=label,
            x=days,
            y=near[name].to_numpy(),
        )
        for name, label in (("level", "level (cm)"), ("turbidity", "turbidity (NTU)"))
    ]


@view("volcano")
def _volcano(records: Any) -> list[View]:
    """Show the clearest record of each class, the one whose peak stands highest over what is usual in it.

    The last fifth of a record does not count: an event that only begins there is cut off.
    """
    steps = [np.abs(np.diff(record[: -len(record) // 5])) for record in records.waveforms]
    clearness = [float(step.max() / max(np.median(step), 1e-9)) for step in steps]
    best = records.table.assign(clearness=clearness).groupby("label")["clearness"].idxmax()
    # the classes with real examples first, so that they stand side by side
    order = sorted(best.index, key=lambda label: (label not in ("HYB", "TR"), label))
    return [
        View(
            kind="line",
            title=f"{row.label}",
            x_label="time (s)",
            y_label=records.units["waveforms"],
            x=np.arange(len(records.waveforms[row.Index])) / row.sampling_rate,
            y=records.waveforms[row.Index],
        )
        for row in records.table.loc[best[order]].itertuples()
    ]


_SPOT_UNITS = {
    "index": "log return",
    "noise": "standard deviations",
    "seismogram": "counts",
    "temperature": "anomaly (°C)",
}


@view("spot")
def _spot(records: Any) -> list[View]:
    """Show of the first set what comes from the layer that answered: the others fill in what it lacks."""
    return [
        View(
            kind="line",
            title=str(kind),
            x_label="sample",
            y_label=_SPOT_UNITS[str(kind)],
            x=np.arange(values.size),
            y=values,
        )
        for kind, layer, values in sorted(
            zip(records.kind[0], records.layer[0], records.values[0], strict=True),
            key=lambda record: str(record[0]),
        )
        if layer == records.source
    ]


@view("epicentre")
def _epicentre(quake: Any) -> list[View]:
    from eds_datasets.epicentre import epicentral_distance

    stations = quake.stations
    place = (stations["latitude"].to_numpy(), stations["longitude"].to_numpy())
    distance = epicentral_distance(*place, quake.latitude, quake.longitude)
    kinds = np.where(quake.is_outlier, "known outlier", "pick")
    nearest = int(np.argmin(distance))
    time = quake.start[nearest] + np.arange(quake.waveforms.shape[1]) / quake.sampling_rate
    return [
        View(
            kind="points",
            title="the network",
            x_label="longitude (degrees)",
            y_label="latitude (degrees)",
            x=np.append(place[1], quake.longitude),
            y=np.append(place[0], quake.latitude),
            classes=np.append(np.full(len(stations), "station"), "epicentre"),
        ),
        View(
            kind="points",
            title="arrivals of P",
            x_label="distance from the epicentre (km)",
            y_label="time (s)",
            x=distance,
            y=quake.p_time,
            classes=kinds,
        ),
        View(
            kind="line",
            title=f"the nearest station, {stations['station'].iloc[nearest]}",
            x_label="time (s)",
            y_label=quake.units["waveforms"],
            x=time,
            y=quake.waveforms[nearest],
            marks={"P": float(quake.p_time[nearest])},
        ),
    ]


@view("lidar")
def _lidar(cloud: Any) -> list[View]:
    """Show a part of the points from above and from the side."""
    chosen = np.random.default_rng(0).permutation(len(cloud.points))[:6000]
    x, y, z = cloud.points[chosen].T
    labels = np.asarray(cloud.label_names)[cloud.labels[chosen]]
    unit = cloud.units["points"]
    return [
        View(
            kind="points",
            title=title,
            x_label=f"{across} ({unit})",
            y_label=f"{up} ({unit})",
            x=a,
            y=b,
            classes=labels,
        )
        for title, across, up, a, b in (("from above", "x", "y", x, y), ("from the side", "x", "z", x, z))
    ]
