"""What the instruments make of the river: an optical probe that fouls, a logger with gaps, a flask sampler.

Back-scattered light counts the surface of the grains, not their mass: a flood that is strong enough to lift
coarse grains has more load per unit of turbidity (Downing, 2006, Continental Shelf Research 26, 2299-2318).
Leaves and biofilm settle on the window in a flood, flicker over the reading and grow until someone cleans it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eds_datasets._river import STEP_MINUTES, STEPS_PER_DAY, Floats, Flow, wander

__all__ = ["MISSING_CODES", "Flasks", "Probe", "flasks", "read_out"]

MISSING_CODES = (-30000.0, float("nan"), 1e10)
"""How the logger writes a value that it does not have."""

REFERENCE_LEVEL = 50.0


@dataclass(frozen=True)
class Probe:
    """The parameters of the probe, its logger and the flask sampler.

    Parameters
    ----------
    sensitivity : float
        Turbidity per load at a level of 50 cm, NTU per mg/L.
    coarsening : float
        Exponent with which the sensitivity falls as the level rises.
    grain_spread, grain_days : float
        Standard deviation of the logarithm of the sensitivity as the source of the grains changes, and the
        time in days in which it changes.
    eddy_spread : float
        Standard deviation of the logarithm of the sensitivity within a flood (patches that pass within the
        hour).
    background : float
        Median turbidity of clear water, NTU.
    ceiling : float
        The largest value that the probe can give, NTU.
    foulings_per_year, fouling_days, fouling_turbidity : float
        Rate of foulings, mean time until the window is cleaned, and turbidity that a fouled window adds, NTU.
    spikes_per_day : float
        Rate of single false readings (bubbles, a passing leaf).
    turbidity_missing, level_missing : float
        Share of the rows without a turbidity and without a level.
    outages : int
        Months-long gaps without any row.
    flask_error : float
        Relative standard error of the load in one flask.
    """

    sensitivity: float = 0.31
    coarsening: float = 0.65
    grain_spread: float = 0.35
    grain_days: float = 3.0
    eddy_spread: float = 0.26
    background: float = 2.05
    ceiling: float = 500.0
    foulings_per_year: float = 14.0
    fouling_days: float = 2.2
    fouling_turbidity: float = 120.0
    spikes_per_day: float = 0.14
    turbidity_missing: float = 0.25
    level_missing: float = 0.015
    outages: int = 2
    flask_error: float = 0.15


@dataclass(frozen=True)
class Flasks:
    """Flask samples: every array has shape (n_samples,), in order of time.

    Parameters
    ----------
    minute : ndarray of int
        Minutes since the first step of the record.
    load : ndarray
        Suspended load, mg/L.
    storm : ndarray of int
        The flood that the flask belongs to, from 0.
    """

    minute: NDArray[np.int64]
    load: Floats
    storm: NDArray[np.int64]


def read_out(river: Flow, probe: Probe, rng: np.random.Generator) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Level in cm and turbidity in NTU as logged, and which rows exist; three arrays of shape (n_steps,).

    A value that is missing is one of `MISSING_CODES`.
    """
    clean = _clean_turbidity(river, probe, rng)
    fouled = clean + _fouling(river, probe, rng) + _spikes(clean.size, probe, rng)
    # the probe's own resolution keeps a lens in clear water just above zero
    turbidity = np.clip(fouled * np.exp(0.03 * rng.standard_normal(clean.size)), 0.017, probe.ceiling)
    level = river.level + 0.08 * rng.standard_normal(river.level.size)
    _erase(turbidity, probe.turbidity_missing, 18 * STEPS_PER_DAY, rng)
    _erase(level, probe.level_missing, 3 * STEPS_PER_DAY, rng)
    return level, turbidity, _logged(level.size, probe, rng)


def _clean_turbidity(river: Flow, probe: Probe, rng: np.random.Generator) -> Floats:
    n_steps = river.level.size
    source = probe.grain_spread * wander(n_steps, probe.grain_days * STEPS_PER_DAY, rng)
    eddies = probe.eddy_spread * wander(n_steps, 45 / STEP_MINUTES, rng)
    sensitivity = probe.sensitivity * (river.level / REFERENCE_LEVEL) ** -probe.coarsening
    clear = probe.background * np.exp(0.5 * wander(n_steps, 25 * STEPS_PER_DAY, rng))
    return clear + sensitivity * river.fine * np.exp(source + eddies)


def _fouling(river: Flow, probe: Probe, rng: np.random.Generator) -> Floats:
    n_steps = river.level.size
    n_foulings = rng.poisson(probe.foulings_per_year * n_steps / (365.25 * STEPS_PER_DAY))
    # debris moves when the water does: a fouling begins where the river is high
    chance = np.cumsum(np.maximum(river.level - 30.0, 0.0) + 1e-9)
    begin = np.searchsorted(chance, rng.uniform(0, chance[-1], n_foulings))
    length = 1 + (rng.exponential(probe.fouling_days, n_foulings) * STEPS_PER_DAY).astype(np.int64)
    strength = np.zeros(n_steps + 1)
    gain = probe.fouling_turbidity * rng.lognormal(0.0, 0.8, n_foulings)
    np.add.at(strength, begin, gain)
    np.add.at(strength, np.minimum(begin + length, n_steps), -gain)
    # a loose leaf covers the window at some readings and not at others
    flicker = np.exp(0.5 * wander(n_steps, 6.0, rng)) * (wander(n_steps, 4.0, rng) > -0.3)
    return np.asarray(np.maximum(np.cumsum(strength)[:n_steps], 0.0) * flicker)


