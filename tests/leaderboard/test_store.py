"""The database keeps what was acknowledged, and refuses what would put the board in a wrong order."""

from __future__ import annotations

import json
import math
import sqlite3
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest

from eds_leaderboard.board import Board
from eds_leaderboard.errors import EdsError, RefusedError, UsageError
from eds_leaderboard.folder import find_event
from eds_leaderboard.metrics import BOARD_METRICS, METRICS
from eds_leaderboard.store.database import Database
from eds_leaderboard.store.entries import load_content
from eds_leaderboard.store.errors import ConstraintError
from eds_leaderboard.store.results import load_confusion, load_is_right
from eds_leaderboard.store.schema import MIGRATIONS, TABLES

KEPT = [table for table in TABLES if table not in ("event", "team")]


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str | None:
    if request.param == "sqlite":
        return None
    return request.getfixturevalue("postgres").emptied()


# of each table a column that is no key, and its key
COLUMN = {
    "label": "name",
    "entry": "message",
    "ruling": "reason",
    "audit": "actor",
    "score": "value",
    "truth": "n_rows",
    "result": "n_rows",
}
KEY = {
    "label": "event_id, code",
    "truth": "event_id, version",
    "result": "entry_id, version, split",
    "score": "entry_id, version, split, metric",
}


@pytest.fixture
def filled(event, clock, predictions):
    """An event with one entry; yields its board, the team's token and the file."""
    with Board(find_event(event)) as board:
        token = board.add_team("Isère")[1]
        file = predictions(6)
        board.submit(file, "first", token)
        board.void(1, "a trial")
        board.restore(1, "of the void")
        yield board, token, file


@pytest.mark.parametrize("score", [None, math.nan, "text", "", -0.1, 1.0000001, math.inf, -math.inf, b"0.5"])
def test_what_is_no_score_is_refused_by_the_schema(filled, score) -> None:
    board, *_ = filled
    with pytest.raises(ConstraintError), board.db.atomic():
        board.db.write("INSERT INTO score VALUES (1, 1, 'public', 'other', ?)", [score])
    assert board.db.row("SELECT count(*) FROM score WHERE metric = 'other'")[0] == 0


def test_a_score_is_a_real_even_when_it_is_written_as_a_whole_number(filled) -> None:
    board, *_ = filled
    with board.db.atomic():
        board.db.write("INSERT INTO score VALUES (1, 1, 'public', 'other', 1)")
    found = board.db.value("SELECT value FROM score WHERE metric = 'other'")
    assert (found, type(found)) == (1.0, float)


@pytest.mark.parametrize("table", KEPT)
@pytest.mark.parametrize("statement", ["DELETE FROM {table}", "UPDATE {table} SET {column} = {column}"])
def test_what_is_written_once_stays(filled, table: str, statement: str) -> None:
    board, *_ = filled
    before = [tuple(row) for row in board.db.rows(f"SELECT * FROM {table}")]
    assert before
    column = COLUMN.get(table, "version")
    with pytest.raises(ConstraintError, match="append-only"), board.db.atomic():
        board.db.write(statement.format(table=table, column=column))
    assert [tuple(row) for row in board.db.rows(f"SELECT * FROM {table}")] == before


@pytest.mark.parametrize("table", KEPT)
def test_nothing_is_replaced_even_by_a_connection_without_our_settings(filled, table: str) -> None:
    """REPLACE deletes without firing the delete trigger unless recursive_triggers is on."""
    board, *_ = filled
    if board.db.dialect == "postgresql":
        column = COLUMN.get(table, "version")
        replace = (
            f"INSERT INTO {table} SELECT * FROM {table} ON CONFLICT ({KEY.get(table, 'id')})"
            f" DO UPDATE SET {column} = EXCLUDED.{column}"
        )
        for statement in (replace, f"TRUNCATE {table} CASCADE"):
            with pytest.raises(ConstraintError, match="append-only"), board.db.atomic():
                board.db.write(statement)
        return
    with sqlite3.connect(board.db.address) as other:
        row = other.execute(f"SELECT * FROM {table}").fetchone()
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            other.execute(f"INSERT OR REPLACE INTO {table} VALUES ({','.join('?' * len(row))})", row)
    other.close()


