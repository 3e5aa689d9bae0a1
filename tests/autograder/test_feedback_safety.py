"""Whatever a student displays, writes or names: opened in a browser, their page runs nothing and loads nothing."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest
from browser import browser
from small_course import LESSON, answered, by_id, cell, make_course, submit

from eds_autograder.course import Course
from eds_autograder.gradebook import open_gradebook
from eds_autograder.grading.assignment import prepare
from eds_autograder.grading.feedback import write_feedback
from eds_autograder.grading.grade import grade_class
from eds_autograder.grading.render import clean_html

ALERT = "alert('run')"
AWAY = "http://127.0.0.1:9/"  # nobody listens there

HTML = [
    f"<script>{ALERT}</script>",
    f"<SCRIPT SRC={AWAY}x.js></SCRIPT>",
    f"<scr<script>ipt>{ALERT}</scr</script>ipt>",
    f"<img src=x onerror={ALERT}>",
    f'<img src="{AWAY}pixel.png">',
    f'<img srcset="{AWAY}pixel.png 2x">',
    f'<img src="data:text/html,<script>{ALERT}</script>">',
    f'<img src="data:image/png;base64,AAAA" onload="{ALERT}" style="background:url({AWAY}x)">',
    f'<a href="javascript:{ALERT}">link</a>',
    f'<a href=" &#106;avascript:{ALERT}">link</a>',
    f'<a href="java\tscript:{ALERT}">link</a>',
    f'<a href="data:text/html,<script>{ALERT}</script>">link</a>',
    f'<a href="vbscript:{ALERT}" ping="{AWAY}">link</a>',
    f"<svg onload={ALERT}></svg>",
    f"<svg><script>{ALERT}</script></svg>",
    f'<svg><a xlink:href="javascript:{ALERT}"><text>click</text></a></svg>',
    f'<svg><image href="{AWAY}x.png"/></svg>',
    f'<svg><use href="{AWAY}x.svg#a"/></svg>',
    f'<svg><animate onbegin="{ALERT}" attributeName="x" dur="1s"/></svg>',
    f'<math><mtext><table><mglyph><style><img src=x onerror="{ALERT}">',
    f'<math href="javascript:{ALERT}">click</math>',
    f'<iframe src="javascript:{ALERT}"></iframe>',
    f'<iframe srcdoc="<script>{ALERT}</script>"></iframe>',
    f'<iframe src="{AWAY}"></iframe>',
    f'<object data="{AWAY}"></object><embed src="{AWAY}">',
    f'<form action="{AWAY}"><input autofocus onfocus="{ALERT}"><button formaction="javascript:{ALERT}">go</button></form>',
    f'<link rel="stylesheet" href="{AWAY}x.css">',
    f'<link rel="prefetch" href="{AWAY}x">',
    f'<meta http-equiv="refresh" content="0;url={AWAY}">',
    f'<base href="{AWAY}">',
    f"<style>body {{ background: url({AWAY}x.png) }} @import '{AWAY}x.css';</style>",
    f'<div style="background-image: url({AWAY}x.png); position: fixed; inset: 0">cover</div>',
    f'<video poster="{AWAY}x.png" src="{AWAY}x.mp4" autoplay></video><audio src="{AWAY}x.mp3" autoplay></audio>',
    f'<video><source onerror="{ALERT}"></video>',
    f'<body onload="{ALERT}"><details open ontoggle="{ALERT}">x</details>',
    f'<marquee onstart="{ALERT}">x</marquee>',
    f'<template><img src=x onerror="{ALERT}"></template>',
    f'<noscript><p title="</noscript><img src=x onerror={ALERT}>"></noscript>',
    f'<table background="{AWAY}x.png"><td background="{AWAY}y.png">x</table>',
    f"<!--><img src=x onerror={ALERT}>-->",
    f"<![CDATA[<img src=x onerror={ALERT}>]]>",
    f"</pre></div></section><script>{ALERT}</script>",
    f'<p id="exercise-1" class="passed" name="cookie" contenteditable>x</p><xss onclick="{ALERT}">x</xss>',
]
SVG = [
    f'<svg xmlns="http://www.w3.org/2000/svg" onload="{ALERT}"><script>{ALERT}</script></svg>',
    f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{AWAY}x.png"/><foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml" src="{AWAY}"/></foreignObject></svg>',
    f'<?xml version="1.0"?><?xml-stylesheet href="{AWAY}x.css"?><!DOCTYPE svg [<!ENTITY x SYSTEM "{AWAY}x">]><svg xmlns="http://www.w3.org/2000/svg">&x;</svg>',
    '"><img src=x onerror=alert(1)>',
]
PICTURES = ['AAAA" onerror="alert(1)', "AAAA'><script>alert(1)</script>"]
NAME = "<img src=x onerror=alert(1)>"


class Tags(HTMLParser):
    """The tags of a page, with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))


