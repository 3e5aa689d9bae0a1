"""The physics of volcanic seismograms: what a source sends out, what the path and the station make of it.

Every event is the sum of two sources, and the classes differ in how much of each they have and how long it
lasts:

burst
    Brittle failure. P and then S waves whose scattered energy decays exponentially (the coda of Aki and
    Chouet, 1975, J. Geophys. Res. 80, 3322-3342), with a hump in the spectrum around the corner frequency of
    the source (Brune, 1970, J. Geophys. Res. 75, 4997-5009). An explosion's burst is a slow blast of the
    same form.
tone
    Resonance of a crack or conduit filled with fluid (Chouet, 1996, Nature 380, 309-316): lines at a
    fundamental and its overtone, each a Lorentzian of quality factor Q, driven by noise under an emergent or
    a decaying envelope. High Q and a sharp onset make the tornillo (Gómez and Torres, 1997, J. Volcanol.
    Geotherm. Res. 77, 173-193); drive that never stops makes tremor; two sharp harmonics after a blast make
    Reventador's explosions (Lees et al., 2008, J. Volcanol. Geotherm. Res. 176, 179-190).

The path takes high frequencies away, ``exp(−π f t*)`` with t* = travel time / quality; the site adds a smooth
frequency response of its own; noise has a microseism and a slope. Frequencies are in Hz, times in s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from eds_datasets._volcano_laws import CLASSES, LAWS, Law

__all__ = ["Station", "Volcano", "event_parameters", "records", "stations"]

Floats = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Volcano:
    """The volcano and its network.

    Parameters
    ----------
    laws : mapping of str to mapping of str to Law
        Law of each source parameter, for each class.
    widening : float
        Factor on every spread: 0 makes all events of a class alike, and more than 1 makes the classes
        overlap more.
    attenuation : float
        Median of t* in s.
    site_spread : float
        Standard deviation of the logarithm of a station's frequency response.
    """

    laws: Mapping[str, Mapping[str, Law]] = field(default_factory=lambda: LAWS)
    widening: float = 1.3
    attenuation: float = 0.012
    site_spread: float = 0.25


class Station(NamedTuple):
    """What the stations add; arrays with one entry per station.

    Parameters
    ----------
    attenuation : ndarray, shape (n_stations,)
        t* in s of the path to the station.
    response : ndarray, shape (n_stations, n_frequencies)
        Amplitude response of the site on the frequencies of the record.
    microseism : ndarray, shape (n_stations,)
        Strength of the microseism in the noise.
    """

    attenuation: Floats
    response: Floats
    microseism: Floats


def event_parameters(
    labels: NDArray[np.int64], volcano: Volcano, rng: np.random.Generator
) -> dict[str, Floats]:
    """Draw the source parameters of events: arrays of shape (n_events,) under the names of the laws."""
    drawn = {}
    for name in LAWS["LP"]:
        laws = np.array([volcano.laws[kind][name] for kind in CLASSES])
        median, spread = laws[labels, 0], laws[labels, 1] * volcano.widening
        drawn[name] = median * np.exp(spread * rng.standard_normal(labels.size))
    return drawn


def stations(n_stations: int, frequencies: Floats, volcano: Volcano, rng: np.random.Generator) -> Station:
    """Draw `n_stations` stations; a site response is a random cubic in the logarithm of frequency."""
    attenuation = volcano.attenuation * np.exp(0.4 * rng.standard_normal(n_stations))
    octave = np.log(np.maximum(frequencies, 0.1) / 4.0)
    bends = np.stack([np.ones_like(octave), octave / 1.5, np.sin(1.7 * octave), np.cos(2.9 * octave)])
    response = np.exp(volcano.site_spread * rng.standard_normal((n_stations, 4)) @ bends)
    return Station(attenuation, response, rng.lognormal(0.0, 0.5, n_stations))


def records(
    events: Mapping[str, Floats],
    station: Station,
    onset: Floats,
    n_samples: int,
    sampling_rate: float,
    rng: np.random.Generator,
) -> tuple[Floats, Floats]:
    """Seismograms of the given events and how long each event lasts.

    Parameters
    ----------
    events : mapping of str to ndarray, shape (n_records,)
        Source parameters, one per record.
    station : Station
        The station of each record: its arrays have one row per record.
    onset : ndarray, shape (n_records,)
        First arrival in s from the start of the record.
    n_samples : int
        Length of a record.
    sampling_rate : float
        Samples per second.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    waveforms : ndarray, shape (n_records, n_samples)
        Ground velocity in units of the noise's standard deviation.
    duration : ndarray, shape (n_records,)
        Time in s from the onset until the event sinks into the noise.
    """
    lag = np.arange(n_samples) / sampling_rate - onset[:, None]
    frequencies = np.fft.rfftfreq(n_samples, 1.0 / sampling_rate)
    column = {name: values[:, None] for name, values in events.items()}
    burst_envelope, tone_envelope = _burst_envelope(column, lag), _tone_envelope(column, lag, rng)
    burst = burst_envelope * _shaped(_hump(column, frequencies), n_samples, rng)
    tone = tone_envelope * _shaped(_lines(column, frequencies), n_samples, rng)
    path = np.exp(-np.pi * frequencies * station.attenuation[:, None]) * station.response
    signal = np.fft.irfft(np.fft.rfft(burst + tone) * path, n_samples)
    envelope = np.hypot(burst_envelope, tone_envelope)
    noise = _noise(station, frequencies, n_samples, rng)
    # the path must not decide how far an event stands out: that is what snr is for
    height = events["snr"] / envelope.max(axis=1)
    gain = height / _loudness(signal, envelope)
    duration = _duration(envelope * height[:, None], onset, sampling_rate)
    return signal * gain[:, None] + noise, duration


def _decay(lag: Floats, time: Floats) -> Floats:
    """One at zero lag, 1/e after `time`, nothing before."""
    return np.where(lag >= 0, np.exp(-np.maximum(lag, 0.0) / time), 0.0)


def _burst_envelope(event: Mapping[str, Floats], lag: Floats) -> Floats:
    p_wave = 0.45 * _decay(lag, event["burst_decay"])
    return event["burst"] * (p_wave + _decay(lag - event["s_delay"], event["burst_decay"]))


def _tone_envelope(event: Mapping[str, Floats], lag: Floats, rng: np.random.Generator) -> Floats:
    since = np.maximum(lag, 0.0)
    spindle = (1.0 - np.exp(-since / event["rise"])) * np.exp(-since / event["decay"])
    rise, decay = event["rise"], event["decay"]
    # the spindle's own peak, from the zero of its derivative, so that `tone` is a peak amplitude
    peak = (decay / (rise + decay)) * (rise / (rise + decay)) ** (rise / decay)
    slow = np.cumsum(rng.standard_normal((lag.shape[0], 8)), axis=1)
    knots = np.linspace(0, 1, 8)
    grid = np.linspace(0, 1, lag.shape[1])
    wander = np.stack([np.interp(grid, knots, row) for row in slow - slow.mean(axis=1, keepdims=True)])
    wander /= wander.std(axis=1, keepdims=True)
    return np.asarray(event["tone"] * spindle / peak * np.exp(event["modulation"] * wander))


def _hump(event: Mapping[str, Floats], frequencies: Floats) -> Floats:
    """Spectrum of the burst: rise below the corner, fall by attenuation above it."""
    distance = np.log(np.maximum(frequencies, 1e-3) / event["burst_frequency"]) / event["burst_width"]
    return np.exp(-0.5 * distance**2)


def _lines(event: Mapping[str, Floats], frequencies: Floats) -> Floats:
    """Amplitude spectrum of a resonator: Lorentzians at the fundamental and its overtone."""
    fundamental, quality = event["tone_frequency"], event["quality"]
    lowest = 1.0 / np.sqrt(1.0 + (2 * quality * (frequencies / fundamental - 1.0)) ** 2)
    overtone = fundamental * event["overtone_ratio"]
    higher = event["overtone"] / np.sqrt(1.0 + (2 * quality * (frequencies / overtone - 1.0)) ** 2)
    return (lowest + higher) * _short_period(frequencies)


def _short_period(frequencies: Floats) -> Floats:
    """Response of a short-period seismometer below its corner at 0.8 Hz."""
    ratio = (frequencies / 0.8) ** 2
    return ratio / (1.0 + ratio)


def _shaped(spectrum: Floats, n_samples: int, rng: np.random.Generator) -> Floats:
    """Gaussian noise with the given amplitude spectrum and unit variance, shape (n_records, n_samples)."""
    white = rng.standard_normal((2, *spectrum.shape))
    noise = np.fft.irfft((white[0] + 1j * white[1]) * spectrum, n_samples)
    return np.asarray(noise / noise.std(axis=1, keepdims=True))


def _noise(station: Station, frequencies: Floats, n_samples: int, rng: np.random.Generator) -> Floats:
    microseism = station.microseism[:, None] * np.exp(
        -0.5 * (np.log(np.maximum(frequencies, 1e-3) / 0.25) / 0.4) ** 2
    )
    slope = 1.0 / np.maximum(frequencies, 0.3) ** 0.8
    return _shaped((microseism * 10 + slope) * _short_period(frequencies), n_samples, rng)


def _loudness(signal: Floats, envelope: Floats) -> Floats:
    """Root mean square of the signal where it is near its peak, in units of its envelope."""
    weight = envelope**4
    square = signal**2 / np.maximum(envelope**2, 1e-12)
    return np.asarray(np.sqrt((weight * square).sum(axis=1) / weight.sum(axis=1)))


def _duration(envelope: Floats, onset: Floats, sampling_rate: float) -> Floats:
    """Time from the onset until the envelope, in units of the noise's standard deviation, stays below 1."""
    last = envelope.shape[1] - np.argmax(envelope[:, ::-1] > 1.0, axis=1)
    return np.asarray(last / sampling_rate - onset)