def test_a_second_entry_of_the_same_number_is_refused_by_the_schema(filled) -> None:
    board, *_ = filled
    entry = list(board.db.row("SELECT team_id, seq, received_at, message, sha256, content FROM entry"))
    entry[4] = "f" * 64
    with pytest.raises(ConstraintError), board.db.atomic():
        board.db.write(
            "INSERT INTO entry (team_id, seq, received_at, message, sha256, content) VALUES (?,?,?,?,?,?)",
            entry,
        )


@pytest.mark.parametrize(
    "time", ["2026-11-27 08:00:00", "2026-11-27T08:00:00Z", "now", "2026-11-27T08:00:00.000000"]
)
def test_a_time_in_another_form_is_refused_by_the_schema(filled, time: str) -> None:
    board, *_ = filled
    with pytest.raises(ConstraintError), board.db.atomic():
        board.db.write("UPDATE event SET closes_at = ?", [time])


def test_an_entry_of_no_team_is_refused_by_the_schema(filled) -> None:
    board, *_ = filled
    with pytest.raises(ConstraintError, match=r"(?i)foreign key"), board.db.atomic():
        board.db.write("INSERT INTO score VALUES (99, 1, 'public', 'accuracy', 0.5)")


def test_scores_are_stored_unrounded_and_follow_from_the_stored_counts(filled) -> None:
    board, *_ = filled
    labels = board.truth().expected.labels
    for split in ("public", "private"):
        matrix = load_confusion(board.db, 1, 1, split, labels)
        is_right = load_is_right(board.db, 1, 1, split)
        assert (len(is_right), is_right.sum()) == (matrix.total, matrix.hits.sum())
        stored = {
            row["metric"]: row["value"]
            for row in board.db.rows("SELECT metric, value FROM score WHERE split = ?", [split])
        }
        assert stored == {name: METRICS[name](matrix) for name in BOARD_METRICS}
        assert matrix.total == (20 if split == "public" else 40)
    assert any(round(value, 4) != value for value in stored.values())


def test_the_file_is_kept_as_it_was_sent(filled) -> None:
    board, _, file = filled
    assert load_content(board.db, 1) == file.read_bytes()


def test_a_refused_entry_leaves_no_trace(filled, predictions) -> None:
    board, token, file = filled
    tables = ("entry", "score", "result", "audit")
    before = [board.db.row(f"SELECT count(*) FROM {table}")[0] for table in tables]
    with pytest.raises(RefusedError, match="your entry 1 already"):
        board.submit(file, "again", token)
    assert [board.db.row(f"SELECT count(*) FROM {table}")[0] for table in tables] == before
    assert board.submit(predictions(3), "other", token).entry.seq == 2


def test_the_same_file_of_another_team_is_its_own_entry(filled) -> None:
    board, _, file = filled
    assert board.submit(file, "mine too", board.add_team("Drac")[1]).entry.seq == 1


def add_teams(board: Board, count: int) -> None:
    for number in range(count):
        board.add_team(f"team {number}")


def pragma(board: Board, text: str) -> None:
    """Set something of the connection that writes."""
    with board.db._writers.lend() as session:
        session.execute(f"PRAGMA {text}")


@pytest.mark.parametrize("database", [None])
def test_a_full_disk_is_told_and_loses_nothing(filled, predictions) -> None:
    board, token, _ = filled
    pages = board.db.value("PRAGMA page_count")
    pragma(board, f"max_page_count = {pages}")
    with pytest.raises(EdsError, match="database or disk is full; nothing was changed"):
        add_teams(board, 500)
    pragma(board, "max_page_count = 1000000")
    teams = len(board.teams())
    assert 1 <= teams < 500
    assert board.db.value("SELECT count(*) FROM audit WHERE action = 'team add'") == teams
    assert board.db.value("PRAGMA integrity_check") == "ok"
    assert board.submit(predictions(9, 20), "there is space again", token).entry.seq == 2


