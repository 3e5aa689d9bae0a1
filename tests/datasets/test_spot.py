"""Four records of which one is a seismogram: what is real in them, and what the simulators must reproduce."""

import numpy as np
import pytest

from eds_datasets import _spot_series, spot
from eds_datasets.errors import UsageError
from eds_datasets.spot import KINDS, load_spot_records, simulate_spot_records

# obspy 1.5 asks importlib.metadata in the old way
pytestmark = pytest.mark.filterwarnings("ignore:SelectableGroups dict interface:DeprecationWarning")


def lag_one(series):
    return np.mean([np.corrcoef(one[:-1], one[1:])[0, 1] for one in series])


def excess_kurtosis(series):
    centred = series - series.mean(axis=1, keepdims=True)
    return (centred**4).mean(axis=1) / (centred**2).mean(axis=1) ** 2 - 3.0


def centroids(series):
    power = (
        np.abs(np.fft.rfft((series - series.mean(axis=1, keepdims=True)) * np.hanning(series.shape[1]))) ** 2
    )
    return (power @ np.fft.rfftfreq(series.shape[1])) / power.sum(axis=1)


@pytest.fixture
def mirror(real_mirror, own_cache, monkeypatch):
    monkeypatch.setenv("EDS_DATA_MIRROR", str(real_mirror))


# tolerances: what 200 simulated series of the real length may differ from the real statistic
INDEX = {"deviation": (0.0080, 0.0005), "lag one": (0.09, 0.02), "kurtosis": (2.7, 1.0)}
TEMPERATURE = {"deviation": (1.41, 0.05), "lag one": (0.32, 0.03), "kurtosis": (0.74, 0.30)}


def statistics(series):
    return {
        "deviation": float(np.mean(series.std(axis=1))),
        "lag one": float(lag_one(series)),
        "kurtosis": float(np.mean(excess_kurtosis(series))),
    }


def misses(series, real):
    found = statistics(series)
    return {name for name, (value, tolerance) in real.items() if abs(found[name] - value) > tolerance}


def test_returns_vary_cluster_and_remember_like_those_of_the_index():
    returns = _spot_series.index_returns(np.random.default_rng(1), 200, 1859)
    assert misses(returns, INDEX) == set()
    size = np.abs(returns)
    # the size of a return tells the size of the next ones: 0.10 in the real index
    assert lag_one(size) == pytest.approx(0.10, abs=0.06)


def test_anomalies_vary_and_remember_like_those_of_central_england():
    anomalies = _spot_series.temperature_anomalies(np.random.default_rng(1), 200, 4306)
    assert misses(anomalies, TEMPERATURE) == set()
    a_year = np.mean([np.corrcoef(one[:-12], one[12:])[0, 1] for one in anomalies])
    assert a_year == pytest.approx(0.10, abs=0.05)


@pytest.mark.parametrize(
    ("constant", "value", "measure"),
    [
        ("_RETURN_DEVIATION", 0.012, "deviation"),
        ("_RETURN_CORRELATION", 0.0, "lag one"),
        ("_DEGREES_OF_FREEDOM", 60.0, "kurtosis"),
    ],
)
def test_a_detuned_index_is_caught(monkeypatch, constant, value, measure):
    monkeypatch.setattr(_spot_series, constant, value)
    assert measure in misses(_spot_series.index_returns(np.random.default_rng(1), 200, 1859), INDEX)


@pytest.mark.parametrize(
    ("constant", "value", "measure"),
    [
        ("_MONTHLY_DEVIATION", np.full(12, 1.41), "kurtosis"),
        ("_MONTHLY_DEVIATION", np.full(12, 1.8), "deviation"),
        ("_FAST_CORRELATION", 0.0, "lag one"),
    ],
)
def test_a_detuned_climate_is_caught(monkeypatch, constant, value, measure):
    monkeypatch.setattr(_spot_series, constant, value)
    anomalies = _spot_series.temperature_anomalies(np.random.default_rng(1), 200, 4306)
    assert measure in misses(anomalies, TEMPERATURE)


def test_simulated_seismograms_lie_among_the_real_ones():
    simulated = _spot_series.seismograms(np.random.default_rng(1), 100, 1024)
    real = load_spot_records("packaged", n_sets=200, seed=1)
    real = real.values[(real.kind == "seismogram") & (real.time_step == 1.0)]
    assert lag_one(simulated) == pytest.approx(lag_one(real), abs=0.02)
    assert np.median(centroids(simulated)) == pytest.approx(np.median(centroids(real)), rel=0.35)
    assert abs(np.median(excess_kurtosis(simulated)) - np.median(excess_kurtosis(real))) < 1.5


