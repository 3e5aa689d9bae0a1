"""A small tropical river in flood: rain, water level, suspended load.

The chain of causes, each step a short vectorised function on one regular time axis:

rain
    Storms arrive as a Poisson process whose rate follows the wet season; each brings a random number of
    exponential rain cells (the Neyman-Scott rectangular pulses of Rodriguez-Iturbe, Cox and Isham, 1987,
    Proc. R. Soc. A 410, 269-288).
level
    Three linear reservoirs in parallel (surface, interflow, groundwater; Maidment, 1993, Handbook of
    Hydrology, ch. 9) give the discharge, and a wide channel's Manning law, discharge ∝ depth^(5/3), the
    level: a rise in minutes, a recession that lasts for days.
load
    Entrainment above a threshold level against settling (Roque-Bernard et al., 2023, Earth Surf. Dynam. 11,
    363-381): ``d(load)/dt = (equilibrium − load) / settling_time``, where the equilibrium grows as a power of
    the level above its threshold. Because the load lags behind the level, the load-level loop turns
    counter-clockwise. Entrainment changes from one flood to the next, and the front of some floods lifts
    sand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Flow", "River", "flow", "rain_storms", "relax", "wander"]

Floats = NDArray[np.float64]

STEP_MINUTES = 5
STEPS_PER_DAY = 24 * 60 // STEP_MINUTES


@dataclass(frozen=True)
class River:
    """The parameters of the catchment and of its sediment. The defaults answer for the Capesterre river.

    Parameters
    ----------
    storms_per_day : float
        Mean rate of rain storms.
    season : float
        Relative amplitude of the yearly cycle of that rate, from 0 to 1.
    cell_depth, cell_spread : float
        Median depth of a rain cell in mm, and the standard deviation of its logarithm.
    quick_gain, inter_gain, slow_gain : float
        Share of the rain that leaves through each reservoir, in units of relative discharge per mm.
    quick_hours, inter_hours, slow_days : float
        Residence times of the three reservoirs.
    bed_level, depth_scale : float
        Gauge reading of a dry bed in cm, and depth in cm at relative discharge 1.
    threshold_level : float
        Level in cm above which the bed gives sediment.
    entrainment : float
        Equilibrium load in mg/L at twice the threshold level.
    exponent : float
        Exponent of the entrainment law.
    settling_minutes : float
        Time in which the load falls to 1/e once entrainment stops.
    flood_spread : float
        Standard deviation, from flood to flood, of the logarithm of the entrainment.
    flush_share, flush_gain : float
        Share of floods whose front lifts sand, and the load of sand over that of fine grains for a front that
        raises the level by a factor e.
    """

    storms_per_day: float = 0.9
    season: float = 0.45
    cell_depth: float = 1.6
    cell_spread: float = 1.25
    quick_gain: float = 0.39
    inter_gain: float = 0.019
    slow_gain: float = 0.0029
    quick_hours: float = 1.3
    inter_hours: float = 28.0
    slow_days: float = 15.0
    bed_level: float = 2.8
    depth_scale: float = 22.5
    threshold_level: float = 17.8
    entrainment: float = 21.0
    exponent: float = 2.0
    settling_minutes: float = 45.0
    flood_spread: float = 0.7
    flush_share: float = 0.15
    flush_gain: float = 90.0


@dataclass(frozen=True)
class Flow:
    """What the river does, before any instrument looks at it; every array has shape (n_steps,).

    Parameters
    ----------
    rain : ndarray
        Rain depth per step, mm.
    level : ndarray
        Water level, cm.
    fine : ndarray
        Load of fine grains, mg/L: what a turbidity probe sees.
    load : ndarray
        Whole suspended load, mg/L.
    storm : ndarray of int
        Number of the latest rain storm, from 0; −1 before the first.
    """

    rain: Floats
    level: Floats
    fine: Floats
    load: Floats
    storm: NDArray[np.int64]


def relax(forcing: Floats, steps: float) -> Floats:
    """First-order response to `forcing`: its exponential running mean over `steps` time steps."""
    from scipy.signal import lfilter

    keep = float(np.exp(-1.0 / steps))
    start = np.array([keep * forcing[0]])
    smoothed: Floats = lfilter([1.0 - keep], [1.0, -keep], forcing, zi=start)[0]
    return smoothed


def wander(n_steps: int, steps: float, rng: np.random.Generator) -> Floats:
    """Ornstein-Uhlenbeck process of unit variance and correlation time `steps`, shape (n_steps,)."""
    from scipy.signal import lfilter

    keep = float(np.exp(-1.0 / steps))
    kicks = rng.standard_normal(n_steps) * np.sqrt(1.0 - keep**2)
    path: Floats = lfilter([1.0], [1.0, -keep], kicks, zi=np.array([keep * rng.standard_normal()]))[0]
    return path


def rain_storms(n_steps: int, river: River, rng: np.random.Generator) -> tuple[Floats, NDArray[np.int64]]:
    """Rain depth per step in mm, and the steps at which storms begin in ascending order."""
    days = n_steps / STEPS_PER_DAY
    candidates = np.sort(rng.uniform(0, days, rng.poisson(days * river.storms_per_day * (1 + river.season))))
    wetness = 1 + river.season * np.sin(2 * np.pi * (candidates / 365.25 - 0.05))
    onsets = candidates[rng.uniform(0, 1 + river.season, candidates.size) < wetness]
    n_cells = 1 + rng.poisson(2.0, onsets.size)
    storm_size = rng.normal(0.0, river.cell_spread * 0.8, onsets.size)
    begin = np.repeat(onsets, n_cells) + rng.exponential(0.08, n_cells.sum())
    scatter = rng.normal(0.0, river.cell_spread * 0.6, n_cells.sum())
    depth = river.cell_depth * np.exp(np.repeat(storm_size, n_cells) + scatter)
    length = 0.004 + rng.exponential(0.012, n_cells.sum())
    return _pulses(n_steps, begin, length, depth), (onsets * STEPS_PER_DAY).astype(np.int64)


def _pulses(n_steps: int, begin: Floats, length: Floats, depth: Floats) -> Floats:
    """Sum of rectangular pulses: a step up at each begin, a step down at each end, integrated."""
    first = np.minimum((begin * STEPS_PER_DAY).astype(np.int64), n_steps)
    last = np.minimum(first + np.maximum(1, (length * STEPS_PER_DAY).astype(np.int64)), n_steps)
    rate = depth / np.maximum(last - first, 1)
    change = np.bincount(first, rate, n_steps + 1) - np.bincount(last, rate, n_steps + 1)
    return np.maximum(np.cumsum(change)[:n_steps], 0.0)


def _level(rain: Floats, river: River) -> Floats:
    per_hour = STEPS_PER_DAY / 24
    slow = relax(rain, river.slow_days * STEPS_PER_DAY) * river.slow_days * STEPS_PER_DAY * river.slow_gain
    inter = relax(rain, river.inter_hours * per_hour) * river.inter_hours * per_hour * river.inter_gain
    routed = relax(rain, 0.35 * per_hour)
    quick = relax(routed, river.quick_hours * per_hour) * river.quick_hours * per_hour * river.quick_gain
    return river.bed_level + river.depth_scale * (slow + inter + quick) ** 0.6


def _grains(
    level: Floats, storm: NDArray[Any], n_storms: int, river: River, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Fine and coarse load in mg/L."""
    above = np.maximum(level / river.threshold_level - 1.0, 0.0)
    per_flood = np.exp(river.flood_spread * rng.standard_normal(n_storms + 1))
    equilibrium = river.entrainment * per_flood[storm + 1] * above**river.exponent
    fine = relax(equilibrium, river.settling_minutes / STEP_MINUTES)
    flushed = rng.uniform(size=n_storms + 1) < river.flush_share
    strength = np.where(flushed, river.flush_gain * rng.exponential(1.0, n_storms + 1), 0.0)
    front = relax(np.maximum(np.diff(np.log(level), prepend=np.log(level[0])), 0.0), 3.0)
    return fine, fine * strength[storm + 1] * front


def flow(n_steps: int, river: River, rng: np.random.Generator) -> Flow:
    """Rain, level and load of the river on a regular axis of 5-minute steps.

    Parameters
    ----------
    n_steps : int
        Length of the record in steps of 5 minutes.
    river : River
        The catchment.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    Flow
    """
    spin_up = int(3 * river.slow_days * STEPS_PER_DAY)
    rain, onsets = rain_storms(n_steps + spin_up, river, rng)
    level = _level(rain, river)
    storm = np.cumsum(np.bincount(onsets, minlength=level.size)[: level.size]).astype(np.int64) - 1
    fine, coarse = _grains(level, storm, onsets.size, river, rng)
    keep = slice(spin_up, None)
    return Flow(rain[keep], level[keep], fine[keep], (fine + coarse)[keep], storm[keep])
