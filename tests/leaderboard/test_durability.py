"""What was acknowledged is there after a kill at any moment and on a full disk, on both databases."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from eds_leaderboard.board import Board, create_event
from eds_leaderboard.errors import EdsError
from eds_leaderboard.event import Rules
from eds_leaderboard.folder import find_event

ROUNDS = 20

# forks one server after another, so that the imports are paid once; each is killed in the middle of its work
SCRIPT = """
import json, os, random, signal, sys, threading, time
import psycopg
from pathlib import Path
from eds_leaderboard.board import Board
from eds_leaderboard.errors import EdsError
from eds_leaderboard.folder import find_event

event, ids, names, rounds = Path(sys.argv[1]), sys.argv[2].split(","), sys.argv[3].split(","), int(sys.argv[4])

def content(seed):
    rows = random.Random(seed)
    return ("id,label\\n" + "".join(f"{name},{rows.choice(('EXP', 'HYB', 'LP', 'TOR'))}\\n" for name in ids)).encode()

def serve(number, pipe):
    board = Board(find_event(event))
    teams = [board.team(name) for name in names]
    def load(team):
        for count in range(1000):
            try:
                receipt = board.enter(team, content(f"{number} {team.name} {count}"), "p.csv", f"{number} {count}")
            except EdsError as error:
                os.write(pipe, f"error {error}\\n".encode())
                return
            os.write(pipe, json.dumps([team.name, receipt.entry.id, receipt.entry.seq, number, count]).encode() + b"\\n")
    for team in teams:
        threading.Thread(target=load, args=(team,)).start()

for number in range(rounds):
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        serve(number, writing)
        threading.Event().wait()
    os.close(writing)
    lines = os.fdopen(reading)
    first = lines.readline()
    time.sleep(random.Random(number).uniform(0, 0.12))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    for line in [first, *lines]:
        if line.endswith("\\n"):
            print(line, end="")
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str | None:
    if request.param == "sqlite":
        return None
    return request.getfixturevalue("postgres").emptied()


def make(path: Path, challenge: Path, database: str | None, names: list[str]) -> list[str]:
    create_event(path, str(challenge), Rules(entry_limit=10_000), database=database)
    with Board(find_event(path)) as board:
        board.open(timedelta(hours=4))
        return [board.add_team(name)[1] for name in names]


def test_twenty_kills_in_the_middle_of_a_load_lose_and_double_nothing(
    tmp_path, challenge, truth_rows, database
) -> None:
    event, names = tmp_path / "load", ["Isère", "Drac", "Ebron"]
    make(event, challenge, database, names)
    words = [str(event), ",".join(row[0] for row in truth_rows), ",".join(names), str(ROUNDS)]
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *words], capture_output=True, text=True, timeout=300, check=True
    )
    acknowledged = [json.loads(line) for line in done.stdout.splitlines()]
    assert len({number for *_, number, _ in acknowledged}) == ROUNDS
    with Board(find_event(event)) as board:
        db = board.db
        stored = {
            row["id"]: [row["name"], row["id"], row["seq"], *map(int, row["message"].split())]
            for row in db.rows(
                "SELECT entry.id, name, seq, message FROM entry JOIN team ON team.id = team_id"
            )
        }
        for entry in acknowledged:
            assert stored[entry[1]] == entry
        assert len(stored) >= len(acknowledged) >= ROUNDS
        for name in names:
            numbers = sorted(entry[2] for entry in stored.values() if entry[0] == name)
            assert numbers == list(range(1, len(numbers) + 1))
        # each entry is whole: its results, its scores and its line of the record came with it or not at all
        for table, each in (("result", 2), ("score", 8)):
            counts = Counter(row[0] for row in db.rows(f"SELECT entry_id FROM {table}"))
            assert counts == dict.fromkeys(stored, each)
        assert db.value("SELECT count(*) FROM audit WHERE action = 'submit'") == len(stored)
        if db.dialect == "sqlite":
            assert db.value("PRAGMA integrity_check") == "ok"
        assert {line.team.name for line in board.standings()} == set(names)


