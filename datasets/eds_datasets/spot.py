"""Can you spot the seismogram among four records? After Valentine & Trampert (2012)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eds_datasets import registry
from eds_datasets._spot_series import SERIES
from eds_datasets.dataset import SIMULATED_LICENCE, Dataset, Layer, Source, choose_layer
from eds_datasets.errors import UsageError
from eds_datasets.fetch import fetch

__all__ = ["KINDS", "SpotRecords", "load_spot_records", "simulate_spot_records"]

Array = NDArray[np.floating[Any]]
Seed = int | np.random.SeedSequence | np.random.Generator
Draw = Callable[[np.random.Generator, int, int], Array]

KINDS = tuple(SERIES)

_INDEX = "spot/EuStockMarkets.csv"
_TEMPERATURE = "spot/cetml1659on.dat"
_MONTHS = 12
_MISSING_TEMPERATURE = -99.0
_SMALLEST = 64
# seismograms of earthquakes inside obspy: file, network and station, components
_SEISMOGRAMS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("core/tests/data/IU_ULN_00_LH1_2015-07-18T02.mseed", ("LH1",)),
    ("io/seisan/tests/data/2001-01-13-1742-24S.KONO__004", ("L0Z", "L0N", "L0E")),
    ("io/ah/tests/data/st.ah", ("VHZ",)),
)
_UNITS = {
    "values": "index: 1 (log return); temperature: °C (anomaly); noise: 1; seismogram: counts",
    "kind": "-",
    "layer": "-",
    "time_step": "index: day; temperature: month; noise: 1; seismogram: s",
}


@dataclass(frozen=True, kw_only=True, eq=False)
class SpotRecords(Dataset):
    """Sets of four records, one of each kind, in random order.

    Attributes
    ----------
    values : array, shape (n_sets, 4, n_samples)
        Daily log returns of a share index, monthly anomalies of temperature in °C, Gaussian noise, and
        ground velocity in counts. Standardize each record before comparing them.
    kind : array of str, shape (n_sets, 4)
        ``index``, ``temperature``, ``noise`` or ``seismogram``.
    layer : array of str, shape (n_sets, 4)
        The layer that each record comes from: in a set that is not downloaded, index and temperature are
        simulated. Noise always is.
    time_step : array, shape (n_sets, 4)
        From one sample to the next, in days, months, or seconds of the seismogram.
    """

    values: Array
    kind: NDArray[np.str_]
    layer: NDArray[np.str_]
    time_step: Array

    def __len__(self) -> int:
        """Return the number of sets."""
        return len(self.values)


def load_spot_records(
    source: Source = "auto", *, n_sets: int = 1, n_samples: int = 1024, seed: Seed = 0
) -> SpotRecords:
    """Load sets of four records, cut at random out of longer ones.

    Parameters
    ----------
    source : {"auto", "packaged", "download", "simulated"}
        ``download``: the FTSE 100 of 1991–1998, the temperature of Central England since 1659, noise, and
        earthquakes at Ulaanbaatar, Kongsberg and Alert that come inside obspy. ``packaged``: only the
        seismograms are real.
    n_sets : int
        Real records are windows of one index, one temperature and five seismograms, and overlap.
    n_samples : int
        Of each record, from 64 to 1859.
    seed : int, SeedSequence or Generator
        Of the windows, of the order, and of what is simulated.

    Returns
    -------
    SpotRecords

    Raises
    ------
    UsageError
        A number is out of bounds, or there is no such source.
    EdsError
        The download failed.

    Examples
    --------
    >>> from eds_datasets import load_spot_records
    >>> load_spot_records("simulated").values.shape
    (1, 4, 1024)
    """

    def answer(layer: Layer) -> SpotRecords:
        return _records(layer, n_sets, n_samples, seed)

    layers: dict[Layer, Callable[[], SpotRecords]] = {
        "download": lambda: answer("download"),
        "packaged": lambda: answer("packaged"),
        "simulated": lambda: answer("simulated"),
    }
    return choose_layer("spot", source, layers, keys=(_INDEX, _TEMPERATURE))


def simulate_spot_records(n_sets: int = 100, *, seed: Seed, n_samples: int = 1024) -> SpotRecords:
    """Simulate sets of four records.

    Index
        Returns with volatility that clusters, GARCH(1, 1) (Bollerslev 1986), and shocks of Student's t.
    Temperature
        Red noise on two time scales (Hasselmann 1976), larger in winter.
    Noise
        Independent normal values.
    Seismogram
        P, S, SS and a dispersed Rayleigh wave of an earthquake 35° to 100° away, coda, microseism.

    Parameters
    ----------
    n_sets : int
    seed : int, SeedSequence or Generator
        The same seed and arguments give the same samples.
    n_samples : int
        Of each record, at least 64.

    Returns
    -------
    SpotRecords

    Raises
    ------
    UsageError
        A number is out of bounds.
    """
    return _records("simulated", n_sets, n_samples, seed)


def _records(layer: Layer, n_sets: int, n_samples: int, seed: Seed) -> SpotRecords:
    if n_sets < 1 or n_samples < _SMALLEST:
        raise UsageError(f"expected n_sets ≥ 1 and n_samples ≥ {_SMALLEST}, got {n_sets} and {n_samples}")
    rng = np.random.default_rng(seed)
    real = _real_series(layer)
    columns = [_draw(rng, kind, real.get(kind), n_sets, n_samples) for kind in KINDS]
    values = np.stack([values for values, _ in columns], axis=1)
    time_step = np.stack([step for _, step in columns], axis=1)
    origin = [layer if kind != "seismogram" or layer != "download" else "packaged" for kind in KINDS]
    origin = [found if kind in real else "simulated" for found, kind in zip(origin, KINDS, strict=True)]
    order = rng.permuted(np.tile(np.arange(len(KINDS)), (n_sets, 1)), axis=1)
    licence, citation = _terms(layer)
    return SpotRecords(
        name="spot",
        source=layer,
        licence=licence,
        citation=citation,
        units=_UNITS,
        values=np.take_along_axis(values, order[:, :, None], axis=1),
        kind=np.array(KINDS)[order],
        layer=np.array(origin)[order],
        time_step=np.take_along_axis(time_step, order, axis=1),
    )


def _real_series(layer: Layer) -> Mapping[str, list[tuple[Array, float]]]:
    """Return the real series of each kind that the layer has, with their time steps."""
    if layer == "simulated":
        return {}
    series = {"seismogram": _read_seismograms()}
    if layer == "download":
        series |= {"index": [(_read_index(), 1.0)], "temperature": [(_read_temperature(), 1.0)]}
    return series


def _draw(
    rng: np.random.Generator, kind: str, real: list[tuple[Array, float]] | None, n_sets: int, n_samples: int
) -> tuple[Array, Array]:
    if real is None:
        return SERIES[kind](rng, n_sets, n_samples), np.ones(n_sets)
    longest = min(series.size for series, _ in real)
    if n_samples > longest:
        raise UsageError(f"the shortest {kind} has {longest} samples: cannot cut {n_samples}")
    which = rng.integers(len(real), size=n_sets)
    windows = [_window(rng, real[choice][0], n_samples, kind == "seismogram") for choice in which]
    return np.stack(windows), np.array([real[choice][1] for choice in which])


def _window(rng: np.random.Generator, series: Array, n_samples: int, around_peak: bool) -> Array:
    """Cut a window anywhere, or so that it holds the largest amplitude."""
    last = series.size - n_samples
    if not around_peak:
        first = int(rng.integers(last + 1))
    else:
        peak = int(np.argmax(np.abs(series)))
        first = int(np.clip(peak - rng.uniform(0.2, 0.8) * n_samples, 0, last))
    return series[first : first + n_samples]


def _read_index() -> Array:
    prices = np.genfromtxt(fetch(_INDEX), delimiter=",", names=True, dtype=float, encoding="utf-8")["FTSE"]
    return np.asarray(np.diff(np.log(prices)))


def _read_temperature() -> Array:
    """Return departures from the mean of each calendar month, °C."""
    table = np.loadtxt(fetch(_TEMPERATURE), skiprows=7, encoding="utf-8")
    months = table[:, 1 : 1 + _MONTHS]
    known = np.where(months > _MISSING_TEMPERATURE, months, np.nan)
    anomalies = (known - np.nanmean(known, axis=0)).ravel()
    return np.asarray(anomalies[np.isfinite(anomalies)])


def _read_seismograms() -> list[tuple[Array, float]]:
    import obspy

    folder = Path(str(resources.files("obspy")))
    found = []
    for file, channels in _SEISMOGRAMS:
        stream = obspy.read(str(folder / file))
        for channel in channels:
            trace = stream.select(channel=channel)[0]
            samples = np.asarray(trace.data, dtype=float)
            found.append((samples - np.median(samples), round(float(trace.stats.delta), 3)))
    return found


def _terms(layer: Layer) -> tuple[str, str]:
    if layer == "simulated":
        return SIMULATED_LICENCE, "Simulated by eds_datasets.simulate_spot_records"
    licences, citations = (
        ["LGPL-3.0-only"],
        ["Example records of ObsPy (Beyreuther et al. 2010), doi:10.1785/gssrl.81.3.530"],
    )
    if layer == "download":
        known = [registry.entry(key) for key in (_INDEX, _TEMPERATURE)]
        licences += [file.licence for file in known]
        citations += [file.citation for file in known]
    return " AND ".join(licences), "; ".join(citations)