@pytest.mark.parametrize("payload", HTML)
def test_cleaned_html_has_nothing_that_acts(payload: str) -> None:
    for tag, attributes in Tags(clean_html(f"<b>fine</b>{payload}<i>end</i>")).found:
        assert tag in ("a", "b", "details", "div", "i", "img", "p", "span", "table", "tbody", "td", "tr")
        assert set(attributes) <= {"alt", "href", "open", "rel", "src"}
        assert attributes.get("src", "data:image/png").startswith("data:image/png")
        assert attributes.get("href", "https:").startswith("https:")


def test_cleaned_html_keeps_what_is_good() -> None:
    table = '<table><thead><tr><th colspan="2">km</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>'
    assert clean_html(f"<style scoped>.x {{}}</style>{table}") == table
    link = '<a href="https://doi.org/10.1/x" rel="noopener noreferrer nofollow">a paper</a>'
    assert clean_html('<a href="https://doi.org/10.1/x" onclick="x">a paper</a>') == link
    picture = '<img src="data:image/png;base64,iVBORw0KGgo=" alt="a rock">'
    assert clean_html(picture) == picture


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a student who tries all of it at once, by way of the real kernel."""
    folder = make_course(tmp_path_factory.mktemp("safety") / "course")
    made = answered(line=f"return 3  # {NAME}")
    shown = [{"text/html": text} for text in HTML]
    shown += [{"image/svg+xml": text} for text in SVG]
    shown += [{"image/png": text, "text/plain": NAME} for text in PICTURES]
    shown += [
        {kind: NAME} for kind in ("text/markdown", "text/latex", "text/plain", "application/javascript")
    ]
    made.cells += [
        cell(f"from IPython.display import display\nfor data in {shown!r}:\n    display(data, raw=True)"),
        cell(f"import sys\nprint({NAME!r})\nprint({NAME!r}, file=sys.stderr)"),
        cell(f"raise type({NAME!r}, (Exception,), {{}})({NAME!r})"),
    ]
    by_id(made, "why").source = "\n".join(HTML)
    submit(folder, NAME, json.dumps(made), name=f"{NAME}.ipynb")
    course = Course.open(folder)
    (result,) = grade_class(course).results
    assert result.outcome == "graded"
    with open_gradebook(course) as gradebook:
        gradebook.find_comment("why", LESSON, LESSON, NAME).manual_comment = NAME
        gradebook.db.commit()
        return write_feedback(course, gradebook, prepare(course, LESSON), NAME)


@pytest.mark.slow
def test_the_page_shows_payloads_as_text(page: Path) -> None:
    text = page.read_text("utf-8")
    assert "<script" not in text.lower()
    assert text.count("&lt;img src=x onerror=alert(1)&gt;") >= 8
    for tag, attributes in Tags(text).found:
        assert not [name for name in attributes if name.startswith("on")], (tag, attributes)
        assert attributes.get("src", "data:image/").startswith("data:image/")


@pytest.mark.slow
@pytest.mark.browser
def test_a_browser_runs_nothing_and_asks_for_nothing(page: Path, tmp_path: Path) -> None:
    with browser() as chromium:
        tab = chromium.new_page(viewport={"width": 390, "height": 844})
        said: list[str] = []
        tab.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
        asked: list[str] = []
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto(page.as_uri())
        for link in tab.locator("a").all():
            if (link.get_attribute("href") or "").startswith(("#", "javascript")):
                link.click()
        tab.wait_for_timeout(300)
        assert said == []
        assert [url for url in asked if not url.startswith(("data:image/", page.as_uri()))] == []
        # nothing is wider than a phone
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390

        # and this watch would see it
        bad = tmp_path / "bad.html"
        bad.write_text(f"{HTML[0]}{HTML[4]}")
        tab.goto(bad.as_uri())
        tab.wait_for_timeout(300)
        assert said == ["run"]
        assert f"{AWAY}pixel.png" in asked
