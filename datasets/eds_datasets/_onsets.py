"""A careful machine reading of a first arrival: a jump of energy, refined by an information criterion."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["pick_onset"]

Array = NDArray[np.floating[Any]]

_BAND = (2.0, 20.0)  # Hz
_SHORT, _LONG = 0.3, 3.0  # s, of the two averages
_THRESHOLD = 15.0  # of the ratio of energies
_BEFORE, _AFTER = 1.5, 0.5  # s around the trigger in which the onset is looked for


def pick_onset(trace: Array, sampling_rate: float) -> float:
    """Return the time of the first arrival.

    The ratio of a short to a long running average of the energy (Allen 1978, Bull. Seism. Soc. Am. 68)
    finds the arrival, and the best split of its neighbourhood into two Gaussian noises (Maeda 1985, Zisin
    38) its onset.

    Parameters
    ----------
    trace : array, shape (n_samples,)
    sampling_rate : float
        Hz, more than 40.

    Returns
    -------
    float
        s from the first sample; NaN where the ratio never jumps.
    """
    from scipy.signal import butter, sosfilt

    sections = butter(2, _BAND, "bandpass", fs=sampling_rate, output="sos")
    filtered = sosfilt(sections, trace - np.mean(trace[: int(_LONG * sampling_rate)]))
    trigger = _first_jump(filtered**2, sampling_rate)
    if trigger is None:
        return float("nan")
    first = max(0, trigger - int(_BEFORE * sampling_rate))
    neighbourhood = filtered[first : trigger + int(_AFTER * sampling_rate)]
    return float(first + _best_split(neighbourhood)) / sampling_rate


def _first_jump(energy: Array, sampling_rate: float) -> int | None:
    n_short, n_long = int(_SHORT * sampling_rate), int(_LONG * sampling_rate)
    total = np.concatenate([[0.0], np.cumsum(energy)])
    end = np.arange(n_long, energy.size) + 1
    short = (total[end] - total[end - n_short]) / n_short
    long = (total[end - n_short] - total[end - n_long]) / (n_long - n_short)
    above = np.flatnonzero(short > _THRESHOLD * long)
    return int(end[above[0]] - 1) if above.size else None


def _best_split(samples: Array) -> int:
    """Return the length of the first of two parts that minimizes k ln var₁ + (n − k) ln var₂."""
    n_samples = samples.size
    first = np.arange(2, n_samples - 2)
    sums, squares = np.cumsum(samples)[first - 1], np.cumsum(samples**2)[first - 1]
    second = n_samples - first
    before = squares / first - (sums / first) ** 2
    after = (np.sum(samples**2) - squares) / second - ((np.sum(samples) - sums) / second) ** 2
    floor = np.finfo(float).tiny
    criterion = first * np.log(np.maximum(before, floor)) + second * np.log(np.maximum(after, floor))
    return int(first[np.argmin(criterion)])
