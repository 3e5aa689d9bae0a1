import numpy as np
import pytest
from eds_datasets import load_iris
from eds_datasets.errors import UsageError


def test_there_are_fifty_flowers_of_each_species_measured_in_centimetres():
    iris = load_iris()
    assert iris.features.shape == (150, 4)
    assert iris.features.dtype == np.float64
    assert iris.species.dtype == np.int64
    assert np.bincount(iris.species).tolist() == [50, 50, 50]
    assert iris.species_names == ("setosa", "versicolor", "virginica")
    assert [iris.units[name] for name in iris.feature_names] == ["cm"] * 4


def test_the_means_are_those_of_fishers_paper():
    # Fisher (1936), table II: means of setosa and versicolor
    iris = load_iris()
    means = [iris.features[iris.species == species].mean(axis=0) for species in (0, 1)]
    np.testing.assert_allclose(means[0], [5.006, 3.428, 1.462, 0.246], atol=1e-9)
    np.testing.assert_allclose(means[1], [5.936, 2.770, 4.260, 1.326], atol=1e-9)


def test_the_two_rows_that_uci_got_wrong_are_right():
    # UCI's own erratum: samples 35 and 38, counted from one
    iris = load_iris()
    np.testing.assert_array_equal(iris.features[34], [4.9, 3.1, 1.5, 0.2])
    np.testing.assert_array_equal(iris.features[37], [4.9, 3.6, 1.4, 0.1])


def test_it_says_that_the_packaged_copy_answered_and_has_no_other():
    assert load_iris().source == load_iris("packaged").source == "packaged"
    with pytest.raises(UsageError, match="auto, packaged"):
        load_iris("simulated")
