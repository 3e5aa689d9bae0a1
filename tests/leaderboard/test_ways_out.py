"""The ways out that need no server: marks per student, one page of the final board, a bundle for Codabench."""

from __future__ import annotations

import csv
import io
import json
import re
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path

import jsonschema
import pytest
import yaml
from click.testing import Result

from eds_leaderboard.board import Board
from eds_leaderboard.codabench_score import scores as of_program
from eds_leaderboard.errors import InvalidFileError, UsageError
from eds_leaderboard.folder import find_event
from eds_leaderboard.grades import Rule, read_members
from eds_leaderboard.metrics import METRICS, ConfusionMatrix
from eds_leaderboard.scoring import scores

Run = Callable[..., Result]
Predictions = Callable[..., Path]


@pytest.fixture
def closed(event: Path, predictions: Predictions) -> Path:
    """Two teams and a baseline with entries, one team without, the event closed."""
    with Board(find_event(event)) as board:
        for name, wrong, is_baseline in (("Drac", 6, False), ("one-one", 14, False), ("floor", 30, True)):
            _, token = board.add_team(name, is_baseline=is_baseline)
            board.submit(predictions(wrong=wrong), "mine", token)
        board.add_team("Late")
        board.close()
    return event


@pytest.fixture
def revealed(closed: Path) -> Path:
    with Board(find_event(closed)) as board:
        board.reveal()
    return closed


def private_accuracy(event: Path) -> dict[str, float]:
    with Board(find_event(event)) as board:
        return {line.team.name: line.entry.scores["accuracy"] for line in board.standings()}


MEMBERS = "student,team\n=cmd|'/C calc'!A0,Drac\nada,drac\nbob,one-one\ncyd,Late\n"


# marks


def test_the_mark_is_a_straight_line_between_two_scores() -> None:
    rule = Rule("accuracy", 0.5, 0.9, 20.0)
    assert [rule.of(score) for score in (0.0, 0.5, 0.6, 0.7, 0.9, 1.0)] == [0, 0, 5, 10, 20, 20]
    assert str(rule).startswith("0 points at a private accuracy of 0.5000 or less, 20 at 0.9000 or more")


@pytest.mark.parametrize(
    ("floor", "full", "points"), [(0.9, 0.5, 1), (0.5, 0.5, 1), (0.1, 0.5, 0), (0, 1, float("inf"))]
)
def test_what_is_no_rule_is_refused(floor: float, full: float, points: float) -> None:
    with pytest.raises(UsageError):
        Rule("accuracy", floor, full, points)


def test_marks_are_written_with_the_rule_that_made_them(revealed: Path, tmp_path: Path, run: Run) -> None:
    members, target = tmp_path / "members.csv", tmp_path / "grades.csv"
    members.write_text(MEMBERS)
    result = run("export", "--as", "grades", "--members", members, "--to", target, "-c", revealed)
    accuracy = private_accuracy(revealed)
    assert f"{accuracy['floor']:.4f} or less, 100 at {accuracy['Drac']:.4f}" in result.stdout
    rows = list(csv.DictReader(io.StringIO(target.read_text())))
    share = (accuracy["one-one"] - accuracy["floor"]) / (accuracy["Drac"] - accuracy["floor"])
    assert [(row["student"], row["points"], row["note"]) for row in rows] == [
        ("'=cmd|'/C calc'!A0", "100.0", ""),
        ("ada", "100.0", ""),
        ("bob", str(round(100 * share, 2)), ""),
        ("cyd", "0.0", "no entry"),
    ]
    assert [row["rank"] for row in rows] == ["1", "1", "2", ""]
    assert {row["of"] for row in rows} == {"100.0"}


def test_the_ends_of_the_rule_can_be_given_and_teams_left_out_are_named(
    revealed: Path, tmp_path: Path, run: Run
) -> None:
    members, target = tmp_path / "members.csv", tmp_path / "grades.json"
    members.write_text("student,team\nbob,one-one\n")
    words = ["--as", "grades", "--members", members, "--floor", 0, "--full", 1, "--points", 10]
    result = run("export", *words, "--to", target, "-c", revealed)
    assert "teams without a student" in result.stderr
    assert "Drac" in result.stderr
    assert "floor" not in result.stderr
    assert json.loads(target.read_text())[0]["points"] == round(10 * private_accuracy(revealed)["one-one"], 2)


