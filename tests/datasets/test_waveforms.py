"""Seismograms, simulated and real: shapes, groups, reproducibility, manners."""

from dataclasses import replace

import numpy as np
import pytest

from eds_datasets import _measures
from eds_datasets.errors import UsageError
from eds_datasets.waveforms import REGIONS, load_waveforms, simulate_waveforms

# obspy 1.5 asks importlib.metadata in the old way
pytestmark = pytest.mark.filterwarnings("ignore:SelectableGroups dict interface:DeprecationWarning")

SILENT = {
    "microseism": -300.0,
    "cultural": -300.0,
    "self_noise": -300.0,
    "burst_rate": 0.0,
    "microseism_spread": 0.0,
    "cultural_spread": 0.0,
    "self_noise_spread": 0.0,
}


@pytest.fixture(scope="module")
def records():
    return simulate_waveforms(240, seed=7)


def test_shapes_and_units_are_those_that_are_documented(records):
    assert records.waveforms.shape == (240, 3, 3000)
    assert records.waveforms.dtype == np.float32
    assert np.all(np.isfinite(records.waveforms))
    for column in (
        "p_time",
        "s_time",
        "event",
        "station",
        "distance",
        "magnitude",
        "snr",
        "depth",
        "azimuth",
    ):
        assert getattr(records, column).shape == (240,), column
        assert column in records.units
    assert (records.source, records.region, records.sampling_rate) == ("simulated", "california", 100.0)
    assert records.time[-1] == pytest.approx(29.99)


def test_both_onsets_lie_inside_the_record_with_room_before_and_after(records):
    assert np.all(records.p_time >= 3.0)
    assert np.all(records.s_time > records.p_time)
    assert np.all(records.s_time <= 27.0)
    # as good as anywhere: P must not be found from its habit
    assert np.std(records.p_time) > 5.0


def test_s_is_late_by_the_distance(records):
    crust = REGIONS["california"]
    slowness = 1.0 / crust.s_velocity - 1.0 / crust.p_velocity
    assert records.s_minus_p == pytest.approx(records.distance * slowness)


def test_the_same_seed_gives_the_same_samples_and_another_seed_others():
    first, again, other = (simulate_waveforms(20, seed=seed, n_samples=500) for seed in (1, 1, 2))
    assert np.array_equal(first.waveforms, again.waveforms)
    assert np.array_equal(first.event, again.event)
    assert not np.array_equal(first.p_time, other.p_time)


def test_nothing_moves_before_p_where_nothing_else_does():
    quiet = replace(REGIONS["california"], **SILENT)
    quakes = simulate_waveforms(60, seed=3, region=quiet)
    for samples, p_time in zip(quakes.waveforms, quakes.p_time, strict=True):
        first = int(p_time * 100.0)
        # the digitizer's filter against aliases rings for some samples, as real ones do
        assert np.abs(samples[:, : first - 5]).max() < 0.02 * np.abs(samples).max()
        assert np.abs(samples[:, : first - 20]).max() < 0.002 * np.abs(samples).max()


def test_energy_begins_at_the_onset_that_is_told():
    quiet = replace(REGIONS["california"], **SILENT)
    quakes = simulate_waveforms(60, seed=3, region=quiet)
    envelope = np.abs(quakes.waveforms).max(axis=1)
    onset = np.argmax(envelope > 0.02 * envelope.max(axis=1, keepdims=True), axis=1)
    late = onset / 100.0 - quakes.p_time
    assert np.median(late) < 0.05
    assert np.quantile(late, 0.9) < 0.3


@pytest.mark.parametrize("sampling_rate", [20.0, 50.0, 200.0])
def test_other_sampling_rates_give_the_same_ground_motion(sampling_rate):
    n_samples = int(30.0 * sampling_rate)
    records = simulate_waveforms(60, seed=5, n_samples=n_samples, sampling_rate=sampling_rate)
    assert records.waveforms.shape == (60, 3, n_samples)
    assert np.all(records.s_time < 30.0)
    centroid = np.nanmedian(_measures.spectral_centroid(records.waveforms, records.p_time, sampling_rate))
    assert 1.0 < centroid < min(0.4 * sampling_rate, 20.0)


def test_p_comes_where_it_is_asked_for():
    records = simulate_waveforms(30, seed=1, p_time=5.0)
    assert np.all((records.p_time >= 5.0) & (records.p_time < 5.01))


