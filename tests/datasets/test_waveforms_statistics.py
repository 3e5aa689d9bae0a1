"""The simulated records against what was measured on 154 real ones, and proof that each measure has teeth."""

from dataclasses import replace

import numpy as np
import pytest

from eds_datasets import _measures
from eds_datasets.waveforms import REGIONS, load_waveforms, simulate_waveforms

CALIFORNIA = REGIONS["california"]

# measured on the 154 records of Northern California: quantile → value, and how far the simulator may be
# from it; the 5 and 95 % quantiles rest on eight records each and may be twice as far
S_MINUS_P = {0.05: 0.51, 0.25: 0.91, 0.50: 1.68, 0.75: 2.83, 0.95: 7.25}  # s
S_MINUS_P_TOLERANCE = 0.20  # of the logarithm
SNR = {0.05: 3.5, 0.25: 13.5, 0.50: 22.8, 0.75: 31.7, 0.95: 50.8}  # dB
SNR_TOLERANCE = 2.5  # dB
S_TO_P_RATIO = {0.50: 2.4}
S_TO_P_TOLERANCE = 0.20  # of the logarithm
P_CENTROID = {0.05: 5.0, 0.50: 13.0, 0.95: 24.0}  # Hz
S_CENTROID = {0.05: 3.0, 0.50: 9.0, 0.95: 20.0}  # Hz
CENTROID_TOLERANCE = 0.17  # of the logarithm

REAL = {
    "s_minus_p": (S_MINUS_P, S_MINUS_P_TOLERANCE, np.log),
    "snr": (SNR, SNR_TOLERANCE, float),
    "s_to_p_ratio": (S_TO_P_RATIO, S_TO_P_TOLERANCE, np.log),
    "p_centroid": (P_CENTROID, CENTROID_TOLERANCE, np.log),
    "s_centroid": (S_CENTROID, CENTROID_TOLERANCE, np.log),
}

TAILS = (0.05, 0.95)

DETUNED = {
    "stations too far away": ({"distance": 26.0}, "s_minus_p"),
    "all at one distance": ({"distance_spread": 0.3}, "s_minus_p"),
    "wet rock": ({"velocity_ratio": 2.2}, "s_minus_p"),
    "a careless analyst": ({"threshold": 3.0}, "snr"),
    "only great earthquakes": ({"smallest_magnitude": 3.0}, "snr"),
    "no Q but for S": ({"quality_ratio": 0.5, "quality": 90.0}, "s_to_p_ratio"),
    "soft ground": ({"kappa": 0.07}, "p_centroid"),
    "bare granite": ({"kappa": 0.012}, "s_centroid"),
    "slow ruptures": ({"stress_drop": 0.02}, "p_centroid"),
}


SEEDS = (1, 2, 3)  # three networks of 37 stations, because the stations of one are not average


def quantities(records):
    onsets = records.waveforms, records.p_time, records.s_time, records.sampling_rate
    return {
        "s_minus_p": records.s_minus_p,
        "snr": records.snr,
        "s_to_p_ratio": _measures.s_to_p_ratio(*onsets),
        "p_centroid": _measures.spectral_centroid(records.waveforms, records.p_time, records.sampling_rate),
        "s_centroid": _measures.spectral_centroid(records.waveforms, records.s_time, records.sampling_rate),
    }


def misses(parts):
    """Return the measures whose quantiles are further from the real ones than their tolerance."""
    pooled = {name: np.concatenate([part[name] for part in parts]) for name in REAL}
    found = {}
    for name, (real, tolerance, scale) in REAL.items():
        got = {quantile: float(np.nanquantile(pooled[name], quantile)) for quantile in real}
        if any(
            abs(scale(got[quantile]) - scale(real[quantile])) > tolerance * (2 if quantile in TAILS else 1)
            for quantile in real
        ):
            found[name] = got
    return found


def simulated(region):
    return [
        quantities(simulate_waveforms(200, seed=seed, region=region, n_samples=3600, p_time=12.0))
        for seed in SEEDS
    ]


def test_the_region_california_has_the_statistics_of_the_real_records():
    assert misses(simulated(CALIFORNIA)) == {}


def test_the_real_records_have_them_too(real_mirror, own_cache, monkeypatch):
    monkeypatch.setenv("EDS_DATA_MIRROR", str(real_mirror))
    assert misses([quantities(load_waveforms("download", collection="ncedc"))]) == {}


@pytest.mark.parametrize("name", DETUNED)
def test_a_detuned_simulator_is_caught(name):
    change, measure = DETUNED[name]
    assert measure in misses(simulated(replace(CALIFORNIA, **change)))
