from __future__ import annotations

import csv
import io
import json

import pytest

from eds_leaderboard.board import Board
from eds_leaderboard.export import escape_formula, render
from eds_leaderboard.folder import find_event

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://x")',
    "-x",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_cell_that_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert escape_formula(text) == f"'{text}"
    written = render([{"team": text}], ["team"], "csv")
    assert list(csv.reader(io.StringIO(written, newline="")))[1] == [f"'{text}"]


@pytest.mark.parametrize("value", ["a=1", "1-2", "", "Isère", -3, -0.5, None])
def test_other_cells_stay_as_they_are(value) -> None:
    assert escape_formula(value) == value


def test_json_keeps_text_and_types() -> None:
    rows = [{"rank": None, "team": "=1", "accuracy": 0.5}]
    assert json.loads(render(rows, ["rank", "team", "accuracy"], "json")) == rows


def test_markdown_shows_marks_as_text() -> None:
    assert render([{"team": "a|b <i>*c*</i> [x](y)", "rank": 1}], ["rank", "team"], "md").splitlines() == [
        "| rank | team |",
        "| --- | --- |",
        r"| 1 | a\|b \<i\>\*c\*\</i\> \[x\](y) |",
    ]


@pytest.mark.parametrize("message", FORMULAS)
def test_a_message_cannot_act_as_a_formula_in_a_listing(message, event, clock, predictions, run) -> None:
    with Board(find_event(event)) as board:
        token = board.add_team("-1-")[1]
        board.submit(predictions(1), message, token)
    rows = list(csv.DictReader(io.StringIO(run("submissions", "-c", event, "--format", "csv").stdout)))
    assert rows[0]["message"] == f"'{message.strip()}"
    assert rows[0]["team"] == "'-1-"
    shown = list(csv.DictReader(io.StringIO(run("show", "-c", event, "--format", "csv").stdout)))
    assert shown[0]["team"] == "'-1-"


@pytest.mark.parametrize("name", ["board.csv", "board.json", "board.md", "BOARD.CSV"])
def test_the_board_is_exported_in_the_form_of_the_files_ending(
    name, event, clock, predictions, run, tmp_path
) -> None:
    with Board(find_event(event)) as board:
        board.submit(predictions(9), "first", board.add_team("-Isère")[1])
        board.submit(predictions(2), "second", board.add_team("zero", is_baseline=True)[1])
    target = tmp_path / name
    assert run("export", "--to", target, "-c", event).stdout == f"{target}: public standings, teams: 2\n"
    text = target.read_text()
    if name.lower().endswith("csv"):
        rows = list(csv.DictReader(io.StringIO(text)))
        assert [(row["rank"], row["team"], row["split"]) for row in rows] == [
            ("", "zero", "public"),
            ("1", "'-Isère", "public"),
        ]
    elif name.endswith("json"):
        assert [(row["rank"], row["team"]) for row in json.loads(text)] == [
            (None, "zero"),
            (1, "-Isère"),
        ]
    else:
        assert "| 1 |  | -Isère | 0.85 |" in text
    assert [path.name for path in tmp_path.glob(".*")] == []


@pytest.mark.parametrize(
    ("name", "message"), [("board.xls", "no known ending"), ("no/board.csv", "cannot write")]
)
def test_a_target_that_cannot_be_written_is_a_usage_error(name, message, event, run, tmp_path) -> None:
    assert message in run("export", "--to", tmp_path / name, "-c", event, status=2).stderr