def test_one_station_is_one_station():
    records = simulate_waveforms(400, seed=2, n_samples=1000, n_stations=1)
    assert set(records.station) == {"S00"}
    assert records.waveforms.shape == (400, 3, 1000)
    assert np.all(records.s_time < 10.0)
    assert np.median(records.snr) > 6.0


@pytest.mark.parametrize("group", ["event", "station"])
def test_a_split_keeps_groups_together(records, group):
    train, test = records.split(0.3, by=group, seed=1)
    assert not set(getattr(train, group)) & set(getattr(test, group))
    assert len(train) + len(test) == len(records)
    assert len(test) / len(records) == pytest.approx(0.3, abs=0.1)


def test_many_records_share_an_event_and_a_station(records):
    assert np.unique(records.event).size < 0.7 * len(records)
    assert np.unique(records.station).size < 0.2 * len(records)


def test_records_of_one_event_tell_the_same_event(records):
    for event in np.unique(records.event):
        mine = records.take(records.event == event)
        assert np.ptp(mine.magnitude) == 0.0
        assert np.ptp(mine.depth) == 0.0


def test_a_split_by_something_else_is_refused(records):
    with pytest.raises(UsageError, match="cannot split by 'magnitude'"):
        records.split(by="magnitude")


def test_one_group_cannot_be_split():
    alone = simulate_waveforms(10, seed=0, n_samples=500, n_stations=1)
    with pytest.raises(UsageError, match="only 1 station"):
        alone.split(by="station")


def test_records_of_a_great_earthquake_are_larger_nearby():
    quiet = replace(REGIONS["alps"], **SILENT)
    records = simulate_waveforms(300, seed=9, region=quiet)
    largest = np.log10(np.abs(records.waveforms).max(axis=(1, 2)) / np.median(records.snr))
    design = np.column_stack([records.magnitude, np.log10(records.distance), np.ones(len(records))])
    slope = np.linalg.lstsq(design, largest, rcond=None)[0]
    # moment grows by 10^1.5 a magnitude, and what rises above the corner frequency adds less
    assert 0.8 < slope[0] < 1.5
    assert slope[1] < -0.8


def test_kinds_come_in_the_shares_that_were_asked_for():
    mixed = simulate_waveforms(100, seed=1, shares={"earthquake": 2, "explosion": 1, "noise": 1})
    kinds, counts = np.unique(mixed.kind, return_counts=True)
    assert dict(zip(kinds.tolist(), counts.tolist(), strict=True)) == {
        "earthquake": 50,
        "explosion": 25,
        "noise": 25,
    }
    noise = mixed.kind == "noise"
    for column in (mixed.p_time, mixed.magnitude, mixed.snr):
        assert np.all(np.isnan(column[noise]))
    assert np.unique(mixed.event[noise]).size == 25
    assert not set(mixed.event[noise]) & set(mixed.event[~noise])


def test_explosions_lack_s_and_make_low_frequency_surface_waves():
    mixed = simulate_waveforms(300, seed=1, shares={"earthquake": 1, "explosion": 1})
    ratio = _measures.s_to_p_ratio(mixed.waveforms, mixed.p_time, mixed.s_time, 100.0)
    blast = mixed.kind == "explosion"
    assert np.nanmedian(ratio[blast]) < 0.6 * np.nanmedian(ratio[~blast])
    after_s = _measures.spectral_centroid(mixed.waveforms, mixed.s_time + 1.0, 100.0)
    assert np.nanmedian(after_s[blast]) < np.nanmedian(after_s[~blast])


def test_regions_differ_in_what_a_model_would_learn():
    centroid, late = {}, {}
    for region in REGIONS:
        records = simulate_waveforms(150, seed=6, region=region)
        centroid[region] = np.nanmedian(_measures.spectral_centroid(records.waveforms, records.p_time, 100.0))
        late[region] = np.median(records.s_minus_p)
    assert centroid["iceland"] < 0.8 * centroid["california"] < 0.8 * centroid["alps"]
    assert late["alps"] > 1.5 * late["california"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_records": 0}, "n_records is 0"),
        ({"n_samples": -5}, "n_samples is -5"),
        ({"n_stations": 0}, "n_stations is 0"),
        ({"n_events": 0}, "n_events is 0"),
        ({"sampling_rate": float("nan")}, "sampling_rate is nan"),
        ({"region": "atlantis"}, "no region 'atlantis'"),
        ({"shares": {"thunder": 1.0}}, "shares are"),
        ({"p_time": 29.0}, "p_time is 29.0 s"),
        ({"n_events": 1, "n_stations": 2}, "1 events at 2 stations cannot give 50 records"),
        ({"n_samples": 20}, "fit"),
    ],
)
def test_arguments_that_cannot_be_met_are_refused(arguments, message):
    with pytest.raises(UsageError, match=message):
        simulate_waveforms(**{"n_records": 50, "seed": 1, **arguments})


