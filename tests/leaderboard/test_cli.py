"""The commands as hosts and teams type them."""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import click
import numpy as np
import pytest
from sklearn import metrics as oracle

from eds_leaderboard.cli import main

EVERYTHING = [
    "create",
    "open",
    "extend",
    "freeze",
    "close",
    "reveal",
    "team",
    "check",
    "submit",
    "submissions",
    "show",
    "export",
    "void",
    "restore",
    "rescore",
    "audit",
    "backup",
    "restore-backup",
    "migrate-db",
    "score",
    "serve",
]


def commands(group: click.Group = main, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    context = click.Context(group)
    found: list[tuple[str, ...]] = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        found.append((*path, name))
        if isinstance(command, click.Group):
            found += commands(command, (*path, name))
    return found


def test_help_lists_what_is_there_and_nothing_else(run) -> None:
    assert [words[0] for words in commands() if len(words) == 1] == EVERYTHING
    text = run("--help").stdout
    assert all(f"\n  {name} " in text for name in EVERYTHING)


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_and_every_option_explains_itself(words: tuple[str, ...], run) -> None:
    assert run(*words, "--help").stdout.startswith(f"Usage: leaderboard {' '.join(words)}")
    command: click.Command = main
    for word in words:
        command = command.get_command(click.Context(command), word)
    assert command.help
    for parameter in command.params:
        assert isinstance(parameter, click.Argument) or parameter.help, parameter.name


@pytest.mark.parametrize(
    "words", [("show",), ("submissions",), ("team", "list"), ("check",), ("submit",), ("score",)]
)
def test_every_listing_has_three_formats(words, run) -> None:
    assert "--format [table|csv|json]" in run(*words, "--help").stdout


def test_help_answers_without_the_heavy_libraries() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from eds_leaderboard.cli import main;"
        "assert CliRunner().invoke(main, ['--help']).exit_code == 0;"
        "heavy = ('numpy', 'pandas', 'sklearn', 'scipy', 'rich', 'mlxtend');"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_help_answers_at_once() -> None:
    """The processor's time, not the clock's: other work on the machine must not fail the test."""

    def fastest(*words: str) -> float:
        times = []
        for _ in range(5):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([sys.executable, *words], capture_output=True, check=True)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        return min(times)

    assert fastest("-m", "eds_leaderboard", "--help") < fastest("-c", "pass") + 0.15


def test_scoring_imports_neither_pandas_nor_scikit_learn(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("id,label\n1,A\n2,B\n")
    code = (
        "import sys; from click.testing import CliRunner; from eds_leaderboard.cli import main;"
        "assert CliRunner().invoke(main, ['score', '-f', 't.csv', '--truth', 't.csv']).exit_code == 0;"
        "print([name for name in ('pandas', 'sklearn', 'scipy', 'mlxtend') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_a_near_miss_is_answered_with_the_name_that_was_meant(run) -> None:
    assert "Did you mean 'submit'?" in run("submitt", status=2).stderr


# score


@pytest.mark.parametrize("seed", range(25))
def test_a_score_in_json_equals_scikit_learn(seed: int, tmp_path: Path, run) -> None:
    generator = np.random.default_rng(seed)
    names = np.array(["EXP", "HYB", "LP", "TOR", "TR", "VT"])[: generator.integers(2, 7)]
    n_rows = int(generator.integers(len(names), 400))
    truth = np.concatenate([names, generator.choice(names, n_rows - len(names))])
    predicted = np.where(generator.random(n_rows) < 0.6, truth, generator.choice(names, n_rows))
    ids = [f"r{number}" for number in generator.permutation(n_rows)]
    order = generator.permutation(n_rows)
    write(tmp_path / "truth.csv", ids, truth)
    write(tmp_path / "mine.csv", [ids[row] for row in order], predicted[order])

    words = ("score", "-f", tmp_path / "mine.csv", "--truth", tmp_path / "truth.csv")
    report = json.loads(run(*words, "--format", "json").stdout)
    labels = sorted(names)
    expected = {"accuracy": oracle.accuracy_score(truth, predicted)}
    for average in ("macro", "weighted"):
        values = oracle.precision_recall_fscore_support(
            truth, predicted, labels=labels, average=average, zero_division=0
        )
        expected |= {f"{average}_{n}": v for n, v in zip(("precision", "recall", "f1"), values, strict=False)}
    expected["balanced_accuracy"] = oracle.balanced_accuracy_score(truth, predicted)
    assert report["metrics"] == pytest.approx(expected, abs=1e-12, rel=0)
    per_class = oracle.precision_recall_fscore_support(truth, predicted, labels=labels, zero_division=0)
    for name, values in zip(("precision", "recall", "f1", "support"), per_class, strict=True):
        assert [row[name] for row in report["per_class"]] == pytest.approx(values.tolist(), abs=1e-12, rel=0)
    assert report["confusion_matrix"] == oracle.confusion_matrix(truth, predicted, labels=labels).tolist()
    assert (report["rows"], report["labels"]) == (n_rows, labels)


def write(path: Path, ids: list[str], labels: np.ndarray) -> None:
    body = "".join(f"{name},{label}\n" for name, label in zip(ids, labels, strict=True))
    path.write_text(f"id,label\n{body}")


def test_a_score_in_csv_holds_the_same_numbers(tmp_path: Path, run) -> None:
    write(tmp_path / "t.csv", ["1", "2", "3"], np.array(["a", "b", "b"]))
    write(tmp_path / "p.csv", ["1", "2", "3"], np.array(["a", "b", "a"]))
    lines = run(
        "score", "-f", tmp_path / "p.csv", "--truth", tmp_path / "t.csv", "--format", "csv"
    ).stdout.splitlines()
    assert lines[:2] == ["metric,class,value", "accuracy,,0.6666666666666666"]
    assert "precision,a,0.5" in lines
    assert "recall,b,0.5" in lines


def test_a_file_that_is_not_there_is_a_usage_error(tmp_path: Path, run) -> None:
    (tmp_path / "t.csv").write_text("id,label\n1,A\n")
    assert (
        "no such file" in run("score", "-f", tmp_path / "x", "--truth", tmp_path / "t.csv", status=2).stderr
    )
    assert "a folder, no file" in run("score", "-f", tmp_path, "--truth", tmp_path / "t.csv", status=2).stderr
    run("score", "-f", tmp_path / "t.csv", status=2)


# a whole event


def rows_of(result) -> list[dict]:
    return json.loads(result.stdout)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_an_event_from_create_to_reveal(
    kind, tmp_path, challenge, predictions, clock, run, monkeypatch, request
) -> None:
    monkeypatch.chdir(tmp_path)
    place = [] if kind == "sqlite" else ["--db", request.getfixturevalue("postgres").emptied()]
    rules = ("--metric", "macro_f1", "--limit", 3, "--per-hour", 2)
    told = run("create", "fall", "--challenge", challenge, *rules, *place).stdout
    assert ("fall/event.db" if kind == "sqlite" else "postgresql://postgres@/postgres") in told
    isere = run("team", "add", "Isère").stdout.strip()
    drac = run("team", "add", "Drac").stdout.strip()
    zero = run("team", "add", "all EXP", "--baseline").stdout.strip()
    early = run("submit", "-f", predictions(1), "-m", "early", token=isere, status=1)
    assert "is not open yet" in early.stderr
    assert run("open", "--for", "4h").stdout == "Event 'fall' is open until 2026-11-27 12:00:00 UTC.\n"

    sample = Path("fall/release/sample_submission.csv")
    run("submit", "-f", sample, "-m", "baseline", token=zero)
    receipt = rows_of(run("submit", "-f", predictions(30), "-m", "first", "--format", "json", token=isere))[0]
    assert (receipt["team"], receipt["entry"], receipt["rank"], receipt["left"]) == ("Isère", 1, 1, 2)
    run("submit", "-f", predictions(12), "-m", "second", token=isere)
    refused = run("submit", "-f", predictions(3), "-m", "third", token=isere, status=1)
    assert "your team sent 2 entries within the last hour" in refused.stderr
    assert "allowed at 2026-11-27 09:00:01 UTC, in 1 h" in refused.stderr
    run("submit", "-f", predictions(6), "-m", "ours", token=drac)

    board = rows_of(run("show", "--format", "json"))
    assert [(row["rank"], row["team"], row["split"]) for row in board] == [
        (1, "Drac", "public"),
        (2, "Isère", "public"),
        (None, "all EXP", "public"),
    ]
    assert all(round(row["macro_f1"], 4) == row["macro_f1"] for row in board)
    assert [row["baseline"] for row in board] == [False, False, True]
    shown = run("show").stdout
    assert "all EXP (baseline)" in shown
    headline = next(line for line in shown.splitlines() if "standings" in line)
    assert "(open until 2026-11-27 12:00:00 UTC, " in headline
    assert headline.count("(") == headline.count(")") == 1
    assert "ranked by macro_f1" in shown
    mine = rows_of(run("submissions", "--team", "isère", "--format", "json"))
    assert [row["message"] for row in mine] == ["first", "second"]

    clock.advance(hours=4)
    late = run("submit", "-f", predictions(0), "-m", "late", token=drac, status=1)
    assert "closed at 2026-11-27 12:00:00 UTC" in late.stderr
    run("reveal")
    final = rows_of(run("show", "--format", "json"))
    assert [(row["rank"], row["moved"], row["team"], row["split"]) for row in final] == [
        (1, 0, "Drac", "private"),
        (2, 0, "Isère", "private"),
        (None, None, "all EXP", "private"),
    ]
    per_class = rows_of(run("show", "--per-class", "Drac", "--format", "json"))
    assert [row["class"] for row in per_class] == ["EXP", "HYB", "LP", "TOR"]
    assert sum(row["support"] for row in per_class) == 40
    assert "moved" in run("show").stdout


def test_a_bad_entry_tells_all_problems_and_uses_no_entry(event, clock, predictions, run) -> None:
    token = run("team", "add", "Isère", "-c", event).stdout.strip()
    bad = predictions(1)
    bad.write_text(bad.read_text().replace("row003,", "row999,").replace("row005,", "row006,"))
    result = run("submit", "-f", bad, "-m", "bad", "-c", event, token=token, status=1)
    for text in (
        "Unknown id 'row999' in column 'id' (line 5)",
        "Duplicate id 'row006' in column 'id' (line 8)",
        "Missing id 'row003', the file ends (line 61)",
        "Missing id 'row005', the file ends (line 61)",
        "error: 4 problems in predictions.csv",
    ):
        assert text in result.stderr
    checked = run("check", "-f", bad, "-c", event, "--format", "json", status=1)
    assert [(row["line"], row["kind"]) for row in json.loads(checked.stdout)] == [
        (5, "unknown-id"),
        (8, "duplicate-id"),
        (61, "missing-id"),
        (61, "missing-id"),
    ]
    assert "Unknown id 'row999'" in run("check", "-f", bad, "-c", event, status=1).stdout
    assert rows_of(run("submissions", "-c", event, "--format", "json")) == []


def test_a_token_is_asked_for_or_its_lack_is_told(event, predictions, run) -> None:
    assert "no token" in run("submit", "-f", predictions(1), "-m", "x", "-c", event, status=2).stderr
    wrong = run("submit", "-f", predictions(1), "-m", "x", "-c", event, "--token", "eds_x", status=1)
    assert "belongs to no team" in wrong.stderr


@pytest.mark.parametrize(
    ("message", "text"), [("x" * 201, "201 characters"), ("a\x1b[31mb", "control characters")]
)
def test_a_message_is_short_plain_text(message, text, event, predictions, run) -> None:
    token = run("team", "add", "Isère", "-c", event).stdout.strip()
    assert (
        text in run("submit", "-f", predictions(1), "-m", message, "-c", event, token=token, status=2).stderr
    )


def test_the_event_is_found_from_where_one_stands(event, run, monkeypatch, tmp_path) -> None:
    assert "no event here" in run_in(monkeypatch, event / "release", run, "team", "list", status=2).stderr
    for place in (event, tmp_path):
        run_in(monkeypatch, place, run, "team", "list")
    shutil.copytree(event, tmp_path / "spring")
    told = run_in(monkeypatch, tmp_path, run, "team", "list", status=2).stderr
    assert "2 events here: fall, spring" in told
    monkeypatch.setenv("LEADERBOARD_EVENT", str(event))
    run("team", "list")
    assert "is no event" in run("team", "list", "-c", tmp_path, status=2).stderr


def test_who_stands_in_no_event_is_told_of_servers_where_one_can_be_named(tmp_path, run, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    for words in (("show",), ("submissions",), ("submit", "-f", "x.csv", "-m", "x", "--token", "eds_x")):
        assert "-c EVENT; a server with --server ADDRESS" in run(*words, status=2).stderr
    assert "--server" not in run("close", status=2).stderr


def test_a_team_checks_a_file_in_the_folder_that_it_got(event, predictions, run, monkeypatch) -> None:
    file = predictions(1)
    for place in (event / "release", event, event.parent):
        assert "is a valid entry" in run_in(monkeypatch, place, run, "check", "-f", file).stdout
    told = run_in(monkeypatch, event / "release", run, "check", "-f", file, "-c", file.parent, status=2)
    assert "is no folder of an event" in told.stderr


def run_in(monkeypatch, place: Path, run, *words, status: int = 0):
    monkeypatch.chdir(place)
    return run(*words, status=status)


@pytest.mark.parametrize(("place", "said"), [("there", "exists already"), ("no/where", "no folder")])
def test_a_place_that_cannot_be_is_told_before_anything_is_drawn(place, said, tmp_path, run) -> None:
    (tmp_path / "there").mkdir()
    done = run("create", tmp_path / place, "--challenge", "digits", status=2)
    assert said in done.stderr
    assert "Drawing" not in done.stderr


def test_it_is_reached_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "eds_leaderboard", "score"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "tip: write 'leaderboard score " in done.stderr


# whatever is broken, one line and a tip


def damage_event_file(event: Path) -> None:
    (event / "event.json").write_text("{")


def damage_description(event: Path) -> None:
    (event / "release" / "challenge.json").write_text('{"labels": 3}')


def remove_sample(event: Path) -> None:
    (event / "release" / "sample_submission.csv").unlink()


def remove_database(event: Path) -> None:
    (event / "event.db").unlink()


def empty_database(event: Path) -> None:
    for path in event.glob("event.db*"):
        path.write_bytes(b"")


@pytest.mark.parametrize(
    ("damage", "words", "message"),
    [
        (damage_event_file, ("show",), "event.json is damaged"),
        (damage_description, ("check", "-f", "predictions.csv"), "challenge.json is damaged"),
        (remove_sample, ("check", "-f", "predictions.csv"), "is no folder of an event"),
        (remove_database, ("show",), "no database"),
        (empty_database, ("show",), "has no event 'fall'"),
    ],
)
def test_a_damaged_event_is_told_in_one_line(
    damage, words, message, event, predictions, run, monkeypatch
) -> None:
    monkeypatch.chdir(predictions(1).parent)
    damage(event)
    told = run(*words, "-c", event, status=2).stderr.splitlines()
    assert len(told) == 2
    assert message in told[0]
    assert told[1].startswith("  tip: ")


@pytest.mark.parametrize("words", [("create", "/proc/fall"), ("create", "fall", "--db", "folder")])
def test_an_event_that_cannot_be_written_is_told_in_one_line(words, challenge, run, monkeypatch) -> None:
    place = challenge.parent
    monkeypatch.chdir(place)
    (place / "folder").mkdir(mode=0o755)
    told = run(*words, "--challenge", challenge, status=2).stderr.splitlines()
    assert len(told) == 2
    assert (place / "folder").stat().st_mode & 0o777 == 0o755
    assert sorted(path.name for path in place.iterdir()) == ["folder", "volcano"]


def test_a_wrong_truth_is_not_called_an_entry(challenge, run, tmp_path, predictions) -> None:
    truth = challenge / "truth.csv"
    truth.write_text("id,label,split\na,EXP,publik\n")
    said = run("create", tmp_path / "fall", "--challenge", challenge, status=1).stderr
    assert said.splitlines()[-1] == "  tip: mend the file and try again; no event was made"
    (tmp_path / "empty.csv").write_text("id,label\n")
    said = run("score", "-f", predictions(), "--truth", tmp_path / "empty.csv", status=1).stderr
    assert said.splitlines()[-1] == "  tip: mend the file and try again; nothing was changed"


def test_what_takes_its_time_is_said_at_once_and_only_that(challenge, run, tmp_path) -> None:
    made = run("create", tmp_path / "fall", "--challenge", "digits")
    assert made.stderr.startswith("Drawing the challenge digits from a new secret")
    assert "Drawing" not in made.stdout
    assert run("create", tmp_path / "winter", "--challenge", challenge).stderr == ""
    wrong = run("create", tmp_path / "spring", "--challenge", "digit", status=2).stderr
    assert "Drawing" not in wrong


def test_an_events_name_is_as_plain_as_a_teams(challenge, run) -> None:
    told = run("create", challenge.parent / "a<b", "--challenge", challenge, status=2).stderr
    assert "'a<b' is no event name" in told
