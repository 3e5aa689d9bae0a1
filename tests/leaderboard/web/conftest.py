from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from eds_leaderboard.board import Board
from eds_leaderboard.folder import EventFolder, find_event
from eds_leaderboard.web.bodies import Patience
from eds_leaderboard.web.keys import load_keys
from eds_leaderboard.web.serve import BoardServer, bind, server_config
from eds_leaderboard.web.site import Settings


@dataclass
class Hackathon:
    """An open event with two teams, and what its host and its teams know."""

    folder: EventFolder
    clock: Callable
    settings: Settings
    host_token: str
    tokens: dict[str, str] = field(default_factory=dict)

    def board(self) -> Board:
        return Board(self.folder, self.clock)

    def add_team(self, name: str, **options: bool) -> str:
        with self.board() as board:
            _, self.tokens[name] = board.add_team(name, **options)
        return self.tokens[name]


@pytest.fixture
def hackathon(event: Path, clock) -> Hackathon:
    folder = find_event(event)
    keys, host_token = load_keys(folder)
    assert host_token
    settings = Settings(folder, keys, frozenset({"testserver"}), "http://board.test:8000", clock, pace=0.05)
    made = Hackathon(folder, clock, settings, host_token)
    made.add_team("Drac")
    made.add_team("Isère")
    return made


@pytest.fixture
def visit(address: str, hackathon: Hackathon) -> Iterator[Callable[..., httpx.Client]]:
    """Open a browser without JavaScript: visit() for a stranger, visit("Drac"), visit("host")."""
    with contextlib.ExitStack() as stack:

        def browser(who: str | None = None, source: str = "127.0.0.7") -> httpx.Client:
            transport = httpx.HTTPTransport(local_address=source)
            client = stack.enter_context(httpx.Client(base_url=address, transport=transport, timeout=30))
            if who is not None:
                token = hackathon.host_token if who == "host" else hackathon.tokens[who]
                assert client.post("/login", data={"token": token}).status_code == 303
            return client

        yield browser


def form_token(page: str) -> str:
    return page.split('name="form_token" value="')[1].split('"')[0]


def send(client: httpx.Client, file: Path, message: str = "an entry", **changes):
    """Send an entry by the form of the team's page."""
    fields = {"form_token": form_token(client.get("/team").text), "message": message} | changes
    return client.post("/team", data=fields, files={"file": (file.name, file.read_bytes(), "text/csv")})


def steer(client: httpx.Client, deed: str, **fields: str):
    """Send a form of the host's page."""
    return client.post(f"/host/{deed}", data={"form_token": form_token(client.get("/host").text), **fields})


@contextlib.contextmanager
def served(settings: Settings, proxy: str | None = None) -> Iterator[str]:
    """Run the real server in a thread; yields its address."""
    listener = bind("127.0.0.1", 0)
    server = BoardServer(server_config(settings, proxy))
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    try:
        until = time.monotonic() + 20
        while not server.started:
            assert time.monotonic() < until
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive()
        listener.close()


@pytest.fixture
def address(hackathon: Hackathon) -> Iterator[str]:
    with served(hackathon.settings) as found:
        yield found


def impatient(settings: Settings) -> Settings:
    """The same server, with a patience that a test can wait out."""
    from dataclasses import replace

    return replace(settings, patience=Patience(pause=0.3, whole=1.0))


def routes(app: FastAPI) -> list[tuple[str, set[str]]]:
    """Every path of an application with its methods, those of included routers too."""
    found = []
    for route in app.routes:
        inner = getattr(route, "original_router", None)
        found += [(one.path, set(one.methods or ())) for one in (inner.routes if inner else [route])]
    return found
