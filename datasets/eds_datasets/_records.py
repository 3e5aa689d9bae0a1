"""Real seismograms with picked onsets: three collections, each read into the same columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from eds_datasets import registry
from eds_datasets.errors import UsageError
from eds_datasets.fetch import fetch

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COLLECTIONS", "RECORDED_RATE", "Collection", "find_collection"]

Array = NDArray[np.floating[Any]]

RECORDED_RATE = 100.0  # Hz, of everything that is handed out
_BAND_CODES = {"HH": "broadband", "BH": "broadband", "HN": "accelerometer", "HL": "accelerometer"}
_KM_PER_DEGREE = 111.195
_MISSING_PICK = "-1"


@dataclass(frozen=True, kw_only=True)
class Collection:
    """One collection of real records.

    Attributes
    ----------
    region : str
        The region whose simulator stands in for it.
    prefix : str
        Of its keys in the registry; empty for what comes inside a dependency.
    n_records, n_samples : int
        Its shape, which the simulator copies.
    p_time : float or None
        Where P is when all records agree on it, s.
    read : callable
        Returns the columns of the collection.
    """

    region: str
    prefix: str
    n_records: int
    n_samples: int
    p_time: float | None
    read: Callable[[], dict[str, Any]]

    def keys(self) -> list[str]:
        """Return its keys in the registry."""
        return [known.key for known in registry.entries(self.prefix)] if self.prefix else []

    def terms(self) -> tuple[str, str]:
        """Return its licence and its citation."""
        if not self.prefix:
            return (
                "LGPL-3.0-only",
                "Example records of ObsPy, Beyreuther et al. (2010), doi:10.1785/gssrl.81.3.530",
            )
        first = registry.entries(self.prefix)[0]
        return first.licence, first.citation


def find_collection(name: str) -> Collection:
    """Return a collection by its name.

    Raises
    ------
    UsageError
        There is no such collection.
    """
    if name not in COLLECTIONS:
        raise UsageError(f"no collection {name!r} of waveforms: expected one of {', '.join(COLLECTIONS)}")
    return COLLECTIONS[name]


# ------------------------------------------------------------------------------------------- inside obspy

_OBSPY_SAMPLES = 2000
_OBSPY_LEAD = 10.0  # s before P, where the file has them
_EXAMPLES = "signal/tests/data/"
# files by component (or one file with all), station, sampling rate, instrument, P and S in seconds from the
# start
_OBSPY: tuple[tuple[tuple[str, ...], str, float, str, float, float], ...] = (
    (
        tuple(f"core/tests/data/example.{channel}" for channel in "ENZ"),
        "BW.RJOB",
        100.0,
        "short-period",
        4.71,
        5.68,
    ),
    (
        tuple(f"{_EXAMPLES}loc_RJOB20050801145719850.{channel}" for channel in "enz"),
        "BW.RJOB",
        200.0,
        "short-period",
        30.62,
        31.30,
    ),
    (
        tuple(f"{_EXAMPLES}BW.UH3._.SH{channel}.D.2010.147.cut.slist.gz" for channel in "ENZ"),
        "BW.UH3",
        50.0,
        "short-period",
        29.47,
        30.65,
    ),
    (("io/kinemetrics/tests/data/BI008_MEMA-04823.evt",), "BE.MEMA", 250.0, "accelerometer", 6.31, 10.18),
)


def _read_obspy() -> dict[str, Any]:
    records, p_time, s_time = [], [], []
    for files, _, rate, _, p_onset, s_onset in _OBSPY:
        traces = _resample(_obspy_traces(files), rate)
        first = max(0, round((p_onset - _OBSPY_LEAD) * RECORDED_RATE))
        records.append(traces[:, first : first + _OBSPY_SAMPLES])
        p_time.append(p_onset - first / RECORDED_RATE)
        s_time.append(s_onset - first / RECORDED_RATE)
    event = ["2009-08-24T00:20", "2005-08-01T14:57", "2010-05-27T16:24", "2013-08-15T09:20"]
    return {
        "waveforms": np.stack(records).astype(np.float32),
        "p_time": np.array(p_time),
        "s_time": np.array(s_time),
        "event": np.array(event),
        "station": np.array([entry[1] for entry in _OBSPY]),
        "instrument": np.array([entry[3] for entry in _OBSPY]),
    }


def _obspy_traces(files: tuple[str, ...]) -> Array:
    """Read one record of three components, each without its mean."""
    import obspy

    if files[0].startswith("core/"):
        stream = obspy.read()
        traces = [stream.select(component=component)[0].data for component in "ENZ"]
    elif files[0].endswith("e"):
        traces = [np.loadtxt(_inside_obspy(file)) for file in files]
    else:
        traces = [trace.data for file in files for trace in obspy.read(str(_inside_obspy(file)))]
    stacked = np.stack([np.asarray(trace, dtype=float) for trace in traces])
    return np.asarray(stacked - stacked.mean(axis=1, keepdims=True))


def _inside_obspy(file: str) -> Path:
    return Path(str(resources.files("obspy"))) / file


def _resample(traces: Array, rate: float) -> Array:
    from fractions import Fraction

    from scipy.signal import resample_poly

    ratio = Fraction(int(RECORDED_RATE), int(rate))
    if ratio == 1:
        return traces
    return np.asarray(resample_poly(traces, ratio.numerator, ratio.denominator, axis=1))


# ------------------------------------------------------------------------------------ Northern California


def _read_ncedc() -> dict[str, Any]:
    import pandas as pd

    table = pd.read_csv(fetch("earthquake/ncedc/waveform.csv")).sort_values("fname")
    records = [_ncedc_record(fetch(f"earthquake/ncedc/{name}")) for name in table["fname"]]
    parts = [name.removesuffix(".npz").split("_", 2) for name in table["fname"]]
    return {
        "waveforms": np.stack(records),
        "p_time": table["itp"].to_numpy() / RECORDED_RATE,
        "s_time": table["its"].to_numpy() / RECORDED_RATE,
        "event": np.array([event for _, _, event in parts]),
        "station": np.array([f"{network}.{station}" for network, station, _ in parts]),
        "instrument": np.array([_BAND_CODES.get(code[:2], "short-period") for code in table["channels"]]),
    }


def _ncedc_record(path: Path) -> NDArray[np.float32]:
    with np.load(path, allow_pickle=False) as archive:
        samples = archive["data"].T
    return np.ascontiguousarray(samples, dtype=np.float32)


# ------------------------------------------------------------------------------------------------ Iceland

# of the University of Cambridge's network Z7: latitude, longitude, elevation in km
_ICELAND_STATIONS: Mapping[str, tuple[float, float, float]] = {
    "DYJN": (64.68360, -17.13372, 1.381),
    "DYJS": (64.63796, -16.98801, 1.372),
    "DYSA": (64.93490, -16.67550, 0.688),
    "FJAS": (65.02470, -17.09217, 0.798),
    "FLUR": (64.84354, -17.02693, 0.838),
    "HRIM": (64.89633, -16.97921, 0.849),
    "KVER": (64.76347, -16.61068, 0.829),
    "LIND": (64.85278, -16.45230, 0.726),
    "NOHR": (64.93392, -16.94952, 0.826),
    "RIFR": (64.91533, -16.37127, 0.657),
    "SOSU": (64.94193, -16.85430, 0.805),
    "TOHR": (64.91658, -16.78473, 0.715),
}


def _read_iceland() -> dict[str, Any]:
    stations = _station_table()
    names = [Path(key).stem for key in _iceland_keys(".event")]
    events = _event_table(names)
    rows = [row for name in names for row in _iceland_records(name, stations["station"])]
    station_of = stations.set_index("station").loc[[row["station"] for row in rows]].reset_index()
    event_of = events.set_index("event").loc[[row["event"] for row in rows]].reset_index()
    return {
        "waveforms": np.stack([row["samples"] for row in rows]),
        "p_time": np.array([row["P"] for row in rows]),
        "s_time": np.array([row["S"] for row in rows]),
        "event": np.array([row["event"] for row in rows]),
        "station": np.array([f"Z7.{row['station']}" for row in rows]),
        "instrument": np.full(len(rows), "broadband"),
        "depth": event_of["depth"].to_numpy(),
        "magnitude": event_of["magnitude"].to_numpy(),
        **_geometry(station_of, event_of),
        "stations": stations.assign(station=[f"Z7.{name}" for name in stations["station"]]),
        "events": events,
    }


def _iceland_keys(suffix: str) -> Iterator[str]:
    return (known.key for known in registry.entries("earthquake/iceland/") if known.key.endswith(suffix))


def _station_table() -> pd.DataFrame:
    import pandas as pd

    rows = [(name, *place) for name, place in _ICELAND_STATIONS.items()]
    return pd.DataFrame(rows, columns=["station", "latitude", "longitude", "elevation"])


def _event_table(names: list[str]) -> pd.DataFrame:
    import pandas as pd

    paths = [fetch(f"earthquake/iceland/{name}.event") for name in names]
    tables = [pd.read_csv(path, dtype={"EventID": str}) for path in paths]
    table = pd.concat(tables, ignore_index=True)
    table = table.rename(
        columns={
            "EventID": "event",
            "DT": "origin_time",
            "X": "longitude",
            "Y": "latitude",
            "Z": "depth",
            "ML": "magnitude",
        }
    )
    table["origin_time"] = pd.to_datetime(table["origin_time"], utc=True)
    return table[["event", "origin_time", "latitude", "longitude", "depth", "magnitude"]]


def _iceland_records(name: str, stations: pd.Series[str]) -> Iterator[dict[str, Any]]:
    """Yield one event's record at each station, with its picks in seconds from the start."""
    import obspy
    import pandas as pd

    stream = obspy.read(str(fetch(f"earthquake/iceland/{name}.m")))
    start = pd.Timestamp(stream[0].stats.starttime.datetime, tz="UTC")
    picks = pd.read_csv(fetch(f"earthquake/iceland/{name}.picks"), dtype={"PickTime": str})
    picked = picks[picks["PickTime"] != _MISSING_PICK]
    seconds = (pd.to_datetime(picked["PickTime"], utc=True) - start).dt.total_seconds()
    times = dict(zip(zip(picked["Station"], picked["Phase"], strict=True), seconds, strict=True))
    for station in stations:
        traces = stream.select(station=station)
        samples = np.stack([traces.select(component=component)[0].data for component in "ENZ"])
        onsets = {phase: times.get((station, phase), np.nan) for phase in "PS"}
        yield {"event": name, "station": station, "samples": samples.astype(np.float32), **onsets}


