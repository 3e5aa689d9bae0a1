"""Real clouds are read as they are, files come back as they went, and the scanner obeys geometry."""

import dataclasses

import numpy as np
import pytest

from eds_datasets._scanner import RangeImage, Rays, first_hit_on_ground
from eds_datasets._scanner_objects import Box, Crown, Cylinder
from eds_datasets.errors import EdsError, UsageError
from eds_datasets.lidar import LABELS, Scene, load_lidar, read_cloud, simulate_lidar, write_cloud

SMALL = Scene(sector=12.0, step=0.15)


@pytest.fixture(scope="module")
def small():
    return simulate_lidar(3, scene=SMALL)


@pytest.mark.parametrize(
    ("part", "counts"),
    [("terrestrial", {"ground": 40_069, "bush": 4_608}), ("tree", {"tree": 19_530})],
)
def test_the_real_clouds_have_their_points_and_labels_in_metres(real_mirror, part, counts):
    cloud = load_lidar("download", part=part)
    found = {name: int((cloud.labels == k).sum()) for k, name in enumerate(cloud.label_names)}
    assert {name: count for name, count in found.items() if count} == counts
    assert cloud.units["points"] == "m"
    assert cloud.source == "download"
    assert cloud.licence == "MIT"


def test_the_first_real_point_is_the_first_line_of_the_file(real_mirror):
    np.testing.assert_array_equal(load_lidar("download").points[0], [-19.029846, 9.207374, -2.496123])


def test_the_airborne_tile_comes_through_laspy_in_feet_with_its_own_labels(real_mirror):
    tile = load_lidar("download", part="airborne")
    assert tile.points.shape == (110_000, 3)
    assert tile.units["points"] == "ft"
    assert set(np.unique(tile.labels)) == {1, 2}
    assert tile.label_names[2] == "ground"
    assert tile.licence == "BSD-2-Clause"


def test_auto_simulates_where_nothing_was_downloaded_and_says_so(own_cache, monkeypatch):
    monkeypatch.delenv("EDS_DATA_MIRROR", raising=False)
    cloud = load_lidar()
    assert cloud.source == "simulated"
    assert cloud.label_names == LABELS


def test_a_part_without_a_simulation_names_the_command_that_fetches_it(own_cache, monkeypatch):
    monkeypatch.delenv("EDS_DATA_MIRROR", raising=False)
    with pytest.raises(UsageError) as caught:
        load_lidar(part="tree")
    assert "eds data fetch lidar" in caught.value.tip


@pytest.mark.parametrize(("source", "part"), [("packaged", "terrestrial"), ("simulated", "tree")])
def test_a_source_that_does_not_exist_is_refused(source, part):
    with pytest.raises(UsageError, match="no source"):
        load_lidar(source, part=part)


def test_a_part_that_does_not_exist_is_refused():
    with pytest.raises(UsageError, match="no part 'forest'"):
        load_lidar(part="forest")


@pytest.mark.parametrize(("suffix", "precision"), [("xyz", 1e-6), ("las", 1e-4), ("laz", 1e-4)])
def test_a_cloud_comes_back_from_its_file(small, tmp_path, suffix, precision):
    path = tmp_path / f"cloud.{suffix}"
    write_cloud(small, path)
    points, labels = read_cloud(path)
    np.testing.assert_allclose(points, small.points, atol=precision)
    np.testing.assert_array_equal(labels, small.labels)


def test_a_broken_or_foreign_file_is_refused_in_one_line(tmp_path):
    broken = tmp_path / "broken.laz"
    broken.write_bytes(b"LASF" + bytes(40))
    with pytest.raises(EdsError, match="cannot read"):
        read_cloud(broken)
    (tmp_path / "two.xyz").write_text("1 2\n3 4\n")
    with pytest.raises(EdsError, match="2 columns"):
        read_cloud(tmp_path / "two.xyz")
    with pytest.raises(UsageError, match=r"\.ply"):
        read_cloud(tmp_path / "cloud.ply")


def test_a_cloud_is_not_written_under_a_foreign_name(small, tmp_path):
    with pytest.raises(UsageError, match=r"\.ply"):
        write_cloud(small, tmp_path / "cloud.ply")


def test_one_seed_gives_one_scene_and_another_seed_another(small):
    again, other = simulate_lidar(3, scene=SMALL), simulate_lidar(4, scene=SMALL)
    np.testing.assert_array_equal(again.points, small.points)
    assert other.points.shape != small.points.shape or not np.allclose(other.points, small.points)


def test_points_of_one_thing_have_one_label_and_the_ground_is_thing_zero(small):
    for thing in np.unique(small.things):
        assert len(np.unique(small.labels[small.things == thing])) == 1
    assert ((small.things == 0) == (small.labels == 0)).all()


def test_a_scene_holds_every_label():
    cloud = simulate_lidar(0, scene=dataclasses.replace(Scene(), step=0.1))
    assert set(np.unique(cloud.labels)) == set(range(len(LABELS)))


def test_nothing_to_scan_is_refused():
    with pytest.raises(UsageError, match="nothing to scan"):
        simulate_lidar(0, scene=Scene(step=0.0))


