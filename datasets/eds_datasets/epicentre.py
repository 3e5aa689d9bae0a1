"""The earthquake of Le Teil (Ardèche, 11 November 2019, Mw 4.9) at eleven stations, real and simulated."""

from __future__ import annotations

import os
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from eds_datasets import registry
from eds_datasets._catalogue import KINDS, Catalogue
from eds_datasets._noise import INSTRUMENTS
from eds_datasets._onsets import pick_onset
from eds_datasets._regions import REGIONS, Region
from eds_datasets._seismic import brune_corner, seismic_moment
from eds_datasets._synthesis import synthesize
from eds_datasets.dataset import SIMULATED_LICENCE, Dataset, Layer, Source, choose_layer
from eds_datasets.errors import EdsError, UsageError
from eds_datasets.fetch import data_dir, fetch

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LeTeil", "epicentral_distance", "load_le_teil", "simulate_le_teil"]

Array = NDArray[np.floating[Any]]
Seed = int | np.random.SeedSequence | np.random.Generator

_PICKLE = "epicentre/waveforms.pickle"
_RATE = 100.0
_KM_PER_DEGREE = 111.195
_REFERENCE = "2019-11-11T10:52:45Z"
_REFERENCE_NS = 1_573_469_565_000_000_000
_CATALOGUE_LATITUDE, _CATALOGUE_LONGITUDE, _MAGNITUDE = 44.526, 4.642, 4.9
_DEPTH = 1.0  # km: the rupture reached the surface
_VELOCITY_RATIO = 1.73
_STATIONS: Mapping[str, tuple[float, float]] = {
    "BALS": (44.519686, 3.451818),
    "BANN": (44.368920, 4.156330),
    "MLYF": (43.988000, 5.767500),
    "OGCB": (44.850189, 5.096617),
    "OGCC": (44.429092, 5.549892),
    "OGCN": (45.153892, 5.088958),
    "OGDF": (44.556977, 5.069002),
    "OGS2": (45.064487, 5.801324),
    "OGS3": (45.069510, 5.806072),
    "RUSF": (43.941200, 5.483700),
    "SAUF": (43.937700, 5.106400),
}
_N_SAMPLES = 12_500
_START = 0.85  # s after the reference
_FURTHEST = 15.0  # km from Le Teil to a simulated epicentre
_VELOCITY = (5.8, 6.0)  # km/s
_PICK_NOISE = (0.1, 0.5)  # s
_LATE = (2.0, 17.0)  # s
_UNITS = {
    "waveforms": "counts",
    "start": "s",
    "p_time": "s",
    "is_outlier": "-",
    "sampling_rate": "Hz",
    "stations.station": "-",
    "stations.latitude": "degrees",
    "stations.longitude": "degrees",
    "latitude": "degrees",
    "longitude": "degrees",
    "origin_time": "s",
    "velocity": "km/s",
    "magnitude": "1",
    "reference_time": "-",
}


@dataclass(frozen=True, kw_only=True, eq=False)
class LeTeil(Dataset):
    """An earthquake, what eleven stations recorded of it, and when its P wave reached them.

    Attributes
    ----------
    waveforms : array of float32, shape (11, n_samples)
        Vertical ground velocity, counts.
    start : array, shape (11,)
        Time of each record's first sample, s after the reference time.
    sampling_rate : float
        Hz.
    stations : DataFrame
        ``station``, ``latitude`` and ``longitude`` in degrees, in the order of the records.
    p_time : array, shape (11,)
        Picked arrival of P, s after the reference time.
    is_outlier : array of bool, shape (11,)
        Picks that are known to be far too late; none of the real ones.
    latitude, longitude : float
        Epicentre, degrees: of the catalogue, or the truth of a simulation.
    origin_time : float
        s after the reference time; NaN for the real earthquake.
    velocity : float
        Of P in the crust, km/s; NaN for the real earthquake.
    magnitude : float
        Mw.
    reference_time : str
        UTC.
    """

    waveforms: NDArray[np.float32]
    start: Array
    sampling_rate: float
    stations: pd.DataFrame
    p_time: Array
    is_outlier: NDArray[np.bool_]
    latitude: float
    longitude: float
    origin_time: float
    velocity: float
    magnitude: float
    reference_time: str


def epicentral_distance(
    latitude: Array, longitude: Array, other_latitude: Array, other_longitude: Array
) -> Array:
    """Return distances on a plane that touches the Earth half-way; 0.1 % off at 100 km.

    Parameters
    ----------
    latitude, longitude, other_latitude, other_longitude : array or float
        Degrees; they broadcast against each other.

    Returns
    -------
    array
        km.
    """
    middle = np.radians(0.5 * (np.asarray(latitude) + other_latitude))
    north = (np.asarray(latitude) - other_latitude) * _KM_PER_DEGREE
    east = (np.asarray(longitude) - other_longitude) * _KM_PER_DEGREE * np.cos(middle)
    return np.asarray(np.hypot(east, north))


