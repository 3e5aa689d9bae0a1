import json
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from eds_datasets import load_arrivals, load_iris
from eds_datasets.dataset import Dataset
from eds_datasets.errors import UsageError
from eds_datasets.save import save

# obspy 1.5 asks importlib.metadata in the old way
pytestmark = pytest.mark.filterwarnings("ignore:SelectableGroups dict interface:DeprecationWarning")


@dataclass(frozen=True, kw_only=True, eq=False)
class Two(Dataset):
    first: pd.DataFrame
    second: Any


def two(second):
    first = pd.DataFrame({"time": pd.to_datetime(["2020-01-01", "2020-01-02"], utc=True), "name": ["a", "b"]})
    known = {
        "name": "two",
        "source": "simulated",
        "licence": "MIT",
        "citation": "none",
        "units": {"time": "UTC"},
    }
    return Two(first=first, second=second, **known)


def test_arrays_come_back_from_an_npz_without_pickle_and_with_their_provenance(tmp_path):
    path = tmp_path / "iris.npz"
    assert save(load_iris(), path).startswith("features (150, 4), species (150,)")
    with np.load(path, allow_pickle=False) as stored:
        np.testing.assert_array_equal(stored["features"], load_iris().features)
        assert stored["species_names"].tolist() == ["setosa", "versicolor", "virginica"]
        provenance = json.loads(str(stored["provenance"]))
    assert provenance["source"] == "packaged"
    assert provenance["units"]["petal width"] == "cm"


def test_columns_of_a_table_come_back_one_by_one(tmp_path):
    path = tmp_path / "two.npz"
    save(two(np.arange(3)), path)
    with np.load(path, allow_pickle=False) as stored:
        assert stored["first.name"].tolist() == ["a", "b"]
        assert stored["first.time"].tolist() == ["2020-01-01 00:00:00+00:00", "2020-01-02 00:00:00+00:00"]
        assert stored["second"].tolist() == [0, 1, 2]


def test_a_named_index_is_a_column_too(tmp_path):
    data = two([np.arange(2), np.arange(3)])
    indexed = replace(data, first=data.first.set_index("time"))
    save(indexed, tmp_path / "two.npz")
    with np.load(tmp_path / "two.npz") as stored:
        assert set(stored) == {"provenance", "first.time", "first.name", "second.0", "second.1"}


def test_a_table_comes_back_from_a_csv_with_its_provenance_in_a_comment(tmp_path):
    path = tmp_path / "arrivals.csv"
    assert save(load_arrivals(), path).startswith("330 rows of event, station")
    read = pd.read_csv(path, comment="#", parse_dates=["origin_time"])
    pd.testing.assert_frame_equal(read, load_arrivals().table, check_dtype=False)
    assert json.loads(path.read_text().splitlines()[0][2:])["units"]["distance"] == "km"


def test_data_that_are_not_one_table_are_no_csv(tmp_path):
    with pytest.raises(UsageError, match=r"iris is 0 tables") as caught:
        save(load_iris(), tmp_path / "iris.csv")
    assert "npz" in caught.value.tip
    with pytest.raises(UsageError, match=r"two is 2 tables"):
        save(two(pd.DataFrame({"a": [1]})), tmp_path / "two.csv")


def test_a_suffix_that_nobody_reads_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"iris\.xls.*\.npz or \.csv"):
        save(load_iris(), tmp_path / "iris.xls")