def _spikes(n_steps: int, probe: Probe, rng: np.random.Generator) -> Floats:
    struck = rng.uniform(size=n_steps) < probe.spikes_per_day / STEPS_PER_DAY
    return np.where(struck, rng.lognormal(4.0, 1.2, n_steps), 0.0)


def _spells(n_steps: int, share: float, mean_length: float, rng: np.random.Generator) -> tuple[Any, Any]:
    """First and last step of spells that together cover about `share` of the record."""
    if share <= 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    n_spells = max(1, round(-np.log1p(-share) * n_steps / mean_length))
    begin = np.sort(rng.integers(0, n_steps, n_spells))
    # an even spread of lengths (rather than an exponential one) keeps the covered share near its target
    length = (mean_length * rng.uniform(0.5, 1.5, n_spells)).astype(np.int64)
    return begin, np.minimum(begin + length, n_steps)


def _erase(values: Floats, share: float, mean_length: float, rng: np.random.Generator) -> None:
    """Overwrite spells of `values` in place by the logger's missing codes, one code for each spell."""
    begin, end = _spells(values.size, share, mean_length, rng)
    codes = rng.choice(np.array(MISSING_CODES), begin.size)
    for first, last, code in zip(begin, end, codes, strict=True):
        values[first:last] = code


def _logged(n_steps: int, probe: Probe, rng: np.random.Generator) -> NDArray[np.bool_]:
    kept = np.ones(n_steps, bool)
    for begin in rng.integers(0, n_steps, probe.outages):
        kept[begin : begin + int(n_steps * rng.uniform(0.008, 0.022))] = False
    return kept


def flasks(
    river: Flow, usable: NDArray[np.bool_], n_storms: int, probe: Probe, rng: np.random.Generator
) -> Flasks:
    """Sample `n_storms` floods as an automatic sampler does: close together at first, then every 90 minutes.

    Parameters
    ----------
    river : Flow
        The true state of the river.
    usable : ndarray of bool, shape (n_steps,)
        Where the logger has both a level and a turbidity.
    n_storms : int
        Number of floods to sample.
    probe : Probe
        The instruments.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    Flasks
        Fewer floods than `n_storms` where the record does not have as many.
    """
    begin = _triggers(river, usable, n_storms, rng)
    minutes = [STEP_MINUTES * first + _programme(rng) for first in begin]
    minute = np.concatenate(minutes) if minutes else np.zeros(0, np.int64)
    storm = np.repeat(np.arange(len(minutes)), [m.size for m in minutes])
    step = minute // STEP_MINUTES
    kept = step + 1 < usable.size
    kept[kept] &= usable[step[kept]] & usable[step[kept] + 1]
    true_load = np.interp(minute[kept] / STEP_MINUTES, np.arange(river.load.size), river.load)
    load = true_load * np.exp(probe.flask_error * rng.standard_normal(true_load.size))
    return Flasks(minute[kept], np.maximum(np.round(load, 1), 0.3), storm[kept])


def _triggers(
    river: Flow, usable: NDArray[np.bool_], n_storms: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Return the steps at which the sampler starts: a rising river passes a trigger, in floods well apart."""
    n_steps = river.level.size
    trigger = rng.choice([40.0, 50.0, 65.0, 80.0], n_steps // STEPS_PER_DAY + 1, p=[0.15, 0.25, 0.3, 0.3])
    over = river.level > np.repeat(trigger, STEPS_PER_DAY)[:n_steps]
    rises = np.flatnonzero(over[1:] & ~over[:-1]) + 1
    # the longest programme ends after 18 hours: floods stay more than 12 hours apart, the mark of a new storm
    apart = 3 * STEPS_PER_DAY // 2
    rises = rises[np.diff(rises, prepend=-apart) >= apart]
    hours = np.minimum(rises[:, None] + np.arange(0, STEPS_PER_DAY // 4), n_steps - 1)
    # above this level the intake lies in the main current, and the sampler is switched off
    rises = rises[(river.level[hours].max(axis=1) < 120.0) & usable[hours].all(axis=1)]
    return np.sort(rng.choice(rises, min(n_storms, rises.size), replace=False))


def _programme(rng: np.random.Generator) -> NDArray[np.int64]:
    """Minutes after the trigger at which one flood's flasks fill."""
    n_flasks = int(rng.integers(1, 3)) if rng.uniform() < 0.25 else int(rng.integers(8, 17))
    n_close = n_flasks - int(rng.integers(0, 1 + n_flasks // 3))
    interval = int(rng.choice([10, 15, 15]))
    gaps = np.where(np.arange(n_flasks) < n_close, interval, 90)
    # a person arrives some time after the flood has begun
    return np.asarray(np.int64(rng.exponential(6.0)) + np.cumsum(gaps) - gaps[0])
