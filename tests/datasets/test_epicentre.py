"""The earthquake of Le Teil: what is read out of its pickle and how, and simulated ones at its stations."""

import ast
import pickle
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from eds_datasets import _onsets, epicentre
from eds_datasets._le_teil_pickle import read_le_teil_pickle
from eds_datasets.epicentre import epicentral_distance, load_le_teil, simulate_le_teil
from eds_datasets.errors import EdsError, UsageError

PICKLE = "epicentre/waveforms.pickle"


@pytest.fixture
def mirror(real_mirror, own_cache, monkeypatch):
    monkeypatch.setenv("EDS_DATA_MIRROR", str(real_mirror))
    return real_mirror


def locate(earthquake, p_time):
    """Return latitude, longitude, velocity and residuals of the best uniform crust, by Gauss and Newton."""
    from scipy.optimize import least_squares

    stations = earthquake.stations

    def residuals(model):
        latitude, longitude, origin_time, velocity = model
        distance = epicentral_distance(
            stations["latitude"].to_numpy(), stations["longitude"].to_numpy(), latitude, longitude
        )
        return origin_time + distance / velocity - p_time

    found = least_squares(residuals, [44.5, 4.7, 0.0, 5.5], x_scale=[0.1, 0.1, 1.0, 1.0])
    return found.x[0], found.x[1], found.x[3], found.fun


def test_careful_picks_put_the_real_epicentre_within_five_kilometres(mirror):
    real = load_le_teil()
    assert (real.source, real.waveforms.shape) == ("download", (11, 12_500))
    latitude, longitude, velocity, residual = locate(real, real.p_time)
    assert epicentral_distance(latitude, longitude, real.latitude, real.longitude) < 5.0
    assert velocity == pytest.approx(5.9, abs=0.15)
    assert np.sqrt(np.mean(residual**2)) < 0.5


def test_stations_lie_as_far_as_the_guide_says(mirror):
    real = load_le_teil()
    distance = epicentral_distance(
        real.stations["latitude"].to_numpy(),
        real.stations["longitude"].to_numpy(),
        real.latitude,
        real.longitude,
    )
    assert (distance.min(), distance.max()) == pytest.approx((34.0, 110.0), abs=0.5)
    assert real.stations["station"].is_unique


def test_the_pickle_is_read_once_and_never_again(mirror, monkeypatch):
    first = load_le_teil()
    monkeypatch.setattr(epicentre, "_convert", lambda path: pytest.fail("unpickled again"))
    # not even the mirror is needed any more
    monkeypatch.delenv("EDS_DATA_MIRROR")
    again = load_le_teil()
    assert again.source == "download"
    assert np.array_equal(first.waveforms, again.waveforms)


@pytest.mark.parametrize("left", [0, 5, 1000])
def test_a_damaged_conversion_is_made_again(mirror, left):
    first = load_le_teil()
    path = epicentre._converted()
    path.write_bytes(path.read_bytes()[:left])
    assert np.array_equal(first.waveforms, load_le_teil("download").waveforms)
    assert path.stat().st_size > 1000


def test_a_pickle_whose_hash_does_not_match_is_never_opened(real_mirror, own_cache, tmp_path, monkeypatch):
    forged = tmp_path / "mirror" / PICKLE
    forged.parent.mkdir(parents=True)
    content = bytearray((real_mirror / PICKLE).read_bytes())
    content[5000] ^= 1
    forged.write_bytes(content)
    monkeypatch.setenv("EDS_DATA_MIRROR", str(tmp_path / "mirror"))
    monkeypatch.setattr(epicentre, "_convert", lambda path: pytest.fail("unpickled"))
    with pytest.raises(EdsError, match="sha256"):
        load_le_teil("download")
    assert not list(own_cache.rglob("*.npz"))


def test_the_reader_gives_what_obspy_would(mirror):
    # obspy in a process of its own, because its pickles warn
    code = f"import pickle; stream = pickle.load(open({str(mirror / PICKLE)!r}, 'rb')); "
    code += "print([(trace.stats.station, trace.stats.starttime.ns, int(trace.data.sum()), "
    code += "trace.stats.coordinates.latitude) for trace in stream])"
    finished = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True
    )
    mine = [
        (trace["station"], trace["start"], int(trace["samples"].sum()), trace["latitude"])
        for trace in read_le_teil_pickle(mirror / PICKLE)
    ]
    assert mine == ast.literal_eval(finished.stdout)


class Malice:
    def __reduce__(self):
        return (print, ("never",))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (pickle.dumps(Malice(), protocol=2), "refused"),
        (pickle.dumps([1, 2]), "does not hold the traces"),
        (b"", "does not hold the traces"),
        (b"\x80\x02cos\nsystem\n(S'true'\ntR.", "asks for os.system: refused"),
    ],
)
def test_a_pickle_that_wants_more_is_refused(tmp_path, capsys, content, message):
    path = tmp_path / "bad.pickle"
    path.write_bytes(content)
    with pytest.raises(EdsError, match=message):
        read_le_teil_pickle(path)
    assert capsys.readouterr().out == ""


