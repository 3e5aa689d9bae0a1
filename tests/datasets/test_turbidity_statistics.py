"""The simulated river is held against the real one, and a river that is detuned is caught.

Every statistic is the median over several seeds, because thirteen storms make a noisy sample; the real value
is one draw of the same kind.
"""

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.metrics import r2_score
from sklearn.model_selection import KFold, LeaveOneGroupOut, cross_val_predict

from eds_datasets._river import River, flow
from eds_datasets._turbidity_probe import Probe
from eds_datasets.turbidity import simulate_turbidity

pytestmark = pytest.mark.slow

N_SEEDS = 8

# name: (measured on the real data, tolerance); a tolerance is a share of the value where it is marked "share"
TARGETS = {
    "level mean": (21.0, 0.12, "share"),
    "level sd": (10.5, 0.15, "share"),
    "level lower quartile": (14.4, 0.12, "share"),
    "level median": (18.2, 0.12, "share"),
    "level upper quartile": (24.5, 0.12, "share"),
    "level max": (222.0, 0.40, "share"),
    "turbidity mean": (14.1, 0.25, "share"),
    "turbidity sd": (53.0, 0.25, "share"),
    "turbidity lower quartile": (1.8, 0.25, "share"),
    "turbidity median": (3.0, 0.25, "share"),
    "turbidity upper quartile": (4.0, 0.30, "share"),
    "turbidity max": (500.0, 0.001, "share"),
    "turbidity missing": (0.254, 0.03, "absolute"),
    "rows": (732_981, 0.02, "share"),
    "samples": (116, 0.2, "share"),
    "sampled level": (56.5, 0.15, "share"),
    "sampled turbidity": (25.6, 0.40, "share"),
    "sampled load": (61.9, 0.45, "share"),
    "ln T alone: R2": (0.61, 0.12, "absolute"),
    "ln T and ln h: slope of ln T": (0.70, 0.25, "absolute"),
    "ln T and ln h: slope of ln h": (1.72, 0.5, "absolute"),
    "ln T and ln h: R2": (0.76, 0.08, "absolute"),
    "ln T and ln h: sd": (0.60, 0.12, "absolute"),
    "correlation level-load": (0.63, 0.15, "absolute"),
    "correlation turbidity-load": (0.32, 0.35, "absolute"),
    "random split R2": (0.75, 0.08, "absolute"),
    "worst storm left out": (-2.0, 2.05, "absolute"),
    "best storm left out": (0.85, 0.10, "absolute"),
}


def statistics(seed, river, probe):
    data = simulate_turbidity(seed, river=river, probe=probe)
    level, turbidity = (data.series[name].to_numpy() for name in ("level", "turbidity"))
    level = level[(level > -1000) & (level < 1e9)]
    seen = turbidity[(turbidity > -1000) & (turbidity < 1e9)]
    h, t, c = (data.samples[name].to_numpy() for name in ("level", "turbidity", "load"))
    storm = data.samples["storm"].to_numpy()
    features, target = np.log(np.column_stack([t, h])), np.log(c)
    both, alone = LinearRegression().fit(features, target), LinearRegression().fit(features[:, :1], target)
    split = cross_val_predict(LinearRegression(), features, target, cv=KFold(5, shuffle=True, random_state=0))
    out = cross_val_predict(LinearRegression(), features, target, groups=storm, cv=LeaveOneGroupOut())
    folds = [
        r2_score(target[storm == s], out[storm == s]) for s in np.unique(storm) if (storm == s).sum() >= 5
    ]
    return {
        "level mean": level.mean(),
        "level sd": level.std(),
        "level lower quartile": np.quantile(level, 0.25),
        "level median": np.median(level),
        "level upper quartile": np.quantile(level, 0.75),
        "level max": level.max(),
        "turbidity mean": seen.mean(),
        "turbidity sd": seen.std(),
        "turbidity lower quartile": np.quantile(seen, 0.25),
        "turbidity median": np.median(seen),
        "turbidity upper quartile": np.quantile(seen, 0.75),
        "turbidity max": seen.max(),
        "turbidity missing": 1 - seen.size / turbidity.size,
        "rows": len(data.series),
        "samples": len(data.samples),
        "sampled level": np.median(h),
        "sampled turbidity": np.median(t),
        "sampled load": np.median(c),
        "ln T alone: R2": alone.score(features[:, :1], target),
        "ln T and ln h: slope of ln T": both.coef_[0],
        "ln T and ln h: slope of ln h": both.coef_[1],
        "ln T and ln h: R2": both.score(features, target),
        "ln T and ln h: sd": np.std(target - both.predict(features)),
        "correlation level-load": np.corrcoef(h, c)[0, 1],
        "correlation turbidity-load": np.corrcoef(t, c)[0, 1],
        "random split R2": r2_score(target, split),
        "worst storm left out": max(min(folds), -4.0),
        "best storm left out": max(folds),
    }