def one_thing(thing, seed=0):
    """Scan a flat ground 1.7 m below the scanner with one thing on it."""
    rng = np.random.default_rng(seed)
    image = RangeImage(0.6, -0.6, 0.1, 0.004, 0.0, rng)
    whole = (slice(None), slice(None))
    image.draw(whole, lambda rays: first_hit_on_ground(rays, lambda x, y: 0 * x - 1.7, 2.0, 15.0), 0)
    if thing is not None:
        image.draw(image.block(thing.centre, thing.radius), thing, 1)
    return image.points(0.0, rng)


def test_flat_ground_lies_where_it_is_and_thins_out_as_rays_graze_it():
    points, _ = one_thing(None)
    np.testing.assert_allclose(points[:, 2], -1.7, atol=1e-5)
    distance = np.hypot(points[:, 0], points[:, 1])
    near, far = ((distance > d) & (distance < d + 1.5) for d in (3.0, 6.0))
    angles = np.arctan(1.7 / np.array([3.0, 4.5, 6.0, 7.5]))
    expected = (angles[0] - angles[1]) / (angles[2] - angles[3])
    assert near.sum() / far.sum() == pytest.approx(expected, rel=0.12)


def test_a_box_throws_the_shadow_that_similar_triangles_give():
    box = Box(np.array([5.0, 0.0, -1.7 + 0.425]), np.array([0.4, 1.0, 0.85]), 0.0)
    points, things = one_thing(box)
    behind = (np.abs(points[:, 1]) < 0.09 * points[:, 0]) & (things == 0) & (points[:, 0] > 5.0)
    # its far upper edge, 0.85 m below the scanner at 5.2 m, hides the ground up to 10.4 m
    assert points[behind, 0].min() == pytest.approx(10.4, abs=0.25)
    bare, _ = one_thing(None)
    assert ((np.abs(bare[:, 1]) < 0.3) & (np.abs(bare[:, 0] - 7.5) < 1.0)).sum() > 100


def test_points_lie_on_the_faces_of_a_turned_box():
    box = Box(np.array([4.0, 0.2, -1.3]), np.array([0.8, 0.5, 0.8]), 0.6)
    points, things = one_thing(box)
    own = points[things == 1] - box.centre
    cos, sin = np.cos(0.6), np.sin(0.6)
    inside = np.column_stack(
        [cos * own[:, 0] + sin * own[:, 1], cos * own[:, 1] - sin * own[:, 0], own[:, 2]]
    )
    depth = np.abs(inside) / (box.size / 2)
    np.testing.assert_allclose(depth.max(axis=1), 1.0, atol=1e-9)
    assert len(own) > 300


def test_points_lie_on_the_near_side_and_on_the_lid_of_a_cylinder():
    barrel = Cylinder(np.array([4.0, -0.3, -1.2]), 0.5, 1.0)
    points, things = one_thing(barrel)
    seen = points[things == 1]
    own = seen - barrel.centre
    on_lid = np.isclose(own[:, 2], 0.5, atol=1e-9)
    assert on_lid.sum() > 50
    assert np.hypot(own[on_lid, 0], own[on_lid, 1]).max() <= 0.25
    side = own[~on_lid]
    np.testing.assert_allclose(np.hypot(side[:, 0], side[:, 1]), 0.25, atol=1e-9)
    assert ((side * seen[~on_lid])[:, :2].sum(axis=1) < 1e-9).all()
    assert np.abs(side[:, 2]).max() <= 0.5


def test_leaves_lie_inside_their_crown_and_let_light_through_where_they_are_few():
    size = np.array([1.2, 0.8, 0.7])
    hits = []
    for path in (0.05, 2.0):
        crown = Crown(np.array([5.0, 0.0, -1.2]), size, 0.4, path, 0.01, (7,))
        points, things = one_thing(crown)
        own = points[things == 1] - crown.centre
        cos, sin = np.cos(0.4), np.sin(0.4)
        turned = np.column_stack(
            [cos * own[:, 0] + sin * own[:, 1], cos * own[:, 1] - sin * own[:, 0], own[:, 2]]
        )
        assert ((turned / (size / 2)) ** 2).sum(axis=1).max() <= 1 + 1e-9
        hits.append(len(own))
    assert hits[1] < 0.6 * hits[0]


def test_a_crest_hides_the_trough_behind_it():
    rays = Rays(np.zeros((1, 400)), np.linspace(-0.5, -0.02, 400)[None, :])
    ranges = first_hit_on_ground(rays, lambda x, y: -1.7 + 0.6 * np.exp(-((x - 6.0) ** 2)), 2.0, 40.0)
    distance = np.sort((ranges * np.cos(rays.elevation))[np.isfinite(ranges)])
    gap = np.argmax(np.diff(distance))
    assert 5.5 < distance[gap] < 6.5
    assert distance[gap + 1] > 9.0


def test_a_ray_above_the_horizon_meets_no_ground():
    rays = Rays(np.zeros((1, 2)), np.array([[-0.3, 0.1]]))
    ranges = first_hit_on_ground(rays, lambda x, y: 0 * x - 1.7, 2.0, 15.0)
    assert np.isfinite(ranges[0]).tolist() == [True, False]
    assert ranges[0, 0] == pytest.approx(1.7 / np.sin(0.3), rel=1e-3)


@pytest.mark.parametrize("seed", [10, 38, 39])
def test_a_twig_between_two_rays_is_not_seen(seed):
    """With these seeds a part of a tree is so thin, or so far aside, that no ray meets it."""
    assert len(simulate_lidar(seed, scene=Scene(step=0.1)).points) > 50_000