# ------------------------------------------------------------------------------------------------ real ones


def test_obspys_own_records_have_the_onsets_of_the_eye():
    records = load_waveforms(collection="obspy")
    assert records.source == "packaged"
    assert records.waveforms.shape == (4, 3, 2000)
    assert records.p_time == pytest.approx([4.71, 10.0, 10.0, 6.31])
    assert records.s_minus_p == pytest.approx([0.97, 0.68, 1.18, 3.87])
    # each P stands out of what precedes it
    assert np.all(records.snr > 3.0)


@pytest.fixture
def mirror(real_mirror, own_cache, monkeypatch):
    monkeypatch.setenv("EDS_DATA_MIRROR", str(real_mirror))


def test_the_154_records_of_northern_california_are_all_there(mirror):
    records = load_waveforms(collection="ncedc")
    assert records.source == "download"
    assert records.waveforms.shape == (154, 3, 9001)
    assert np.all(records.p_time == 30.0)
    assert np.count_nonzero(~records.waveforms[:, :2].any(axis=(1, 2))) == 39
    assert np.all(records.waveforms[:, 2].any(axis=1))
    assert np.quantile(records.s_minus_p, [0.05, 0.5, 0.95]) == pytest.approx([0.51, 1.68, 7.25], abs=0.01)
    assert np.unique(records.event).size == 154


def test_the_icelandic_set_has_its_stations_picks_and_hypocentres(mirror):
    records = load_waveforms(collection="iceland")
    assert records.waveforms.shape == (324, 3, 3252)
    assert (np.isfinite(records.p_time).sum(), np.isfinite(records.s_time).sum()) == (196, 261)
    assert records.events.shape[0] == 27
    assert records.stations["station"].nunique() == 12
    assert set(records.station) == set(records.stations["station"])
    assert set(records.event) == set(records.events["event"])
    assert records.licence == "GPL-3.0-only"
    # the automatic picks and the hypocentres agree: S−P grows with distance, by the slowness of the crust
    both = np.isfinite(records.s_minus_p)
    assert np.corrcoef(records.s_minus_p[both], records.distance[both])[0, 1] > 0.8
    assert np.median(records.s_minus_p[both] / records.distance[both]) == pytest.approx(0.147, abs=0.005)
    with_magnitude = records.events["magnitude"].notna().sum()
    assert with_magnitude == 26


def test_a_first_pick_is_where_its_file_says(mirror):
    records = load_waveforms(collection="iceland")
    mine = records.take((records.event == "20140824000109140") & (records.station == "Z7.DYJN"))
    # record from 00:01:00.140, picks at 00:01:11.952429 and 00:01:14.228910
    assert mine.p_time[0] == pytest.approx(11.812429)
    assert mine.s_time[0] == pytest.approx(14.088910)


@pytest.mark.parametrize("collection", ["ncedc", "iceland"])
def test_without_the_files_auto_simulates_the_same_shape(collection, own_cache, monkeypatch):
    monkeypatch.delenv("EDS_DATA_MIRROR", raising=False)
    records = load_waveforms(collection=collection)
    assert records.source == "simulated"
    assert records.waveforms.shape == {"ncedc": (154, 3, 9001), "iceland": (324, 3, 3252)}[collection]


def test_a_collection_or_a_source_that_does_not_exist_is_refused():
    with pytest.raises(UsageError, match="no collection 'japan'"):
        load_waveforms(collection="japan")
    with pytest.raises(UsageError, match="'obspy' of waveforms has no source 'download'") as caught:
        load_waveforms("download", collection="obspy")
    assert "collection='ncedc'" in caught.value.tip
    with pytest.raises(UsageError, match="expected one of auto, download, simulated") as caught:
        load_waveforms("packaged", collection="ncedc")
    assert "collection='obspy'" in caught.value.tip
