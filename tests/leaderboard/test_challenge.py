"""What a host keeps and what teams get: the one must not follow from the other."""

from __future__ import annotations

import csv
import functools
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from eds_datasets.challenge import CHALLENGES
from eds_leaderboard import digits
from eds_leaderboard.board import Board, create_event
from eds_leaderboard.challenge import BUILT_IN, find_challenge, read_folder
from eds_leaderboard.errors import EdsError, InvalidFileError, UsageError
from eds_leaderboard.event import Rules
from eds_leaderboard.folder import find_event, find_release
from eds_leaderboard.release import read_expected
from eds_leaderboard.splits import draw_splits, stratified


def write_truth(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "truth.csv").write_text(text)
    return folder


BAD = [
    ("id,label,split\n1,A,public\n2,B,privat\n3,A,private\n",
     "Split 'privat' (line 3): expected one of public, private"),
    ("id,label,split\n1,A,public\n2,B,public\n", "No private row (line 1)"),
    ("id,label,spilt\n1,A,public\n2,B,private\n", "Column 'spilt' (line 1)"),
    ("id,label,split,group\n1,A,public,x\n2,B,private,y\n3,A,private,x\n",
     "Group 'x' is private here and public before (line 4)"),
    ("id,label,split\n1,A,public\n1,B,private\n", "Duplicate id '1' (line 3)"),
    ("id,label,group\n1,A,x\n2,B,y\n3,A,\n4,A,\n", "Empty cell in column 'group' (line 4)"),
    ("id;label\n1;A\n2;B\n", "the cells are separated by semicolons"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), BAD, ids=[row[1] for row in BAD])
def test_a_bad_truth_makes_no_event(text: str, message: str, tmp_path: Path, run) -> None:
    folder = write_truth(tmp_path / "bad", text)
    result = run("create", tmp_path / "fall", "--challenge", folder, status=1)
    assert message in result.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad"]


def test_feedback_rows_are_not_asked_for_where_the_truth_says_the_splits(tmp_path: Path, run) -> None:
    folder = write_truth(tmp_path / "c", "id,label,split\n1,A,public\n2,B,private\n")
    said = run("create", tmp_path / "fall", "--challenge", folder, "--feedback", 0.1, status=2).stderr
    assert "says the split of each row, so that --feedback has no say" in said
    assert not (tmp_path / "fall").exists()


def test_a_challenge_that_is_not_there_is_a_usage_error(tmp_path: Path, run) -> None:
    result = run("create", tmp_path / "fall", "--challenge", "digit", status=2)
    assert (
        "no challenge 'digit': expected digits, volcano, lidar, windows or a folder with truth.csv"
        in result.stderr
    )


def test_the_help_of_create_names_every_challenge(run) -> None:
    text = run("create", "--help").stdout
    assert [name for name in (*BUILT_IN, *CHALLENGES) if name not in text] == []


def test_without_a_split_the_public_rows_are_drawn_of_every_class(tmp_path: Path) -> None:
    rows = "".join(f"r{number},{'AB'[number % 10 == 0]}\n" for number in range(200))
    truth = read_folder(write_truth(tmp_path / "c", f"id,label\n{rows}"), 0.3).truth
    drawn = Counter(zip(truth.codes.tolist(), truth.splits, strict=True))
    assert drawn == {(0, "public"): 54, (0, "private"): 126, (1, "public"): 6, (1, "private"): 14}


def test_two_events_draw_other_public_rows(tmp_path: Path) -> None:
    rows = "".join(f"r{number},{number % 2}\n" for number in range(200))
    folder = write_truth(tmp_path / "c", f"id,label\n{rows}")
    assert read_folder(folder, 0.3).truth.splits != read_folder(folder, 0.3).truth.splits


def test_groups_stay_together(tmp_path: Path) -> None:
    rows = "".join(f"r{number},{number % 3},station{number % 13}\n" for number in range(400))
    truth = read_folder(write_truth(tmp_path / "c", f"id,label,group\n{rows}"), 0.3).truth
    splits = dict(zip(truth.groups, truth.splits, strict=True))
    assert all(splits[group] == split for group, split in zip(truth.groups, truth.splits, strict=True))
    assert Counter(truth.splits)["public"] / 400 == pytest.approx(0.3, abs=0.05)


