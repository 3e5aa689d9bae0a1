"""How waveforms are measured, the same way for real and for simulated records."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["p_snr", "s_to_p_ratio", "spectral_centroid"]

Array = NDArray[np.floating[Any]]

_NOISE_WINDOW = 5.0  # s before P
_GUARD = 0.1  # s between the noise window and P, for picks that are a little late
_P_WINDOW = 1.0  # s after P, unless S comes earlier
_S_WINDOW = 3.0  # s after S
_LOWEST = 0.5  # Hz: below, a centroid measures the microseism


def p_snr(waveforms: Array, p_time: Array, s_time: Array, sampling_rate: float) -> Array:
    """Return the P signal-to-noise ratio of vertical components.

    Parameters
    ----------
    waveforms : array, shape (n_records, 3, n_samples)
        East, north, up.
    p_time, s_time : array, shape (n_records,)
        s.
    sampling_rate : float
        Hz.

    Returns
    -------
    array, shape (n_records,)
        dB: 20 log10 of the standard deviation over [P, min(P + 1 s, S)] to that over [P − 5 s, P − 0.1 s].
        NaN where a window is empty or silent.
    """
    vertical = waveforms[:, 2]
    window = np.fmin(_P_WINDOW, s_time - p_time)
    signal = _deviation(vertical, p_time, p_time + window, sampling_rate)
    noise = _deviation(vertical, p_time - _NOISE_WINDOW, p_time - _GUARD, sampling_rate)
    ratio = np.divide(signal, noise, out=np.full_like(signal, np.nan), where=(noise > 0.0) & (signal > 0.0))
    return np.asarray(20.0 * np.log10(ratio))


def _deviation(trace: Array, start: Array, stop: Array, sampling_rate: float) -> Array:
    """Return the standard deviation of each trace between two times, NaN for an empty window."""
    time = np.arange(trace.shape[1]) / sampling_rate
    deviation = np.full(len(trace), np.nan)
    for row in np.flatnonzero(np.isfinite(start) & np.isfinite(stop)):
        first, last = np.searchsorted(time, (start[row], stop[row]))
        if last - first > 1:
            deviation[row] = np.std(trace[row, first:last], dtype=float)
    return deviation


def s_to_p_ratio(waveforms: Array, p_time: Array, s_time: Array, sampling_rate: float) -> Array:
    """Return the largest amplitude in the three seconds after S over the largest between P and S.

    Parameters and shapes are those of `p_snr`; all components count, each without the mean of what precedes
    P.

    Returns
    -------
    array, shape (n_records,)
    """
    ratio = np.full(len(waveforms), np.nan)
    for row in np.flatnonzero(np.isfinite(p_time) & np.isfinite(s_time)):
        p_index, s_index = (round(when * sampling_rate) for when in (p_time[row], s_time[row]))
        record = np.abs(waveforms[row] - waveforms[row, :, :p_index].mean(axis=1, keepdims=True))
        s_end = s_index + int(_S_WINDOW * sampling_rate)
        if s_index > p_index:
            ratio[row] = record[:, s_index:s_end].max() / record[:, p_index:s_index].max()
    return ratio


def spectral_centroid(
    waveforms: Array, onset: Array, sampling_rate: float, *, window: float = 2.0, vertical_only: bool = False
) -> Array:
    """Return the mean frequency of the power behind an onset.

    Parameters
    ----------
    waveforms : array, shape (n_records, 3, n_samples)
        East, north, up.
    onset : array, shape (n_records,)
        s.
    sampling_rate : float
        Hz.
    window : float
        Length of the Hann window that begins at the onset, s.
    vertical_only : bool
        Leave the horizontal components out.

    Returns
    -------
    array, shape (n_records,)
        Hz, of the power above 0.5 Hz; NaN where the window leaves the record.
    """
    length = int(window * sampling_rate)
    taper = np.hanning(length)
    frequency = np.fft.rfftfreq(length, 1.0 / sampling_rate)
    frequency = np.where(frequency < _LOWEST, 0.0, frequency)
    centroid = np.full(len(waveforms), np.nan)
    channels = slice(2, 3) if vertical_only else slice(0, 3)
    for row in np.flatnonzero(np.isfinite(onset)):
        first = round(onset[row] * sampling_rate)
        piece = waveforms[row, channels, first : first + length]
        if first < 0 or piece.shape[1] < length:
            continue
        piece = piece - piece.mean(axis=1, keepdims=True)
        power = np.sum(np.abs(np.fft.rfft(taper * piece)) ** 2, axis=0) * (frequency > 0.0)
        if power.sum() > 0.0:
            centroid[row] = np.sum(frequency * power) / np.sum(power)
    return centroid
