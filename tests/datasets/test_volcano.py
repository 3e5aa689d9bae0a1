"""Real events are read as obspy holds them, and simulated ones carry what an honest split needs."""

import numpy as np
import pytest

from eds_datasets import volcano as module
from eds_datasets.errors import UsageError
from eds_datasets.volcano import CLASSES, PUBLISHED_COUNTS, load_volcano, simulate_volcano

# obspy 1.5 asks importlib.metadata in the old way
pytestmark = pytest.mark.filterwarnings("ignore:SelectableGroups dict interface:DeprecationWarning")


@pytest.fixture(scope="module")
def few():
    return simulate_volcano(1, n_events=30, records_per_event=3, n_stations=4)


def test_the_packaged_examples_are_montserrat_and_etna_at_their_own_sampling_rates():
    real = load_volcano("packaged")
    assert real.source == "packaged"
    assert real.licence == "LGPL-3.0-only"
    assert len(real.waveforms) == len(real.table) == 26
    assert real.table.groupby("label").size().to_dict() == {"HYB": 24, "TR": 2}
    assert set(real.table["sampling_rate"].round(1)) == {75.2, 100.0}
    assert len(real.waveforms[0]) == 3675


def test_the_old_text_records_of_montserrat_are_read_whole():
    real = load_volcano("packaged")
    rows = np.flatnonzero(real.table["event"] == "Soufrière Hills, Montserrat, 1997-01-01")
    assert real.table.loc[rows, "channel"].tolist() == ["Z", "N", "E"]
    # the files say 1000 or 3890 samples in their heads, and all hold 1001
    assert [len(real.waveforms[row]) for row in rows] == [1001, 1001, 1001]
    assert real.waveforms[rows[0]][0] == pytest.approx(-1011.121, abs=1e-3)


def test_the_icequakes_are_three_events_at_twelve_stations_under_the_gpl(real_mirror):
    ice = load_volcano("download")
    assert ice.licence == "GPL-3.0-only"
    assert ice.table["event"].nunique() == 3
    assert (ice.table.groupby("event")["station"].nunique() == 12).all()
    assert set(ice.table["label"]) == {"ICE"}
    assert set(ice.table["sampling_rate"]) == {500.0}


def test_auto_simulates_even_where_the_icequakes_are_here(real_mirror):
    assert load_volcano(n_events=6).source == "simulated"


def test_a_source_that_does_not_exist_is_refused():
    with pytest.raises(UsageError, match="no source 'ubinas'"):
        load_volcano("ubinas")


def test_balanced_classes_are_alike_and_every_record_names_its_event_and_station(few):
    assert few.waveforms.shape == (90, 6000)
    assert few.waveforms.dtype == np.float32
    events = few.table.drop_duplicates("event")
    assert events.groupby("label").size().to_dict() == dict.fromkeys(CLASSES, 5)
    assert (few.table.groupby("event").size() == 3).all()
    assert (few.table.groupby("event")["station"].nunique() == 3).all()
    assert (few.table.groupby("event")["label"].nunique() == 1).all()
    assert few.table["station"].nunique() == 4


def test_the_published_imbalance_keeps_every_class(few):
    counts = module._counts(sum(PUBLISHED_COUNTS.values()), "published")
    assert dict(zip(CLASSES, counts.tolist(), strict=True)) == dict(PUBLISHED_COUNTS)
    small = module._counts(400, "published")
    assert small.sum() == 400
    assert small.min() == 1
    assert small[0] == pytest.approx(400 * 62030 / 68014, abs=4)


@pytest.mark.parametrize("n_events", [7, 50, 601, 1999])
def test_counts_add_up_whatever_the_shares(n_events):
    shares = {"LP": 0.5, "TR": 0.3, "TOR": 0.001}
    counts = module._counts(n_events, shares)
    assert counts.sum() == n_events
    assert (counts[[2, 3, 4]] == 0).all()
    assert counts[5] >= 1


def test_one_seed_gives_one_set_and_another_seed_another(few):
    again = simulate_volcano(1, n_events=30, records_per_event=3, n_stations=4)
    np.testing.assert_array_equal(again.waveforms, few.waveforms)
    assert again.table.equals(few.table)
    other = simulate_volcano(2, n_events=30, records_per_event=3, n_stations=4)
    assert not np.array_equal(other.waveforms, few.waveforms)


def test_events_begin_and_end_inside_their_record(few):
    end = few.table["onset"] + few.table["duration"]
    assert (few.table["onset"] >= 0).all()
    assert (few.table["duration"] > 0).all()
    assert (end <= 60.01).all()


def test_before_the_onset_there_is_noise_of_unit_variance():
    data = simulate_volcano(4, n_events=24)
    quiet = [
        wave[: int(onset * 100) - 50].std()
        for wave, onset in zip(data.waveforms, data.table["onset"], strict=True)
        if onset > 4
    ]
    # a few seconds of noise with a microseism scatter around one
    assert np.median(quiet) == pytest.approx(1.0, abs=0.2)


def test_another_sampling_rate_and_window_give_another_number_of_samples():
    data = simulate_volcano(0, n_events=6, window=40.0, sampling_rate=50.0)
    assert data.waveforms.shape == (6, 2000)
    assert (data.table["sampling_rate"] == 50.0).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_events": 5}, "an event for each class"),
        ({"shares": "even"}, "balanced, published"),
        ({"shares": {"LAHAR": 1.0}}, "no class 'LAHAR'"),
        ({"records_per_event": 9}, "need as many stations"),
        ({"window": 1.0}, "too short"),
    ],
)
def test_what_cannot_be_simulated_is_refused(options, message):
    with pytest.raises(UsageError, match=message):
        simulate_volcano(0, **options)