@pytest.mark.parametrize("fraction", [0.01, 0.5, 0.99])
def test_both_splits_have_rows_whatever_the_fraction(fraction: float) -> None:
    generator = np.random.default_rng(0)
    codes = np.repeat([0, 1], [2, 3])
    assert set(draw_splits(codes, (), fraction, generator)) == {"public", "private"}
    assert set(draw_splits(codes, list("aabbb"), fraction, generator)) == {"public", "private"}
    assert 0 < len(stratified(codes, fraction, generator)) < len(codes)


def test_the_truth_stays_out_of_the_released_folder(event: Path, truth_rows) -> None:
    names = sorted(path.name for path in (event / "release").iterdir())
    assert names == ["challenge.json", "sample_submission.csv", "test.csv"]
    with (event / "release" / "sample_submission.csv").open() as stream:
        sample = list(csv.DictReader(stream))
    assert {row["label"] for row in sample} == {"EXP"}
    assert sorted(row["id"] for row in sample) == [row[0] for row in truth_rows]
    assert [row["id"] for row in sample] != [row[0] for row in truth_rows]


def test_what_is_released_suffices_to_check_an_entry(event: Path, predictions, run) -> None:
    assert find_release(event) == find_release(event / "release") == event / "release"
    with Board(find_event(event)) as board:
        told = board.truth().expected
    released = read_expected(event / "release")
    assert (set(released.ids), released.labels) == (set(told.ids), told.labels)
    (event / "event.db").unlink()
    result = run("check", "-f", predictions(1), "-c", event / "release")
    assert result.stdout == "predictions.csv is a valid entry: 60 rows, 4 classes.\n"


@pytest.mark.parametrize(
    ("name", "line"), [("answers.csv", "{1},{0}"), ("deep/a.tsv", "{0}\t9\t{1}"), ("a.txt", '"{0}", "{1}"')]
)
def test_a_file_with_the_labels_is_not_released(name, line, tmp_path, challenge, truth_rows, run) -> None:
    path = challenge / "release" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("a,b,c\n" + "".join(line.format(*row) + "\n" for row in truth_rows))
    result = run("create", tmp_path / "fall", "--challenge", challenge, status=1)
    assert "is the label of 60 held-out rows" in result.stderr
    assert not (tmp_path / "fall").exists()
    assert not list(tmp_path.glob(".fall*"))


def test_a_link_is_not_released(tmp_path, challenge) -> None:
    (challenge / "release" / "link.csv").symlink_to(challenge / "truth.csv")
    with pytest.raises(EdsError, match="is a link"):
        create_event(tmp_path / "fall", str(challenge), Rules())


def test_an_event_is_made_where_nothing_is(event, tmp_path, challenge) -> None:
    with pytest.raises(UsageError, match="exists already"):
        create_event(event, str(challenge), Rules())
    with pytest.raises(UsageError, match="no folder"):
        create_event(tmp_path / "absent" / "fall", str(challenge), Rules())


def test_a_database_elsewhere_holds_several_events(tmp_path, challenge, run) -> None:
    database = tmp_path / "all.db"
    for name in ("one", "two"):
        run("create", tmp_path / name, "--challenge", challenge, "--db", database)
        run("team", "add", f"team of {name}", "-c", tmp_path / name)
    listed = json.loads(run("team", "list", "-c", tmp_path / "two", "--format", "json").stdout)
    assert [row["team"] for row in listed] == ["team of two"]
    (tmp_path / "sub").mkdir()
    result = run("create", tmp_path / "sub" / "two", "--challenge", challenge, "--db", database, status=2)
    assert "has an event 'two' already" in result.stderr
    result = run("create", tmp_path / "x", "--challenge", challenge, "--db", "mysql://host/db", status=2)
    assert "no database of the kind 'mysql'" in result.stderr


@pytest.fixture(scope="module")
def originals() -> np.ndarray:
    return digits._load_images()[0]


