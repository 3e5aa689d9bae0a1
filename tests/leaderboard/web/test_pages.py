"""The pages, as a browser without JavaScript sees them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from eds_leaderboard.board import Board, create_event
from eds_leaderboard.event import Rules
from eds_leaderboard.folder import find_event

from .conftest import form_token, send, served, steer

RANKED = ("accuracy", "macro F1", "macro precision", "macro recall")


def test_a_team_logs_in_sends_an_entry_and_sees_its_rank(visit, predictions) -> None:
    team = visit("Drac")
    answer = send(team, predictions(wrong=12), "nearest neighbours")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/team#entries"
    page = team.get("/team").text
    assert "nearest neighbours" in page
    assert "rank 1 on the public board" in page
    assert "1 of 5 entries used" in page
    board = visit().get("/").text
    assert re.search(r'<th scope="row" class="c-team">Drac</th>', board)
    assert all(heading in board for heading in RANKED)


def test_the_board_ranks_as_the_command_line_does(visit, hackathon, predictions, run) -> None:
    send(visit("Drac"), predictions(wrong=12))
    send(visit("Isère"), predictions(wrong=3))
    told = json.loads(run("show", "-c", hackathon.folder.path, "--format", "json").stdout)
    shown = visit().get("/api/v1/standings").json()["standings"]
    assert shown == told
    names = re.findall(r'class="c-team">([^<]+)</th>\n<td', visit().get("/").text)
    assert names == [line["team"] for line in told] == ["Isère", "Drac"]


def test_a_refused_file_is_told_with_all_its_problems_and_lines(visit, predictions, tmp_path) -> None:
    lines = predictions().read_text().splitlines()
    lines[3] = f"{lines[3].split(',')[0]},XX"
    lines[7] = "nobody,LP"
    file = tmp_path / "bad.csv"
    file.write_text("\n".join(lines))
    answer = send(visit("Drac"), file, "it keeps the message")
    assert answer.status_code == 422
    assert "What is wrong with bad.csv" in answer.text
    assert re.search(r'c-line">4</td>.*XX', answer.text)
    assert re.search(r'c-line">8</td>.*nobody', answer.text)
    assert "Missing id" in answer.text
    assert 'value="it keeps the message"' in answer.text
    assert "0 of 5 entries used" in answer.text


def test_a_refused_entry_says_why_and_when_the_next_is_allowed(visit, predictions, clock) -> None:
    team = visit("Drac")
    send(team, predictions(wrong=2))
    again = send(team, predictions(wrong=2))
    assert again.status_code == 409
    assert "this very file is your entry 1 already" in again.text
    clock.advance(hours=4)
    late = send(team, predictions(wrong=3), form_token=form_token(team.get("/team").text))
    assert late.status_code == 403
    assert "closed at" in late.text


def test_the_host_leads_an_event_from_opening_to_reveal(visit, predictions, clock) -> None:
    host, team = visit("host"), visit("Drac")
    send(team, predictions(wrong=12))
    assert "Open for" not in host.get("/host").text
    assert steer(host, "extend", duration="30m").status_code == 303
    assert steer(host, "freeze", duration="4h30m").status_code == 303
    assert "stands still since" in visit().get("/").text
    assert steer(host, "unfreeze").status_code == 303
    assert steer(host, "close", sure="yes").status_code == 303
    assert steer(host, "open", duration="2h").status_code == 303
    assert "until 2026-11-27 10:00:00 UTC" in host.get("/host").text
    assert visit().get("/results").status_code == 403
    assert "Results" not in visit().get("/").text
    assert steer(host, "reveal", sure="yes").status_code == 409
    clock.advance(hours=2)
    assert steer(host, "reveal").status_code == 400
    assert steer(host, "reveal", sure="yes").status_code == 303
    results = visit().get("/results")
    assert results.status_code == 200
    number = re.search(r'href="/results/(\d+)"', results.text)[1]
    classes = visit().get(f"/results/{number}").text
    assert "Confusion matrix" in classes
    assert all(">Results</a>" in page for page in (classes, visit().get("/").text))
    assert visit().get("/results/999").status_code == 404
    assert "private standings" in visit().get("/").text


def test_the_host_adds_a_team_and_sees_its_token_once(visit, predictions, hackathon) -> None:
    host = visit("host")
    answer = steer(host, "team", name="Romanche")
    token = re.search(r'class="token">(eds_[\w-]+)<', answer.text)[1]
    assert token not in host.get("/host").text
    assert answer.headers["cache-control"] == "no-store"
    hackathon.tokens["Romanche"] = token
    assert "Romanche" in visit("Romanche").get("/team").text
    twice = steer(host, "team", name="romanche")
    assert twice.status_code == 409
    assert "has a team" in twice.text
    renewed = steer(host, "rotate", name="Romanche")
    assert re.search(r'class="token">(eds_[\w-]+)<', renewed.text)[1] != token


def test_the_host_takes_an_entry_off_the_board_and_puts_it_back(visit, predictions) -> None:
    host, team = visit("host"), visit("Drac")
    send(team, predictions(wrong=1))
    number = re.search(r'name="entry" value="(\d+)"', host.get("/host").text)[1]
    assert steer(host, "void", entry=number, why="").status_code == 400
    answer = steer(host, "void", entry=number, why="made with the test labels")
    assert "Drac: rank 1 → –" in answer.text
    assert "void: made with the test labels" in team.get("/team").text
    assert "No entry yet" in visit().get("/").text
    assert "Drac: rank – → 1" in steer(host, "restore", entry=number, why="it was not").text
    assert steer(host, "void", entry="x", why="y").status_code == 400
    record = host.get("/host").text
    assert record.index("restore") < record.index(">void<")
    assert "Drac, entry 1, why: made with the test labels" in record


def test_while_the_board_stands_still_the_host_is_told_of_entries_and_a_team_what_becomes_of_them(
    visit, predictions, clock
) -> None:
    host, team = visit("host"), visit("Drac")
    send(team, predictions(wrong=12))
    clock.advance(hours=1)
    assert steer(host, "freeze", duration="3h").status_code == 303
    send(team, predictions(wrong=3))
    page = host.get("/host").text
    assert "; 2 entries" in page
    assert "1 more came in since the board stands still" in page
    assert "freezes at 2026-11-27 09:00:00 UTC" in page
    assert "what you send in now is scored" in team.get("/team").text
    steer(host, "close", sure="yes")
    assert "what you send in now" not in team.get("/team").text
    assert "the reveal shows the rest" in team.get("/team").text


def test_a_parquet_file_goes_in_as_the_csv_file_does(visit, predictions, tmp_path) -> None:
    arrow_csv, parquet = pytest.importorskip("pyarrow.csv"), pytest.importorskip("pyarrow.parquet")
    file = tmp_path / "predictions.parquet"
    parquet.write_table(arrow_csv.read_csv(predictions(wrong=12)), file)
    sent = [send(visit(team), path) for team, path in (("Drac", file), ("Isère", predictions(wrong=12)))]
    assert [answer.status_code for answer in sent] == [303, 303]
    first, second = visit().get("/api/v1/standings").json()["standings"]
    assert {first["team"], second["team"]} == {"Drac", "Isère"}
    assert [first[name] for name in ("rank", "accuracy", "macro_f1")] == [
        second[name] for name in ("rank", "accuracy", "macro_f1")
    ]


def test_a_form_without_a_file_asks_for_one_of_the_two_kinds(visit) -> None:
    team = visit("Drac")
    page = team.get("/team").text
    assert "CSV or Parquet" in page
    answer = team.post("/team", files={"form_token": (None, form_token(page)), "message": (None, "nothing")})
    assert answer.status_code == 400
    assert "choose the file with your predictions, CSV or Parquet" in answer.text


def test_pages_lead_to_the_login_and_the_login_to_the_right_page(visit) -> None:
    stranger = visit()
    for page in ("/team", "/host"):
        answer = stranger.get(page)
        assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert visit("Drac").get("/login").headers["location"] == "/team"
    assert visit("host").get("/login").headers["location"] == "/host"
    assert visit("Drac").get("/host").headers["location"] == "/login"


def test_who_logs_out_is_out(visit) -> None:
    team = visit("Drac")
    assert team.post("/logout", data={"form_token": form_token(team.get("/team").text)}).status_code == 303
    assert team.get("/team").status_code == 303


def test_an_unchanged_board_is_answered_in_three_words_and_a_changed_one_is_not(visit, predictions) -> None:
    stranger = visit()
    first = stranger.get("/")
    tag = first.headers["etag"]
    assert first.headers["content-encoding"] == "gzip"
    assert first.headers["cache-control"] == "no-cache"
    same = stranger.get("/", headers={"If-None-Match": tag})
    assert (same.status_code, same.content) == (304, b"")
    send(visit("Drac"), predictions(wrong=1))
    assert stranger.get("/", headers={"If-None-Match": tag}).status_code == 200
    assert "Drac" in stranger.get("/").text


def test_the_board_follows_the_clock_although_it_is_cached(visit, clock) -> None:
    stranger = visit()
    assert "4 h left" in stranger.get("/").text
    clock.advance(hours=3, minutes=59)
    assert "1 min left" in stranger.get("/").text
    clock.advance(minutes=1)
    assert "closed" in stranger.get("/").text


def test_the_time_that_is_told_is_the_servers(visit, clock) -> None:
    clock.advance(seconds=1.5)
    told = visit().get("/api/v1/clock")
    assert told.json() == {"now": "2026-11-27T08:00:01.500000Z", "epoch_ms": 1795766401500}
    assert told.headers["cache-control"] == "no-store"


def test_the_files_are_there_once_the_event_was_opened(visit, hackathon, challenge, tmp_path, clock) -> None:
    listing = visit().get("/files").text
    assert 'href="/files/test.csv"' in listing
    answer = visit().get("/files/test.csv")
    assert answer.content == (hackathon.folder.release / "test.csv").read_bytes()
    assert answer.headers["content-disposition"].startswith("attachment")


def test_before_the_opening_no_file_is_handed_out(tmp_path, challenge, clock, hackathon) -> None:
    create_event(tmp_path / "later", str(challenge), Rules())
    settings = replace(hackathon.settings, folder=find_event(tmp_path / "later"))
    with served(settings) as address, httpx.Client(base_url=address) as client:
        assert "once the host opens" in client.get("/files").text
        assert client.get("/files/test.csv").status_code == 404
        assert "not open yet" in client.get("/").text
        with Board(settings.folder, clock) as board:
            client.post("/login", data={"token": board.add_team("Drac")[1]})
            assert "once the host opens the event" in client.get("/team").text
            board.open(timedelta(hours=1))
        page = client.get("/team").text
    assert "once the host opens the event" not in page
    assert "Send in" in page


def test_the_projector_shows_the_first_dozen_and_counts_the_others(visit, hackathon, predictions) -> None:
    with hackathon.board() as board:
        for number in range(15):
            team, _ = board.add_team(f"team {number:02d}")
            board.enter(team, predictions(wrong=number).read_bytes(), "x.csv", "")
    page = visit().get("/projector").text
    assert "http://board.test:8000" in page
    assert "and 3 more" in page
    assert "team 00" in page
    assert "team 12" not in page
    assert "Best public accuracy over time" in page


def test_the_plot_is_a_staircase_that_never_falls(visit, hackathon, predictions, clock) -> None:
    with hackathon.board() as board:
        team = board.team("Drac")
        for wrong in (30, 40, 10):
            clock.advance(minutes=30)
            board.enter(team, predictions(wrong=wrong).read_bytes(), "x.csv", "")
    clock.advance(minutes=30)
    page = visit().get("/").text
    points = re.search(r'polyline points="([^"]+)"', page)[1]
    heights = [float(point.split(",")[1]) for point in points.split()]
    assert heights == sorted(heights, reverse=True)
    assert len(set(heights)) == 2
    assert "1 line; Drac leads with" in page


def test_the_plot_names_who_leads_in_it_whoever_won(visit, hackathon, predictions) -> None:
    with hackathon.board() as board:
        # of the rows 0, 3, 6, … that are public Drac has more wrong, of the private ones Isère
        for team, bad in (("Drac", range(0, 12, 3)), ("Isère", [row for row in range(40) if row % 3])):
            lines = predictions().read_text().splitlines()
            for row in bad:
                name, label = lines[row + 1].split(",")
                lines[row + 1] = f"{name},{'LP' if label != 'LP' else 'TOR'}"
            board.enter(board.team(team), "\n".join(lines).encode(), "x.csv", "")
        board.close()
        board.reveal()
        assert [line.team.name for line in board.standings()] == ["Drac", "Isère"]
    assert "2 lines; Isère leads with 1.0000" in visit().get("/").text


def test_the_api_says_all_that_it_takes_and_gives(visit) -> None:
    document = visit().get("/api/openapi.json").json()
    assert document["openapi"].startswith("3.")
    assert {"/api/v1/clock", "/api/v1/event", "/api/v1/standings", "/api/v1/entries"} == set(
        document["paths"]
    )
    page = visit().get("/api").text
    for path, methods in document["paths"].items():
        for method in methods:
            assert f"<code>{method.upper()} {path}</code>" in page
    for name in document["components"]["schemas"]:
        assert f'id="{name}"' in page


def test_the_api_takes_an_entry_and_tells_the_team_its_entries(visit, hackathon, predictions) -> None:
    client, headers = visit(), {"Authorization": f"Bearer {hackathon.tokens['Drac']}"}
    file = predictions(wrong=6)
    answer = client.post(
        "/api/v1/entries",
        headers=headers,
        data={"message": "by API"},
        files={"file": ("p.csv", file.read_bytes())},
    )
    assert answer.status_code == 201
    receipt = answer.json()
    assert (receipt["team"], receipt["rank"], receipt["left"], receipt["is_best"]) == ("Drac", 1, 4, True)
    mine = client.get("/api/v1/entries", headers=headers).json()
    assert [(entry["entry"], entry["message"], entry["scores"]) for entry in mine] == [
        (1, "by API", receipt["scores"])
    ]
    again = client.post(
        "/api/v1/entries", headers=headers, data={"message": ""}, files={"file": ("p.csv", file.read_bytes())}
    )
    assert (again.status_code, again.json()["reason"]) == (409, "duplicate")
    bad = client.post("/api/v1/entries", headers=headers, files={"file": ("p.csv", b"id,label\n")})
    assert bad.status_code == 422
    assert bad.json()["problems"][0]["line"] >= 1
    assert client.post("/api/v1/entries", headers=headers, data={"message": "none"}).status_code == 400


def test_no_page_needs_another_machine_or_an_inline_script_or_style(visit) -> None:
    for page in ("/", "/projector", "/login", "/files", "/api", "/results", "/nowhere"):
        text = visit().get(page).text
        links = re.findall(r'(?:src|href|action)="([^"]*)"', text)
        assert links
        assert all(link.startswith(("/", "#")) for link in links)
        assert not re.search(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=|javascript:|url\(", text)


def test_a_team_that_the_host_adds_later_is_counted(visit, hackathon) -> None:
    assert "2 teams are registered" in visit().get("/").text
    hackathon.add_team("Romanche")
    import time

    time.sleep(0.06)
    assert "3 teams are registered" in visit().get("/").text


def test_one_registered_team_is_counted_as_one(tmp_path, challenge, clock, hackathon) -> None:
    create_event(tmp_path / "small", str(challenge), Rules())
    folder = find_event(tmp_path / "small")
    with Board(folder, clock) as board:
        board.add_team("Drac")
    with (
        served(replace(hackathon.settings, folder=folder)) as address,
        httpx.Client(base_url=address) as client,
    ):
        assert "No entry yet. 1 team is registered." in client.get("/").text
        assert "No entry yet, 1 team is registered." in client.get("/projector").text


def test_the_day_of_a_session_ends(visit, clock) -> None:
    team = visit("Drac")
    clock.advance(hours=11, minutes=59)
    assert team.get("/team").status_code == 200
    clock.advance(minutes=1)
    assert team.get("/team").status_code == 303


def test_the_server_says_that_it_is_well(visit) -> None:
    assert visit().get("/health").json() == {"status": "ok"}


def test_a_team_sees_its_classes_on_the_feedback_rows_and_on_no_others(
    hackathon, challenge, tmp_path, predictions, clock
) -> None:
    truth = challenge / "truth.csv"
    splits = ("public", "private", "feedback")
    rows = [line.split(",")[:2] for line in truth.read_text().splitlines()[1:]]
    body = "".join(f"{name},{label},{splits[number % 3]}\n" for number, (name, label) in enumerate(rows))
    truth.write_text(f"id,label,split\n{body}")
    create_event(tmp_path / "with-feedback", str(challenge), Rules())
    folder = find_event(tmp_path / "with-feedback")
    with Board(folder, clock) as board:
        board.open(timedelta(hours=1))
        _, token = board.add_team("Drac")
    settings = replace(hackathon.settings, folder=folder)
    with served(settings) as address, httpx.Client(base_url=address) as team:
        team.post("/login", data={"token": token})
        send(team, predictions(wrong=9))
        page = team.get("/team").text
    assert "on the feedback rows" in page
    matrix = page.split("Confusion matrix")[1]
    assert sum(int(count) for count in re.findall(r'class="heat\d[^"]*">(\d+)<', matrix)) == 20