def test_long_waves_of_a_simulated_earthquake_arrive_before_short_ones():
    motion = _spot_series._rayleigh_wave(np.random.default_rng(0), np.array([60.0]), 8192)[0]
    arrival = {}
    for period in (25.0, 100.0):
        frequency = np.fft.rfftfreq(motion.size)
        band = np.exp(-0.5 * (np.log(np.maximum(frequency, 1e-6) * period) / 0.1) ** 2)
        arrival[period] = np.argmax(np.abs(np.fft.irfft(np.fft.rfft(motion) * band)))
    assert arrival[100.0] + 60 < arrival[25.0]
    # group velocities between 2.8 and 4.4 km/s
    assert 60.0 * 111.195 / 4.4 < arrival[100.0] < arrival[25.0] < 60.0 * 111.195 / 2.8


def test_each_set_has_one_record_of_each_kind_in_random_order():
    records = simulate_spot_records(50, seed=3, n_samples=256)
    assert records.values.shape == (50, 4, 256)
    assert np.all(np.sort(records.kind, axis=1) == np.sort(KINDS))
    assert np.unique(np.argmax(records.kind == "seismogram", axis=1)).size == 4
    assert (records.source, set(records.layer.ravel())) == ("simulated", {"simulated"})


def test_a_kind_stays_with_its_values():
    records = simulate_spot_records(100, seed=3)
    assert np.all(np.abs(records.values[records.kind == "index"]) < 0.2)
    assert np.allclose(records.values[records.kind == "noise"].std(axis=1), 1.0, atol=0.15)
    assert np.all(records.values[records.kind == "seismogram"].std(axis=1) > 100.0)


def test_the_same_seed_gives_the_same_records():
    first, again, other = (simulate_spot_records(3, seed=seed, n_samples=128) for seed in (5, 5, 6))
    assert np.array_equal(first.values, again.values)
    assert not np.array_equal(first.values, other.values)


def test_the_download_holds_the_index_and_the_temperature_of_the_guide(mirror):
    records = load_spot_records("download", n_sets=40, n_samples=1859, seed=2)
    index = records.values[records.kind == "index"]
    # a window of all 1,859 returns is the whole series, so all windows are the same
    assert np.ptp(index, axis=0).max() == 0.0
    assert index.shape == (40, 1859)
    assert index[0].std() == pytest.approx(0.0080, abs=0.0001)
    assert lag_one(index[:1]) == pytest.approx(0.092, abs=0.001)
    assert excess_kurtosis(index[:1])[0] == pytest.approx(2.64, abs=0.01)
    temperature = spot._read_temperature()
    assert temperature.size == 4306
    assert temperature.std() == pytest.approx(1.41, abs=0.005)
    assert lag_one(temperature[None]) == pytest.approx(0.32, abs=0.005)
    window = records.values[records.kind == "temperature"][0]
    windows = np.lib.stride_tricks.sliding_window_view(temperature, 1859)
    assert np.any(np.all(windows == window, axis=1))
    layers = {kind: set(records.layer[records.kind == kind]) for kind in KINDS}
    assert layers == {
        "index": {"download"},
        "temperature": {"download"},
        "noise": {"simulated"},
        "seismogram": {"packaged"},
    }
    assert "GPL-3.0-only" in records.licence


def test_what_comes_with_obspy_answers_without_a_download(own_cache, monkeypatch):
    monkeypatch.delenv("EDS_DATA_MIRROR", raising=False)
    records = load_spot_records(n_sets=30)
    assert records.source == "packaged"
    assert set(records.layer[records.kind == "seismogram"]) == {"packaged"}
    assert set(records.layer[records.kind == "index"]) == {"simulated"}
    seismogram = records.kind == "seismogram"
    assert set(records.time_step[seismogram]) == {1.0, 10.0}
    # the earthquake is inside the window: its peak stands far out of the record's median
    peak = np.abs(records.values[seismogram]).max(axis=1)
    assert np.all(peak > 5.0 * np.median(np.abs(records.values[seismogram]), axis=1))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_sets": 0}, "expected n_sets ≥ 1"),
        ({"n_samples": 10}, "n_samples ≥ 64"),
        ({"n_samples": 9000}, "cannot cut 9000"),
        ({"source": "television"}, "no source 'television'"),
    ],
)
def test_arguments_that_cannot_be_met_are_refused(arguments, message):
    with pytest.raises(UsageError, match=message):
        load_spot_records(**{"source": "packaged", **arguments})