def test_marks_are_not_made_before_the_reveal(closed: Path, tmp_path: Path, run: Run) -> None:
    (tmp_path / "members.csv").write_text(MEMBERS)
    words = ["--as", "grades", "--members", tmp_path / "members.csv", "--to", tmp_path / "grades.csv"]
    assert "after the reveal" in run("export", *words, "-c", closed, status=1).stderr
    assert not (tmp_path / "grades.csv").exists()


def test_all_problems_of_a_members_file_are_told(revealed: Path, tmp_path: Path) -> None:
    path = tmp_path / "members.csv"
    path.write_text("student,team\nada,Drac\nbob,Dra\nada,one-one\n")
    with Board(find_event(revealed)) as board, pytest.raises(InvalidFileError) as caught:
        read_members(path, board.teams())
    assert [(problem.kind, problem.line) for problem in caught.value.problems.shown] == [
        ("unknown-team", 3),
        ("duplicate-student", 4),
    ]


@pytest.mark.parametrize("text", ["student,team\nada,Nobody\n", "name,team\nada,Drac\n", ""])
def test_a_wrong_list_of_students_is_not_called_an_entry(
    text: str, revealed: Path, tmp_path: Path, run: Run
) -> None:
    (tmp_path / "members.csv").write_text(text)
    words = ["--as", "grades", "--members", tmp_path / "members.csv", "--to", tmp_path / "grades.csv"]
    said = run("export", *words, "-c", revealed, status=1).stderr.splitlines()
    assert said[-1] == "  tip: mend the list of students and export again; no file was written"


@pytest.mark.parametrize(
    "words", [["--as", "grades"], ["--members", "m.csv"], ["--as", "site", "--members", "m.csv"]]
)
def test_members_and_marks_belong_together(words: list[str], revealed: Path, run: Run) -> None:
    assert "belong together" in run("export", *words, "--to", "x.csv", "-c", revealed, status=2).stderr


# one page


class Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [
            value or "" for name, value in attrs if name in ("href", "src", "action", "data", "srcset")
        ]


def test_the_final_board_is_one_page_without_script_or_other_file(
    revealed: Path, tmp_path: Path, run: Run
) -> None:
    target = tmp_path / "board.html"
    run("export", "--as", "site", "--to", target, "-c", revealed)
    text = target.read_text()
    page = Page(text)
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(page.tags)
    assert all(link.startswith("#team-") for link in page.links)
    assert "url(" not in text
    assert "@import" not in text
    assert page.tags.count("section") == 3
    assert "default-src 'none'" in text
    for name, score in private_accuracy(revealed).items():
        assert name in text
        assert f"{score:.4f}" in text


def test_the_page_tells_private_scores_alone(revealed: Path, tmp_path: Path, run: Run) -> None:
    run("export", "--as", "site", "--to", tmp_path / "board.html", "-c", revealed)
    text = (tmp_path / "board.html").read_text()
    told = set(re.findall(r">(\d\.\d{4})<", text.partition("<tbody>")[2].partition("</tbody>")[0]))
    with Board(find_event(revealed)) as board:
        lines = [dict(line.entry.scores) for line in board.standings()]
        public = [dict(line.entry.scores) for line in board.public_standings()]
    assert told == {METRICS[name].text(score) for line in lines for name, score in line.items()}
    assert not told >= {METRICS[name].text(score) for line in public for name, score in line.items()}


def test_the_page_is_not_made_before_the_reveal(closed: Path, tmp_path: Path, run: Run) -> None:
    result = run("export", "--as", "site", "--to", tmp_path / "board.html", "-c", closed, status=1)
    assert "after the reveal only" in result.stderr
    assert not (tmp_path / "board.html").exists()


# a bundle for Codabench

