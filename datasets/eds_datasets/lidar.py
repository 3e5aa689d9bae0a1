"""Point clouds: a real terrestrial scan of ground and bush, a tree, an airborne tile, simulated scenes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from eds_datasets import fetch, registry
from eds_datasets._scene import LABELS, Scene, scan
from eds_datasets.dataset import SIMULATED_LICENCE, Dataset, Layer, Source, choose_layer
from eds_datasets.errors import EdsError, UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["LABELS", "Lidar", "Scene", "load_lidar", "read_cloud", "simulate_lidar", "write_cloud"]

Part = Literal["terrestrial", "tree", "airborne"]

_FILES: dict[str, dict[str, int]] = {
    "terrestrial": {"lidar/floor.xyz": LABELS.index("ground"), "lidar/vegetation.xyz": LABELS.index("bush")},
    "tree": {"lidar/ski_tree.xyz": LABELS.index("tree")},
    "airborne": {"lidar/autzen_trim.laz": -1},
}
_AIRBORNE_LABELS = ("never classified", "unclassified", "ground")
_AIRBORNE_UNIT = "ft"


@dataclass(frozen=True, kw_only=True, eq=False)
class Lidar(Dataset):
    """A cloud of points with a label each.

    Attributes
    ----------
    points : ndarray of float64, shape (n_points, 3)
        x, y, z with z up, in the order of the file or of the scan; in m, but the airborne tile is in feet.
    labels : ndarray of int64, shape (n_points,)
        Index into `label_names`.
    things : ndarray of int64, shape (n_points,)
        Number of the thing that the point lies on (0 is the ground): points of one bush are not independent
        of each other. For a download, the number of the file.
    label_names : tuple of str
        Names of the labels.
    """

    points: NDArray[np.float64]
    labels: NDArray[np.int64]
    things: NDArray[np.int64]
    label_names: tuple[str, ...]


def load_lidar(source: Source = "auto", *, part: Part = "terrestrial", seed: int = 0) -> Lidar:
    """Load a labelled cloud of points.

    Parameters
    ----------
    source : {"auto", "download", "simulated"}
        ``auto`` takes the real cloud where it is already here, and simulates otherwise.
    part : {"terrestrial", "tree", "airborne"}
        The real clouds: 40,069 points of ground and 4,608 of a bush beside it, by a scanner at the origin
        20 m away; a tree of 19,530 points; 110,000 points from an aeroplane with ground as one class.
        Only the terrestrial part has a simulation, with all `LABELS`.
    seed : int
        Seed of the simulation.

    Returns
    -------
    Lidar

    Raises
    ------
    UsageError
        There is no such source or part.
    EdsError
        The download failed, or a file cannot be read.
    """
    if part not in _FILES:
        raise UsageError(f"lidar has no part {part!r}: expected one of {', '.join(_FILES)}")
    layers: dict[Layer, Any] = {"download": lambda: _download(part)}
    if part == "terrestrial":
        layers["simulated"] = lambda: simulate_lidar(seed)
    answer: Lidar = choose_layer("lidar", source, layers, keys=tuple(_FILES[part]))
    return answer


def _download(part: str) -> Lidar:
    clouds = [(read_cloud(fetch.fetch(key)), label) for key, label in _FILES[part].items()]
    labels = [_own_labels(cloud) if label < 0 else np.full(len(cloud[0]), label) for cloud, label in clouds]
    known = registry.entry(next(iter(_FILES[part])))
    unit = _AIRBORNE_UNIT if part == "airborne" else "m"
    return Lidar(
        name="lidar",
        source="download",
        licence=known.licence,
        citation=known.citation,
        units={"points": unit, "labels": "-", "things": "-"},
        points=np.concatenate([cloud[0] for cloud, _ in clouds]),
        labels=np.concatenate(labels).astype(np.int64),
        things=np.repeat(np.arange(len(labels)), [len(own) for own in labels]),
        label_names=_AIRBORNE_LABELS if part == "airborne" else LABELS,
    )


def _own_labels(cloud: tuple[NDArray[np.float64], NDArray[np.int64] | None]) -> NDArray[np.int64]:
    points, labels = cloud
    return np.zeros(len(points), dtype=np.int64) if labels is None else labels


def read_cloud(path: Path) -> tuple[NDArray[np.float64], NDArray[np.int64] | None]:
    """Read points, and their labels where the file has some.

    Parameters
    ----------
    path : Path
        A file ``.xyz`` (text: x y z, or x y z label), ``.las`` or ``.laz``.

    Returns
    -------
    points : ndarray, shape (n_points, 3)
        In the units of the file.
    labels : ndarray, shape (n_points,), or None
        A fourth column, or the classification of a las file.

    Raises
    ------
    UsageError
        The name ends otherwise.
    EdsError
        The file cannot be read.
    """
    read = {".xyz": _read_xyz, ".las": _read_las, ".laz": _read_las}.get(path.suffix.lower())
    if read is None:
        raise UsageError(f"{path} is no point cloud: expected a name that ends in .xyz, .las or .laz")
    try:
        return read(path)
    except EdsError:
        raise
    except Exception as error:  # laspy raises what its decoders raise
        raise EdsError(f"cannot read {path}: {error}", tip="is the file whole? fetch it again") from error


def _read_xyz(path: Path) -> tuple[NDArray[np.float64], NDArray[np.int64] | None]:
    import pandas as pd

    table = pd.read_csv(path, sep=r"\s+", header=None, comment="#", dtype=np.float64).to_numpy()
    if table.shape[1] not in (3, 4):
        raise EdsError(f"{path} has {table.shape[1]} columns: expected x y z, or x y z label")
    return table[:, :3].copy(), table[:, 3].astype(np.int64) if table.shape[1] == 4 else None


def _read_las(path: Path) -> tuple[NDArray[np.float64], NDArray[np.int64] | None]:
    import laspy

    cloud = laspy.read(path)
    return np.asarray(cloud.xyz, dtype=np.float64), np.asarray(cloud.classification, dtype=np.int64)


def write_cloud(cloud: Lidar, path: Path) -> None:
    """Write points and labels to a file that `read_cloud` reads.

    Parameters
    ----------
    cloud : Lidar
        What to write.
    path : Path
        A name that ends in ``.xyz`` (text, to the µm), ``.las`` or ``.laz`` (to 0.1 mm, label as
        classification).

    Raises
    ------
    UsageError
        The name ends otherwise.
    """
    suffix = path.suffix.lower()
    if suffix == ".xyz":
        table = np.column_stack([cloud.points, cloud.labels])
        np.savetxt(path, table, fmt=["%.6f", "%.6f", "%.6f", "%d"])
    elif suffix in (".las", ".laz"):
        _write_las(cloud, path)
    else:
        raise UsageError(f"cannot write {path}: expected a name that ends in .xyz, .las or .laz")


def _write_las(cloud: Lidar, path: Path) -> None:
    import laspy

    header = laspy.LasHeader(point_format=6, version="1.4")
    header.offsets = np.floor(cloud.points.min(axis=0))
    header.scales = np.full(3, 1e-4)
    written = laspy.LasData(header)
    written.xyz = cloud.points
    written.classification = cloud.labels.astype(np.uint8)
    written.write(str(path))


def simulate_lidar(seed: int | np.random.Generator, *, scene: Scene | None = None) -> Lidar:
    """Scan a random scene with a terrestrial scanner: a million labelled points with the default `Scene`.

    The scanner stands low, so that its rays graze the ground and the density of points falls with the third
    power of the distance. It reports the nearest surface along each ray (depth buffer; Catmull, 1974): dunes
    and things cast shadows. Boxes, barrels, posts and the wall are met where geometry says so (slabs of Kay
    and Kajiya, 1986); bushes and crowns are turbid media with leaves of finite size (Ross, 1981), where a
    ray goes an exponential distance in. See `Scene` for every parameter.

    Parameters
    ----------
    seed : int or numpy.random.Generator
        Source of chance: the same integer gives the same scene.
    scene : Scene, optional
        The scanner and what it looks at. A narrower ``sector`` or a coarser ``step`` gives fewer points.

    Returns
    -------
    Lidar
        ``points`` in m with the scanner at the origin, x along the middle of the sector, z up.

    Raises
    ------
    UsageError
        A scene without an angle to scan.
    """
    scene = scene or Scene()
    if scene.step <= 0 or scene.sector <= scene.step or scene.highest <= scene.lowest:
        raise UsageError(
            f"nothing to scan: sector {scene.sector:g}°, elevations {scene.lowest:g}° to {scene.highest:g}°, "
            f"step {scene.step:g}°"
        )
    points, labels, things = scan(scene, np.random.default_rng(seed))
    return Lidar(
        name="lidar",
        source="simulated",
        licence=SIMULATED_LICENCE,
        citation="simulated: depth buffer (Catmull, 1974), turbid medium (Ross, 1981)",
        units={"points": "m", "labels": "-", "things": "-"},
        points=np.asarray(points, dtype=np.float64),
        labels=labels,
        things=things,
        label_names=LABELS,
    )