@pytest.fixture
def small_disk():
    """A disk of its own of 16 MiB."""
    place = Path(tempfile.mkdtemp(prefix="eds-disk-"))
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        place.rmdir()
        pytest.skip("a small disk can be mounted by root only, and not in every container")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)
    place.rmdir()


def on_disk(database: str | None, place: Path, postgres_owner: str, request) -> Path | str:
    """Return an address whose tables lie on the disk."""
    if database is None:
        return place / "event.db"
    server = request.getfixturevalue("postgres")
    folder = place / "tables"
    folder.mkdir()
    shutil.chown(folder, postgres_owner)
    place.chmod(0o755)
    server.run(f"CREATE TABLESPACE small LOCATION '{folder}'")
    return server.new_database("TABLESPACE small")


def test_a_full_disk_refuses_cleanly_and_keeps_what_was_there(
    tmp_path, challenge, truth_rows, predictions, clock, database, small_disk, request
) -> None:
    address = on_disk(database, small_disk, "pgserver", request)
    event = tmp_path / "full"
    token = make(event, challenge, address, ["Isère"])[0]
    ballast = small_disk / "ballast"
    with Board(find_event(event)) as board:
        kept = [board.submit(predictions(1, n), "before", token).entry for n in range(10)]
        free = os.statvfs(small_disk)
        ballast.write_bytes(b"\0" * (free.f_bavail * free.f_bsize - 100_000))
        error = None
        while error is None and len(kept) < 2000:
            file = random_file(tmp_path, truth_rows, len(kept))
            try:
                kept.append(board.submit(file, "more", token).entry)
            except EdsError as caught:
                error = caught
        assert re.search(r"(full|No space left on device).*nothing was changed", str(error))
        assert [entry.id for entry in board.entries()] == [entry.id for entry in kept]
        assert board.standings()[0].entries == len(kept)
        ballast.unlink()
        again = board.submit(file, "there is space again", token)
        assert again.entry.seq == len(kept) + 1
    if database is not None:
        server = request.getfixturevalue("postgres")
        server.run(
            f"DROP DATABASE {address.split('/')[3].split('?')[0]} WITH (FORCE)", "DROP TABLESPACE small"
        )


def random_file(folder: Path, truth_rows, seed: int) -> Path:
    import random

    rows = random.Random(seed)
    path = folder / "random.csv"
    body = "".join(f"{name},{rows.choice(('EXP', 'HYB', 'LP', 'TOR'))}\n" for name, *_ in truth_rows)
    path.write_text(f"id,label\n{body}")
    return path


@pytest.mark.parametrize("noticed", [True, False], ids=["noticed", "unnoticed"])
def test_a_server_that_goes_away_is_found_again(
    noticed, tmp_path, challenge, predictions, clock, postgres, monkeypatch
) -> None:
    """PostgreSQL was restarted: idle connections are dead, and the next request must not notice."""
    from eds_leaderboard.store.postgres import PostgresSession

    event = tmp_path / "restart"
    token = make(event, challenge, postgres.emptied(), ["Isère"])[0]
    if not noticed:  # the news of the hanging up is still on its way when the connection is lent
        monkeypatch.setattr(
            PostgresSession, "usable", property(lambda session: not session.connection.closed)
        )
    hang_up = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'eds_leaderboard'"
    )
    with Board(find_event(event)) as board:
        board.submit(predictions(1), "before", token)
        postgres.run(hang_up)
        with board.db.atomic():
            assert board.db.value("SELECT count(*) FROM entry") == 1
        postgres.run(hang_up)
        assert len(board.standings()) == 1
        postgres.run(hang_up)
        assert board.submit(predictions(2), "after", token).entry.seq == 2
