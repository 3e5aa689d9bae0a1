import numpy as np
import pandas as pd
import pytest
from eds_datasets import load_arrivals
from eds_datasets.errors import UsageError

# obspy 1.5 asks importlib.metadata in the old way
pytestmark = pytest.mark.filterwarnings("ignore:SelectableGroups dict interface:DeprecationWarning")


@pytest.fixture(scope="module")
def arrivals():
    return load_arrivals()


def test_every_pick_of_p_and_s_is_there_once(arrivals):
    table = arrivals.table
    assert list(table) == ["event", "station", "origin_time", "distance", "p_time", "s_time"]
    assert table["p_time"].notna().sum() == 230
    assert table["s_time"].notna().sum() == 213
    assert table["event"].nunique() == 50
    assert not table.duplicated(["event", "station"]).any()


def test_times_and_distances_are_those_of_the_first_lines_of_the_catalogue(arrivals):
    # origin 04:11:15.7; GCSZ 4 km away: P at 04:11:17.24, S at 04:11:18.22
    first = arrivals.table.iloc[0]
    assert (first["station"], first["distance"]) == ("GCSZ", 4.0)
    assert first["origin_time"] == pd.Timestamp("2013-09-01T04:11:15.7", tz="UTC")
    assert first["p_time"] == pytest.approx(1.54)
    assert first["s_time"] == pytest.approx(2.52)


def test_a_phase_that_was_not_picked_is_nan(arrivals):
    row = arrivals.table.query("event == 0 and station == 'WZ02'").iloc[0]
    assert np.isnan(row["p_time"])
    assert row["s_time"] == pytest.approx(3.11)


def test_a_wadati_diagram_gives_a_crustal_ratio_of_velocities(arrivals):
    both = arrivals.table.dropna(subset=["p_time", "s_time"])
    delay = both["s_time"] - both["p_time"]
    assert len(both) == 113
    assert (delay > 0).all()
    assert (delay / both["p_time"]).median() == pytest.approx(0.65, abs=0.01)
    assert np.polyfit(both["p_time"], delay, 1) == pytest.approx([0.54, 0.27], abs=0.01)


def test_distances_are_whole_kilometres_and_agree_with_the_travel_times(arrivals):
    table = arrivals.table.dropna(subset=["distance", "p_time"])
    assert (table["distance"] % 1 == 0).all()
    assert table["distance"].between(1, 50).all()
    assert np.corrcoef(table["distance"], table["p_time"])[0, 1] > 0.9


def test_it_says_that_the_packaged_copy_answered_and_has_no_other(arrivals):
    assert arrivals.source == "packaged"
    assert set(arrivals.units) == set(arrivals.table)
    with pytest.raises(UsageError, match="auto, packaged"):
        load_arrivals("download")
