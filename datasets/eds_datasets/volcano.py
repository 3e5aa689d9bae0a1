"""Seismograms of volcanoes: obspy's own examples, icequakes by download, six simulated classes of events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from eds_datasets import fetch, registry
from eds_datasets._volcano_laws import CLASSES, Law
from eds_datasets._volcano_signals import Station, Volcano, event_parameters, records, stations
from eds_datasets.dataset import SIMULATED_LICENCE, Dataset, Layer, Source, choose_layer
from eds_datasets.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

__all__ = [
    "CLASSES",
    "PUBLISHED_COUNTS",
    "Law",
    "Volcano",
    "VolcanoRecords",
    "load_volcano",
    "simulate_volcano",
]

PUBLISHED_COUNTS: Mapping[str, int] = {"LP": 62030, "TR": 5245, "VT": 516, "EXP": 48, "HYB": 143, "TOR": 32}
"""Events of each class in the catalogue of Ubinas (Malfante et al., 2018, doi:10.1029/2018JB015470)."""

_EXAMPLES = (
    ("io/seisan/tests/data/9701-30-1048-54S.MVO_21_1", "HYB", "Soufrière Hills, Montserrat, 1997-01-30"),
    ("io/dmx/tests/data/131114_090600.dmx", "TR", "Etna, 2013-11-14"),
)
_SHORT_EXAMPLE = ("signal/tests/data/MBGA_{}.ASC", "HYB", "Soufrière Hills, Montserrat, 1997-01-01")
_ICEQUAKES = "volcano/icequake/"
_UNITS = {
    "waveforms": "counts",
    "sampling_rate": "Hz",
    "label": "-",
    "event": "-",
    "station": "-",
    "channel": "-",
    "onset": "s after the start of the record",
    "duration": "s",
}
_BATCH = 256


@dataclass(frozen=True, kw_only=True, eq=False)
class VolcanoRecords(Dataset):
    """Seismograms and a table with one row for each.

    Attributes
    ----------
    waveforms : ndarray of float32, shape (n_records, n_samples), or list of such arrays
        Vertical and, for real records, horizontal ground velocity. Real records differ in length and are a
        list.
    table : DataFrame
        One row per record: ``label`` (one of `CLASSES`, or ICE), ``event`` and ``station``: records of one
        event, and records of one station, are not independent of each other; ``channel``; ``sampling_rate``
        in Hz; ``onset`` and ``duration`` of the event in s, NaN where nobody has measured them.
    classes : tuple of str
        The classes that can occur, in the order of the published table.
    """

    waveforms: NDArray[np.float32] | list[NDArray[np.float32]]
    table: pd.DataFrame
    classes: tuple[str, ...]


def load_volcano(source: Source = "auto", *, seed: int = 0, n_events: int = 600) -> VolcanoRecords:
    """Load seismograms of volcanic events.

    Parameters
    ----------
    source : {"auto", "packaged", "download", "simulated"}
        ``packaged`` are real events inside obspy, to look at: two hybrids of Montserrat and tremor of Etna.
        ``download`` are three icequakes of Skeiðarárjökull at 12 stations (GPL-3.0: never the default).
        ``auto`` and ``simulated`` are a training set of six classes.
    seed, n_events : int
        Seed and number of events of the simulation, balanced over the classes.

    Returns
    -------
    VolcanoRecords

    Raises
    ------
    UsageError
        There is no such source.
    EdsError
        The download failed.
    """
    layers: dict[Layer, Any] = {
        "simulated": lambda: simulate_volcano(seed, n_events=n_events),
        "packaged": _packaged,
        "download": _icequakes,
    }
    answer: VolcanoRecords = choose_layer("volcano", source, layers)
    return answer


def _packaged() -> VolcanoRecords:
    import obspy

    root = resources.files("obspy")
    rows: list[tuple[Any, str, str]] = []
    for path, label, place in _EXAMPLES:
        with resources.as_file(root.joinpath(path)) as file:
            rows += [(trace, label, place) for trace in obspy.read(str(file))]
    path, label, place = _SHORT_EXAMPLE
    for component in "ZNE":
        text = root.joinpath(path.format(component)).read_text(encoding="ascii")
        rows.append((_ascii_trace(text, component), label, place))
    return _from_traces(
        rows,
        "packaged",
        "LGPL-3.0-only",
        "test data of ObsPy, doi:10.1785/gssrl.81.3.530: MVO Montserrat, INGV Catania",
    )


def _ascii_trace(text: str, component: str) -> Any:
    """Read the old exchange format of Seismic Handler: lines ``#KEY: value``, then the samples."""
    import obspy

    lines = text.split("\n")
    header = dict(line[1:].split(": ", 1) for line in lines if line.startswith("#"))
    samples = np.array(" ".join(line for line in lines if not line.startswith("#")).split(), dtype=np.float32)
    known = {"station": header["STATION"].strip(), "channel": component, "delta": float(header["DELTA"])}
    return obspy.Trace(samples, known)