def off_target(river=None, probe=None, n_seeds=N_SEEDS):
    """Return the statistics whose median over the seeds misses the real value by more than its tolerance."""
    runs = [statistics(seed, river, probe) for seed in range(n_seeds)]
    missed = {}
    for name, (target, tolerance, kind) in TARGETS.items():
        median = float(np.median([run[name] for run in runs]))
        if abs(median - target) > tolerance * (target if kind == "share" else 1.0):
            missed[name] = f"{median:.3g}, expected {target:.3g}"
    return missed


def test_the_river_and_its_samples_have_the_measured_statistics():
    assert off_target() == {}


DETUNED = {
    "a flat ground water": (River(slow_days=4.0), None, "level median"),
    "twice the storms": (River(storms_per_day=1.8), None, "level mean"),
    "floods that run off at once": (River(quick_gain=0.05), None, "level sd"),
    "a steeper entrainment": (River(exponent=4.0), None, "sampled load"),
    "floods all alike through a perfect probe": (
        River(flood_spread=0.0, flush_share=0.0),
        Probe(grain_spread=0.0, eddy_spread=0.0, foulings_per_year=0.0),
        "random split R2",
    ),
    "sand with every flood": (River(flush_share=1.0, flush_gain=150.0), None, "ln T and ln h: sd"),
    "a probe that sees all grains alike": (None, Probe(coarsening=-1.0), "ln T and ln h: slope of ln h"),
    "no fouling": (None, Probe(foulings_per_year=0.0), "turbidity sd"),
    "muddy clear water": (None, Probe(background=5.0), "turbidity median"),
    "a probe without a ceiling": (None, Probe(ceiling=1e6), "turbidity max"),
    "a probe that never fails": (None, Probe(turbidity_missing=0.0), "turbidity missing"),
    "a logger that never stops": (None, Probe(outages=12), "rows"),
}


@pytest.mark.parametrize("name", DETUNED)
def test_a_detuned_river_is_caught(name):
    river, probe, statistic = DETUNED[name]
    assert statistic in off_target(river, probe, n_seeds=3)


def turning_share(river):
    """Share of the floods over 50 cm whose load-level loop turns counter-clockwise."""
    record = flow(288 * 365, river, np.random.default_rng(3))
    turns = []
    for storm in np.unique(record.storm):
        inside = record.storm == storm
        h, c = record.level[inside], record.load[inside]
        if h.size > 24 and h.max() > 50.0 and h[0] < 30.0:
            turns.append(np.sum(h[:-1] * np.diff(c) - c[:-1] * np.diff(h)) > 0)
    return np.mean(turns), len(turns)


def test_most_loops_of_load_against_level_turn_counter_clockwise():
    share, n_floods = turning_share(River())
    assert n_floods > 15
    assert share > 0.75


@pytest.mark.parametrize("river", [River(settling_minutes=0.5)], ids=["sediment that settles at once"])
def test_without_a_lag_the_loops_do_not_turn_counter_clockwise(river):
    assert turning_share(river)[0] < 0.5