def _geometry(station: pd.DataFrame, event: pd.DataFrame) -> dict[str, Array]:
    """Return hypocentral distance and azimuth on a plane, good to a few metres within 50 km."""
    north = (station["latitude"] - event["latitude"]).to_numpy() * _KM_PER_DEGREE
    middle = np.radians(0.5 * (station["latitude"] + event["latitude"]).to_numpy())
    east = (station["longitude"] - event["longitude"]).to_numpy() * _KM_PER_DEGREE * np.cos(middle)
    down = (event["depth"] + station["elevation"]).to_numpy()
    return {
        "distance": np.sqrt(east**2 + north**2 + down**2),
        "azimuth": np.degrees(np.arctan2(east, north)) % 360.0,
    }


COLLECTIONS: Mapping[str, Collection] = {
    "obspy": Collection(
        region="alps",
        prefix="",
        n_records=len(_OBSPY),
        n_samples=_OBSPY_SAMPLES,
        p_time=None,
        read=_read_obspy,
    ),
    "ncedc": Collection(
        region="california",
        prefix="earthquake/ncedc/",
        n_records=154,
        n_samples=9001,
        p_time=30.0,
        read=_read_ncedc,
    ),
    "iceland": Collection(
        region="iceland",
        prefix="earthquake/iceland/",
        n_records=324,
        n_samples=3252,
        p_time=None,
        read=_read_iceland,
    ),
}
