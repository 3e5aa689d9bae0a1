"""A team in its shell, a board elsewhere."""

from __future__ import annotations

import json
import socket
import threading
import time
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from eds_leaderboard.board import Board, create_event
from eds_leaderboard.cli.screen import look_at_server, watch
from eds_leaderboard.client import Client
from eds_leaderboard.errors import EdsError, InvalidFileError, RefusedError, UsageError
from eds_leaderboard.event import Rules
from eds_leaderboard.folder import find_event

from .conftest import served


def test_an_entry_goes_in_by_the_command_and_is_on_the_board(address, hackathon, predictions, run) -> None:
    token = hackathon.tokens["Drac"]
    words = ("submit", "-f", predictions(wrong=6), "-m", "from home, naïve", "--server", address)
    told = json.loads(run(*words, "--format", "json", token=token).stdout)
    assert (told[0]["team"], told[0]["entry"], told[0]["rank"], told[0]["left"]) == ("Drac", 1, 1, 4)
    assert (
        "your best so far; 3 entries left"
        in run("submit", "-f", predictions(wrong=2), "-m", "x", "--server", address, token=token).stdout
    )
    for wrong in (3, 4):
        words = ("submit", "-f", predictions(wrong=wrong), "-m", "x", "--server", address)
        said = run(*words, token=token).stdout
    assert "an earlier entry is better; 1 entry left" in said
    here = run("show", "-c", hackathon.folder.path, "--format", "json").stdout
    assert run("show", "--server", address, "--format", "json").stdout == here
    mine = Client(address, token).entries()
    assert [entry["message"] for entry in mine] == ["from home, naïve", "x", "x", "x"]


@pytest.mark.parametrize("format_", ["json", "csv", "table"])
def test_a_team_lists_its_own_entries_as_the_host_does(format_, address, hackathon, predictions, run) -> None:
    here = ("submissions", "-c", hackathon.folder.path, "--format", format_, "--team", "Drac")
    there = ("submissions", "--server", address, "--format", format_)
    token = hackathon.tokens["Drac"]
    assert run(*there, token=token).stdout == run(*here).stdout
    for team, wrong in [("Drac", 6), ("Isère", 5), ("Drac", 2)]:
        words = ("submit", "-f", predictions(wrong=wrong), "-m", f"=wrong {wrong}", "--server", address)
        run(*words, token=hackathon.tokens[team])
    run("void", 1, "--why", "a test", "-c", hackathon.folder.path)
    shown = run(*there, token=token).stdout
    assert shown == run(*here).stdout
    assert "wrong 2" in shown
    assert "a test" in shown
    assert "wrong 5" not in shown


@pytest.mark.parametrize("format_", ["json", "csv", "table"])
def test_the_board_from_a_server_is_that_of_its_machine(
    format_, address, hackathon, predictions, clock, run
) -> None:
    here = ("show", "-c", hackathon.folder.path, "--format", format_)
    there = ("show", "--server", address, "--format", format_)
    assert run(*there).stdout == run(*here).stdout
    hackathon.add_team("zeros", is_baseline=True)
    with hackathon.board() as board:
        for team, wrong in [("Drac", 6), ("Isère", 5), ("zeros", 40)]:
            board.submit(predictions(wrong=wrong), "", hackathon.tokens[team])
        for deed in (lambda: board.freeze(timedelta(hours=5)), board.close, board.reveal):
            time.sleep(0.06)
            assert run(*there).stdout == run(*here).stdout
            deed()
    time.sleep(0.06)
    shown = run(*there).stdout
    assert shown == run(*here).stdout
    if format_ == "table":
        assert "private standings (revealed)" in shown
        assert "zeros (baseline)" in shown


def test_a_team_lists_what_it_sent_in_since_the_board_stands_still(
    address, hackathon, predictions, clock, run
) -> None:
    words = ("submit", "-f", predictions(wrong=6), "-m", "in the dark", "--server", address)
    run("freeze", "--last", "4h", "-c", hackathon.folder.path)
    run(*words, token=hackathon.tokens["Drac"])
    assert "in the dark" in run("submissions", "--server", address, token=hackathon.tokens["Drac"]).stdout
    assert (
        "in the dark" not in run("submissions", "--server", address, token=hackathon.tokens["Isère"]).stdout
    )
    assert "in the dark" not in run("submissions", "-c", hackathon.folder.path).stdout


