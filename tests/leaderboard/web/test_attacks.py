"""What hostile visitors try, each tried here; a test of a defence fails when the defence is switched off."""

from __future__ import annotations

import re
import socket
import sqlite3
import time
from contextlib import closing
from urllib.parse import urlsplit

import httpx
import pytest

from eds_leaderboard.csvfile import ENTRY_LIMITS
from eds_leaderboard.web import sessions
from eds_leaderboard.web.app import make_app
from eds_leaderboard.web.guesses import Guesses

from .conftest import form_token, impatient, routes, send, served, steer

SCRIPTS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg onload=alert(1)>",
    "javascript:alert(1)",
    "{{7*7}}{% raw %}",
    "</td></tr></table><iframe src=//evil.example>",
    "<!--<script>",
    "&lt;script&gt;",
    "\u202eevil\u202c",
]
FORMULAS = ["=1+1", "+1", "-1+cmd|' /C calc'!A0", "@SUM(1)", '=HYPERLINK("http://evil.example","x")']
POSTS = [
    "/login",
    "/logout",
    "/team",
    *(
        f"/host/{deed}"
        for deed in [
            "open",
            "extend",
            "freeze",
            "unfreeze",
            "close",
            "reveal",
            "team",
            "rotate",
            "void",
            "restore",
        ]
    ),
]


HARMFUL = re.compile(r"<(img src=x|svg onload|iframe|script(?![^>]* src=))")


def test_a_message_is_shown_and_never_run(visit, hackathon, predictions, run) -> None:
    for number, text in enumerate(SCRIPTS + FORMULAS):
        name = f"team {number}"
        hackathon.add_team(name)
        team = visit(name)
        answer = send(team, predictions(wrong=1 + number), text)
        # what a terminal would obey is refused, and shown as harmless as the others
        assert answer.status_code == (400 if not text.isprintable() else 303), text
        assert not HARMFUL.search(answer.text)
        own = team.get("/team").text
        assert not HARMFUL.search(own)
        assert "49" not in re.findall(r'c-message">([^<]*)<', own)
    for page in (visit("host").get("/host"), visit().get("/")):
        assert not HARMFUL.search(page.text)
    told = run("submissions", "-c", hackathon.folder.path, "--format", "csv").stdout
    assert told.count("'=") == 2
    assert not re.search(r'(^|,)"?[=+@-](?!\d+\.\d)', told, flags=re.MULTILINE)


def test_a_name_that_is_no_plain_name_is_refused_and_shown_harmless(visit) -> None:
    host = visit("host")
    for text in SCRIPTS + FORMULAS:
        answer = steer(host, "team", name=text)
        assert answer.status_code == 400
        assert "is no team name" in answer.text
        assert not HARMFUL.search(answer.text)


def test_a_file_name_is_a_word_in_messages_and_no_path(visit, tmp_path) -> None:
    def files() -> list[str]:
        found = (str(path) for path in tmp_path.rglob("*"))
        return sorted(name for name in found if not name.endswith(("-wal", "-shm")))

    team, before = visit("Drac"), files()
    for name in (*SCRIPTS, "../../../etc/passwd", "..\\..\\x.csv", "a\x00b.csv", "x" * 1500):
        answer = team.post(
            "/team",
            data={"form_token": form_token(team.get("/team").text), "message": "m"},
            files={"file": (name, b"id,label\n")},
        )
        assert answer.status_code in (400, 422), name
        assert not HARMFUL.search(answer.text)
        assert "etc" not in answer.text
        assert len(answer.text) < 20_000
    assert files() == before


PAGES = [
    "/",
    "/login",
    "/nowhere",
    "/results",
    "/static/board.css",
    "/files/test.csv",
    "/api/v1/event",
    "/events",
]