def _icequakes() -> VolcanoRecords:
    import obspy

    keys = [known.key for known in registry.entries(_ICEQUAKES)]
    paths = {key: fetch.fetch(key) for key in keys}
    rows: list[tuple[Any, str, str]] = []
    for key in sorted(key for key in keys if key.endswith(".m")):
        name = Path(key).stem
        rows += [(trace, "ICE", name) for trace in obspy.read(str(paths[key])).sort()]
    known = registry.entry(keys[0])
    return _from_traces(rows, "download", known.licence, known.citation)


def _from_traces(
    rows: Iterable[tuple[Any, str, str]], source: Layer, licence: str, citation: str
) -> VolcanoRecords:
    """Gather traces of obspy with their label and the name of their event."""
    import pandas as pd

    listed = list(rows)
    table = pd.DataFrame(
        {
            "label": [label for _, label, _ in listed],
            "event": [event for _, _, event in listed],
            "station": [trace.stats.station for trace, _, _ in listed],
            "channel": [trace.stats.channel for trace, _, _ in listed],
            "sampling_rate": [float(trace.stats.sampling_rate) for trace, _, _ in listed],
            "onset": np.nan,
            "duration": np.nan,
        }
    )
    return VolcanoRecords(
        name="volcano",
        source=source,
        licence=licence,
        citation=citation,
        units=_UNITS,
        waveforms=[np.asarray(trace.data, dtype=np.float32) for trace, _, _ in listed],
        table=table,
        classes=tuple(dict.fromkeys(table["label"])),
    )


def simulate_volcano(
    seed: int | np.random.Generator,
    *,
    n_events: int = 600,
    shares: Literal["balanced", "published"] | Mapping[str, float] = "balanced",
    n_stations: int = 5,
    records_per_event: int = 1,
    window: float = 60.0,
    sampling_rate: float = 100.0,
    volcano: Volcano | None = None,
) -> VolcanoRecords:
    """Simulate the seismograms of six classes of volcanic events.

    An event is a burst (brittle failure: P, S and a coda; Aki and Chouet, 1975; Brune, 1970) plus a tone (the
    resonance of a fluid-filled crack or conduit; Chouet, 1996), seen through attenuation, the site and noise:

    ===  =========================================================================================
    LP   long period: an emergent, low tone of low quality, with hardly any burst
    TR   tremor: the same resonance driven without end
    VT   volcano-tectonic: an impulsive burst of high frequency, with a weak tone
    EXP  explosion: a slow blast of 1.2 Hz, then two harmonics near 1.2 and 2.4 Hz
    HYB  hybrid: the burst of a VT on the tone of an LP
    TOR  tornillo: one line of high quality that decays slowly, with a sharp onset
    ===  =========================================================================================

    The classes overlap on purpose, as they do in nature: see `Law` and `Volcano` for each parameter.

    Parameters
    ----------
    seed : int or numpy.random.Generator
        Source of chance: the same integer gives the same numbers.
    n_events : int
        Number of events over all classes.
    shares : {"balanced", "published"} or mapping of str to float
        Share of each class: all alike, as in `PUBLISHED_COUNTS`, or given; each class that has a share has at
        least one event.
    n_stations : int
        Size of the network.
    records_per_event : int
        Number of different stations that record each event.
    window : float
        Length of a record in s.
    sampling_rate : float
        Samples per second, in Hz.
    volcano : Volcano, optional
        Sources, paths and noise.

    Returns
    -------
    VolcanoRecords
        ``waveforms`` in units of the noise's standard deviation. Tremor may begin before its record: its
        onset is then 0 and its duration the whole window.

    Raises
    ------
    UsageError
        Shares of a class that does not exist, fewer events than classes, or more records than stations.
    """
    rng = np.random.default_rng(seed)
    volcano = volcano or Volcano()
    counts = _counts(n_events, shares)
    if not 1 <= records_per_event <= n_stations:
        raise UsageError(f"{records_per_event} records per event need as many stations, got {n_stations}")
    if window * sampling_rate < 1000:
        raise UsageError(
            f"a record of {window:g} s at {sampling_rate:g} Hz is too short: expected 1000 samples or more"
        )
    labels = rng.permutation(np.repeat(np.arange(len(CLASSES)), counts))
    n_samples = round(window * sampling_rate)
    network = stations(n_stations, np.fft.rfftfreq(n_samples, 1.0 / sampling_rate), volcano, rng)
    drawn = event_parameters(labels, volcano, rng)
    tremor = labels == CLASSES.index("TR")
    start = np.where(tremor, rng.uniform(-40.0, 8.0, labels.size), rng.uniform(4.0, 12.0, labels.size))
    event = np.repeat(np.arange(labels.size), records_per_event)
    ranked = rng.random((labels.size, n_stations)).argsort(axis=1)
    station = ranked[:, :records_per_event].ravel()
    waveforms = np.empty((event.size, n_samples), dtype=np.float32)
    duration = np.empty(event.size)
    for first in range(0, event.size, _BATCH):
        rows = slice(first, first + _BATCH)
        parameters = {name: values[event[rows]] for name, values in drawn.items()}
        seen_by = Station(*(values[station[rows]] for values in network))
        waveforms[rows], duration[rows] = records(
            parameters, seen_by, start[event[rows]], n_samples, sampling_rate, rng
        )
    return _simulated(waveforms, labels[event], event, station, start[event], duration, sampling_rate)