def test_a_void_entry_under_the_ladder_is_listed_without_a_score(
    hackathon, challenge, tmp_path, predictions, clock, run
) -> None:
    create_event(tmp_path / "climb", str(challenge), Rules(ladder=True))
    folder = find_event(tmp_path / "climb")
    with Board(folder, clock) as board:
        board.open(timedelta(hours=1))
        _, token = board.add_team("Drac")
        for wrong in (9, 3):
            board.submit(predictions(wrong=wrong), f"wrong {wrong}", token)
        board.void(1, "a test")
    with served(replace(hackathon.settings, folder=folder)) as address:
        told = Client(address, token).entries()
        shown = run("submissions", "--server", address, token=token).stdout
    assert [(entry["void"], bool(entry["scores"])) for entry in told] == [("a test", False), (None, True)]
    assert shown == run("submissions", "-c", folder.path).stdout


def test_what_is_typed_goes_before_what_the_environment_names(address, hackathon, run, monkeypatch) -> None:
    here, nowhere = hackathon.folder.path, "http://127.0.0.1:1"
    monkeypatch.setenv("LEADERBOARD_EVENT", str(here))
    assert "cannot reach" in run("show", "--server", nowhere, status=1).stderr
    monkeypatch.setenv("LEADERBOARD_SERVER", nowhere)
    run("show")
    run("show", "-c", here)
    monkeypatch.delenv("LEADERBOARD_EVENT")
    assert "cannot reach" in run("show", status=1).stderr
    run("show", "-c", here)
    run("show", "--server", address)
    assert "exclude each other" in run("show", "-c", here, "--server", address, status=2).stderr


def test_a_token_lists_no_other_team(address, hackathon, run) -> None:
    words = ("submissions", "--server", address)
    assert "its own team" in run(*words, "--team", "Isère", token=hackathon.tokens["Drac"], status=2).stderr
    assert "belongs to no team" in run(*words, token="eds_wrong", status=1).stderr


def test_a_refused_entry_ends_with_one_and_says_why_and_when(address, hackathon, predictions, run) -> None:
    words = ("submit", "-f", predictions(wrong=6), "-m", "", "--server", address)
    run(*words, token=hackathon.tokens["Drac"])
    said = run(*words, token=hackathon.tokens["Drac"], status=1).stderr
    assert "this very file is your entry 1 already" in said
    assert "at any time" in said
    with pytest.raises(RefusedError) as refused:
        Client(address, hackathon.tokens["Drac"]).submit(predictions(wrong=6), "")
    assert refused.value.reason == "duplicate"


def test_all_problems_of_a_file_are_told_as_they_are_at_home(address, hackathon, tmp_path, run) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("id,label\nrow000,XX\nrow000,LP\n")
    there = run("submit", "-f", bad, "-m", "x", "--server", address, token=hackathon.tokens["Drac"], status=1)
    here = run(
        "submit", "-f", bad, "-m", "x", "-c", hackathon.folder.path, token=hackathon.tokens["Drac"], status=1
    )
    assert there.stderr == here.stderr
    assert "(line 2)" in there.stderr
    with pytest.raises(InvalidFileError) as invalid:
        Client(address, hackathon.tokens["Drac"]).submit(bad, "x")
    assert invalid.value.problems.total > 50


def test_a_token_can_come_from_a_file(address, hackathon, predictions, run, tmp_path, monkeypatch) -> None:
    place = tmp_path / "token"
    place.write_text(f"{hackathon.tokens['Drac']}\n")
    words = ("submit", "-m", "x", "--server", address, "-f")
    run(*words, predictions(wrong=1), "--token-file", place)
    monkeypatch.setenv("LEADERBOARD_TOKEN_FILE", str(place))
    run(*words, predictions(wrong=2))
    place.unlink()
    assert "cannot read the token" in run(*words, predictions(wrong=3), status=2).stderr