def load_le_teil(source: Source = "auto", *, seed: Seed = 0) -> LeTeil:
    """Load the earthquake of Le Teil.

    The original is a pickle. It is opened once, after its hash was checked, by a reader that knows only the
    names that it needs, and written to the cache as ``epicentre/le_teil-*.npz``; from then on only that
    file is read. Records of 200 Hz are resampled to 100 Hz. P is read by machine: energy ratio, then
    Akaike's criterion.

    Parameters
    ----------
    source : {"auto", "download", "simulated"}
    seed : int, SeedSequence or Generator
        Of the simulated layer.

    Returns
    -------
    LeTeil

    Raises
    ------
    UsageError
        There is no such source.
    EdsError
        The download failed, or the pickle does not hold what it should.
    """
    layers: dict[Layer, Callable[[], LeTeil]] = {
        "download": _download,
        "simulated": lambda: simulate_le_teil(seed=seed),
    }
    return choose_layer("epicentre", source, layers, keys=() if _converted().is_file() else (_PICKLE,))


def simulate_le_teil(*, seed: Seed, outlier_share: float = 0.1) -> LeTeil:
    """Simulate an earthquake near Le Teil at the same eleven stations.

    The epicentre lies within 15 km of Le Teil, P travels at a constant 5.8 to 6.0 km/s, so that it arrives at
    t = t₀ + Δ / v; each pick errs by a normal deviate whose standard deviation, between 0.1 and 0.5 s, is
    its station's own, and some are 2 to 17 s late, as an automatic picker's that misses P. The waveforms
    have the physics of `simulate_waveforms` and the true arrivals.

    Parameters
    ----------
    seed : int, SeedSequence or Generator
        The same seed and arguments give the same data.
    outlier_share : float
        Of the picks, between 0 and 1; by default one of eleven.

    Returns
    -------
    LeTeil

    Raises
    ------
    UsageError
        The share is out of bounds.

    Examples
    --------
    >>> from eds_datasets import simulate_le_teil
    >>> earthquake = simulate_le_teil(seed=1)
    >>> earthquake.waveforms.shape, earthquake.p_time.shape
    ((11, 12500), (11,))
    """
    if not 0.0 <= outlier_share <= 1.0:
        raise UsageError(f"outlier_share is {outlier_share}: expected a number between 0 and 1")
    rng = np.random.default_rng(seed)
    latitude, longitude = _draw_epicentre(rng)
    velocity, origin_time = rng.uniform(*_VELOCITY), rng.uniform(0.0, 2.0)
    places = np.array(list(_STATIONS.values()))
    distance = epicentral_distance(places[:, 0], places[:, 1], np.asarray(latitude), np.asarray(longitude))
    arrival = origin_time + distance / velocity
    p_time, is_outlier = _pick_badly(rng, arrival, outlier_share)
    azimuth = np.arctan2((places[:, 1] - longitude) * np.cos(np.radians(latitude)), places[:, 0] - latitude)
    waveforms = _simulate_records(rng, velocity, distance, azimuth, origin_time)
    return LeTeil(
        name="epicentre",
        source="simulated",
        licence=SIMULATED_LICENCE,
        citation="Simulated by eds_datasets.simulate_le_teil",
        units=_UNITS,
        waveforms=waveforms,
        start=np.full(distance.size, _START),
        sampling_rate=_RATE,
        stations=_station_table(),
        p_time=p_time,
        is_outlier=is_outlier,
        latitude=latitude,
        longitude=longitude,
        origin_time=origin_time,
        velocity=velocity,
        magnitude=_MAGNITUDE,
        reference_time=_REFERENCE,
    )


def _draw_epicentre(rng: np.random.Generator) -> tuple[float, float]:
    distance, bearing = _FURTHEST * np.sqrt(rng.uniform()), rng.uniform(0.0, 2.0 * np.pi)
    north, east = distance * np.cos(bearing) / _KM_PER_DEGREE, distance * np.sin(bearing) / _KM_PER_DEGREE
    latitude = _CATALOGUE_LATITUDE + north
    return float(latitude), float(_CATALOGUE_LONGITUDE + east / np.cos(np.radians(latitude)))


def _pick_badly(
    rng: np.random.Generator, arrival: Array, outlier_share: float
) -> tuple[Array, NDArray[np.bool_]]:
    noise = rng.uniform(*_PICK_NOISE, arrival.size) * rng.standard_normal(arrival.size)
    is_outlier = np.zeros(arrival.size, dtype=bool)
    is_outlier[rng.choice(arrival.size, round(outlier_share * arrival.size), replace=False)] = True
    late = np.where(is_outlier, rng.uniform(*_LATE, arrival.size), 0.0)
    return arrival + noise + late, is_outlier


