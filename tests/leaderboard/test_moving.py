"""What is moved, saved or put back holds the same rows, and nothing is written to a place that was left."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import stat
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from eds_leaderboard import moving
from eds_leaderboard.board import Board, create_event
from eds_leaderboard.errors import DatabaseError, EdsError, UsageError
from eds_leaderboard.event import Rules
from eds_leaderboard.folder import find_event
from eds_leaderboard.store import legacy
from eds_leaderboard.store.address import has_password, parse_address, shown_address, without_secrets
from eds_leaderboard.store.database import Database
from eds_leaderboard.store.schema import COLUMNS, TABLES
from eds_leaderboard.store.transfer import table_sums


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str | None:
    if request.param == "sqlite":
        return None
    return request.getfixturevalue("postgres").emptied()


@pytest.fixture
def lively(event, clock, predictions):
    """An event in which every table has rows."""
    with Board(find_event(event)) as board:
        tokens = [board.add_team(name)[1] for name in ("Isère", "Drac", "Ebron")]
        for number, token in enumerate(tokens):
            board.submit(predictions(3 * number), f"entry of {number} — é", token)
            clock.advance(minutes=1)
        board.void(2, "a trial")
    return event, tokens


def seen(event: Path) -> list[tuple]:
    with Board(find_event(event)) as board:
        lines = [(line.rank, line.team.name, line.entry, line.interval) for line in board.standings()]
        return [*lines, board.audit(), board.voids()]


def test_every_table_and_column_is_copied(lively) -> None:
    event, _ = lively
    with Database(find_event(event).database) as db:
        for table in TABLES:
            row = db.row(f"SELECT * FROM {table}")
            assert row is not None, table
            names = row.keys() if db.dialect == "sqlite" else row._names
            assert tuple(names) == COLUMNS[table]


@pytest.mark.parametrize("database", [None])
def test_an_event_moves_to_postgresql_with_every_row_and_goes_on_there(
    lively, clock, predictions, run, postgres
) -> None:
    event, tokens = lively
    before, url = seen(event), postgres.emptied()
    running = Board(find_event(event))
    told = run("migrate-db", url, "-c", event).stdout
    assert "all rows are the same there" in told
    assert seen(event) == before
    assert json.loads((event / "event.json").read_text())["database"] == url
    with Board(find_event(event)) as board:
        assert board.submit(predictions(1), "goes on", tokens[0]).entry.seq == 2
        board.add_team("Vénéon")
        board.close()
    with pytest.raises(EdsError, match="its events have moved to postgresql://postgres@/postgres"):
        running.submit(predictions(2), "too late", tokens[0])
    assert running.standings()  # it can still be looked at
    running.db.close()
    again = run("migrate-db", postgres.new_database(), "-c", event, status=2)
    assert "expected an event in a SQLite file" in again.stderr


@pytest.mark.parametrize("database", [None])
def test_a_row_that_does_not_arrive_stops_the_move(lively, postgres, monkeypatch) -> None:
    event, _ = lively
    url, copy = postgres.emptied(), moving.copy_rows

    def forgetful(source: Database, target: Database) -> None:
        copy(source, target)
        target.write(
            "INSERT INTO ruling (entry_id, at, is_void, reason) SELECT entry_id, at, is_void, reason FROM ruling"
        )

    monkeypatch.setattr(moving, "copy_rows", forgetful)
    before = seen(event)
    with pytest.raises(EdsError, match=r"ruling of .* differ; nothing was changed"):
        moving.migrate(find_event(event), url)
    assert seen(event) == before
    assert find_event(event).database == event / "event.db"
    monkeypatch.undo()
    moving.migrate(find_event(event), url)


@pytest.mark.parametrize("database", [None])
def test_a_database_that_holds_events_takes_no_other(lively, tmp_path, challenge, postgres) -> None:
    event, _ = lively
    url = postgres.emptied()
    create_event(tmp_path / "there", str(challenge), Rules(), database=url)
    with pytest.raises(UsageError, match="holds events already"):
        moving.migrate(find_event(event), url)


def test_a_backup_while_entries_come_in_is_whole_and_can_be_put_back(
    lively, clock, predictions, tmp_path, run
) -> None:
    event, tokens = lively
    stop, sent = threading.Event(), []

    def send() -> None:
        with Board(find_event(event)) as board:
            for number in range(4, 8):
                sent.append(
                    board.submit(predictions(1, number, f"p{number}.csv"), "more", tokens[number % 3])
                )
        stop.set()

    writer = threading.Thread(target=send)
    writer.start()
    copies = []
    while not stop.is_set() or not copies:
        copies.append(tmp_path / f"{len(copies)}.db")
        moving.back_up(find_event(event).database, copies[-1])
    writer.join()
    for copy in copies:
        assert stat.S_IMODE(copy.stat().st_mode) == 0o600
        with Database(copy) as db:
            entries = db.value("SELECT count(*) FROM entry")
            assert db.value("SELECT count(*) FROM audit WHERE action = 'submit'") == entries
            assert db.value("SELECT count(*) FROM result") == 2 * entries
    assert sorted(path.name for path in tmp_path.glob("*.db*") if path.name.startswith(".")) == []
    final = tmp_path / "final.db"
    run("backup", "--to", final, "-c", event)
    before = seen(event)
    with Board(find_event(event)) as board:
        board.submit(predictions(9), "after the backup", tokens[0])
    told = run("restore-backup", final, "-c", event).stdout
    assert "what was there before: " in told
    assert seen(event) == before
    with Board(find_event(event)) as board:
        assert board.submit(predictions(9), "after the backup", tokens[0]).entry.seq > 1
        with Database(final) as backup:
            kept, now = table_sums(backup), table_sums(board.db)
        assert all(kept[table] == now[table] for table in ("truth", "label", "team"))


@pytest.mark.parametrize("wrote", [False, True])
def test_who_runs_on_while_a_backup_is_put_back_is_refused(
    wrote, lively, predictions, tmp_path, clock, run
) -> None:
    event, tokens = lively
    # what is put aside is called by the time, in a database that several tests share
    clock.advance(minutes=5 + wrote)
    run("backup", "--to", tmp_path / "noon.db", "-c", event)
    with Board(find_event(event)) as board:
        for wrong in (17, 18):
            board.submit(predictions(wrong), "after the backup", tokens[0])
    with Board(find_event(event)) as running:
        if wrote:
            running.submit(predictions(19), "after the backup", tokens[0])
        run("restore-backup", tmp_path / "noon.db", "-c", event)
        with pytest.raises(DatabaseError) as refused:
            running.submit(predictions(20), "too late", tokens[0])
    assert refused.value.tip == "stop what still runs on it, start it anew"
    for aside in event.glob("event.db.before-*[0-9]"):
        run("restore-backup", aside, "-c", event)
    with Board(find_event(event)) as board:
        assert board.submit(predictions(20), "goes on", tokens[0]).entry.seq > 1
        assert "too late" not in [entry.message for entry in board.entries()]


@pytest.mark.parametrize("database", [None])
def test_what_is_no_backup_of_the_event_changes_nothing(lively, tmp_path, challenge, run) -> None:
    event, _ = lively
    before = seen(event)
    create_event(tmp_path / "other", str(challenge), Rules())
    (tmp_path / "text.db").write_text("no database" * 100)
    other = tmp_path / "other" / "event.db"
    assert "holds no event 'fall'" in run("restore-backup", other, "-c", event, status=2).stderr
    said = run("restore-backup", tmp_path / "text.db", "-c", event, status=2).stderr
    assert "text.db is no backup" in said
    assert "give the file that leaderboard backup wrote" in said
    with contextlib.closing(sqlite3.connect(tmp_path / "foreign.db")) as foreign:
        foreign.execute("CREATE TABLE grade (points REAL)")
    said = run("restore-backup", tmp_path / "foreign.db", "-c", event, status=2).stderr
    assert "give the file that leaderboard backup wrote" in said
    assert "no backup" in run("restore-backup", tmp_path / "absent.db", "-c", event, status=2).stderr
    assert "exists already" in run("backup", "--to", other, "-c", event, status=2).stderr
    assert seen(event) == before


# secrets in addresses

URLS = [
    "postgresql://ann:s3cr%2Ft@db.example.org:5432/board",
    "postgres://ann@db.example.org/board?password=s3cr%2Ft&sslmode=require",
    "postgresql://:s3cr%2Ft@/board?host=/tmp",
]


@pytest.mark.parametrize("url", URLS)
def test_a_password_is_never_shown(url: str, tmp_path, challenge, run) -> None:
    assert has_password(url)
    for text in (shown_address(url), without_secrets(f"bad {url}: password s3cr/t or s3cr%2Ft", url)):
        assert "s3cr" not in text
    assert "board" in shown_address(url)
    # nobody listens at this port, or there is no such host
    dead = url.replace("db.example.org:5432", "127.0.0.1:1").replace("db.example.org", "127.0.0.1:1")
    dead = dead.replace("host=/tmp", "host=/nowhere")
    result = run("create", tmp_path / "fall", "--challenge", challenge, "--db", dead, status=1)
    assert "cannot connect to" in result.stderr
    assert "s3cr" not in result.output
    assert not (tmp_path / "fall").exists()


@pytest.mark.parametrize("url", ["postgresql://ann:s3cr@[::1/board", "postgresql://ann:s3cr@h:port/board"])
def test_a_url_that_cannot_be_read_is_not_repeated(url: str, tmp_path, challenge, run) -> None:
    result = run("create", tmp_path / "fall", "--challenge", challenge, "--db", url, status=2)
    assert "cannot be read" in result.stderr
    assert "s3cr" not in result.output


def test_other_databases_are_refused_and_a_path_is_a_path() -> None:
    with pytest.raises(UsageError, match="of the kind 'mysql'"):
        parse_address("mysql://host/board")
    assert parse_address("a/b.db") == Path("a/b.db")
    assert not has_password(Path("a:b@c"))
    assert not has_password("postgresql://ann@host/board")


def test_the_event_file_is_private_where_the_url_has_a_password(tmp_path, challenge, postgres) -> None:
    url = postgres.emptied()
    with_password = url.replace("postgres:@", "postgres:s3cr@")
    create_event(tmp_path / "one", str(challenge), Rules(), database=with_password)
    create_event(tmp_path / "two", str(challenge), Rules(), database=url)
    modes = [stat.S_IMODE((tmp_path / name / "event.json").stat().st_mode) for name in ("one", "two")]
    assert modes == [0o600, 0o644]
    with Board(find_event(tmp_path / "one")) as board:
        assert "s3cr" not in board.db.shown


# the first version


def test_a_database_of_the_first_version_is_taken_over(event, clock, predictions, tmp_path) -> None:
    """Its tables are made and filled as they were then: a row for each label, each count, each score."""
    with Board(find_event(event)) as board:
        token = board.add_team("Isère")[1]
        board.submit(predictions(6), "first", token)
        truth = board.truth()
        new = {table: [tuple(row) for row in board.db.rows(f"SELECT * FROM {table}")] for table in TABLES}
    path = tmp_path / "old.db"
    with sqlite3.connect(path) as old:
        for statement in legacy._TABLES.values():
            old.execute(statement)
        first = new["event"][0]
        old.execute("INSERT INTO event VALUES (?,?,?,?,?,?,?,?,?,?)", [*first[:6], *first[9:12], first[14]])
        for table in ("label", "team", "entry", "audit"):
            marks = ",".join("?" * len(COLUMNS[table]))
            old.executemany(f"INSERT INTO {table} VALUES ({marks})", new[table])
        rows = zip(truth.expected.ids, truth.codes.tolist(), truth.splits, strict=True)
        old.executemany(
            "INSERT INTO truth VALUES (?,?,?,?,?,NULL)", [(first[0], n, *row) for n, row in enumerate(rows)]
        )
        old.executemany("INSERT INTO score VALUES (?,?,?,?)", [(r[0], *r[2:]) for r in new["score"]])
        old.execute("PRAGMA user_version = 1")
    old.close()
    with Database(path) as db:
        for table in TABLES:
            found = sorted(tuple(row) for row in db.rows(f"SELECT * FROM {table}"))
            assert found == sorted(new[table]), table
        assert not db.rows("SELECT name FROM sqlite_master WHERE name LIKE 'old%'")
        with pytest.raises(Exception, match="append-only"), db.atomic():
            db.write("DELETE FROM audit")
    folder = tmp_path / "again"
    folder.mkdir()
    (folder / "event.json").write_text(json.dumps({"name": "fall", "database": "../old.db"}))
    clock.advance(minutes=1)
    with Board(find_event(folder)) as board:
        assert board.submit(predictions(1), "second", token).entry.seq == 2
        board.extend(timedelta(minutes=5))