def _simulated(
    waveforms: NDArray[np.float32],
    labels: Any,
    event: Any,
    station: Any,
    start: Any,
    duration: Any,
    rate: float,
) -> VolcanoRecords:
    import pandas as pd

    onset = np.maximum(start, 0.0)
    table = pd.DataFrame(
        {
            "label": np.array(CLASSES)[labels],
            "event": event,
            "station": [f"S{number + 1:02d}" for number in station],
            "channel": "Z",
            "sampling_rate": rate,
            "onset": onset.round(2),
            "duration": (duration + start - onset).round(2),
        }
    )
    return VolcanoRecords(
        name="volcano",
        source="simulated",
        licence=SIMULATED_LICENCE,
        citation="simulated after Chouet (1996), doi:10.1038/380309a0",
        units=_UNITS | {"waveforms": "standard deviation of the noise"},
        waveforms=waveforms,
        table=table,
        classes=CLASSES,
    )


def _counts(n_events: int, shares: str | Mapping[str, float]) -> NDArray[np.int64]:
    """Return the number of events of each class, at least one where there is a share (largest remainders)."""
    if isinstance(shares, str):
        known: dict[str, Mapping[str, float]] = {
            "balanced": dict.fromkeys(CLASSES, 1.0),
            "published": PUBLISHED_COUNTS,
        }
        if shares not in known:
            raise UsageError(
                f"no shares {shares!r}: expected balanced, published or a mapping of class to share"
            )
        shares = known[shares]
    unknown = set(shares) - set(CLASSES)
    if unknown:
        raise UsageError(f"no class {sorted(unknown)[0]!r}: expected one of {', '.join(CLASSES)}")
    weights = np.array([shares.get(kind, 0.0) for kind in CLASSES], dtype=np.float64)
    if weights.min() < 0 or weights.sum() <= 0 or n_events < (weights > 0).sum():
        raise UsageError(
            f"{n_events} events cannot be shared as {dict(shares)}: expected an event for each class"
        )
    exact = np.maximum(n_events * weights / weights.sum(), weights > 0)
    exact *= n_events / exact.sum()
    counts = np.maximum(np.floor(exact), weights > 0).astype(np.int64)
    missing = n_events - counts.sum()
    # what is left over goes to the largest remainders; what is too much comes from the largest class
    counts[np.argsort(counts - exact)[: max(missing, 0)]] += 1
    counts[np.argmax(counts)] += min(missing, 0)
    return np.asarray(counts)