@pytest.mark.parametrize("database", [None])
def test_a_lock_that_is_not_given_back_is_told(filled, predictions, monkeypatch) -> None:
    board, token, _ = filled
    pragma(board, "busy_timeout = 50")
    other = sqlite3.connect(board.db.address, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(EdsError, match="database is locked; nothing was changed"):
        board.submit(predictions(3), "waiting", token)
    other.execute("ROLLBACK")
    other.close()
    assert board.submit(predictions(3), "free", token).entry.seq == 2


def write_twice(db: Database) -> None:
    with db.atomic():
        for value in (0.5, 2.0):
            db.write("INSERT INTO score VALUES (1, 1, 'public', ?, ?)", [f"inner {value}", value])


def test_a_block_that_fails_is_undone_and_blocks_nest(filled) -> None:
    board, *_ = filled
    count = "SELECT count(*) FROM score"
    before = board.db.row(count)[0]
    with board.db.atomic():
        board.db.write("INSERT INTO score VALUES (1, 1, 'public', 'outer', 0.5)")
        with pytest.raises(ConstraintError):
            write_twice(board.db)
    assert board.db.row(count)[0] == before + 1
    with pytest.raises(RuntimeError, match="outside of atomic"):
        board.db.write("INSERT INTO score VALUES (1, 1, 'public', 'bare', 0.5)")


@pytest.mark.parametrize("database", [None])
def test_the_database_is_for_its_owner_alone(event) -> None:
    with Board(find_event(event)) as board:
        board.add_team("Isère")
        for path in event.glob("event.db*"):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name


def test_migrations_are_numbered_without_a_gap_and_run_once(tmp_path: Path, database) -> None:
    assert [migration.number for migration in MIGRATIONS] == list(range(1, len(MIGRATIONS) + 1))
    for create in (True, False):
        with Database(database or tmp_path / "new.db", create=create) as db, db.reading():
            assert db.backend.version(db._session) == MIGRATIONS[-1].number
            assert not db.rows("SELECT * FROM audit")


def test_a_database_of_a_newer_version_or_of_another_program_is_left_alone(tmp_path: Path) -> None:
    with Database(tmp_path / "new.db", create=True) as db, db.atomic():
        db.write("PRAGMA user_version = 999")
    with pytest.raises(EdsError, match="schema 999"):
        Database(tmp_path / "new.db")
    (tmp_path / "text.db").write_text("no database" * 500)
    with pytest.raises(EdsError, match="no database of a board"):
        Database(tmp_path / "text.db")
    with pytest.raises(UsageError, match="no database"):
        Database(tmp_path / "absent.db")
    assert not (tmp_path / "absent.db").exists()


def entries_at_once(event: Path, token: str, files: list[Path]) -> list[str]:
    """Send files from as many threads, all at the same moment; return what became of each."""
    barrier = Barrier(len(files))

    def send(file: Path) -> str:
        with Board(find_event(event)) as board:
            barrier.wait()
            try:
                return f"accepted {board.submit(file, file.name, token).entry.seq}"
            except RefusedError as error:
                return error.reason

    with ThreadPoolExecutor(len(files)) as pool:
        return list(pool.map(send, files))


def test_thirty_two_threads_at_once_get_exactly_the_limit_in(event, predictions) -> None:
    with Board(find_event(event)) as board:
        token = board.add_team("Isère")[1]
    files = [predictions(1, first, f"p{first}.csv") for first in range(32)]
    outcomes = entries_at_once(event, token, files)
    assert sorted(outcomes) == [f"accepted {seq}" for seq in range(1, 6)] + ["limit"] * 27
    with Board(find_event(event)) as board:
        assert [row["seq"] for row in board.db.rows("SELECT seq FROM entry ORDER BY seq")] == [1, 2, 3, 4, 5]


PROCESS = """
import json, sys, time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from eds_leaderboard.board import Board
from eds_leaderboard.errors import RefusedError
from eds_leaderboard.folder import find_event

event, token, start, *files = sys.argv[1:]

def send(file):
    with Board(find_event(Path(event))) as board:
        while not Path(start).exists():
            time.sleep(0.005)
        try:
            return f"accepted {board.submit(Path(file), 'race', token).entry.seq}"
        except RefusedError as error:
            return error.reason

with ThreadPoolExecutor(len(files)) as pool:
    waiting = [pool.submit(send, file) for file in files]
    print("ready", flush=True)
    print(json.dumps([future.result() for future in waiting]))
"""


def test_thirty_two_threads_of_four_processes_get_exactly_the_limit_in(
    tmp_path, challenge, predictions, database
) -> None:
    """The same race between processes, on the machine's own clock."""
    from datetime import timedelta

    from eds_leaderboard.board import create_event
    from eds_leaderboard.event import Rules

    event = tmp_path / "race"
    create_event(event, str(challenge), Rules(entry_limit=5), database=database)
    with Board(find_event(event)) as board:
        board.open(timedelta(hours=1))
        token = board.add_team("Isère")[1]
    files = [predictions(1, first, f"p{first}.csv") for first in range(32)]
    start = tmp_path / "start"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PROCESS, str(event), token, str(start), *map(str, files[group::4])],
            stdout=subprocess.PIPE,
            text=True,
        )
        for group in range(4)
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    start.touch()
    outcomes = [
        outcome for process in processes for outcome in json.loads(process.communicate(timeout=60)[0])
    ]
    assert [process.returncode for process in processes] == [0] * 4
    assert sorted(outcomes) == [f"accepted {seq}" for seq in range(1, 6)] + ["limit"] * 27


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_the_numbers_alone_keep_the_limit_where_nobody_queues(event, predictions, monkeypatch) -> None:
    """Without any lock the unique number of an entry still lets one of two writers in, and the other tries again."""
    from eds_leaderboard.store import database as store
    from eds_leaderboard.store.postgres import PostgresSession

    monkeypatch.setattr(store, "_write_lock", lambda _: threading.Lock())
    monkeypatch.setattr(
        PostgresSession,
        "begin",
        lambda session, *, writing: session.execute(
            "BEGIN" if writing else "BEGIN ISOLATION LEVEL REPEATABLE READ"
        ),
    )
    with Board(find_event(event)) as board:
        token = board.add_team("Isère")[1]
    files = [predictions(1, first, f"p{first}.csv") for first in range(32)]
    outcomes = entries_at_once(event, token, files)
    assert sorted(outcomes) == [f"accepted {seq}" for seq in range(1, 6)] + ["limit"] * 27