_INDEX = {"type": "integer", "minimum": 0}
_TEXT = {"type": "string", "minLength": 1}
_TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$"}
_FILE = {"type": "string", "pattern": r"^[\w.]+$"}
# what Codabench's unpacker of version 2 and its models demand
SCHEMA = {
    "type": "object",
    "required": ["version", "title", "image", "terms", "pages", "tasks", "phases", "leaderboards"],
    "properties": {
        "version": {"const": 2},
        "title": {**_TEXT, "maxLength": 255},
        "image": {"type": "string", "pattern": r"\.(png|jpg)$"},
        "terms": _FILE,
        "docker_image": _TEXT,
        "pages": {"type": "array", "minItems": 1, "items": {"required": ["title", "file"], "properties": {"title": _TEXT, "file": _FILE}}},
        "tasks": {
            "type": "array",
            "minItems": 1,
            "items": {
                "required": ["index", "name", "scoring_program", "reference_data"],
                "properties": {"index": _INDEX, "name": _TEXT, "scoring_program": _FILE, "reference_data": _FILE, "input_data": _FILE},
            },
        },
        "phases": {
            "type": "array",
            "minItems": 1,
            "items": {
                "required": ["index", "name", "start", "tasks"],
                "properties": {
                    "index": _INDEX,
                    "name": _TEXT,
                    "start": _TIME,
                    "end": _TIME,
                    "max_submissions": {"type": "integer", "minimum": 1},
                    "tasks": {"type": "array", "minItems": 1, "items": _INDEX},
                },
            },
        },
        "leaderboards": {
            "type": "array",
            "minItems": 1,
            "items": {
                "required": ["title", "key", "columns"],
                "properties": {
                    "title": {**_TEXT, "maxLength": 64},
                    "key": {**_TEXT, "maxLength": 36},
                    "columns": {
                        "type": "array",
                        "minItems": 1,
                        "items": {
                            "required": ["title", "key", "index", "sorting"],
                            "properties": {
                                "title": {**_TEXT, "maxLength": 36},
                                "key": {**_TEXT, "maxLength": 36},
                                "index": _INDEX,
                                "sorting": {"enum": ["desc", "asc"]},
                            },
                        },
                    },
                },
            },
        },
    },
}  # fmt: skip


@pytest.fixture
def bundle(closed: Path, tmp_path: Path, run: Run) -> Path:
    target = tmp_path / "fall.zip"
    result = run("export", "--as", "codabench", "--to", target, "-c", closed)
    assert "it holds the truth" in result.stdout
    return target


def inner(bundle: Path, name: str) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(zipfile.ZipFile(bundle).read(name)))


def test_the_bundle_is_what_codabench_unpacks(bundle: Path, closed: Path) -> None:
    archive = zipfile.ZipFile(bundle)
    described = yaml.safe_load(archive.read("competition.yaml"))
    jsonschema.validate(described, SCHEMA)
    named = {described["image"], described["terms"], *(page["file"] for page in described["pages"])}
    for task in described["tasks"]:
        named |= {task[kind] for kind in ("scoring_program", "reference_data", "input_data")}
    assert named == set(archive.namelist()) - {"competition.yaml"}
    assert all(archive.read(name) for name in named)
    assert archive.read("logo.png").startswith(b"\x89PNG\r\n\x1a\n")
    assert [task["index"] for task in described["tasks"]] == [0, 1]
    assert {index for phase in described["phases"] for index in phase["tasks"]} == {0, 1}
    first, second = described["phases"]
    assert datetime.fromisoformat(first["start"]) <= datetime.fromisoformat(first["end"])
    assert second["start"] == first["end"]
    keys = [column["key"] for column in described["leaderboards"][0]["columns"]]
    assert keys == ["accuracy", "macro_f1", "macro_precision", "macro_recall"]
    metadata = yaml.safe_load(inner(bundle, "scoring_program.zip").read("metadata.yaml"))
    assert metadata["command"] == "python3 /app/program/score.py /app/input /app/output"
    release = {path.name for path in (closed / "release").rglob("*") if path.is_file()}
    assert set(inner(bundle, "input_data.zip").namelist()) == release


def test_the_bundle_is_for_its_owner_alone_also_where_a_file_was_before(
    closed: Path, tmp_path: Path, run: Run
) -> None:
    target = tmp_path / "fall.zip"
    target.write_bytes(b"before")
    target.chmod(0o644)
    run("export", "--as", "codabench", "--to", target, "-c", closed)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert list(tmp_path.glob(".fall.zip*")) == []


