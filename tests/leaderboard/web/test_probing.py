"""Before the reveal no byte of any route depends on a private label, whoever asks."""

from __future__ import annotations

import shutil
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import httpx
import numpy as np
import pytest

from eds_leaderboard.folder import find_event
from eds_leaderboard.store.database import Database
from eds_leaderboard.store.packing import pack_numbers, unpack_numbers
from eds_leaderboard.web.app import make_app

from .conftest import Hackathon, form_token, routes, send, served, steer

# what is asked of each route that takes a name
NAMES = {
    "/files/{name:path}": ["sample_submission.csv", "challenge.json", "test.csv"],
    "/static/{name}": ["board.css", "board.js", "icon.svg"],
    "/results/{team:int}": ["1", "2"],
}
# it never ends; its first event is read
ENDLESS = "/events"


def flip_a_label(path: Path, split: str) -> None:
    """Change the label of one row of a split in the database, behind the back of the board."""
    with closing(Database(find_event(path).database)) as db, db.atomic():
        row = db.row("SELECT codes, splits FROM truth")
        codes, splits = unpack_numbers(row["codes"]).copy(), unpack_numbers(row["splits"])
        chosen = np.flatnonzero(splits == ("public", "private").index(split))[3]
        codes[chosen] = (codes[chosen] + 1) % 4
        db.write("DROP TRIGGER truth_no_update")
        db.write("UPDATE truth SET codes = ?", [pack_numbers(codes)])


def everything_told(hackathon: Hackathon, files: list[Path]) -> dict[str, bytes]:
    """Ask every route as everybody, before, during and after the event; headers belong to it."""
    told: dict[str, bytes] = {}

    def note(what: str, answer: httpx.Response) -> httpx.Response:
        kept = sorted(
            f"{name}: {value}" for name, value in answer.headers.items() if name not in ("date", "set-cookie")
        )
        told[f"{len(told)} {what}"] = f"{answer.status_code} {kept}".encode() + answer.content
        return answer

    def look(who: str, client: httpx.Client, headers: dict[str, str] | None = None) -> None:
        for path, methods in routes(make_app(hackathon.settings)):
            if "GET" not in methods or path == ENDLESS:
                continue
            for name in NAMES.get(path, [""]):
                address = f"{path.split('{')[0]}{name}" if "{" in path else path
                note(f"{who} {address}", client.get(address, headers=headers))
        with client.stream("GET", ENDLESS) as answer:
            told[f"{len(told)} {who} {ENDLESS}"] = next(answer.iter_bytes())

    with served(hackathon.settings) as address:
        clients = {
            who: httpx.Client(base_url=address, timeout=30) for who in ("nobody", "host", "Drac", "Isère")
        }
        tokens = {**hackathon.tokens, "host": hackathon.host_token}
        for who in ("host", "Drac", "Isère"):
            note(f"{who} login", clients[who].post("/login", data={"token": tokens[who]}))

        def look_all() -> None:
            for who, client in clients.items():
                bearer = {"Authorization": f"Bearer {tokens[who]}"} if who in hackathon.tokens else None
                look(who, client, bearer)

        look_all()
        for number, file in enumerate(files):
            hackathon.clock.advance(minutes=7)
            who = ("Drac", "Isère")[number % 2]
            if number % 3:
                note(f"{who} sends", send(clients[who], file, f"entry {number}"))
            else:
                answer = clients[who].post(
                    "/api/v1/entries",
                    headers={"Authorization": f"Bearer {tokens[who]}"},
                    data={"message": "m"},
                    files={"file": (file.name, file.read_bytes())},
                )
                note(f"{who} sends", answer)
        look_all()
        host = clients["host"]
        note("host voids", steer(host, "void", entry="1", why="a test"))
        note("host restores", steer(host, "restore", entry="1", why="a test"))
        note("host freezes", steer(host, "freeze", duration="3h59m"))
        note("host extends", steer(host, "extend", duration="1m"))
        look_all()
        note("host reveals too early", steer(host, "reveal", sure="yes"))
        note("host closes", steer(host, "close", sure="yes"))
        look_all()
        for client in clients.values():
            client.close()
    return told


@pytest.fixture
def fixed_nonces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sessions that differ by chance would hide nothing, but would make all bytes differ."""
    monkeypatch.setattr("eds_leaderboard.web.sessions.secrets.token_hex", lambda _: "ab" * 8)


def told_with(
    hackathon: Hackathon, split: str | None, place: Path, files: list[Path], start
) -> dict[str, bytes]:
    shutil.copytree(hackathon.folder.path, place)
    if split:
        flip_a_label(place, split)
    hackathon.clock.time = start
    changed = replace(hackathon, settings=replace(hackathon.settings, folder=find_event(place)))
    return everything_told(replace(changed, folder=changed.settings.folder), files)


def test_a_flipped_private_label_changes_no_byte_and_a_public_one_does(
    hackathon, predictions, tmp_path, clock, fixed_nonces
) -> None:
    files = [predictions(wrong=wrong, first=wrong, name=f"p{wrong}.csv") for wrong in (2, 5, 9, 14, 3, 1)]
    bad = tmp_path / "bad.csv"
    bad.write_text("id,label\nrow000,XX\n")
    start, files = clock.time, [*files, bad, files[0]]
    # in folders of the same name, because the name of the event is shown
    told = {
        split: told_with(hackathon, split, tmp_path / (split or "none") / "fall", files, start)
        for split in (None, "private", "public")
    }
    assert len(told[None]) > 250
    assert told["private"].keys() == told[None].keys()
    differing = [what for what, content in told["private"].items() if content != told[None][what]]
    assert not differing
    assert any(content != told[None][what] for what, content in told["public"].items())


def test_the_reveal_is_what_shows_it(hackathon, predictions, clock, visit) -> None:
    send(visit("Drac"), predictions(wrong=9))
    clock.advance(hours=4)
    assert visit().get("/results").status_code == 403
    with hackathon.board() as board:
        board.reveal()
    assert visit().get("/results").status_code == 200
    assert form_token(visit("Drac").get("/team").text)


def test_the_board_itself_refuses_what_is_secret_if_a_page_asks(hackathon, predictions) -> None:
    """The second lock: a page that forgot to ask for the reveal gets an error, not a number."""
    with hackathon.board() as board:
        team = board.team("Drac")
        receipt = board.enter(team, predictions(wrong=3).read_bytes(), "p.csv", "")
        with pytest.raises(Exception, match="after the reveal"):
            board.confusion(receipt.entry)
        with pytest.raises(PermissionError):
            board.evidence.interval(board.event, receipt.entry.id, 1, "private")
        with pytest.raises(PermissionError):
            board.evidence.ties(board.event, [receipt.entry.id], 1, "private")