PARTS = """
import sys
from pathlib import Path
from eds_leaderboard.board import Board
from eds_leaderboard.folder import find_event

event, start, *sent = sys.argv[1:]
with Board(find_event(Path(event))) as board:
    print("ready", flush=True)
    sys.stdin.readline()
    for line in sent:
        team, file = line.split("=")
        board.enter(board.team(team), Path(file).read_bytes(), "p.csv", file)
    print(board.revision())
"""


def test_four_server_processes_give_the_results_of_one(tmp_path, challenge, predictions, database) -> None:
    from eds_leaderboard.board import create_event
    from eds_leaderboard.event import Rules

    teams = [f"team {number}" for number in range(8)]
    sent = [
        f"{team}={predictions(3 + 2 * number, attempt, f'{number}-{attempt}.csv')}"
        for number, team in enumerate(teams)
        for attempt in range(4)
    ]
    boards = []
    for name, groups in (("four", 4), ("one", 1)):
        event = tmp_path / name
        create_event(event, str(challenge), Rules(), database=database)
        with Board(find_event(event)) as board:
            board.open(timedelta(hours=1))
            for team in teams:
                board.add_team(team)
            parts = [
                subprocess.Popen(
                    [sys.executable, "-c", PARTS, str(event), "", *sent[group::groups]],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
                for group in range(groups)
            ]
            for part in parts:
                assert part.stdout.readline() == "ready\n"
            answers = [part.communicate("go\n", timeout=60)[0] for part in parts]
            assert max(map(int, answers)) == board.revision()
            boards.append(
                [
                    (
                        line.rank,
                        line.team.name,
                        dict(line.entry.scores),
                        line.interval,
                        line.entries,
                        len(line.tied_with),
                    )
                    for line in board.standings()
                ]
            )
            times = [entry.received_at for entry in board.entries()]
            assert times == sorted(times)
            assert len(times) == 32
    # whoever came first with equal scores is listed first: that is all that hangs on the order
    assert sorted(boards[0], key=str) == sorted(boards[1], key=str)
