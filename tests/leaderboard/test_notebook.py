"""The board in a notebook: files, tables and arrays say the same, and nothing from people is taken for HTML."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

import eds_leaderboard
from eds_leaderboard import Board, InvalidFileError, RefusedError, check, score, submit
from eds_leaderboard.errors import EdsError, UsageError
from eds_leaderboard.folder import find_event
from eds_leaderboard.reports import Receipt

from .conftest import FakeClock

TRUTH = {"id": ["a", "b", "c", "d"], "label": ["LP", "TR", "TR", "VT"]}
MINE = {"id": ["d", "c", "b", "a"], "label": ["VT", "TR", "LP", "LP"]}
HOSTILE = "<img src=x onerror=alert(1)>&\"'"


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


@pytest.mark.parametrize("make", [dict, pd.DataFrame, pl.DataFrame, "csv", "parquet"])
def test_files_and_tables_say_the_same(make: object, tmp_path: Path) -> None:
    if make == "csv":
        mine, truth = tmp_path / "mine.csv", str(tmp_path / "truth.csv")
        pd.DataFrame(MINE).to_csv(mine, index=False)
        pd.DataFrame(TRUTH).to_csv(truth, index=False)
    elif make == "parquet":
        mine, truth = tmp_path / "mine.parquet", TRUTH
        pd.DataFrame(MINE).to_parquet(mine, index=False)
    else:
        mine, truth = make(MINE), make(TRUTH)
    found = score(mine, truth)
    assert found["accuracy"] == 0.75
    assert found.metrics["macro_recall"] == pytest.approx(2.5 / 3)
    assert found.matrix.labels == ("LP", "TR", "VT")
    assert found.intervals["accuracy"].low < 0.75 < found.intervals["accuracy"].high
    assert [row["support"] for row in found.per_class] == [1, 2, 1]


@pytest.mark.parametrize("make", [list, np.array, pd.Series, pl.Series, tuple])
def test_labels_alone_are_matched_by_their_order(make: Callable[[list[int]], object]) -> None:
    found = score(make([0, 1, 1, 2]), make([0, 1, 2, 2]))
    assert found["accuracy"] == 0.75
    assert found.matrix.labels == ("0", "1", "2")


def test_columns_of_other_names_are_asked_for() -> None:
    truth = pd.DataFrame(TRUTH).rename(columns={"id": "station", "label": "class"})
    mine = pd.DataFrame(MINE).rename(columns={"id": "station", "label": "class"})
    assert score(mine, truth, id_column="station", label_column="class")["accuracy"] == 0.75


def test_what_is_no_entry_is_told_as_on_the_board() -> None:
    with pytest.raises(InvalidFileError) as caught:
        score(pd.DataFrame(MINE).replace("VT", "XX"), TRUTH)
    assert caught.value.problems.shown[0].what == "Unexpected label 'XX' in column 'label'"
    with pytest.raises(InvalidFileError, match=r"in predictions\.csv"):
        score(pd.DataFrame(MINE).assign(p=0.5), TRUTH)
    with pytest.raises(InvalidFileError, match=r"in truth\.csv"):
        score(MINE, {"id": ["a", "a"], "label": ["LP", "TR"]})


@pytest.mark.parametrize(
    ("predictions", "message"),
    [
        (["LP", "TR"], "columns of 4 and 2 rows"),
        (np.zeros((4, 2)), "no column of labels"),
        (7, "no column of labels"),
        ({"id": ["a"], "label": ["LP", "TR"]}, "columns of 1 and 2 rows"),
        ("no-such-file.csv", "no such file"),
    ],
)
def test_what_cannot_be_predictions_is_refused_with_a_tip(predictions: object, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        score(predictions, ["LP", "TR", "TR", "VT"])
    assert caught.value.tip


def test_a_score_is_shown_as_text_and_as_tables() -> None:
    found = score(MINE, TRUTH)
    text = repr(found)
    assert "accuracy            0.7500   0.3006–0.9544" in text
    page = found._repr_html_()
    assert "<caption" in page
    assert "0.3006–0.9544" in page
    assert page.count("<tr>") == 1 + 8 + 1 + 3
    assert Tags(page).tags == {"table", "caption", "thead", "tbody", "tr", "th", "td"}


def test_many_classes_are_not_all_shown() -> None:
    labels = [f"c{number}" for number in range(40)]
    assert "by class" not in score(labels, labels)._repr_html_()


def test_nothing_from_people_becomes_html(tmp_path: Path) -> None:
    labels = [HOSTILE, "LP"]
    pages = [score(labels, labels)._repr_html_()]
    folder = tmp_path / "release"
    folder.mkdir()
    (folder / "challenge.json").write_text('{"labels": ["LP", "TR"]}')
    (folder / "sample_submission.csv").write_text("id,label\na,LP\nb,LP\n")
    bad = check(pd.DataFrame({"id": [HOSTILE, "b"], "label": [HOSTILE, "LP"]}), folder)
    assert not bad
    pages.append(bad._repr_html_())
    path = tmp_path / "<b>mine<b>.csv"
    path.write_text("id,label\na,LP\nb,TR\n")
    pages.append(check(path, folder)._repr_html_())
    pages.append(Receipt(HOSTILE, 1, {"accuracy": 0.5}, None, 3, True)._repr_html_())
    for page in pages:
        found = Tags(page)
        assert found.tags <= {"table", "caption", "thead", "tbody", "tr", "th", "td", "p"}
        assert found.attributes <= {"style"}
        assert "<b>" not in page
        assert "onerror" not in page or "&lt;img" in page


def test_a_check_tells_all_problems_and_is_false(event: Path) -> None:
    sample = pd.read_csv(event / "release" / "sample_submission.csv", dtype=str)
    right = check(sample, event)
    assert right
    assert right.problems == []
    assert repr(right) == "predictions.csv is a valid entry: 60 rows"
    wrong = check(sample.assign(label=["XX", *sample["label"][1:]]).drop(index=5), event / "release")
    assert not wrong
    assert [problem.kind for problem in wrong.problems] == ["unknown-label", "missing-id"]
    assert repr(wrong).startswith("2 problems in predictions.csv\nUnexpected label 'XX'")
    assert "what to do" in wrong._repr_html_()
    many = check(sample.assign(label="XX"), event)
    assert "and 50 more of the kind unknown-label" in repr(many)
    assert "and 50 more of the kind unknown-label" in many._repr_html_()


def test_labels_alone_are_an_entry_in_the_order_of_the_sample(event: Path) -> None:
    sample = pd.read_csv(event / "release" / "sample_submission.csv", dtype=str)
    assert check(sample["label"], event)
    assert not check([*sample["label"][1:].tolist(), "XX"], event)


def test_an_entry_is_sent_to_the_event_of_this_machine(
    event: Path, predictions: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Board(find_event(event)) as board:
        _, token = board.add_team("Drac")
    first = submit(predictions(wrong=3), "three wrong", token=token, event=event)
    assert (first.team, first.entry, first.rank, first.left, first.is_best) == ("Drac", 1, 1, 4, True)
    monkeypatch.setenv("LEADERBOARD_TOKEN", token)
    second = submit(pd.read_csv(predictions(), dtype=str), "all right", event=str(event))
    assert second.scores["accuracy"] == 1.0
    assert "entry 2: your best so far; 3 left" in repr(second)
    assert "1.0000" in second._repr_html_()
    sample = pd.read_csv(event / "release" / "sample_submission.csv", dtype=str)
    assert submit(sample["label"].to_numpy(), "sample", event=event).entry == 3
    with pytest.raises(RefusedError, match="this very file is your entry 3"):
        submit(sample["label"].to_numpy(), "again", event=event)


def test_what_an_error_knows_stands_below_it_in_a_notebook(
    event: Path, predictions: Callable[..., Path], clock: FakeClock
) -> None:
    with Board(find_event(event)) as board:
        _, token = board.add_team("Drac")
    bad = predictions(wrong=3)
    bad.write_text(bad.read_text().replace("row003,", "row999,"))
    with pytest.raises(InvalidFileError) as invalid:
        submit(bad, "bad", token=token, event=event)
    assert invalid.value.__notes__ == [
        *invalid.value.problems.lines(),
        "tip: mend the file and try again; a file with problems is not scored and uses no entry",
    ]
    assert "Unknown id 'row999' in column 'id' (line 5)" in invalid.value.__notes__[0]
    clock.advance(hours=4)
    with pytest.raises(RefusedError) as refused:
        submit(predictions(), "late", token=token, event=event)
    assert refused.value.__notes__ == ["tip: no further entry is allowed in this event"]


def test_without_a_token_nothing_is_sent(event: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LEADERBOARD_TOKEN", raising=False)
    with pytest.raises(UsageError, match="no token"):
        submit(MINE, "mine", event=event)
    with pytest.raises(EdsError, match="belongs to no team"):
        submit(MINE, "mine", event=event, token="eds_wrong")


def test_a_server_that_is_named_gets_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[str, bytes, str]] = []

    def answer(client: object, file: Path, message: str) -> dict[str, object]:
        sent.append((file.name, file.read_bytes(), message))
        return {
            "team": "Drac",
            "entry": 2,
            "scores": {"accuracy": 0.5},
            "rank": 3,
            "left": 7,
            "is_best": False,
        }

    monkeypatch.setattr("eds_leaderboard.client.Client.submit", answer)
    monkeypatch.setenv("LEADERBOARD_SERVER", "http://127.0.0.1:1")
    monkeypatch.setenv("LEADERBOARD_TOKEN", "eds_token")
    told = submit(pd.DataFrame(MINE), "mine")
    assert (told.rank, told.left) == (3, 7)
    assert sent == [("predictions.csv", b"id,label\nd,VT\nc,TR\nb,LP\na,LP\n", "mine")]


def test_the_three_words_are_the_package_s_own() -> None:
    assert {"score", "check", "submit"} <= set(eds_leaderboard.__all__)
