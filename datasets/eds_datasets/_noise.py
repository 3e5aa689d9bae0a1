"""What a seismometer records when nothing quakes, and how the instrument colours everything.

Power is one-sided and of ground velocity, in (m/s)²/Hz. The secondary microseism, its primary companion at
half the frequency and the band of human noise follow the shape of Peterson's noise models (1993, USGS
Open-File Report 93-322), whose low and high curves bound the levels that the regions draw from.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["INSTRUMENTS", "burst_waveforms", "instrument_response", "noise_power", "random_spectrum"]

Array = NDArray[np.floating[Any]]
ComplexArray = NDArray[np.complexfloating[Any, Any]]

INSTRUMENTS = ("broadband", "short-period", "accelerometer")
_CORNERS = np.array(
    [0.02, 1.0, 0.0]
)  # Hz, of the two-pole high-pass of each instrument; none for the accelerometer
_DAMPING = 0.707
_ACCELEROMETER_UNITY = 10.0  # Hz
_MICROSEISM_WIDTH = 0.35  # of ln f
_CULTURAL_WIDTH = 0.9
_PRIMARY_BELOW_SECONDARY = 18.0  # dB


def noise_power(
    frequency: Array, microseism: Array, peak: float, cultural: Array, cultural_peak: float
) -> Array:
    """Return the power of ground noise.

    Parameters
    ----------
    frequency : array, shape (n_frequencies,)
        Hz.
    microseism, cultural : array, shape (n_records,)
        Power at the secondary microseism and at the top of the cultural band, dB re (m/s)²/Hz.
    peak, cultural_peak : float
        Their frequencies, Hz.

    Returns
    -------
    array, shape (n_records, n_frequencies)
        (m/s)²/Hz.
    """
    octave = np.log(np.maximum(frequency, 1e-3))
    secondary = np.exp(-0.5 * ((octave - np.log(peak)) / _MICROSEISM_WIDTH) ** 2)
    primary = np.exp(-0.5 * ((octave - np.log(peak / 2.0)) / _MICROSEISM_WIDTH) ** 2)
    ocean = secondary + 10.0 ** (-_PRIMARY_BELOW_SECONDARY / 10.0) * primary
    people = np.exp(-0.5 * ((octave - np.log(cultural_peak)) / _CULTURAL_WIDTH) ** 2)
    return np.asarray(_power(microseism)[:, None] * ocean + _power(cultural)[:, None] * people)


def _power(decibels: Array) -> Array:
    return np.asarray(10.0 ** (decibels / 10.0))


def instrument_response(frequency: Array, instrument: NDArray[np.integer[Any]]) -> ComplexArray:
    """Return the response of each record's instrument to ground velocity, one at high frequency.

    Parameters
    ----------
    frequency : array, shape (n_frequencies,)
        Hz.
    instrument : array of int, shape (n_records,)
        Index into `INSTRUMENTS`. A seismometer is a pendulum: −ω² over (ω0² − ω² + 2iβωω0) (Aki & Richards
        2002, section 12.1). An accelerometer records the derivative, scaled so that it equals velocity at
        10 Hz.

    Returns
    -------
    complex array, shape (n_records, n_frequencies)
    """
    corner = _CORNERS[:, None]
    squared = frequency**2
    response = -squared / (corner**2 - squared + 2j * _DAMPING * corner * frequency + 1e-12)
    response[INSTRUMENTS.index("accelerometer")] = 1j * frequency / _ACCELEROMETER_UNITY
    return np.asarray(response[instrument])


def random_spectrum(
    rng: np.random.Generator, power: Array, n_channels: int, n_fft: int, rate: float
) -> ComplexArray:
    """Return the spectra of Gaussian noise, ready for ``irfft``.

    Parameters
    ----------
    rng : numpy.random.Generator
    power : array, shape (n_records, n_fft // 2 + 1)
        One-sided, unit²/Hz.
    n_channels, n_fft : int
        Independent channels a record, and samples of the inverse transform.
    rate : float
        Samples a second.

    Returns
    -------
    complex array, shape (n_records, n_channels, n_fft // 2 + 1)
        Independent complex normal values whose inverse transform has the power that was asked for.
    """
    shape = (power.shape[0], n_channels, power.shape[1], 2)
    normal = rng.standard_normal(shape, dtype=np.float32).view(np.complex64)[..., 0]
    scale = np.sqrt(power * rate * n_fft / 4.0).astype(np.float32)
    return np.asarray(normal * scale[:, None, :])


def burst_waveforms(rng: np.random.Generator, time: Array, level: Array, rate: float) -> Array:
    """Return short bursts such as steps, cars and falling stones, as a fixed number of chances in a record.

    Parameters
    ----------
    rng : numpy.random.Generator
    time : array, shape (n_samples,)
        s.
    level : array, shape (n_records,)
        Standard deviation of the record's noise, any unit.
    rate : float
        Bursts a minute, on average.

    Returns
    -------
    array, shape (n_records, 3, n_samples)
        In the unit of `level`.
    """
    bursts = np.zeros((level.size, 3, time.size), dtype=np.float32)
    expected = rate * (time[-1] - time[0]) / 60.0
    owner = np.repeat(np.arange(level.size), rng.poisson(expected, level.size))
    centre = rng.uniform(time[0], time[-1], owner.size)[:, None]
    width = rng.lognormal(np.log(0.12), 0.6, owner.size)[:, None]
    frequency = rng.lognormal(np.log(14.0), 0.4, owner.size)[:, None]
    delay = time - centre
    envelope = np.exp(-0.5 * (delay / width) ** 2)
    shape = envelope * np.sin(
        2.0 * np.pi * frequency * delay + rng.uniform(0.0, 2.0 * np.pi, owner.size)[:, None]
    )
    height = level[owner, None] * rng.lognormal(np.log(4.0), 0.6, (owner.size, 3))
    np.add.at(bursts, owner, (height[:, :, None] * shape[:, None, :]).astype(np.float32))
    return bursts
