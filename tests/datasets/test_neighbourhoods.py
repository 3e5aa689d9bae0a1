import numpy as np
import pytest

from eds_datasets import neighbourhoods
from eds_datasets.errors import UsageError
from eds_datasets.neighbourhoods import normalized_eigenvalues


def one_by_one(cloud, core, diameter):
    """Compute the same in the obvious way."""
    found = []
    for point in core:
        inside = cloud[np.linalg.norm(cloud - point, axis=1) <= diameter / 2]
        values = np.linalg.eigvalsh(np.cov(inside.T, bias=True))[::-1]
        found.append(values / values.sum())
    return np.array(found)


@pytest.fixture
def cloud():
    return np.random.default_rng(1).uniform(-1, 1, (3000, 3)) * [3.0, 2.0, 0.3] + [500.0, -200.0, 80.0]


def test_it_equals_the_obvious_way(cloud):
    core = cloud[::10]
    found = normalized_eigenvalues(cloud, core, 0.8)
    np.testing.assert_allclose(found, one_by_one(cloud, core, 0.8), atol=1e-9)


def test_small_batches_give_the_same_in_the_order_of_the_core_points(cloud, monkeypatch):
    whole = normalized_eigenvalues(cloud, cloud, 0.5)
    monkeypatch.setattr(neighbourhoods, "_PAIRS_AT_ONCE", 2000)
    np.testing.assert_allclose(normalized_eigenvalues(cloud, cloud, 0.5), whole, atol=1e-12)


@pytest.mark.parametrize(
    ("scale", "shape"), [((1, 0, 0), (1, 0, 0)), ((1, 1, 0), (0.5, 0.5, 0)), ((1, 1, 1), (1 / 3,) * 3)]
)
def test_a_line_a_sheet_and_a_ball_have_one_two_and_three_values(scale, shape):
    cloud = np.random.default_rng(2).normal(size=(20_000, 3)) * scale
    found = normalized_eigenvalues(cloud, np.zeros((1, 3)), 2.0)
    np.testing.assert_allclose(found, [shape], atol=0.02)


def test_the_values_fall_and_add_up_to_one(cloud):
    found = normalized_eigenvalues(cloud, cloud, 1.2)
    assert (np.diff(found, axis=1) <= 0).all()
    np.testing.assert_allclose(found.sum(axis=1), 1.0)


def test_too_few_neighbours_are_nan():
    cloud = np.array([[0.0, 0.0, 0.0], [0.1, 0.0, 0.0], [9.0, 9.0, 9.0]])
    assert np.isnan(normalized_eigenvalues(cloud, cloud, 1.0)).all()
    assert np.isnan(normalized_eigenvalues(np.zeros((5, 3)), np.zeros((1, 3)), 1.0)).all()
    assert normalized_eigenvalues(cloud, np.empty((0, 3)), 1.0).shape == (0, 3)


def test_a_wrong_shape_and_a_wrong_diameter_are_refused(cloud):
    with pytest.raises(UsageError, match=r"core has shape \(3000, 2\)"):
        normalized_eigenvalues(cloud, cloud[:, :2], 1.0)
    with pytest.raises(UsageError, match="diameter is 0"):
        normalized_eigenvalues(cloud, cloud, 0.0)


@pytest.mark.parametrize(
    ("name", "diameter", "medians"),
    [
        ("floor", 0.05, (0.534, 0.462, 0.0037)),
        ("floor", 0.1, (0.523, 0.476, 0.0013)),
        ("vegetation", 0.05, (0.498, 0.322, 0.173)),
        ("vegetation", 0.5, (0.798, 0.125, 0.078)),
    ],
)
def test_real_ground_and_bushes_have_the_medians_that_were_measured(real_mirror, name, diameter, medians):
    cloud = np.loadtxt(real_mirror / "lidar" / f"{name}.xyz", usecols=(0, 1, 2))
    found = np.nanmedian(normalized_eigenvalues(cloud, cloud[::4], diameter), axis=0)
    np.testing.assert_allclose(found, medians, rtol=0.03, atol=0.002)
