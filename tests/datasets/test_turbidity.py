"""The real samples are the published ones, and the loader says where its answer comes from."""

import json

import numpy as np
import pandas as pd
import pytest

from eds_datasets import turbidity
from eds_datasets.errors import EdsError, UsageError
from eds_datasets.turbidity import load_turbidity, read_logger, simulate_turbidity, write_logger


@pytest.fixture(scope="module")
def real():
    return load_turbidity("download")


@pytest.fixture
def river_year():
    return simulate_turbidity(5, years=0.5, n_storms=3)


def test_the_samples_in_the_figure_have_the_correlations_that_the_course_prints(real_mirror, real):
    correlations = real.samples[["level", "turbidity", "load"]].corr().to_numpy()
    np.testing.assert_allclose(correlations[[0, 0, 1], [1, 2, 2]], [0.381636, 0.627384, 0.322605], atol=5e-7)
    assert len(real.samples) == 116


def test_the_samples_in_the_figure_are_loads_that_the_laboratory_weighed_at_that_minute(real_mirror, real):
    first = real.flasks[~real.flasks.index.duplicated()]
    np.testing.assert_array_equal(first.loc[real.samples.index, "load"], real.samples["load"])
    assert len(real.flasks) == 340
    assert real.flasks["load"].max() == 1702


def test_a_real_storm_ends_with_twelve_hours_without_a_sample(real_mirror, real):
    sizes = real.samples.groupby("storm").size()
    assert sizes.tolist() == [11, 1, 11, 2, 8, 12, 10, 14, 13, 2, 9, 16, 7]


def test_a_download_carries_its_origin_and_has_no_series(real_mirror, real):
    assert real.source == "download"
    assert real.licence == "MIT"
    assert "esurf-11-363-2023" in real.citation
    assert real.series is None
    assert real.units["load"] == "mg/L"


def test_auto_simulates_where_nothing_was_downloaded_and_says_so(own_cache, monkeypatch):
    monkeypatch.delenv("EDS_DATA_MIRROR", raising=False)
    assert load_turbidity().source == "simulated"


def test_auto_takes_the_real_samples_where_they_are_here(real_mirror):
    assert load_turbidity().source == "download"


def test_a_source_that_does_not_exist_is_refused_by_name():
    with pytest.raises(UsageError, match="packaged"):
        load_turbidity("packaged")


def test_a_notebook_without_the_figure_is_refused(tmp_path):
    notebook = tmp_path / "other.ipynb"
    notebook.write_text(json.dumps({"cells": [{"outputs": []}] * 21}))
    with pytest.raises(EdsError, match="cell 20"):
        turbidity._read_figure(notebook)


def test_a_figure_with_a_single_panel_is_refused(tmp_path):
    svg = '<svg xmlns="http://www.w3.org/2000/svg"><g id="axes_1"/></svg>'
    cell = {"outputs": [{"data": {"image/svg+xml": svg}}]}
    notebook = tmp_path / "other.ipynb"
    notebook.write_text(json.dumps({"cells": [cell] * 21}))
    with pytest.raises(EdsError, match="panels over years"):
        turbidity._read_figure(notebook)


def test_simulated_samples_are_the_series_read_at_their_minute(river_year):
    series = river_year.series.where(river_year.series.lt(1e9) & river_year.series.gt(-1000))
    for time, sample in river_year.samples.iterrows():
        around = series.loc[time.floor("5min") : time.floor("5min") + pd.Timedelta("5min")]
        between = np.interp(time.minute % 5, [0, 5], around["level"])
        assert sample["level"] == pytest.approx(between, abs=1e-3)


def test_one_seed_gives_one_river_and_another_seed_another(river_year):
    again = simulate_turbidity(5, years=0.5, n_storms=3)
    pd.testing.assert_frame_equal(again.samples, river_year.samples)
    pd.testing.assert_frame_equal(again.series, river_year.series)
    assert not again.samples.equals(simulate_turbidity(6, years=0.5, n_storms=3).samples)


def test_a_storm_number_is_what_the_gaps_of_twelve_hours_say():
    samples = simulate_turbidity(2).samples
    gaps = samples.index.to_series().diff() > pd.Timedelta("12h")
    assert (gaps.cumsum() == samples["storm"]).all()


def test_the_logger_writes_comments_and_its_three_codes_and_the_reader_takes_them_for_missing(
    river_year, tmp_path
):
    path = tmp_path / "logger.csv"
    part = river_year.series.iloc[:20].copy()
    part.iloc[3, 1], part.iloc[4, 1], part.iloc[5, 0] = -30000.0, 1e10, np.nan
    write_logger(part, path)
    text = path.read_text()
    assert text.startswith("#")
    assert "-30000.0" in text
    assert "10000000000.0" in text or "1e+10" in text
    assert "NAN" in text
    back = read_logger(path)
    assert back["turbidity"].isna().tolist()[3:5] == [True, True]
    assert np.isnan(back.iloc[5, 0])
    pd.testing.assert_frame_equal(
        back.drop(back.index[3:6]),
        part.drop(part.index[3:6]),
        check_freq=False,
        check_dtype=False,
        check_index_type=False,
    )


def test_a_file_with_other_columns_is_no_logger_file(tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(EdsError, match="expected datetime"):
        read_logger(path)


def test_nothing_to_simulate_is_refused():
    with pytest.raises(UsageError, match="nothing to simulate"):
        simulate_turbidity(0, years=0.0)
    with pytest.raises(UsageError, match="nothing to simulate"):
        simulate_turbidity(0, n_storms=0)