def test_without_the_file_auto_simulates(own_cache, monkeypatch):
    monkeypatch.delenv("EDS_DATA_MIRROR", raising=False)
    assert load_le_teil().source == "simulated"


def test_simulated_picks_are_noisy_by_a_fraction_of_a_second_and_one_in_ten_is_late():
    earthquakes = [simulated_errors(seed) for seed in range(60)]
    errors = np.concatenate([error[~late] for error, late in earthquakes])
    lateness = np.concatenate([error[late] for error, late in earthquakes])
    # standard deviations uniform between 0.1 and 0.5 s: rms √(0.31/3)
    assert np.sqrt(np.mean(errors**2)) == pytest.approx(0.32, abs=0.03)
    assert lateness.size == 60
    assert 0.5 < lateness.min() < 5.0
    assert 13.0 < lateness.max() < 18.5
    assert np.mean(lateness) == pytest.approx(9.5, abs=1.5)


def simulated_errors(seed):
    # without waveforms: sixty of them would take half a minute
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(epicentre, "_simulate_records", lambda *arguments: np.zeros((11, 1), dtype=np.float32))
        earthquake = simulate_le_teil(seed=seed)
    assert 5.8 <= earthquake.velocity <= 6.0
    distance = epicentral_distance(
        earthquake.stations["latitude"].to_numpy(),
        earthquake.stations["longitude"].to_numpy(),
        earthquake.latitude,
        earthquake.longitude,
    )
    assert epicentral_distance(earthquake.latitude, earthquake.longitude, 44.526, 4.642) < 15.1
    return earthquake.p_time - earthquake.origin_time - distance / earthquake.velocity, earthquake.is_outlier


def test_an_outlier_misplaces_the_epicentre_and_without_it_the_truth_is_found():
    earthquake = simulate_le_teil(seed=11)
    good = ~earthquake.is_outlier
    assert np.count_nonzero(~good) == 1
    clean = earthquake.p_time.copy()
    latitude, longitude, _, _ = locate(earthquake, clean)
    misled = epicentral_distance(latitude, longitude, earthquake.latitude, earthquake.longitude)
    kept = replace(earthquake, stations=earthquake.stations[good], p_time=earthquake.p_time[good])
    latitude, longitude, _, _ = locate(kept, kept.p_time)
    placed = epicentral_distance(latitude, longitude, earthquake.latitude, earthquake.longitude)
    assert placed < 8.0
    assert misled > 2.0 * placed


def test_the_waveforms_hold_the_true_arrivals():
    earthquake = simulate_le_teil(seed=2)
    picked = np.array([_onsets.pick_onset(trace.astype(float), 100.0) for trace in earthquake.waveforms])
    distance = epicentral_distance(
        earthquake.stations["latitude"].to_numpy(),
        earthquake.stations["longitude"].to_numpy(),
        earthquake.latitude,
        earthquake.longitude,
    )
    late = earthquake.start + picked - earthquake.origin_time - distance / earthquake.velocity
    assert np.median(np.abs(late)) < 0.05
    assert np.max(np.abs(late)) < 0.3


def test_the_same_seed_gives_the_same_earthquake_and_another_seed_another():
    first, again, other = simulate_le_teil(seed=1), simulate_le_teil(seed=1), simulate_le_teil(seed=2)
    assert np.array_equal(first.waveforms, again.waveforms)
    assert np.array_equal(first.p_time, again.p_time)
    assert first.latitude != other.latitude


def test_a_share_of_outliers_that_is_none_is_refused():
    with pytest.raises(UsageError, match=r"outlier_share is 1\.5"):
        simulate_le_teil(seed=0, outlier_share=1.5)


def test_an_onset_in_noise_is_found_to_a_few_samples_and_none_where_there_is_none():
    rng = np.random.default_rng(0)
    trace = rng.standard_normal(3000)
    assert np.isnan(_onsets.pick_onset(trace, 100.0))
    trace[1500:] += 40.0 * rng.standard_normal(1500) * np.exp(-np.arange(1500) / 200.0)
    assert _onsets.pick_onset(trace, 100.0) == pytest.approx(15.0, abs=0.05)


def test_distances_on_the_plane_agree_with_those_on_the_sphere():
    latitude, longitude = np.array([44.0, 45.1]), np.array([3.5, 5.8])
    first, second = np.radians(latitude), np.radians([44.526, 44.526])
    angle = np.arccos(
        np.sin(first) * np.sin(second)
        + np.cos(first) * np.cos(second) * np.cos(np.radians(longitude - 4.642))
    )
    assert epicentral_distance(latitude, longitude, 44.526, 4.642) == pytest.approx(angle * 6371.0, rel=1e-3)
