"""Seismograms of local earthquakes with their P and S onsets: three components, real and simulated."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eds_datasets import _measures
from eds_datasets._catalogue import KINDS, Catalogue, draw_catalogue
from eds_datasets._noise import INSTRUMENTS
from eds_datasets._records import RECORDED_RATE, Collection, find_collection
from eds_datasets._regions import REGIONS, Region, find_region
from eds_datasets._synthesis import synthesize
from eds_datasets._waveform_set import UNITS, Seed, Waveforms
from eds_datasets.dataset import SIMULATED_LICENCE, Layer, Source, choose_layer
from eds_datasets.errors import UsageError

__all__ = ["REGIONS", "Region", "Waveforms", "load_waveforms", "simulate_waveforms"]

Array = NDArray[np.floating[Any]]

_MOST_STATIONS = 60
_OTHER_COLLECTIONS = {
    "packaged": "collection='obspy' is packaged",
    "download": "collection='ncedc' and collection='iceland' are downloads",
}


def load_waveforms(source: Source = "auto", *, collection: str = "obspy", seed: Seed = 0) -> Waveforms:
    """Load three-component records of local earthquakes with picked onsets, at 100 Hz.

    Parameters
    ----------
    source : {"auto", "packaged", "download", "simulated"}
        A collection is either packaged or a download; `simulate_waveforms` gives records of the same
        number, length and region.
    collection : {"obspy", "ncedc", "iceland"}
        - ``obspy``, packaged: four records of 20 s, by seismometers and an accelerometer, resampled to 100
          Hz. Of the accelerometer MEMA it is not known which horizontal component is which.
        - ``ncedc``, a download: 154 records of 90.01 s of the Northern California Earthquake Data Center, P
          at 30 s. 39 are vertical only. Neither magnitudes nor distances are known, and each record is an
          event of its own.
        - ``iceland``, a download: 27 volcano-tectonic events at 12 stations in 324 records of 32.52 s, with
          196 P and 261 S picks, automatic ones; a station table and hypocentres.
    seed : int, SeedSequence or Generator
        Of the simulated layer.

    Returns
    -------
    Waveforms

    Raises
    ------
    UsageError
        There is no such collection, or it has no such source.
    EdsError
        The download failed.

    Examples
    --------
    >>> from eds_datasets import load_waveforms
    >>> load_waveforms(collection="obspy").waveforms.shape
    (4, 3, 2000)
    """
    wanted = find_collection(collection)
    keys = wanted.keys()

    def real() -> Waveforms:
        return _real(wanted, collection, "download" if keys else "packaged")

    def simulated() -> Waveforms:
        return simulate_waveforms(
            wanted.n_records,
            seed=seed,
            n_samples=wanted.n_samples,
            region=wanted.region,
            p_time=wanted.p_time,
        )

    layers: dict[Layer, Callable[[], Waveforms]] = {"download" if keys else "packaged": real}
    if source in ("packaged", "download") and source not in layers:
        raise UsageError(
            f"the collection {collection!r} of waveforms has no source {source!r}: expected one of auto, "
            f"{next(iter(layers))}, simulated",
            tip=_OTHER_COLLECTIONS[source],
        )
    return choose_layer("waveforms", source, layers | {"simulated": simulated}, keys=keys)


def _real(wanted: Collection, name: str, layer: Layer) -> Waveforms:
    columns = wanted.read()
    licence, citation = wanted.terms()
    samples, p_time, s_time = columns["waveforms"], columns["p_time"], columns["s_time"]
    unknown = {
        column: np.full(len(samples), np.nan) for column in ("distance", "azimuth", "depth", "magnitude")
    }
    return Waveforms(
        name="waveforms",
        source=layer,
        licence=licence,
        citation=citation,
        units=UNITS,
        kind=np.full(len(samples), "earthquake"),
        snr=_measures.p_snr(samples, p_time, s_time, RECORDED_RATE),
        sampling_rate=RECORDED_RATE,
        region=name,
        **unknown | columns,
    )


def simulate_waveforms(
    n_records: int = 1000,
    *,
    seed: Seed,
    n_samples: int = 3000,
    sampling_rate: float = 100.0,
    region: str | Region = "california",
    n_events: int | None = None,
    n_stations: int | None = None,
    p_time: float | None = None,
    shares: Mapping[str, float] | None = None,
) -> Waveforms:
    """Simulate three-component records of local earthquakes, and of explosions and noise on request.

    Each record is the sum of P, S and the energy scattered behind them, of microseism, human noise, bursts
    and the instrument's own noise, all seen through the instrument:

    - the source has Brune's spectrum (1970), magnitudes follow Gutenberg and Richter, and a double couple
      of random orientation radiates (Aki & Richards 2002, section 4.5), so that polarities and S/P ratios
      vary with direction;
    - the path spreads geometrically and attenuates with a constant Q and the station's kappa, with the
      dispersion that makes it causal (Azimi et al. 1968): nothing arrives before the onset;
    - behind each onset trails a broadened pulse and singly scattered coda, as random phase under the source's
      spectrum (Boore 1983; Aki & Chouet 1975); far records are more scattered;
    - explosions radiate P alike in all directions and hardly any S, fire in rows of shots, and make a
      short-period Rayleigh wave;
    - noise has the shape of Peterson's models (1993); every station has levels, a kappa, a gain and an
      instrument of its own, so that a model can learn a station instead of a phase;
    - the pairs of event and station are those that an analyst could have picked, at distances of the
      region's law.

    Regions differ in crust, attenuation, scattering, sources, noise and instruments. ``california`` has the
    S−P times, signal-to-noise ratios and spectral centroids of 154 records of the Northern California
    Earthquake Data Center; ``iceland`` is a slow, strongly attenuating volcanic crust under ocean noise;
    ``alps`` hard, quiet rock.

    Parameters
    ----------
    n_records : int
    seed : int, SeedSequence or Generator
        The same seed and arguments give the same samples.
    n_samples : int
        Of each record. S is always inside.
    sampling_rate : float
        Hz.
    region : str or Region
        A name of `REGIONS`, or a region of your own: ``dataclasses.replace(REGIONS["alps"], kappa=0.03)``.
    n_events : int, optional
        Events to choose the records from; by default more than enough. With fewer, more records share an
        event.
    n_stations : int, optional
        By default one for eight records, at most 60. With 1 all records come from the same station.
    p_time : float, optional
        Onset of P in every record, s; up to one sample later. Random by default.
    shares : mapping of str to float, optional
        Of ``earthquake``, ``explosion`` and ``noise``; earthquakes only by default.

    Returns
    -------
    Waveforms

    Raises
    ------
    UsageError
        A number is not positive, a name unknown, or the record too short for the onsets.

    Examples
    --------
    >>> from eds_datasets import simulate_waveforms
    >>> records = simulate_waveforms(20, seed=1, n_samples=1000)
    >>> records.waveforms.shape
    (20, 3, 1000)
    >>> train, test = records.split(by="event")
    >>> set(train.event) & set(test.event)
    set()
    """
    crust = find_region(region)
    if n_stations is None:
        n_stations = min(max(n_records // 8, 1), _MOST_STATIONS)
    _check_positive(
        n_records=n_records,
        n_samples=n_samples,
        sampling_rate=sampling_rate,
        n_stations=n_stations,
        n_events=1 if n_events is None else n_events,
    )
    counts = _counts(n_records, shares)
    rng = np.random.default_rng(seed)
    lead, longest = _room(n_samples / sampling_rate, p_time)
    catalogue = draw_catalogue(
        rng,
        counts,
        crust,
        n_events=n_events,
        n_stations=n_stations,
        longest_s_minus_p=longest,
        sampling_rate=sampling_rate,
    )
    s_minus_p = catalogue.distance * (1.0 / crust.s_velocity - 1.0 / crust.p_velocity)
    if p_time is None:
        p_onset = lead + rng.uniform(size=n_records) * (longest - s_minus_p)
    else:
        p_onset = p_time + rng.uniform(0.0, 1.0 / sampling_rate, n_records) + 0.0 * s_minus_p
    s_onset = p_onset + s_minus_p
    samples = synthesize(rng, catalogue, crust, p_onset, s_onset, n_samples, sampling_rate)
    return _simulated(samples, catalogue, crust, p_onset, s_onset, sampling_rate)


def _check_positive(**numbers: float) -> None:
    for name, value in numbers.items():
        if not (math.isfinite(value) and value > 0):
            raise UsageError(f"{name} is {value}: expected a positive number")


def _counts(n_records: int, shares: Mapping[str, float] | None) -> dict[str, int]:
    """Apportion the records to kinds, the largest remainders first."""
    shares = shares or {"earthquake": 1.0}
    unknown = set(shares) - set(KINDS)
    if unknown or min(shares.values()) < 0 or sum(shares.values()) <= 0:
        raise UsageError(f"shares are {dict(shares)}: expected non-negative shares of {', '.join(KINDS)}")
    exact = np.array([shares.get(kind, 0.0) for kind in KINDS]) * n_records / sum(shares.values())
    counts = np.floor(exact).astype(int)
    counts[np.argsort(counts - exact, kind="stable")[: n_records - counts.sum()]] += 1
    return dict(zip(KINDS, counts.tolist(), strict=True))


def _room(duration: float, p_time: float | None) -> tuple[float, float]:
    """Return the earliest onset of P and the longest S−P that leave noise before and signal after, s."""
    lead, tail = min(3.0, 0.15 * duration), min(3.0, 0.15 * duration)
    if p_time is not None:
        lead = p_time
    if not 0.0 < lead < duration - tail:
        raise UsageError(
            f"p_time is {p_time} s: expected it inside the record of {duration:g} s, with room for S"
        )
    return lead, duration - lead - tail


def _simulated(
    samples: NDArray[np.float32],
    catalogue: Catalogue,
    crust: Region,
    p_onset: Array,
    s_onset: Array,
    sampling_rate: float,
) -> Waveforms:
    lonely = catalogue.event.max(initial=-1) + 1 + np.arange(catalogue.size)
    event = np.where(catalogue.event < 0, lonely, catalogue.event)
    return Waveforms(
        name="waveforms",
        source="simulated",
        licence=SIMULATED_LICENCE,
        citation="Simulated by eds_datasets.simulate_waveforms",
        units=UNITS,
        waveforms=samples,
        p_time=p_onset,
        s_time=s_onset,
        event=np.char.mod("e%06d", event),
        station=np.char.mod("S%02d", catalogue.station),
        kind=np.array(KINDS)[catalogue.kind],
        instrument=np.array(INSTRUMENTS)[catalogue.instrument],
        distance=catalogue.distance,
        azimuth=np.degrees(catalogue.azimuth) % 360.0,
        depth=catalogue.depth,
        magnitude=catalogue.magnitude,
        snr=_measures.p_snr(samples, p_onset, s_onset, sampling_rate),
        sampling_rate=float(sampling_rate),
        region=crust.name,
    )
