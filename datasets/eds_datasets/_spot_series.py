"""Four kinds of series that look alike: a share index, temperature, noise and a long-period seismogram."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["SERIES", "gaussian_noise", "index_returns", "seismograms", "temperature_anomalies"]

Array = NDArray[np.floating[Any]]

# of the daily FTSE 100, 1991–1998
_RETURN_DEVIATION = 0.0080
_RETURN_MEAN = 0.00043
_RETURN_CORRELATION = 0.09
_SHOCK_WEIGHT, _MEMORY_WEIGHT, _DEGREES_OF_FREEDOM = 0.06, 0.91, 8.0
# of monthly temperature in Central England, 1659–2017: standard deviation of the anomalies from January to
# December, °C
_MONTHLY_DEVIATION = np.array([1.99, 1.83, 1.49, 1.22, 1.15, 1.09, 1.15, 1.08, 1.13, 1.32, 1.38, 1.75])
_SLOW_SHARE, _SLOW_CORRELATION, _FAST_CORRELATION = 0.09, 0.995, 0.26
# phase velocity of the fundamental Rayleigh wave on a continent, km/s, against period, s
_PERIODS = np.array([5.0, 10.0, 20.0, 30.0, 50.0, 80.0, 120.0, 200.0, 400.0])
_PHASE_VELOCITIES = np.array([3.0, 3.15, 3.50, 3.75, 3.95, 4.05, 4.15, 4.40, 5.0])
_RAYLEIGH_Q = 180.0
_KM_PER_DEGREE = 111.195
_BURN_IN = 300


def index_returns(rng: np.random.Generator, n_series: int, n_samples: int) -> Array:
    """Return daily logarithmic returns of a share index.

    Volatility that clusters, GARCH(1, 1) (Bollerslev 1986, J. Econometrics 31), with shocks of Student's t
    and a little memory of the day before.

    Parameters
    ----------
    rng : numpy.random.Generator
    n_series, n_samples : int

    Returns
    -------
    array, shape (n_series, n_samples)
        Pure numbers: standard deviation 0.0080, excess kurtosis 2.7, lag-one correlation 0.09.
    """
    shocks = rng.standard_t(_DEGREES_OF_FREEDOM, (n_samples + _BURN_IN, n_series))
    shocks *= np.sqrt((_DEGREES_OF_FREEDOM - 2.0) / _DEGREES_OF_FREEDOM)
    variance = np.ones(n_series)
    last = np.zeros(n_series)
    returns = np.empty((n_samples + _BURN_IN, n_series))
    for day, shock in enumerate(shocks):
        surprise = np.sqrt(variance) * shock
        last = returns[day] = _RETURN_CORRELATION * last + surprise
        variance = (
            1.0 - _SHOCK_WEIGHT - _MEMORY_WEIGHT + _SHOCK_WEIGHT * surprise**2 + _MEMORY_WEIGHT * variance
        )
    scale = _RETURN_DEVIATION * np.sqrt(1.0 - _RETURN_CORRELATION**2)
    return np.asarray(_RETURN_MEAN + scale * returns[_BURN_IN:].T)


def temperature_anomalies(rng: np.random.Generator, n_series: int, n_samples: int) -> Array:
    """Return monthly departures of temperature from the mean of their month.

    Weather of a month that the climate forgets within weeks and the ocean within decades: two red noises
    (Hasselmann 1976, Tellus 28), larger in winter than in summer, read to 0.1 °C.

    Parameters
    ----------
    rng : numpy.random.Generator
    n_series, n_samples : int

    Returns
    -------
    array, shape (n_series, n_samples)
        °C: standard deviation 1.41, lag-one correlation 0.32.
    """
    fast = _red_noise(rng, n_series, n_samples, _FAST_CORRELATION)
    slow = _red_noise(rng, n_series, n_samples, _SLOW_CORRELATION)
    first_month = rng.integers(12, size=n_series)[:, None]
    deviation = _MONTHLY_DEVIATION[(first_month + np.arange(n_samples)) % 12]
    anomalies = deviation * (np.sqrt(1.0 - _SLOW_SHARE) * fast + np.sqrt(_SLOW_SHARE) * slow)
    return np.asarray(np.round(anomalies, 1))


def _red_noise(rng: np.random.Generator, n_series: int, n_samples: int, correlation: float) -> Array:
    """Return first-order autoregressive series of unit variance."""
    from scipy.signal import lfilter

    white = rng.standard_normal((n_series, n_samples))
    innovation = np.sqrt(1.0 - correlation**2)
    start = (correlation * rng.standard_normal(n_series))[:, None]
    series, _ = lfilter([innovation], [1.0, -correlation], white, axis=1, zi=start)
    return np.asarray(series)


def gaussian_noise(rng: np.random.Generator, n_series: int, n_samples: int) -> Array:
    """Return independent normal values of mean 0 and variance 1, shape (n_series, n_samples)."""
    return np.asarray(rng.standard_normal((n_series, n_samples)))


def seismograms(rng: np.random.Generator, n_series: int, n_samples: int) -> Array:
    """Return long-period vertical seismograms of distant earthquakes, one sample a second.

    P, S and the surface reflection SS as pulses of the rupture's length, a dispersed Rayleigh wave with phase
    velocities of a continent, its scattered coda, and microseism. The window holds the Rayleigh wave at a
    random place.

    Parameters
    ----------
    rng : numpy.random.Generator
    n_series, n_samples : int

    Returns
    -------
    array, shape (n_series, n_samples)
        Counts.
    """
    n_fft = 8192 if n_samples <= 4096 else 2 * n_samples
    distance = rng.uniform(35.0, 100.0, n_series)
    motion = _rayleigh_wave(rng, distance, n_fft) + _body_waves(rng, distance, n_fft)
    motion += _microseism(rng, n_series, n_fft)
    peak = np.argmax(np.abs(motion), axis=1)
    start = peak - (rng.uniform(0.2, 0.8, n_series) * n_samples).astype(int)
    index = np.clip(start, 0, n_fft - n_samples)[:, None] + np.arange(n_samples)
    gain = rng.lognormal(np.log(1e5), 1.0, n_series)[:, None]
    return np.asarray(np.round(gain * np.take_along_axis(motion, index, axis=1)))


def _rayleigh_wave(rng: np.random.Generator, distance: Array, n_fft: int) -> Array:
    """Return dispersed wave trains of unit peak and their coda, shape (n_series, n_fft)."""
    frequency = np.fft.rfftfreq(n_fft)
    period = 1.0 / np.maximum(frequency, 1.0 / 400.0)
    velocity = np.interp(np.log(period), np.log(_PERIODS), _PHASE_VELOCITIES)
    length = distance[:, None] * _KM_PER_DEGREE
    corner = rng.lognormal(np.log(0.055), 0.25, distance.size)[:, None]
    source = frequency**1.5 / (1.0 + (frequency / corner) ** 4)
    spectrum = source * np.exp(
        -frequency * length * (np.pi / (velocity * _RAYLEIGH_Q) + 2j * np.pi / velocity)
    )
    direct = np.fft.irfft(spectrum, n_fft)
    direct /= np.abs(direct).max(axis=1, keepdims=True)
    return np.asarray(direct + _scattered(rng, direct, np.abs(spectrum)))


def _scattered(rng: np.random.Generator, direct: Array, amplitude: Array) -> Array:
    """Return waves of the same spectrum that heterogeneities bring later, decaying over half an hour."""
    n_fft = direct.shape[1]
    phase = np.exp(2j * np.pi * rng.uniform(size=amplitude.shape))
    noise = np.fft.irfft(amplitude * phase, n_fft)
    noise /= noise.std(axis=1, keepdims=True)
    delay = np.arange(n_fft) - np.argmax(np.abs(direct), axis=1)[:, None]
    envelope = np.where(
        delay > 0, (1.0 - np.exp(-np.maximum(delay, 0) / 150.0)) * np.exp(-delay / 900.0), 0.0
    )
    return np.asarray(rng.uniform(0.1, 0.3, len(direct))[:, None] * envelope * noise)


def _body_waves(rng: np.random.Generator, distance: Array, n_fft: int) -> Array:
    """Return P, S and SS; arrivals grow with distance as in a smooth mantle (Jeffreys & Bullen 1940), s."""
    time = np.arange(n_fft, dtype=float)
    p_arrival = 10.5 * distance - 0.033 * distance**2
    arrivals = np.stack([p_arrival, 1.83 * p_arrival, 2.0 * 1.83 * (5.25 * distance - 0.00825 * distance**2)])
    motion = np.zeros((distance.size, n_fft))
    for arrival, size in zip(arrivals, (0.08, 0.16, 0.12), strict=True):
        period = rng.uniform(8.0, 30.0, distance.size)[:, None]
        height = (
            size
            * rng.lognormal(0.0, 0.5, distance.size)[:, None]
            * rng.choice([-1.0, 1.0], distance.size)[:, None]
        )
        delay = time - arrival[:, None]
        ringing = np.exp(-np.maximum(delay, 0.0) / (2.5 * period)) * np.sin(2.0 * np.pi * delay / period)
        motion += np.where(delay > 0.0, height * ringing, 0.0)
    return motion


def _microseism(rng: np.random.Generator, n_series: int, n_fft: int) -> Array:
    """Return ocean noise around 0.14 and 0.07 Hz, a few per cent of the earthquake."""
    frequency = np.maximum(np.fft.rfftfreq(n_fft), 1e-4)
    shape = np.exp(-0.5 * (np.log(frequency / 0.14) / 0.3) ** 2)
    shape = shape + 0.2 * np.exp(-0.5 * (np.log(frequency / 0.07) / 0.3) ** 2)
    spectrum = shape * (
        rng.standard_normal((n_series, shape.size)) + 1j * rng.standard_normal((n_series, shape.size))
    )
    noise = np.fft.irfft(spectrum, n_fft)
    level = rng.lognormal(np.log(0.02), 0.5, n_series)[:, None]
    return np.asarray(level * noise / noise.std(axis=1, keepdims=True))


SERIES = {
    "index": index_returns,
    "temperature": temperature_anomalies,
    "noise": gaussian_noise,
    "seismogram": seismograms,
}