def _simulate_records(
    rng: np.random.Generator, velocity: float, distance: Array, azimuth: Array, origin_time: float
) -> NDArray[np.float32]:
    crust = replace(REGIONS["alps"], p_velocity=velocity, velocity_ratio=_VELOCITY_RATIO)
    catalogue = _one_event(rng, crust, distance, azimuth)
    p_onset = origin_time - _START + distance / velocity
    s_onset = p_onset + distance / velocity * (_VELOCITY_RATIO - 1.0)
    return synthesize(rng, catalogue, crust, p_onset, s_onset, _N_SAMPLES, _RATE)[:, 2]


def _one_event(rng: np.random.Generator, crust: Region, distance: Array, azimuth: Array) -> Catalogue:
    """Return the catalogue of a thrust earthquake at broadband stations."""
    n_records = distance.size
    moment = seismic_moment(np.full(n_records, _MAGNITUDE))
    noise = {
        name: getattr(crust, name) + getattr(crust, f"{name}_spread") * rng.standard_normal(n_records)
        for name in ("microseism", "cultural", "self_noise")
    }
    return Catalogue(
        kind=np.full(n_records, KINDS.index("earthquake")),
        event=np.zeros(n_records, dtype=int),
        station=np.arange(n_records),
        instrument=np.full(n_records, INSTRUMENTS.index("broadband")),
        gain=10.0 ** rng.uniform(8.5, 9.1, n_records),
        kappa=crust.kappa * rng.lognormal(0.0, crust.kappa_spread, n_records),
        magnitude=np.full(n_records, _MAGNITUDE),
        corner=brune_corner(moment, np.full(n_records, crust.stress_drop), crust.s_velocity),
        depth=np.full(n_records, _DEPTH),
        strike=np.full(n_records, np.radians(50.0)),
        dip=np.full(n_records, np.radians(45.0)),
        rake=np.full(n_records, np.radians(90.0)),
        distance=np.hypot(distance, _DEPTH),
        azimuth=azimuth,
        takeoff=np.arctan2(distance, _DEPTH),
        **noise,
    )


def _station_table() -> pd.DataFrame:
    import pandas as pd

    rows = [(name, *place) for name, place in _STATIONS.items()]
    return pd.DataFrame(rows, columns=["station", "latitude", "longitude"])


# --------------------------------------------------------------------------------------------------- real


def _download() -> LeTeil:
    import pandas as pd

    known = registry.entry(_PICKLE)
    columns = _read_converted()
    traces = columns["waveforms"].astype(float)
    onset = np.array([pick_onset(trace, _RATE) for trace in traces])
    return LeTeil(
        name="epicentre",
        source="download",
        licence=known.licence,
        citation=known.citation,
        units=_UNITS,
        waveforms=columns["waveforms"],
        start=columns["start"],
        sampling_rate=_RATE,
        stations=pd.DataFrame({name: columns[name] for name in ("station", "latitude", "longitude")}),
        p_time=columns["start"] + onset,
        is_outlier=np.zeros(len(traces), dtype=bool),
        latitude=_CATALOGUE_LATITUDE,
        longitude=_CATALOGUE_LONGITUDE,
        origin_time=float("nan"),
        velocity=float("nan"),
        magnitude=_MAGNITUDE,
        reference_time=_REFERENCE,
    )


def _converted() -> Path:
    """Return where the safe copy belongs; its name tells from which pickle it was made."""
    _, _, digest = registry.entry(_PICKLE).hash.partition(":")
    return data_dir() / "epicentre" / f"le_teil-{digest[:12]}.npz"


def _read_converted() -> dict[str, NDArray[Any]]:
    path = _converted()
    found = _stored(path)
    if found is None:
        _write(_convert(fetch(_PICKLE)), path)
        found = _stored(path)
    if found is None:
        raise EdsError(f"{path} cannot be read back", tip="choose another folder with EDS_DATA_DIR")
    return found


def _stored(path: Path) -> dict[str, NDArray[Any]] | None:
    """Return the converted arrays, or None where there are none or the file is damaged."""
    try:
        with path.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
            return dict(archive)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, zlib.error):
        return None


def _convert(path: Path) -> dict[str, NDArray[Any]]:
    from scipy.signal import resample_poly

    from eds_datasets._le_teil_pickle import read_le_teil_pickle

    traces = read_le_teil_pickle(path)
    samples = [
        resample_poly(trace["samples"].astype(float), 1, round(trace["sampling_rate"] / _RATE))
        for trace in traces
    ]
    return {
        "waveforms": np.stack(samples).astype(np.float32),
        "start": np.array([(trace["start"] - _REFERENCE_NS) * 1e-9 for trace in traces]),
        **{
            name: np.array([trace[name] for trace in traces]) for name in ("station", "latitude", "longitude")
        },
    }


def _write(columns: Mapping[str, NDArray[Any]], path: Path) -> None:
    """Write under another name and move, so that a reader sees a whole file or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(suffix=".npz", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            np.savez_compressed(stream, **columns)  # type: ignore[arg-type]
        # a temporary file is private to its owner, a cache is often shared
        Path(temporary).chmod(path.parent.stat().st_mode & 0o666)
        Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)
