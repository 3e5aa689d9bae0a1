"""News, several server processes on one database, an end that keeps nobody waiting."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import httpx
import pytest

from .conftest import send, served


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str | None:
    return None if request.param == "sqlite" else request.getfixturevalue("postgres").emptied()


def next_news(lines: Iterator[str]) -> float:
    for line in lines:
        if line == "event: board":
            return time.monotonic()
    raise AssertionError("the stream ended")


def test_who_listens_at_one_server_hears_of_an_entry_at_the_other(hackathon, predictions) -> None:
    with served(hackathon.settings) as one, served(hackathon.settings) as other:
        with httpx.stream("GET", f"{one}/events", timeout=20) as listening:
            assert listening.headers["content-type"].startswith("text/event-stream")
            lines = listening.iter_lines()
            next_news(lines)  # that of the beginning
            next_news(lines)  # the first look at the database
            team = httpx.Client(base_url=other)
            team.post("/login", data={"token": hackathon.tokens["Drac"]})
            sent = time.monotonic()
            assert send(team, predictions(wrong=3)).status_code == 303
            assert next_news(lines) - sent < 10
        assert "Drac" in httpx.get(f"{one}/").text
        assert httpx.get(f"{one}/").text == httpx.get(f"{other}/").text
        # a session of one server is a session of the other
        mine = httpx.Client(base_url=one, cookies=team.cookies)
        assert "1 of 5 entries used" in mine.get("/team").text
        team.close()
        mine.close()


def test_the_limit_holds_for_two_servers_and_many_requests_at_once(hackathon, predictions) -> None:
    files = [predictions(wrong=wrong).read_bytes() for wrong in range(1, 17)]
    answers: list[int] = []
    with served(hackathon.settings) as one, served(hackathon.settings) as other:

        def enter(number: int) -> None:
            while True:
                answer = httpx.post(
                    f"{(one, other)[number % 2]}/api/v1/entries",
                    headers={"Authorization": f"Bearer {hackathon.tokens['Drac']}"},
                    files={"file": ("p.csv", files[number])},
                    timeout=60,
                )
                # two uploads of a team at a time; the others wait for their turn
                if "under way" not in answer.text:
                    answers.append(answer.status_code)
                    return
                time.sleep(0.02)

        threads = [threading.Thread(target=enter, args=[number]) for number in range(len(files))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(answers) == [201] * 5 + [403] * 11
    with hackathon.board() as board:
        assert sorted(entry.seq for entry in board.entries()) == [1, 2, 3, 4, 5]


def test_listeners_cost_one_look_at_the_database_for_all(hackathon, monkeypatch) -> None:
    looks = []
    monkeypatch.setattr(
        "eds_leaderboard.web.site._version", lambda board: looks.append(1) or (board.snapshot.revision,)
    )
    with served(replace(hackathon.settings, pace=0.2)) as address:
        streams = [httpx.stream("GET", f"{address}/events", timeout=20) for _ in range(10)]
        # kept: who drops the lines hangs up
        listening = [stream.__enter__().iter_lines() for stream in streams]
        for lines in listening:
            next_news(lines)
        looks.clear()
        time.sleep(1.0)
        assert 1 <= len(looks) <= 7
        for stream in streams:
            stream.__exit__(None, None, None)


# the real command


@contextmanager
def running(*words: str, place=None) -> Iterator[tuple[subprocess.Popen, str, list[str]]]:
    command = [sys.executable, "-m", "eds_leaderboard", "serve", "--host", "127.0.0.1", "--port", "0", *words]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=place
    ) as process:
        try:
            lines = []
            while not lines or "The host logs in" not in lines[-1]:
                line = process.stdout.readline()
                assert line, process.stderr.read()
                lines.append(line.strip())
            yield process, re.search(r"http://\S+:\d+", lines[0])[0], lines
        finally:
            if process.poll() is None:
                process.kill()


def wait_for(address: str) -> httpx.Response:
    until = time.monotonic() + 30
    while True:
        try:
            return httpx.get(address)
        except httpx.TransportError:
            assert time.monotonic() < until
            time.sleep(0.05)


@pytest.mark.parametrize(
    ("database", "workers"), [("sqlite", "1"), ("postgresql", "2")], indirect=["database"]
)
def test_the_command_serves_and_ends_at_once_although_somebody_listens(event, workers) -> None:
    with running("-c", str(event), "--workers", workers) as (process, address, said):
        token = re.search(r"eds_[\w-]+", said[1])[0]
        assert wait_for(address).status_code == 200
        assert httpx.post(f"{address}/login", data={"token": token}).headers["location"] == "/host"
        with httpx.stream("GET", f"{address}/events") as listening:
            # kept: who drops the lines hangs up
            lines = listening.iter_lines()
            next_news(lines)
            started = time.monotonic()
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 0
            assert time.monotonic() - started < 8
        assert process.stderr.read() == ""
    with running("-c", str(event)) as (_, address, lines):
        # the token was shown once
        assert not any("eds_" in line for line in lines)
        assert wait_for(f"{address}/health").status_code == 200


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_hinders_it_is_told_in_one_line(event, run, tmp_path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = run("serve", "-c", event, "--host", "127.0.0.1", "--port", port, status=2).stderr
        assert "cannot listen on 127.0.0.1" in said
        assert "choose another with --port" in said
    assert "no event" in run("serve", "-c", tmp_path / "nowhere", status=2).stderr
    (event / "server.json").write_text("{}")
    assert "is damaged" in run("serve", "-c", event, "--port", "0", status=2).stderr


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_two_processes_that_start_at_once_agree_on_the_keys(event) -> None:
    from eds_leaderboard.folder import find_event
    from eds_leaderboard.web.keys import load_keys

    found = []
    gate = threading.Barrier(8)

    def load() -> None:
        gate.wait()
        found.append(load_keys(find_event(event)))

    threads = [threading.Thread(target=load) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({keys.host_hash for keys, _ in found}) == 1
    assert sum(token is not None for _, token in found) == 1
    assert not list(event.glob(".server.json-*"))
