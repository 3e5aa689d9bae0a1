"""Held-out sets: what is handed out is enough to take part, and not enough to know the answers."""

import csv
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.spatial import cKDTree

from eds_datasets._recipes import CHALLENGES
from eds_datasets.challenge import _generator, make_challenge
from eds_datasets.cli import main
from eds_datasets.errors import UsageError

SECRET = int("c0ffee" * 10 + "beef", 16)
SMALL = {"n_train": 60, "n_test": 80}
NAMES = sorted(CHALLENGES)


@pytest.fixture(scope="module", autouse=True)
def _coarse_scans():
    """Scan with a quarter of the rays: what is secret does not depend on them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("eds_datasets._recipes._LIDAR_STEP", 0.2)
        yield


@pytest.fixture(scope="module", params=NAMES)
def made(request):
    return make_challenge(request.param, **SMALL, secret=SECRET)


@pytest.fixture(scope="module")
def folder(made, tmp_path_factory):
    path = tmp_path_factory.mktemp("challenge") / made.name
    made.write(path)
    return path


def released_bytes(folder):
    """Yield every byte that is handed out: files as they are, and what archives hold."""
    for path in sorted((folder / "release").rglob("*")):
        yield path.name.encode(), path.read_bytes()
        if path.suffix == ".npz":
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    yield name.encode(), archive.read(name)


def read_truth(folder):
    with (folder / "truth.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_training_rows_have_labels_and_groups_and_the_test_rows_have_none(folder, made):
    with np.load(folder / "release/train.npz") as train, np.load(folder / "release/test.npz") as test:
        assert set(train) - set(test) == {"label", "group"}
        assert set(test) - set(train) == {"id"}
        assert train["label"].shape == (60,)
        for name in made.test.features:
            assert len(test[name]) == 80
            assert test[name].shape[1:] == train[name].shape[1:]
            assert test[name].dtype == train[name].dtype


def test_the_sample_is_a_valid_entry_in_the_order_of_the_test_rows(folder, made):
    with (folder / "release/sample_submission.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    with np.load(folder / "release/test.npz") as test:
        assert [row["id"] for row in rows] == test["id"].tolist()
    assert {row["label"] for row in rows} <= set(made.train.labels.tolist())


def test_the_truth_names_label_and_group_of_every_test_row(folder, made):
    rows = read_truth(folder)
    assert [row["id"] for row in rows] == made.ids.tolist()
    assert [row["label"] for row in rows] == made.test.labels.tolist()
    assert len({row["group"] for row in rows}) > 1
    assert {row["label"] for row in rows} == set(made.train.labels.tolist())


def test_only_the_owner_can_read_truth_and_secret(folder):
    assert folder.stat().st_mode & 0o077 == 0
    for name in ("truth.csv", "secret.json"):
        assert (folder / name).stat().st_mode & 0o077 == 0


def test_labels_cluster_in_groups(made):
    """Rows of one group share their label more often than rows at random: the group column is not idle."""
    whole = make_challenge(made.name, n_train=60, n_test=600).test
    same = [
        np.mean(whole.labels[whole.groups == group] == label)
        for group, label in zip(whole.groups, whole.labels, strict=True)
        if np.sum(whole.groups == group) > 1
    ]
    by_chance = np.mean(whole.labels[:, None] == whole.labels[None, :])
    assert np.mean(same) > by_chance + 0.2


def test_no_released_byte_holds_the_secret_in_any_writing(folder, made):
    secret = made.secret
    n_bytes = (secret.bit_length() + 7) // 8
    states = [secret] + [
        int(_generator(secret, *purpose).bit_generator.seed_seq.entropy)
        for purpose in ((made.name, "train"), (made.name, "test"), ("train", "order"), ("test", "order"))
    ]
    writings = set()
    for number in states:
        big = number.to_bytes(n_bytes + 1, "big")
        # a quarter of the key, wherever in it, would be a gift already
        for text in (f"{number:x}".encode(), str(number).encode(), big, big[::-1]):
            size = max(len(text) // 4, 8)
            writings.update(text[start : start + size] for start in range(len(text) - size + 1))
    for name, content in released_bytes(folder):
        lowered = content.lower()
        found = [text for text in writings if text in content or text in lowered]
        assert not found, name


def test_the_search_for_the_secret_finds_one_that_was_left_behind(made, tmp_path):
    """The test above could not fail if it looked in the wrong place."""
    (tmp_path / "release").mkdir()
    np.savez_compressed(tmp_path / "release/test.npz", note=np.frombuffer(made.secret.to_bytes(32), np.uint8))
    assert any(made.secret.to_bytes(32) in content for _, content in released_bytes(tmp_path))


def test_no_group_of_the_test_rows_is_handed_out(folder):
    groups = {row["group"] for row in read_truth(folder)}
    with np.load(folder / "release/test.npz") as test:
        for name in test:
            assert test[name].dtype.kind != "U" or not groups & set(test[name].ravel().tolist()), name


@pytest.mark.parametrize("name", NAMES)
def test_no_simulator_seeds_a_part_of_its_work_with_a_number_that_could_be_tried(name, monkeypatch):
    """A key of 128 bits is worth nothing where each tree comes from one of 32: 2³² trees can be tried."""
    seeds = []

    class Recorded(np.random.SeedSequence):
        def __init__(self, entropy=None, **settings):
            super().__init__(entropy, **settings)
            seeds.append(self)

    def recording(seed=None):
        return seed if isinstance(seed, np.random.Generator) else default_rng(Recorded(seed))

    default_rng = np.random.default_rng
    monkeypatch.setattr(np.random, "default_rng", recording)
    CHALLENGES[name].make(_generator(SECRET, name, "test"), 12)
    sizes = [sum(int(word).bit_length() for word in np.atleast_1d(seed.entropy)) for seed in seeds]
    assert all(size > 100 for size in sizes), sizes


def first_row(part):
    return {name: values[0].tobytes() for name, values in part.features.items()}


def rows_of(part):
    return {
        tuple(values[row].tobytes() for values in part.features.values()) for row in range(len(part.labels))
    }


def test_the_public_simulator_with_the_seeds_that_one_would_try_gives_no_test_row(made):
    """Small and famous numbers, the name, and the released sizes, as seed of the public recipe."""
    wanted = rows_of(made.test)
    guesses = [0, 1, 2, 3, 42, 1234, 2**32 - 1, 80, 60, int.from_bytes(made.name.encode())]
    for guess in guesses:
        for generator in (
            np.random.default_rng(guess),
            np.random.Generator(np.random.Philox(np.random.SeedSequence(guess))),
        ):
            tried = CHALLENGES[made.name].make(generator, SMALL["n_test"])
            assert not wanted & rows_of(tried)


def test_no_test_row_is_a_training_row_and_no_group_is_in_both(made):
    assert not rows_of(made.test) & rows_of(made.train)


def test_the_order_of_the_rows_says_nothing_about_the_labels(made):
    """Neighbours have the same label as often as rows at random: within 5 standard deviations."""
    labels = make_challenge(made.name, n_train=60, n_test=1000).test.labels
    _, counts = np.unique(labels, return_counts=True)
    by_chance = np.sum((counts / len(labels)) ** 2)
    observed = np.mean(labels[1:] == labels[:-1])
    assert abs(observed - by_chance) < 5 * np.sqrt(by_chance * (1 - by_chance) / len(labels))


def test_the_share_of_rows_in_a_part_of_the_cloud_says_nothing_about_the_labels():
    """Rows drawn evenly over the labels took a third of all points on bushes, and gave them away."""
    made = make_challenge("lidar", n_train=1, n_test=1000, secret=SECRET).test
    cloud, points = made.shared["cloud"], made.features["point"]
    rows = {point.tobytes() for point in points}
    is_row = np.array([point.tobytes() in rows for point in cloud])
    share = is_row[cKDTree(cloud).query(points, 51)[1][:, 1:]].mean(axis=1)
    by_label = [share[made.labels == label].mean() for label in np.unique(made.labels)]
    assert len(by_label) == 5
    assert max(by_label) < 6 * min(by_label), by_label


def test_every_label_of_the_lidar_challenge_is_worth_finding():
    labels = make_challenge("lidar", n_train=1, n_test=4000, secret=SECRET).test.labels
    _, counts = np.unique(labels, return_counts=True)
    assert len(counts) == 5
    assert counts.min() > 0.04 * len(labels)


def test_two_challenges_share_no_row_and_no_secret(made):
    other = make_challenge(made.name, **SMALL)
    assert other.secret != made.secret
    assert not rows_of(made.test) & rows_of(other.test)


def test_the_secret_has_256_bits_of_the_operating_system(monkeypatch):
    asked = []

    def record(n_bits):
        asked.append(n_bits)
        return SECRET

    monkeypatch.setattr("eds_datasets.challenge.secrets.randbits", record)
    make_challenge("windows", **SMALL)
    assert asked == [256]


def test_a_challenge_can_be_made_again_from_its_secret_file(folder, made):
    stored = json.loads((folder / "secret.json").read_text())
    again = make_challenge(
        stored["challenge"],
        n_train=stored["n_train"],
        n_test=stored["n_test"],
        secret=int(stored["secret"], 16),
    )
    assert again.test.labels.tolist() == made.test.labels.tolist()
    assert again.test.groups.tolist() == made.test.groups.tolist()
    assert first_row(again.test) == first_row(made.test)


def test_the_key_of_the_training_set_is_not_the_key_of_the_test_set():
    train, test = (_generator(SECRET, "windows", part).integers(2**63, size=4) for part in ("train", "test"))
    assert not set(train.tolist()) & set(test.tolist())


def test_one_flipped_bit_of_the_secret_changes_everything():
    assert not rows_of(make_challenge("windows", **SMALL, secret=SECRET).test) & rows_of(
        make_challenge("windows", **SMALL, secret=SECRET ^ 1).test
    )


def test_a_secret_that_could_be_tried_is_refused():
    with pytest.raises(UsageError, match="6 bits can be found by trying"):
        make_challenge("windows", secret=42)


def test_a_challenge_that_does_not_exist_is_refused():
    with pytest.raises(UsageError, match=r"no challenge 'moon': expected one of .*windows"):
        make_challenge("moon")


def test_an_existing_folder_is_not_overwritten(made, tmp_path):
    (tmp_path / "mine").write_text("important")
    with pytest.raises(UsageError, match="exists already"):
        made.write(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_the_command_says_what_is_for_whom_and_nothing_secret(tmp_path, monkeypatch):
    monkeypatch.setitem(CHALLENGES, "windows", replace(CHALLENGES["windows"], n_train=60))
    out = tmp_path / "windows"
    result = CliRunner().invoke(main, ["challenge", "windows", "--rows", "50", "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert "60 rows with labels, 50 without" in result.output
    secret = json.loads((out / "secret.json").read_text())["secret"]
    assert secret not in result.output
    assert secret[:8] not in result.output


def test_the_released_arrays_need_no_pickle(folder):
    for path in Path(folder / "release").glob("*.npz"):
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as stored:
            for name in stored:
                assert stored[name].dtype.kind in "biufU"
