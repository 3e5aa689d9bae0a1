"""The board in a real Chromium: live, by keyboard, on a phone, on the wall, for a screen reader.

EDS_SCREENSHOTS=FOLDER keeps pictures of all pages, to be looked at.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from .conftest import Hackathon

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium here"),
]

playwright = pytest.importorskip("playwright.sync_api")
SIZES = {"desktop": (1280, 900), "phone": (390, 844), "wall": (1920, 1080)}
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]


@pytest.fixture(scope="module")
def chromium() -> Iterator:
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def tab(chromium, address: str) -> Iterator[Callable]:
    """Open a tab in a browser of its own; whatever its console complains of fails the test."""
    contexts, complaints = [], []

    def open_tab(size: str = "desktop", scheme: str = "light", **options):
        width, height = SIZES[size]
        context = chromium.new_context(
            base_url=address, viewport={"width": width, "height": height}, color_scheme=scheme, **options
        )
        contexts.append(context)
        context.set_default_timeout(20_000)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        return page

    yield open_tab
    for context in contexts:
        context.close()
    # a page that refuses is one of the tested ones
    assert not [text for text in complaints if "status of 4" not in text]


def log_in(page, token: str) -> None:
    page.goto("/login")
    page.get_by_label("Token of your team").fill(token)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: not url.endswith("/login"))


def send(page, file: Path, message: str) -> None:
    page.goto("/team")
    page.get_by_label("File with the columns").set_input_files(file)
    page.get_by_label("What is new in it").fill(message)
    page.get_by_role("button", name="Send in").click()


@pytest.fixture
def lively(hackathon: Hackathon, predictions, clock) -> Hackathon:
    """Twelve teams, a baseline, three hours of entries, one of them void."""
    names = ["Isère", "Drac", "forest rangers", "A team whose name is as long as allowed", "LSTM", "k-NN"]
    names += ["Ridge", "Tübingen", "Random walk", "p-wave", "nearest centroid"]
    with hackathon.board() as board:
        known = {team.name for team in board.teams()}
        for name in names:
            if name not in known:
                _, hackathon.tokens[name] = board.add_team(name, is_baseline=name == "nearest centroid")
        generator = np.random.default_rng(4)
        number = 0
        for level in (30, 20, 12, 4):
            for team in board.teams():
                clock.advance(minutes=4)
                if team.is_baseline and number > 12:
                    continue
                wrong = int(level * generator.uniform(0.7, 1.5))
                file = predictions(wrong=wrong, first=number % (60 - wrong))
                board.enter(team, file.read_bytes(), "p.csv", f"model {number}, {level} features")
                number += 1
        board.void(board.entries()[5].id, "sent in for another team")
    return hackathon


def test_a_rank_changes_in_a_second_browser_without_a_reload(tab, hackathon, predictions) -> None:
    with hackathon.board() as board:
        board.enter(board.team("Isère"), predictions(wrong=9).read_bytes(), "p.csv", "")
    wall, team = tab("wall"), tab()
    wall.goto("/projector")
    first = wall.locator("tbody tr").first
    playwright.expect(first).to_contain_text("Isère")
    log_in(team, hackathon.tokens["Drac"])
    send(team, predictions(wrong=1), "better")
    playwright.expect(team.locator("body")).to_contain_text("rank 1 on the public board")
    playwright.expect(first).to_contain_text("Drac", timeout=15_000)
    assert wall.evaluate("performance.getEntriesByType('navigation').length") == 1
    playwright.expect(wall.locator("#news")).to_contain_text("Drac")


def test_the_countdown_runs_by_the_servers_clock(tab, clock) -> None:
    page = tab()
    page.goto("/")
    # this machine's clock says something else than the server's
    playwright.expect(page.locator(".countdown")).to_have_text("4:00:00")
    page.wait_for_timeout(1200)
    assert page.locator(".countdown").inner_text() in ("3:59:59", "3:59:58", "3:59:57")
    assert clock.time.hour == 8


def test_everything_works_without_javascript(tab, hackathon, predictions, tmp_path) -> None:
    page = tab(java_script_enabled=False)
    log_in(page, hackathon.tokens["Drac"])
    bad = tmp_path / "bad.csv"
    bad.write_text(predictions().read_text().replace("row001,", "row001x,"))
    send(page, bad, "with a mistake")
    playwright.expect(page.locator("body")).to_contain_text("What is wrong with bad.csv")
    assert "3" in page.locator("td.c-line").all_inner_texts()
    send(page, predictions(wrong=4), "mended")
    playwright.expect(page.locator("table")).to_contain_text("mended")
    page.goto("/")
    playwright.expect(page.locator("tbody")).to_contain_text("Drac")
    assert "4 h left" in page.locator(".countdown").inner_text()
    assert page.locator("noscript meta[http-equiv=refresh], head > meta[http-equiv=refresh]").count() == 1
    page.get_by_role("link", name="My team").click()
    page.get_by_role("button", name="Log out").click()
    page.goto("/team")
    assert page.url.endswith("/login")


def test_the_host_reveals_and_the_open_board_shows_it(tab, lively) -> None:
    board, host = tab(), tab()
    board.goto("/")
    playwright.expect(board.locator("body")).to_contain_text("public standings, open")
    log_in(host, lively.host_token)
    host.get_by_label("No entry is let in any more").check()
    host.get_by_role("button", name="Close now").click()
    host.get_by_label("Show the private scores").check()
    host.get_by_role("button", name="Reveal").click()
    playwright.expect(board.locator("body")).to_contain_text("The private rows have decided", timeout=15_000)
    board.get_by_role("link", name="Shake-up").click()
    board.get_by_role("link", name="Drac").click()
    playwright.expect(board.get_by_role("heading", name="Confusion matrix")).to_be_visible()


def test_a_keyboard_is_enough(tab, hackathon, predictions) -> None:
    page = tab()
    page.goto("/")
    page.keyboard.press("Tab")
    playwright.expect(page.get_by_role("link", name="To the content")).to_be_focused()
    page.keyboard.press("Enter")
    playwright.expect(page.locator("main")).to_be_focused()
    page.goto("/login")
    playwright.expect(page.get_by_label("Token of your team")).to_be_focused()
    page.keyboard.type(hackathon.tokens["Drac"])
    page.keyboard.press("Enter")
    page.wait_for_url("**/team")
    page.get_by_label("File with the columns").set_input_files(predictions(wrong=2))
    page.get_by_label("File with the columns").focus()
    page.keyboard.press("Tab")
    page.keyboard.type("by keyboard")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    playwright.expect(page.locator("table")).to_contain_text("by keyboard")


# the pages before and after the reveal, with who sees them
BEFORE = {
    "board": (None, "/"),
    "projector": ("wall", "/projector"),
    "login": (None, "/login"),
    "files": (None, "/files"),
    "api": (None, "/api"),
    "nowhere": (None, "/nowhere"),
    "team": ("Drac", "/team"),
    "host": ("host", "/host"),
}
AFTER = {
    "revealed": (None, "/"),
    "results": (None, "/results"),
    "classes": (None, "/results/1"),
    "revealed-projector": ("wall", "/projector"),
    "revealed-team": ("Drac", "/team"),
    "revealed-host": ("host", "/host"),
}


def check(page, name: str, problems: list[str]) -> None:
    """Note what axe finds, and what does not fit the width of the page; keep a picture if asked to."""
    from axe_playwright_python.sync_playwright import Axe

    width = page.viewport_size["width"]
    # a row that has just changed shines for a moment, in colours between two
    for _ in range(200):
        if page.evaluate("document.getAnimations().every(one => one.playState === 'finished')"):
            break
        page.wait_for_timeout(50)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        problems += [
            f"{name} {scheme} {width}: {one['id']} {node['html'][:200]} {node.get('failureSummary', '')}"
            for one in Axe().run(page).response["violations"]
            for node in one["nodes"]
        ]
        if folder := os.environ.get("EDS_SCREENSHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=Path(folder) / f"{name}-{scheme}-{width}.png", full_page=width != 1920)
    if page.evaluate("document.documentElement.scrollWidth") > width:
        problems.append(f"{name}: wider than {width}")


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_every_page_is_for_everybody(size, tab, lively, tmp_path) -> None:
    problems: list[str] = []
    pages = {who: tab(size) for who in (None, "Drac", "host")}
    pages["wall"] = tab("wall") if size == "desktop" else pages[None]
    log_in(pages["Drac"], lively.tokens["Drac"])
    log_in(pages["host"], lively.host_token)

    def look(wanted: dict) -> None:
        for name, (who, path) in wanted.items():
            pages[who].goto(path)
            check(pages[who], name, problems)

    look(BEFORE)
    bad = tmp_path / "bad.csv"
    bad.write_text("id,label\nrow000,XX\nrow000,LP\n<b>x</b>,LP\n")
    send(pages["Drac"], bad, "a bad file")
    check(pages["Drac"], "refused", problems)
    with lively.board() as board:
        board.close()
        board.reveal()
    look(AFTER)
    assert not problems, "\n".join(problems)


def test_the_plot_can_be_read_on_a_phone_and_nothing_tells_of_hidden_columns(tab, lively) -> None:
    phone, desk = tab("phone"), tab()
    sizes = """[...document.querySelectorAll('svg.plot')].filter(one => one.checkVisibility()).map(one => {
        const scale = one.getBoundingClientRect().width / one.viewBox.baseVal.width;
        return scale * parseFloat(getComputedStyle(one.querySelector('text')).fontSize);
    })"""
    for page, text in ((phone, ("Moved",)), (desk, ("Moved", "Tied with", "times in UTC"))):
        page.goto("/")
        (size,) = page.evaluate(sizes)
        assert size >= 12
        caption = page.locator(".standings caption").inner_text()
        assert [word for word in ("Moved", "Tied with", "times in UTC") if word in caption] == list(text)
        names = page.locator("svg.plot:visible .line text")
        edge = page.locator("svg.plot:visible").bounding_box()
        boxes = [names.nth(number).bounding_box() for number in range(names.count())]
        assert all(box["x"] + box["width"] <= edge["x"] + edge["width"] + 1 for box in boxes)


@pytest.mark.parametrize("teams", [2, 3, 5, 8, 40])
def test_few_teams_and_many_fill_the_wall(teams, tab, hackathon, predictions, clock) -> None:
    with hackathon.board() as board:
        for number in range(teams - 2):
            board.add_team(f"{number} of the teams with a rather long name")
        for number, team in enumerate(board.teams()):
            for wrong in (20 + number % 9, number % 12):
                clock.advance(minutes=1)
                board.enter(team, predictions(wrong=wrong, first=number % 7).read_bytes(), "x.csv", "")
    page, problems = tab("wall"), []
    page.goto("/projector")
    check(page, f"wall-{teams}", problems)
    assert not problems, "\n".join(problems)
    assert page.evaluate("document.documentElement.scrollHeight") <= 1080
    table = page.locator(".standings").bounding_box()
    assert table["x"] + table["width"] <= page.locator(".on-wall").bounding_box()["x"]
    for half in page.locator(".halves > div").all():
        box = half.locator(":scope > :visible").last.bounding_box()
        assert box["y"] + box["height"] >= 0.75 * 1080
