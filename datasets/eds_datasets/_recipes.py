"""The challenges that can be made: what a row is, what is to be found, which rows belong together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["CHALLENGES", "Part", "Recipe"]

_RECORDS_PER_EVENT = 2


@dataclass(frozen=True, kw_only=True, eq=False)
class Part:
    """Rows with their labels.

    Attributes
    ----------
    features : mapping of str to array, each of shape (n_rows, …)
        What a model may see of each row.
    labels : array of str, shape (n_rows,)
        What it has to find.
    groups : array of str, shape (n_rows,)
        What rows of one origin share: they resemble each other, and are split together or not at all.
    shared : mapping of str to array
        What belongs to all rows together.
    """

    features: Mapping[str, NDArray[Any]]
    labels: NDArray[np.str_]
    groups: NDArray[np.str_]
    shared: Mapping[str, NDArray[Any]]

    def take(self, order: NDArray[np.int64]) -> Part:
        """Return some rows, in the order given."""
        features = {name: values[order] for name, values in self.features.items()}
        return Part(
            features=features, labels=self.labels[order], groups=self.groups[order], shared=self.shared
        )


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How to make one kind of challenge.

    Attributes
    ----------
    title : str
        What is to be found, in one line.
    make : callable
        ``make(generator, n_rows)`` returns a Part.
    n_train, n_test : int
        Rows by default.
    description : str
        What the files hold, for those who take part; Markdown.
    """

    title: str
    make: Callable[[np.random.Generator, int], Part]
    n_train: int
    n_test: int
    description: str


def _windows(generator: np.random.Generator, n_rows: int) -> Part:
    from eds_datasets.waveforms import simulate_waveforms

    records = simulate_waveforms(
        n_rows,
        seed=generator,
        n_samples=1000,
        sampling_rate=50.0,
        region="alps",
        n_stations=40,
        shares={"earthquake": 1.0, "explosion": 1.0, "noise": 1.0},
    )
    return Part(
        # a digitiser counts in whole numbers
        features={"waveforms": np.rint(records.waveforms).astype(np.int32)},
        labels=records.kind,
        groups=records.event,
        shared={"sampling_rate": np.asarray(records.sampling_rate)},
    )


def _volcano(generator: np.random.Generator, n_rows: int) -> Part:
    from eds_datasets.volcano import simulate_volcano

    records = simulate_volcano(
        generator,
        n_events=-(-n_rows // _RECORDS_PER_EVENT),
        n_stations=6,
        records_per_event=_RECORDS_PER_EVENT,
        window=60.0,
        sampling_rate=50.0,
    )
    table = records.table.iloc[:n_rows]
    return Part(
        features={"waveforms": np.rint(100 * np.asarray(records.waveforms)[:n_rows]).astype(np.int32)},
        labels=table["label"].to_numpy(dtype=str),
        groups=table["event"].to_numpy().astype(str),
        shared={"sampling_rate": np.asarray(50.0)},
    )


CHALLENGES: dict[str, Recipe] = {
    "volcano": Recipe(
        title="Which event did the volcano make?",
        make=_volcano,
        n_train=1200,
        n_test=1500,
        description="""
Each row is a record of 60 s at one of six stations around a volcano: `waveforms`, whole counts, shape
(n, 3000), vertical, at `sampling_rate` 50 Hz. It shows a long-period event (LP), tremor (TR), a
volcano-tectonic earthquake (VT), an explosion (EXP), a hybrid (HYB) or a tornillo (TOR). Two stations
recorded each event; the group is the event. The test set comes from another network on another day.
""",
    ),
    "windows": Recipe(
        title="Earthquake, explosion or noise?",
        make=_windows,
        n_train=1500,
        n_test=1500,
        description="""
Each row is a record of 20 s at a seismic station: `waveforms`, whole counts, shape (n, 3, 1000), components
east, north and up, at `sampling_rate` 50 Hz. It shows an earthquake, a quarry blast or neither. Stations have
noise, gain and instruments of their own; those of the test set are others than those of the training set,
and so are the events. The group is the event.
""",
    ),
}