def test_every_answer_tells_the_browser_what_it_may_do(visit) -> None:
    for page in PAGES:
        with visit().stream("GET", page) as answer:
            policy = answer.headers["content-security-policy"]
            assert "default-src 'self'" in policy
            assert "unsafe" not in policy
            assert answer.headers["x-frame-options"] == "DENY"
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["referrer-policy"] == "same-origin"
            assert "server" not in answer.headers
            assert answer.headers["cache-control"]


def test_a_failure_tells_the_visitor_nothing_and_keeps_the_gate(visit, monkeypatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("eds_leaderboard.web.public.event_view", fail)
    answer = visit().get("/files")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["x-frame-options"] == "DENY"


def test_a_database_in_trouble_tells_visitors_nothing_of_the_machine(
    visit, hackathon, predictions, caplog
) -> None:
    team = visit("Drac")
    with closing(sqlite3.connect(hackathon.folder.database)) as broken:
        broken.execute("ALTER TABLE entry RENAME TO gone")
    page = send(team, predictions(wrong=1))
    headers = {"Authorization": f"Bearer {hackathon.tokens['Drac']}"}
    told = team.post(
        "/api/v1/entries", headers=headers, files={"file": ("p.csv", predictions(wrong=2).read_bytes())}
    )
    for answer in (page, told):
        assert answer.status_code == 503
        assert "cannot be read or written now" in answer.text
        assert str(hackathon.folder.path) not in answer.text
        assert "no such table" not in answer.text
    assert "no such table" in caplog.text


# who may do what


def test_a_stranger_can_do_nothing(visit) -> None:
    for path in POSTS[1:]:
        answer = visit().post(path, data={"sure": "yes", "name": "Drac", "duration": "1h"})
        assert answer.status_code in (401, 403), path


def test_a_team_cannot_do_what_the_host_can(visit) -> None:
    team = visit("Drac")
    token = form_token(team.get("/team").text)
    for path in POSTS[3:]:
        answer = team.post(path, data={"form_token": token, "sure": "yes", "name": "Drac", "duration": "1h"})
        assert answer.status_code == 401, path


def test_a_form_without_the_sessions_own_token_is_refused(visit, hackathon, predictions) -> None:
    other = form_token(visit("Isère").get("/team").text)
    for path in POSTS[1:]:
        client = visit("host" if "host" in path else "Drac")
        for sent in ("", "0" * 64, other):
            data = {"form_token": sent, "sure": "yes", "name": "Drac", "duration": "1h", "message": "m"}
            files = {"file": ("p.csv", predictions().read_bytes())} if path == "/team" else None
            assert client.post(path, data=data, files=files).status_code == 403, path
    with hackathon.board() as board:
        assert board.event.revealed_at is None
        assert not board.entries()


FOREIGN = [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]


def test_a_form_of_another_site_is_refused_whatever_it_carries(visit) -> None:
    client = visit("host")
    token = form_token(client.get("/host").text)
    for path in POSTS:
        for headers in FOREIGN:
            answer = client.post(path, data={"form_token": token, "sure": "yes"}, headers=headers)
            assert answer.status_code == 403, path
            assert "Another site" in answer.text


def test_a_name_that_is_not_ours_is_not_answered(address) -> None:
    for host in ("evil.example", "", "testserver.evil.example", "a b", "x@127.0.0.1", "[::z]"):
        answer = httpx.get(address, headers={"Host": host})
        assert answer.status_code == 400, host
        assert "<" not in answer.text


def test_our_names_and_plain_addresses_are_answered(address) -> None:
    for host in ("testserver", "TESTSERVER:8000", "192.168.1.20:8000", "[fe80::1]:8000"):
        assert httpx.get(address, headers={"Host": host}).status_code == 200, host


def test_the_cookie_is_kept_from_scripts_and_from_other_sites(visit, hackathon) -> None:
    cookie = visit().post("/login", data={"token": hackathon.tokens["Drac"]}).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert hackathon.tokens["Drac"] not in cookie


def test_behind_https_the_cookie_is_for_https_alone(hackathon) -> None:
    with served(hackathon.settings, proxy="127.0.0.1") as address:
        answer = httpx.post(
            f"{address}/login",
            data={"token": hackathon.host_token},
            headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": "10.1.2.3"},
        )
    assert "Secure" in answer.headers["set-cookie"]


def test_a_forged_session_opens_nothing(visit, hackathon) -> None:
    cookie = visit("Drac").cookies[sessions.COOKIE]
    number, expires, nonce, signature = cookie.split(".")
    forged = [
        f"{int(number) + 1}.{expires}.{nonce}.{signature}",
        f"0.{expires}.{nonce}.{signature}",
        f"{number}.{int(expires) + 1}.{nonce}.{signature}",
        f"{number}.{expires}.{nonce}x.{signature}",
        f"{number}.{expires}.{nonce}.{signature[:-1]}{'0' if signature[-1] != '0' else '1'}",
        f"{number}.{expires}.{nonce}.",
        sessions.issue(b"", 0, hackathon.settings.keys.host_hash, hackathon.clock()),
        sessions.issue(b"guess", int(number), hackathon.settings.keys.host_hash, hackathon.clock()),
        *("...", "0", "9" * 300, "1.1.1", "-1.5.a.b", "1.999999999999.x.y"),
    ]
    for cookie in forged:
        for page in ("/team", "/host"):
            answer = visit().get(page, headers={"Cookie": f"{sessions.COOKIE}={cookie}"})
            assert (answer.status_code, answer.headers["location"]) == (303, "/login"), cookie


def test_a_stolen_database_opens_no_session_and_shows_no_token(visit, hackathon) -> None:
    with sqlite3.connect(hackathon.folder.database) as stolen:
        dump = "\n".join(stolen.iterdump())
        token_hash = stolen.execute("SELECT token_hash FROM team WHERE name = 'Drac'").fetchone()[0]
        number = stolen.execute("SELECT id FROM team WHERE name = 'Drac'").fetchone()[0]
    stolen.close()
    assert hackathon.tokens["Drac"] not in dump
    assert hackathon.settings.keys.session_key.hex() not in dump
    for key in (b"", token_hash.encode(), bytes.fromhex(token_hash)):
        cookie = sessions.issue(key, number, token_hash, hackathon.clock())
        answer = visit().get("/team", headers={"Cookie": f"{sessions.COOKIE}={cookie}"})
        assert answer.status_code == 303
    headers = {"Authorization": f"Bearer {token_hash}"}
    assert visit().get("/api/v1/entries", headers=headers).status_code == 401


def test_the_file_of_the_secrets_is_the_hosts_alone_and_holds_no_token(hackathon) -> None:
    path = hackathon.folder.path / "server.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert hackathon.host_token not in path.read_text()


def test_a_stolen_token_ends_with_its_sessions_when_the_host_makes_a_new_one(visit, hackathon) -> None:
    thief = visit("Drac")
    headers = {"Authorization": f"Bearer {hackathon.tokens['Drac']}"}
    assert thief.get("/team").status_code == 200
    steer(visit("host"), "rotate", name="Drac")
    assert thief.get("/team").status_code == 303
    assert thief.get("/api/v1/entries", headers=headers).status_code == 401
    assert thief.post("/login", data={"token": hackathon.tokens["Drac"]}).status_code == 401


def test_a_new_host_token_ends_the_old_one_and_all_sessions(hackathon, visit) -> None:
    from dataclasses import replace

    from eds_leaderboard.web.keys import load_keys

    cookie = visit("host").cookies[sessions.COOKIE]
    keys, token = load_keys(hackathon.folder, renew=True)
    assert token
    assert token != hackathon.host_token
    with served(replace(hackathon.settings, keys=keys)) as address:
        answer = httpx.get(f"{address}/host", headers={"Cookie": f"{sessions.COOKIE}={cookie}"})
        assert answer.status_code == 303
        assert httpx.post(f"{address}/login", data={"token": hackathon.host_token}).status_code == 401
        assert httpx.post(f"{address}/login", data={"token": token}).status_code == 303


def test_guessing_is_slowed_down_for_the_guesser_alone(visit, hackathon) -> None:
    guesser = visit()
    answers = [guesser.post("/login", data={"token": f"eds_{number}"}).status_code for number in range(22)]
    assert answers == [401] * 20 + [429] * 2
    last = guesser.get("/api/v1/entries", headers={"Authorization": f"Bearer {hackathon.tokens['Drac']}"})
    assert last.status_code == 429
    assert 0 < int(last.headers["retry-after"]) <= 60
    assert visit("Drac", source="127.0.0.8").get("/team").status_code == 200
    assert guesser.get("/").status_code == 200


def test_a_guesser_may_try_again_after_a_minute_and_cannot_fill_the_memory() -> None:
    now = [0.0]
    guesses = Guesses(limit=2, window=60.0, clock=lambda: now[0])
    for _ in range(2):
        guesses.note_wrong("10.0.0.1")
    assert guesses.wait("10.0.0.1") == 60.0
    assert guesses.wait("::ffff:10.0.0.1") == 60.0
    assert guesses.wait("10.0.0.2") == 0.0
    now[0] = 60.0
    assert guesses.wait("10.0.0.1") == 0.0
    for number in range(20_001):
        guesses.note_wrong(f"2001:db8:{number % 65536:x}:{number // 65536:x}::1")
    assert len(guesses._wrong) <= 10_000


def test_addresses_of_one_network_card_are_one_guesser() -> None:
    guesses = Guesses(limit=2)
    guesses.note_wrong("2001:db8::1")
    guesses.note_wrong("2001:db8::2")
    assert guesses.wait("2001:db8::ffff") > 0
    assert guesses.wait("2001:db8:0:1::1") == 0


def test_no_secret_is_written_to_the_log_or_to_an_address(visit, hackathon, predictions, capfd) -> None:
    team, host = visit("Drac"), visit("host")
    send(team, predictions(wrong=1))
    steer(host, "team", name="Romanche")
    team.post("/login", data={"token": "eds_wrong"})
    seen = capfd.readouterr()
    said = seen.out + seen.err
    for secret in (*hackathon.tokens.values(), hackathon.host_token, "eds_wrong"):
        assert secret not in said
    for page in ("/team", "/host"):
        text = (team if page == "/team" else host).get(page).text
        assert not re.search(r'(href|action)="[^"]*(token|eds_)', text)


# sizes and speeds


def raw(
    address: str, head: str, body: bytes = b"", pause: float = 0.0, pieces: int = 1
) -> tuple[bytes, float]:
    """Send bytes as they are, in pieces, and return what came back and after how many seconds."""
    parts = urlsplit(address)
    started = time.monotonic()
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as connection:
        connection.sendall(head.replace("\n", "\r\n").encode())
        answer = b""
        try:
            for number in range(pieces):
                size = len(body) // pieces
                connection.sendall(body[number * size : (number + 1) * size])
                time.sleep(pause)
            while block := connection.recv(65536):
                answer += block
        except ConnectionError:
            pass
    return answer, time.monotonic() - started


def test_a_body_that_declares_too_much_is_refused_before_it_is_read(address, hackathon) -> None:
    head = (
        f"POST /api/v1/entries HTTP/1.1\nHost: testserver\nAuthorization: Bearer {hackathon.tokens['Drac']}\n"
        f"Content-Type: multipart/form-data; boundary=x\nContent-Length: {ENTRY_LIMITS.max_bytes * 2}\n\n"
    )
    answer, seconds = raw(address, head)
    assert b" 413 " in answer.split(b"\r\n")[0]
    assert b"connection: close" in answer.lower()
    assert seconds < 5


def test_a_body_that_hides_its_size_is_cut_off_at_the_limit(address, hackathon, monkeypatch) -> None:
    from dataclasses import replace

    monkeypatch.setattr("eds_leaderboard.web.uploads.ENTRY_LIMITS", replace(ENTRY_LIMITS, max_bytes=2**20))
    sent = 0

    def endless():
        nonlocal sent
        for _ in range(400):
            sent += 65536
            yield b"x" * 65536

    headers = {
        "Authorization": f"Bearer {hackathon.tokens['Drac']}",
        "Content-Type": "multipart/form-data; boundary=x",
    }
    try:
        status = httpx.post(f"{address}/api/v1/entries", headers=headers, content=endless()).status_code
    except httpx.WriteError:
        status = 413
    assert status == 413
    assert sent < 400 * 65536


def test_no_form_takes_more_than_a_form_needs(visit) -> None:
    for path in POSTS:
        if path != "/team":
            client = visit("host" if path.startswith("/host") else "Drac")
            assert client.post(path, data={"form_token": "x" * 20_000}).status_code == 413, path


def test_a_stranger_cannot_make_the_server_read_a_file(address) -> None:
    head = (
        "POST /team HTTP/1.1\nHost: testserver\nContent-Type: multipart/form-data; boundary=x\n"
        "Content-Length: 60000000\n\n"
    )
    answer, seconds = raw(address, head, b"x" * 1000)
    assert b" 401 " in answer.split(b"\r\n")[0]
    assert seconds < 5


@pytest.mark.parametrize("pieces", [1, 12])
def test_an_upload_that_stops_or_trickles_is_given_up(pieces, hackathon) -> None:
    with served(impatient(hackathon.settings)) as address:
        head = (
            "POST /api/v1/entries HTTP/1.1\nHost: testserver\n"
            f"Authorization: Bearer {hackathon.tokens['Drac']}\n"
            "Content-Type: multipart/form-data; boundary=x\nContent-Length: 5000\n\n"
        )
        answer, seconds = raw(address, head, b"x" * 1200, pause=0.12, pieces=pieces)
        # who still sends when the server hangs up does not get to read why
        assert b" 408 " in answer.split(b"\r\n")[0] or (pieces > 1 and not answer)
        assert seconds < 5
        assert httpx.get(address).status_code == 200


@pytest.mark.parametrize("start", ["", "GET / HTTP/1.1\r\nHost: testser"])
def test_a_head_that_never_ends_is_given_up(start, hackathon, monkeypatch) -> None:
    monkeypatch.setattr("eds_leaderboard.web.serve.HEAD_SECONDS", 0.3)
    with served(hackathon.settings) as address:
        answer, seconds = raw(address, start)
        assert answer == b""
        assert 0.2 < seconds < 5


def test_a_slow_head_after_a_first_request_is_given_up_too(hackathon, monkeypatch) -> None:
    monkeypatch.setattr("eds_leaderboard.web.serve.HEAD_SECONDS", 0.3)
    with served(hackathon.settings) as address:
        parts = urlsplit(address)
        with socket.create_connection((parts.hostname, parts.port), timeout=30) as connection:
            connection.sendall(b"GET /health HTTP/1.1\r\nHost: testserver\r\n\r\n")
            assert b'"ok"' in connection.recv(65536)
            started = time.monotonic()
            connection.sendall(b"GET / HT")
            assert connection.recv(65536) == b""
            assert time.monotonic() - started < 5


def test_one_team_cannot_have_many_uploads_under_way(address, hackathon) -> None:
    parts = urlsplit(address)
    head = (
        f"POST /api/v1/entries HTTP/1.1\r\nHost: testserver\r\nAuthorization: Bearer {hackathon.tokens['Drac']}\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 5000\r\n\r\n"
    ).encode()
    held = [socket.create_connection((parts.hostname, parts.port)) for _ in range(2)]
    try:
        for connection in held:
            connection.sendall(head)
        time.sleep(0.3)
        headers = {"Authorization": f"Bearer {hackathon.tokens['Drac']}"}
        answer = httpx.post(f"{address}/api/v1/entries", headers=headers, files={"file": ("p.csv", b"x")})
        assert answer.status_code == 429
        assert "under way" in answer.json()["error"]
        others = {"Authorization": f"Bearer {hackathon.tokens['Isère']}"}
        other = httpx.post(f"{address}/api/v1/entries", headers=others, files={"file": ("p.csv", b"x")})
        assert other.status_code == 422
    finally:
        for connection in held:
            connection.close()


BROKEN_FORMS = [
    ("text/csv", b"id,label\n"),
    ("multipart/form-data", b"--x\r\n"),
    ("multipart/form-data; boundary=x", b""),
    ("multipart/form-data; boundary=x", b"--x\r\n\r\n"),
    ("multipart/form-data; boundary=x", b"--x\r\nno head\r\n--x--\r\n"),
    ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\nv\r\n--x--\r\n"),
    ("multipart/form-data; boundary=x", b"--x\r\n" + b"A" * 9000 + b"\r\n\r\nv\r\n--x--\r\n"),
    (
        "multipart/form-data; boundary=x",
        b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\nv\r\n" * 50 + b"--x--",
    ),
    ("multipart/form-data; boundary=" + "x" * 500, b"--x"),
]


def test_a_broken_form_is_refused_with_a_word(visit, hackathon) -> None:
    for kind, body in BROKEN_FORMS:
        headers = {"Authorization": f"Bearer {hackathon.tokens['Drac']}", "Content-Type": kind}
        answer = visit().post("/api/v1/entries", headers=headers, content=body)
        assert answer.status_code == 400, (kind, body)
        assert answer.json()["error"]


# paths


PATHS = [
    "/files/../event.db",
    "/files/..%2fevent.db",
    "/files/%2e%2e/event.db",
    "/files//etc/passwd",
    "/files/%2Fetc%2Fpasswd",
    "/files/..%5cevent.db",
    "/files/.",
    "/files/link.csv",
    "/static/../keys.py",
    "/static/..%2fkeys.py",
    "/static/%2e%2e%2fapp.py",
    "/static/board.css%00",
    "/server.json",
    "/event.db",
]


def test_no_path_leads_out_of_the_released_files(address, hackathon) -> None:
    (hackathon.folder.release / "link.csv").symlink_to(hackathon.folder.database)
    for path in PATHS:
        answer, _ = raw(address, f"GET {path} HTTP/1.1\nHost: testserver\nConnection: close\n\n")
        assert b" 404 " in answer.split(b"\r\n")[0], path
        assert b"SQLite" not in answer
        assert b"root:" not in answer


# replays


def test_a_request_that_is_sent_again_makes_no_second_entry(visit, hackathon, predictions) -> None:
    team = visit("Drac")
    token = form_token(team.get("/team").text)
    body = predictions(wrong=2).read_bytes()
    answers = [
        team.post(
            "/team", data={"form_token": token, "message": "m"}, files={"file": ("p.csv", body)}
        ).status_code
        for _ in range(4)
    ]
    assert answers == [303, 409, 409, 409]
    with hackathon.board() as board:
        assert len(board.entries()) == 1


def test_a_session_that_is_replayed_after_its_end_opens_nothing(visit, clock) -> None:
    cookie = visit("Drac").cookies[sessions.COOKIE]
    clock.advance(hours=13)
    answer = visit().get("/team", headers={"Cookie": f"{sessions.COOKIE}={cookie}"})
    assert answer.status_code == 303


# nothing of the private rows


def test_the_list_of_routes_is_the_one_that_these_tests_know(hackathon) -> None:
    """Who adds a route adds it to the tests: of attacks here, of probing in test_probing."""
    posts = {path for path, methods in routes(make_app(hackathon.settings)) if "POST" in methods}
    assert posts == {*POSTS, "/api/v1/entries"}
