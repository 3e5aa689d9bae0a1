"""What is learnt in one region does not simply hold in another; the task is neither trivial nor hopeless."""

import functools

import numpy as np
import pytest

from eds_datasets.waveforms import simulate_waveforms

RATE = 50.0  # Hz
BANDS = ((0.5, 1.0), (1.0, 2.0), (2.0, 4.0), (4.0, 8.0), (8.0, 16.0), (16.0, 23.0))  # Hz
N_PIECES = 20  # of a record
KINDS = {"earthquake": 1.0, "explosion": 1.0, "noise": 1.0}


def features(waveforms):
    """Return how energy is spread over bands, time and components: shape (n_records, 4 · n_bands)."""
    from scipy.signal import butter, sosfilt

    centred = waveforms - waveforms.mean(axis=-1, keepdims=True)
    columns, lowest = [], None
    for band in BANDS:
        filtered = sosfilt(butter(2, band, "bandpass", fs=RATE, output="sos"), centred, axis=-1)
        energy = (filtered**2).reshape(*filtered.shape[:-1], N_PIECES, -1).mean(axis=-1) + 1e-9
        vertical = energy[:, 2]
        lowest = vertical.mean(axis=1) if lowest is None else lowest
        columns += [
            np.log(vertical.max(axis=1) / np.median(vertical, axis=1)),
            np.log(vertical.mean(axis=1) / lowest),
            vertical.argmax(axis=1),
            np.log(energy[:, :2].mean(axis=1).max(axis=1) / vertical.max(axis=1)),
        ]
    return np.column_stack(columns)


@functools.cache
def windows(region, seed):
    records = simulate_waveforms(
        600, seed=seed, n_samples=1000, sampling_rate=RATE, region=region, n_stations=40, shares=KINDS
    )
    return features(records.waveforms.astype(float)), records.kind


@pytest.fixture(scope="module")
def alpine_forest():
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(150, random_state=0).fit(*windows("alps", seed=1))


def test_a_forest_tells_earthquakes_explosions_and_noise_at_other_stations_of_its_region(alpine_forest):
    assert 0.82 < alpine_forest.score(*windows("alps", seed=2)) < 0.97


def test_it_fails_elsewhere(alpine_forest):
    at_home = alpine_forest.score(*windows("alps", seed=2))
    assert alpine_forest.score(*windows("iceland", seed=2)) < at_home - 0.15


def test_a_forest_of_the_other_region_does_better_there(alpine_forest):
    from sklearn.ensemble import RandomForestClassifier

    icelandic_forest = RandomForestClassifier(150, random_state=0).fit(*windows("iceland", seed=1))
    there = windows("iceland", seed=2)
    assert icelandic_forest.score(*there) > alpine_forest.score(*there) + 0.05
