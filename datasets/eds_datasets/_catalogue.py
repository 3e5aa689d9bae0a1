"""Who is recorded where: stations, events, and the pairs of the two that an analyst would keep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eds_datasets._noise import INSTRUMENTS, instrument_response, noise_power
from eds_datasets._regions import Region
from eds_datasets._seismic import P_CORNER_RATIO, attenuation, brune_corner, seismic_moment, source_spectrum
from eds_datasets.errors import UsageError

__all__ = ["KINDS", "Catalogue", "draw_catalogue"]

Array = NDArray[np.floating[Any]]
IntArray = NDArray[np.integer[Any]]

KINDS = ("earthquake", "explosion", "noise")

_STATION_SPACING = 10.0  # km
_BLOCK = 2048  # records whose candidates are in memory at once
_ACCELEROMETER_EXCESS = 18.0  # dB of self-noise above a seismometer's
_RECORD_SPREAD = 4.0  # dB from one record of a station to the next
_HARDLY = 0.05  # chance of a pick below which a distance is not favoured
_MEAN_P_RADIATION = 0.52  # over the focal sphere (Boore & Boatwright 1984, Bull. Seism. Soc. Am. 74)


@dataclass(frozen=True, kw_only=True, eq=False)
class Catalogue:
    """What is known of each record before a sample of it exists; all arrays have the shape (n_records,).

    Lengths are in km, times in s, angles in radians, noise in dB re (m/s)²/Hz, gain in counts s/m. An event
    and a distance that a noise record lacks are −1 and NaN.
    """

    kind: IntArray
    event: IntArray
    station: IntArray
    instrument: IntArray
    gain: Array
    kappa: Array
    microseism: Array
    cultural: Array
    self_noise: Array
    magnitude: Array
    corner: Array
    depth: Array
    strike: Array
    dip: Array
    rake: Array
    distance: Array
    azimuth: Array
    takeoff: Array

    def take(self, index: IntArray) -> Catalogue:
        """Return the records of an index, in its order."""
        return Catalogue(**{field.name: getattr(self, field.name)[index] for field in fields(self)})

    @property
    def size(self) -> int:
        """Number of records."""
        return int(self.event.size)


Columns = dict[str, NDArray[Any]]


def draw_catalogue(
    rng: np.random.Generator,
    counts: Mapping[str, int],
    region: Region,
    *,
    n_events: int | None,
    n_stations: int,
    longest_s_minus_p: float,
    sampling_rate: float,
) -> Catalogue:
    """Draw a network, events around it, and the records that a catalogue would hold.

    Events lie around a station at distances of the region's law; all stations then hear all events, and of
    these pairs the catalogue keeps those that reproduce the region's law of distances and that an analyst
    could pick.

    Parameters
    ----------
    rng : numpy.random.Generator
    counts : mapping of str to int
        Records of each of `KINDS`.
    region : Region
    n_events : int or None
        Events of each kind to choose the records from; None for about two fifths of the records.
    n_stations : int
    longest_s_minus_p : float
        That the record can hold, s.
    sampling_rate : float
        Hz.

    Raises
    ------
    UsageError
        So few events and stations cannot give so many records.
    """
    network = _draw_stations(rng, region, n_stations)
    parts: list[Columns] = []
    first_event = 0
    for kind in KINDS:
        for n_records in _blocks(counts.get(kind, 0)):
            if kind == "noise":
                parts.append(_draw_noise_records(rng, network, n_records))
                continue
            share = None if n_events is None else -(-n_events * n_records // counts[kind])
            events = _draw_events(rng, region, network, kind, _event_count(n_records, share, n_stations))
            pairs = _pair(rng, network, events)
            chosen = _select(rng, region, pairs, n_records, longest_s_minus_p, sampling_rate)
            pairs["event"] = pairs["event"] + first_event
            first_event += events["magnitude"].size
            parts.append({name: values[chosen] for name, values in pairs.items()})
    whole = {
        name: np.concatenate([part[name] for part in parts])
        for name in parts[0]
        if name not in ("east", "north")
    }
    catalogue = Catalogue(**whole)
    return catalogue.take(rng.permutation(catalogue.size))


def _blocks(n_records: int) -> list[int]:
    whole, rest = divmod(n_records, _BLOCK)
    return [_BLOCK] * whole + [rest] * (rest > 0)


def _event_count(n_records: int, n_events: int | None, n_stations: int) -> int:
    if n_events is None:
        return max(2 * n_records, -(-20 * n_records // n_stations))
    if n_events * n_stations < n_records:
        raise UsageError(
            f"{n_events} events at {n_stations} stations cannot give {n_records} records",
            tip="ask for more events or stations, or leave n_events out",
        )
    return n_events


def _draw_stations(rng: np.random.Generator, region: Region, n_stations: int) -> Columns:
    radius = _STATION_SPACING * np.sqrt(n_stations / np.pi)
    distance = radius * np.sqrt(rng.uniform(size=n_stations))
    bearing = rng.uniform(0.0, 2.0 * np.pi, n_stations)
    shares = np.array([region.instruments[name] for name in INSTRUMENTS])
    instrument = rng.choice(len(INSTRUMENTS), n_stations, p=shares / shares.sum())
    excess = _ACCELEROMETER_EXCESS * (instrument == INSTRUMENTS.index("accelerometer"))
    return {
        "east": distance * np.sin(bearing),
        "north": distance * np.cos(bearing),
        "instrument": instrument,
        "gain": 10.0 ** rng.uniform(8.0, 9.3, n_stations),
        "kappa": region.kappa * rng.lognormal(0.0, region.kappa_spread, n_stations),
        "microseism": region.microseism + region.microseism_spread * rng.standard_normal(n_stations),
        "cultural": region.cultural + region.cultural_spread * rng.standard_normal(n_stations),
        "self_noise": region.self_noise + excess + region.self_noise_spread * rng.standard_normal(n_stations),
    }


def _draw_events(
    rng: np.random.Generator, region: Region, network: Columns, kind: str, n_events: int
) -> Columns:
    explosion = kind == "explosion"
    depth = (
        np.full(n_events, 0.1)
        if explosion
        else np.minimum(region.depth * rng.lognormal(0.0, region.depth_spread, n_events), 30.0)
    )
    home = rng.integers(network["gain"].size, size=n_events)
    hypocentral = region.distance * rng.lognormal(0.0, region.distance_spread, n_events)
    # a focus is no deeper than it is far
    depth = np.minimum(depth, 0.95 * hypocentral)
    epicentral = np.sqrt(hypocentral**2 - depth**2)
    bearing = rng.uniform(0.0, 2.0 * np.pi, n_events)
    magnitude = _gutenberg_richter(rng, region, n_events)
    stress_drop = region.stress_drop * rng.lognormal(0.0, region.stress_drop_spread, n_events)
    if explosion:
        # commercial blasts are small, and slow for their size: a row of holes fires within a tenth of a
        # second
        magnitude, stress_drop = np.minimum(magnitude, rng.uniform(1.0, 2.8, n_events)), 0.3 * stress_drop
    return {
        "kind": np.full(n_events, KINDS.index(kind)),
        "event": np.arange(n_events),
        "east": network["east"][home] + epicentral * np.sin(bearing),
        "north": network["north"][home] + epicentral * np.cos(bearing),
        "depth": depth,
        "magnitude": magnitude,
        "corner": brune_corner(seismic_moment(magnitude), stress_drop, region.s_velocity),
        "strike": rng.uniform(0.0, 2.0 * np.pi, n_events),
        "dip": np.arccos(rng.uniform(0.0, 1.0, n_events)),
        "rake": rng.uniform(-np.pi, np.pi, n_events),
    }


def _gutenberg_richter(rng: np.random.Generator, region: Region, size: int) -> Array:
    """Draw magnitudes of N(≥M) ∝ 10^(−bM), cut at both ends (Gutenberg & Richter 1944)."""
    beta = region.b_value * np.log(10.0)
    span = region.largest_magnitude - region.smallest_magnitude
    uniform = rng.uniform(size=size)
    return np.asarray(region.smallest_magnitude - np.log1p(-uniform * -np.expm1(-beta * span)) / beta)


def _pair(rng: np.random.Generator, network: Columns, events: Columns) -> Columns:
    """Return every event at every station, one row a pair."""
    n_events, n_stations = events["magnitude"].size, network["gain"].size
    event = np.repeat(np.arange(n_events), n_stations)
    station = np.tile(np.arange(n_stations), n_events)
    pairs = {name: values[event] for name, values in events.items()}
    pairs |= {name: values[station] for name, values in network.items() if name not in ("east", "north")}
    east = network["east"][station] - pairs["east"]
    north = network["north"][station] - pairs["north"]
    epicentral = np.hypot(east, north)
    pairs["station"] = station
    pairs["distance"] = np.hypot(epicentral, pairs["depth"])
    pairs["azimuth"] = np.arctan2(east, north)
    pairs["takeoff"] = np.arctan2(epicentral, pairs["depth"])
    for name in ("microseism", "cultural"):
        pairs[name] = pairs[name] + _RECORD_SPREAD * rng.standard_normal(event.size)
    return pairs


def _select(
    rng: np.random.Generator,
    region: Region,
    pairs: Columns,
    n_records: int,
    longest_s_minus_p: float,
    sampling_rate: float,
) -> IntArray:
    """Choose records in proportion to law of distance times chance of a pick; Gumbel keeps them distinct."""
    decibels = _expected_snr(region, pairs, sampling_rate)
    detection = 1.0 / (1.0 + np.exp(-(decibels - region.threshold) / region.threshold_width))
    slowness = 1.0 / region.s_velocity - 1.0 / region.p_velocity
    detection = np.where(pairs["distance"] * slowness <= longest_s_minus_p, detection, 0.0)
    possible = int(np.count_nonzero(detection > 1e-9))
    if possible < n_records:
        raise UsageError(
            f"only {possible} of {detection.size} pairs of event and station fit: expected {n_records}",
            tip="ask for longer records, or for more events or stations",
        )
    weight = detection * _distance_correction(region, pairs["distance"], detection)
    with np.errstate(divide="ignore"):
        score = np.log(weight) + rng.gumbel(size=weight.size)
    return np.argsort(-score, kind="stable")[:n_records]


def _distance_correction(region: Region, distance: Array, detection: Array) -> Array:
    """Return what each pair must count for, so that distances follow the region's log-normal law.

    Distances at which hardly a pair could be picked stay rare all the same.
    """
    deviate = (np.log(distance) - np.log(region.distance)) / region.distance_spread
    edges = np.linspace(-4.0, 4.0, 33)
    there, _ = np.histogram(deviate, edges, weights=detection + _HARDLY)
    wanted = np.exp(-0.5 * (0.5 * (edges[1:] + edges[:-1])) ** 2)
    correction = np.divide(wanted, there, out=np.zeros_like(wanted), where=there > 0.0)
    place = np.clip(np.digitize(deviate, edges) - 1, 0, correction.size - 1)
    return np.asarray(np.where(np.abs(deviate) < edges[-1], correction[place], 0.0))


def _expected_snr(region: Region, pairs: Columns, sampling_rate: float) -> Array:
    """Return the P power over noise on a vertical component under an average radiation pattern, dB."""
    frequency = np.geomspace(0.1, 0.45 * sampling_rate, 20)
    width = np.gradient(frequency)
    moment = seismic_moment(pairs["magnitude"])
    travel_time = pairs["distance"] / region.p_velocity
    t_star = travel_time / (region.quality * region.quality_ratio) + pairs["kappa"]
    spectrum = source_spectrum(
        frequency, moment, P_CORNER_RATIO * pairs["corner"], region.p_velocity, pairs["distance"]
    ) * attenuation(frequency, t_star)
    response = np.abs(instrument_response(frequency, pairs["instrument"])) ** 2
    ground = noise_power(
        frequency,
        pairs["microseism"],
        region.microseism_frequency,
        pairs["cultural"],
        region.cultural_frequency,
    )
    noise = (ground * response) @ width + 10.0 ** (pairs["self_noise"] / 10.0) * 0.5 * sampling_rate
    scattered = 1.0 + region.scattering * pairs["distance"] / 10.0
    energy = _MEAN_P_RADIATION**2 * 2.0 * (np.abs(spectrum) ** 2 * response) @ width * scattered
    window = np.minimum(1.0, travel_time * (region.velocity_ratio - 1.0))
    return np.asarray(10.0 * np.log10(energy / window / noise))


def _draw_noise_records(rng: np.random.Generator, network: Columns, n_records: int) -> Columns:
    station = rng.integers(network["gain"].size, size=n_records)
    records = {name: values[station] for name, values in network.items() if name not in ("east", "north")}
    for name in ("microseism", "cultural"):
        records[name] = records[name] + _RECORD_SPREAD * rng.standard_normal(n_records)
    missing = np.full(n_records, np.nan)
    absent = ("magnitude", "corner", "depth", "strike", "dip", "rake", "distance", "azimuth", "takeoff")
    records |= dict.fromkeys(absent, missing)
    return records | {
        "station": station,
        "event": np.full(n_records, -1),
        "kind": np.full(n_records, KINDS.index("noise")),
    }
