"""The challenges that can be made: what a row is, what is to be found, which rows belong together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["CHALLENGES", "Part", "Recipe"]

_RECORDS_PER_EVENT = 2
_POINTS_PER_SCENE = 2000
_LIDAR_STEP = 0.1  # degrees between rays: one third of the default's resolution, a tenth of its points
_CUBE = 0.4  # m


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


def _lidar(generator: np.random.Generator, n_rows: int) -> Part:
    from eds_datasets.lidar import Scene, simulate_lidar

    n_scenes = -(-n_rows // _POINTS_PER_SCENE)
    # a default scene has so few points on bushes that hardly a row would lie there
    scene = Scene(step=_LIDAR_STEP, n_bushes=14, shortest_bush=0.4, longest_bush=1.4)
    scans = [simulate_lidar(generator, scene=scene) for _ in range(n_scenes)]
    points = np.concatenate([scan.points for scan in scans]).round(4).astype(np.float32)
    labels = np.concatenate([np.asarray(scan.label_names)[scan.labels] for scan in scans])
    things = np.concatenate([scan.things for scan in scans])
    number = np.repeat(np.arange(n_scenes), [len(scan.points) for scan in scans])
    # a thing of one label may be the whole ground: its points are grouped by the square metre
    cells = np.column_stack([number, things, np.floor(points[:, :2])]).astype(np.int64)
    cubes = np.column_stack([number, np.floor(points / _CUBE)]).astype(np.int64)
    rows = _spread(np.unique(cubes, axis=0, return_inverse=True)[1].reshape(-1), n_rows, generator)
    # the order of a scan would tell where a ray met the next thing
    mixed = generator.permutation(len(points))
    return Part(
        features={"point": points[rows], "scene": number[rows]},
        labels=labels[rows],
        groups=np.unique(cells, axis=0, return_inverse=True)[1].reshape(-1)[rows].astype(str),
        shared={"cloud": points[mixed], "cloud_scene": number[mixed]},
    )


def _spread(places: NDArray[np.int64], n_rows: int, generator: np.random.Generator) -> NDArray[np.int64]:
    """Draw rows so that each place has as many as the others, as far as there are enough in it.

    Were labels drawn alike instead, the cloud would give them away: a rare label has a large share of its
    points among the rows.
    """
    order = generator.permutation(len(places))
    order = order[np.argsort(places[order], kind="stable")]
    _, first, counts = np.unique(places[order], return_index=True, return_counts=True)
    rank = np.arange(len(order)) - np.repeat(first, counts)
    # a fraction breaks ties between places at random
    return order[np.argsort(rank + generator.random(len(order)))[:n_rows]]


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
    "lidar": Recipe(
        title="What did the laser hit?",
        make=_lidar,
        n_train=6000,
        n_test=6000,
        description="""
Each row is a point that a terrestrial scanner measured: `point`, x, y, z in m with the scanner at the origin
and z up, and the `scene` that it belongs to. `cloud`, shape (n_points, 3), has all points of all scenes and
`cloud_scene` their scenes: look for neighbours there. The point lies on the ground, a bush, a tree, a wall or
on clutter that people left behind. Rows are spread evenly over the cloud, whatever they lie on, so labels are
not equally frequent. The test scenes are others than the training scenes. The group is a square metre
of one thing.
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