def test_what_the_public_phase_reads_holds_no_private_label(
    bundle: Path, truth_rows: list[tuple[str, str, str]]
) -> None:
    private = {name for name, _, split in truth_rows if split == "private"}
    for name in zipfile.ZipFile(bundle).namelist():
        if name.endswith(".zip") and name != "reference_private.zip":
            archive = inner(bundle, name)
            for member in archive.namelist():
                if member not in ("sample_submission.csv", "test.csv", "ids.csv"):
                    text = archive.read(member).decode("utf-8", "replace")
                    assert not any(row in text for row in private), (name, member)


def run_program(
    bundle: Path, root: Path, split: str, submission: bytes | None
) -> subprocess.CompletedProcess[str]:
    """Lay out what Codabench's worker lays out and run the program by itself."""
    for folder, name in (("program", "scoring_program.zip"), ("input/ref", f"reference_{split}.zip")):
        inner(bundle, name).extractall(root / folder)
    (root / "input" / "res").mkdir(parents=True)
    if submission is not None:
        (root / "input" / "res" / "mine.csv").write_bytes(submission)
    words = ["score.py", root / "input", root / "output"]
    return subprocess.run(
        [sys.executable, "-I", *words],
        cwd=root / "program",
        capture_output=True,
        text=True,
        check=False,
        env={},
    )


@pytest.mark.parametrize("split", ["public", "private"])
def test_the_scoring_program_gives_the_scores_of_the_board(
    split: str, bundle: Path, predictions: Predictions, closed: Path, tmp_path: Path
) -> None:
    done = run_program(bundle, tmp_path / "app", split, predictions(wrong=14).read_bytes())
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads((tmp_path / "app" / "output" / "scores.json").read_text())
    with Board(find_event(closed)) as board:
        if split == "private":
            board.reveal()
        line = next(line for line in board.standings() if line.team.name == "one-one")
    assert told == {name: pytest.approx(score, abs=1e-10) for name, score in line.entry.scores.items()}


def test_the_program_s_formulas_are_those_of_the_board() -> None:
    truth = dict(enumerate("0000000012"))
    predicted = dict(enumerate("0000000110"))
    matrix = ConfusionMatrix.from_codes(
        [int(c) for c in truth.values()], [int(c) for c in predicted.values()], "0123"
    )
    told = of_program(truth, predicted, "0123")
    assert told == pytest.approx(scores(matrix, told), abs=1e-15)


BAD = [
    (None, "0 CSV files"),
    (b"", "header"),
    (b"id,label\nrow000,XX\n", "line 2: unexpected label 'XX'"),
    (b"id,label\nrow999,LP\n", "line 2: unknown id 'row999'"),
    (b"id,label\nrow000,LP\nrow000,LP\n", "line 3: duplicate id 'row000'"),
    (b"id,label\nrow000\n", "line 2: 1 cells, expected 2"),
    (b"id,label\n", "missing id 'row000'"),
    (b"id,label\n\xff\xfe\n", "codec"),
    (b"label,id\nLP,row000\n", "header 'label,id'"),
    (b'id,label\n"row000,LP\n', "end of data"),
    (b"id,label\nrow000,\x1b[31m\n", "unexpected label '\\x1b[31m'"),
]


@pytest.mark.parametrize(("submission", "message"), BAD, ids=[message for _, message in BAD])
def test_the_scoring_program_tells_what_is_wrong_and_writes_no_score(
    submission: bytes | None, message: str, bundle: Path, tmp_path: Path
) -> None:
    done = run_program(bundle, tmp_path / "app", "public", submission)
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "app" / "output" / "scores.json").exists()


def test_the_same_event_gives_the_same_bundle(bundle: Path, closed: Path, tmp_path: Path, run: Run) -> None:
    run("export", "--as", "codabench", "--to", tmp_path / "again.zip", "-c", closed)
    first, again = zipfile.ZipFile(bundle), zipfile.ZipFile(tmp_path / "again.zip")
    assert {name: first.read(name) for name in first.namelist()} == {
        name: again.read(name) for name in again.namelist()
    }


@pytest.mark.parametrize(
    ("what", "name"), [("site", "x.htm"), ("codabench", "x.tar"), ("standings", "x.xlsx")]
)
def test_a_file_of_another_ending_is_refused(
    what: str, name: str, revealed: Path, tmp_path: Path, run: Run
) -> None:
    result = run("export", "--as", what, "--to", tmp_path / name, "-c", revealed, status=2)
    assert name in result.stderr