@pytest.fixture(scope="module", autouse=True)
def read_once():
    """The package's file takes seconds to read: once is enough for all tests here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(digits, "_load_images", functools.cache(digits._load_images))
        yield


@pytest.fixture(scope="module")
def digits_event(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("digits") / "digits-1"
    create_event(path, "digits", Rules())
    return path


@pytest.fixture(scope="module")
def released(digits_event: Path) -> dict[str, np.ndarray]:
    arrays = {}
    for name in ("train", "test"):
        with np.load(digits_event / "release" / f"{name}.npz", allow_pickle=False) as stored:
            arrays |= {f"{name}_{key}": stored[key] for key in stored.files}
    return arrays


@pytest.fixture(scope="module")
def truth(digits_event: Path):
    with Board(find_event(digits_event)) as board:
        return board.truth()


def test_digits_release_images_with_labels_to_train_on_and_without_to_predict(released) -> None:
    assert {name: array.shape for name, array in released.items()} == {
        "train_images": (3000, 28, 28),
        "train_labels": (3000,),
        "test_images": (2000, 28, 28),
        "test_ids": (2000,),
    }
    assert released["train_images"].dtype == released["test_images"].dtype == np.uint8
    assert Counter(released["train_labels"].tolist()) == dict.fromkeys(range(10), 300)


def test_digits_are_split_alike_in_every_class(truth) -> None:
    drawn = Counter(zip(truth.codes.tolist(), truth.splits, strict=True))
    assert drawn == {(d, s): n for d in range(10) for s, n in (("public", 60), ("private", 140))}
    assert truth.expected.labels == tuple("0123456789")


def test_digits_are_real_ones_that_a_simple_model_reads(released, truth) -> None:
    """A model trained on what is handed out reads the held-out images, in the order of the ids."""
    from sklearn.neighbors import KNeighborsClassifier

    assert released["test_ids"].tolist() == list(truth.expected.ids)
    model = KNeighborsClassifier(3).fit(released["train_images"].reshape(3000, -1), released["train_labels"])
    predicted = model.predict(released["test_images"][:500].reshape(500, -1))
    # about 0.86, and this draw is another one every time
    assert np.mean(predicted == truth.codes[:500]) > 0.75


def test_no_held_out_image_is_a_copy_of_a_public_one(released, originals) -> None:
    """The images are public: equal pixels would give every label."""
    public = {image.tobytes() for image in originals}
    assert not any(image.tobytes() in public for image in released["test_images"])
    assert not any(image.tobytes() in public for image in released["train_images"])


def test_neither_order_nor_ids_tell_the_classes(released, truth) -> None:
    same = np.mean(truth.codes[1:] == truth.codes[:-1])
    assert 0.05 < same < 0.15
    by_id = truth.codes[np.argsort(released["test_ids"])]
    assert 0.05 < np.mean(by_id[1:] == by_id[:-1]) < 0.15
    assert len(set(truth.expected.ids)) == 2000


def test_two_digits_events_share_no_id_and_hold_out_other_images(released) -> None:
    other = find_challenge("digits", 0.3).truth
    assert not set(other.expected.ids) & set(released["test_ids"].tolist())


def test_released_digits_hold_no_other_array_or_file(digits_event, released) -> None:
    names = sorted(path.name for path in (digits_event / "release").iterdir())
    assert names == ["README.md", "challenge.json", "sample_submission.csv", "test.npz", "train.npz"]
    description = json.loads((digits_event / "release" / "challenge.json").read_text())
    assert sorted(description) == ["event", "labels", "metric", "rows"]
    with (digits_event / "release" / "sample_submission.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert [row["id"] for row in rows] == released["test_ids"].tolist()
    assert {row["label"] for row in rows} == {"0"}


def test_a_bad_file_of_a_challenge_carries_its_problems_through_a_process() -> None:
    import pickle

    from eds_leaderboard.problems import Problems

    problems = Problems("x.csv")
    problems.add("nul", 3, "NUL byte", "expected text", "save it as CSV")
    error = pickle.loads(pickle.dumps(InvalidFileError(problems)))
    assert [str(problem) for problem in error.problems.shown] == ["NUL byte (line 3): expected text"]