@pytest.mark.parametrize(
    ("token", "said"),
    [("eds_wrong", "belongs to no team"), ("with blank", "this is no token"), ("é", "this is no token")],
)
def test_a_wrong_token_is_told(token, said, address, predictions, run) -> None:
    answer = run("submit", "-f", predictions(), "-m", "x", "--server", address, token=token, status=None)
    assert said in answer.stderr
    assert token not in answer.stderr.replace("this is no token", "")


SAME_NETWORK = "check the address, and that you are in the same network"


@pytest.mark.parametrize(
    ("words", "tip"),
    [
        (("show",), "or ask the host whether the server runs"),
        (("submissions",), "or ask the host whether the server runs"),
        (("submit", "-m", "x", "-f"), "nothing was stored"),
    ],
)
def test_a_server_that_is_not_there_is_one_clear_line(words, tip, predictions, run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    files = [predictions()] if "-f" in words else []
    said = run(*words, *files, "--server", f"127.0.0.1:{port}", token="eds_x", status=1).stderr
    assert said.splitlines() == [
        f"leaderboard: error: cannot reach http://127.0.0.1:{port}: Connection refused",
        f"  tip: {SAME_NETWORK}; {tip}",
    ]


def test_a_server_that_breaks_off_after_the_entry_makes_no_promise(predictions, run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def take_and_hang_up() -> None:
            connection, _ = listener.accept()
            received = b""
            while not received.endswith(b"--\r\n"):
                received += connection.recv(65_536)
            connection.close()

        thread = threading.Thread(target=take_and_hang_up)
        thread.start()
        place = f"127.0.0.1:{listener.getsockname()[1]}"
        said = run(
            "submit", "-f", predictions(), "-m", "x", "--server", place, token="eds_x", status=1
        ).stderr
        thread.join()
    assert "nothing was stored" not in said
    assert "look with 'leaderboard submissions' whether the entry came in" in said


@pytest.mark.parametrize(
    "server", ["ftp://board", "http://", "http://user@board", "http://board?token=x", "::"]
)
def test_what_is_no_address_is_refused(server) -> None:
    with pytest.raises(UsageError, match="no address of a server"):
        Client(server)


class Impostor(BaseHTTPRequestHandler):
    """Answers as no board does; remembers what it was told."""

    answers: dict[str, tuple[int, bytes]]
    seen: list[str]

    def do_GET(self) -> None:
        self.seen.append(self.headers.get("Authorization", ""))
        status, body = self.answers["now"]
        self.send_response(status)
        if status == 302:
            self.send_header("Location", body.decode())
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def impostor():
    handler = type("Handler", (Impostor,), {"answers": {}, "seen": []})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", handler
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, b"<html>"), (500, b"oops"), (404, b"{}"), (502, b'["error"]'), (400, b'{"error": null}')],
)
def test_an_answer_that_is_none_of_a_board_is_one_clear_line(status, body, impostor) -> None:
    address, handler = impostor
    handler.answers["now"] = (status, body)
    with pytest.raises(EdsError):
        Client(address).standings()


def test_a_token_is_not_carried_to_another_server(address, impostor) -> None:
    place, handler = impostor
    handler.answers["now"] = (302, f"{place}/elsewhere".encode())
    with pytest.raises(EdsError, match="status 302"):
        Client(place, "eds_secret").entries()
    assert handler.seen == ["Bearer eds_secret"]


def test_a_board_that_is_served_elsewhere_is_watched_live(
    address, hackathon, predictions, monkeypatch, capsys
) -> None:
    client, entries = Client(address), [predictions(wrong=6)]
    for name, value in {"COLUMNS": "120", "FORCE_COLOR": "1", "TERM": "xterm"}.items():
        monkeypatch.setenv(name, value)

    def until_the_next_look(_: float) -> None:
        if not entries:
            raise KeyboardInterrupt
        with hackathon.board() as board:
            board.submit(entries.pop(), "", hackathon.tokens["Drac"])
        time.sleep(0.06)

    watch(lambda: look_at_server(client), until_the_next_look)
    seen = capsys.readouterr().out
    assert seen.index("no entry yet") < seen.index("Drac")
