"""The README's first promise, `make demo`, and every output that the README shows, run again."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from eds_autograder.classroom import CLASS, LESSONS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```console\n(.*?)```", README, flags=re.DOTALL)


@dataclass(frozen=True)
class Demo:
    folder: Path
    printed: str
    seconds: float


def environment() -> dict[str, str]:
    """What a person has who activated the environment."""
    tools = str(Path(sys.executable).parent)
    return os.environ | {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """`eds demo`, which `make demo` runs when everything is installed."""
    folder = tmp_path_factory.mktemp("demo") / "course"
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "eds_autograder", "demo", "--to", str(folder)],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    return Demo(folder, done.stdout, time.monotonic() - started)


def plain(line: str) -> str:
    return " ".join(line.split())


def masked(line: str) -> str:
    """A line without what changes from run to run: the demo's folder, dates, measured scores and seconds."""
    line = re.sub(r"in /\S+", "in FOLDER", line)
    line = re.sub(r"\b0\.\d{4}\b", "SCORE", line)
    # what is tied with what hangs on the draw as the scores do
    line = re.sub(r"\d\.\d\d–\d\.\d\d\s+(\d+(–\d+)?\s)?", "INTERVAL ", line)
    line = re.sub(r"\d+ \w{3} \d\d:\d\d", "DATE", line)
    # which copies of a test are run is drawn each time
    line = re.sub(r"right answers fail \(line \d+\)", "right answers fail (line N)", line)
    return plain(re.sub(r"\bDone in \d+ s", "Done in TIME", line))


def assert_shown(shown: list[str], printed: list[str]) -> None:
    """Assert that lines occur in this order; '…' stands for any that are left out, rules of tables too."""
    rest = iter(printed)
    for line in shown:
        assert line in rest, f"the README shows a line that is not printed (in this order): {line!r}"


@pytest.mark.slow
def test_the_demo_prints_what_the_readme_shows(demo: Demo) -> None:
    (block,) = [block for block in BLOCKS if block.startswith("$ make demo")]
    shown = [masked(line) for line in block.split("\n")[1:] if line.strip() and line != "…"]
    assert_shown(shown, [masked(line) for line in demo.printed.split("\n")])


@pytest.mark.slow
def test_the_demo_marks_what_each_student_handed_in_and_loses_nobody(demo: Demo) -> None:
    with (demo.folder / "grades.csv").open(encoding="utf-8") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    assert list(rows) == list(CLASS)
    for student, row in rows.items():
        for lesson in LESSONS:
            kind = CLASS[student].get(lesson)
            page = demo.folder / "feedback" / student / lesson / f"{lesson}.html"
            assert page.is_file() == (kind is not None)
            assert_marked(kind, row[lesson], row[f"{lesson} to grade"])


def assert_marked(kind: str | None, points: str, to_grade: str) -> None:
    """Assert that a kind of work got what it deserves."""
    if kind is None:
        assert points == to_grade == ""
    elif kind.startswith("right"):
        assert (points, to_grade) == ("100", "0")
    elif kind in ("in part", "dies", "bends a test"):
        assert 0 < float(points) < 100
        assert to_grade == "0"
    elif kind in ("cheats", "a letter"):
        assert points == "0"
        assert int(to_grade) > 0
    else:
        assert (kind, points, to_grade) == ("untouched", "0", "0")


def test_the_demo_plays_every_lesson_and_every_one_is_handed_in() -> None:
    assert set(LESSONS) == {path.stem for path in ROOT.glob("source/*/*.py") if path.stem == path.parent.name}
    assert set(LESSONS) == {lesson for works in CLASS.values() for lesson in works}


@pytest.mark.slow
def test_no_feedback_page_of_the_demo_shows_a_hidden_test(demo: Demo) -> None:
    from eds_autograder.authoring.leaks import Secrets
    from eds_autograder.authoring.lesson import HIDDEN, Kind, read_lesson

    for lesson in LESSONS:
        cells = read_lesson(demo.folder / "source" / lesson / f"{lesson}.py").cells
        hidden = [cell for cell in cells if cell.kind is Kind.TESTS and HIDDEN.split(cell.source)[1]]
        secrets = Secrets.of(lesson, [*[cell for cell in cells if cell not in hidden], *hidden])
        lines = [line for line, what in secrets.lines.items() if "hidden" in what and len(line) > 15]
        assert len(lines) > 20
        for page in demo.folder.glob(f"feedback/*/{lesson}/*.html"):
            text = plain(page.read_text(encoding="utf-8"))
            text = (
                re.sub(r"<[^>]+>", "", text).replace("&quot;", '"').replace("&#39;", "'").replace("&lt;", "<")
            )
            found = [line for line in lines if line in text]
            assert not found, f"{page}: {found[:3]}"
            # the search would find them: it finds what may be seen
            seen = [
                line for line in secrets.visible.split("\n") if line.startswith("assert") and line in text
            ]
            assert seen


@pytest.mark.slow
def test_the_demo_ends_with_three_commands_that_work(demo: Demo) -> None:
    tail = demo.printed.split("Try next:")[1].strip().split("\n")
    assert len(tail) == 3
    page, again, notebook = (re.split(r"\s{2,}", line.strip())[0].split() for line in tail)
    assert Path(page[-1]).is_file()
    assert Path(notebook[-1]).is_file()
    done = subprocess.run(again, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 1  # eve's kernel died: a problem
    assert "the kernel died" in done.stdout


@pytest.mark.parametrize("block", [block for block in BLOCKS if not block.startswith("$ make demo")])
def test_every_other_output_of_the_readme_is_real(block: str, tmp_path: Path) -> None:
    commands = re.findall(r"^\$ (.*)$", block, flags=re.MULTILINE)
    outputs = re.split(r"^\$ .*\n", block, flags=re.MULTILINE)[1:]
    course = [f"--course {ROOT}"] if commands[0].startswith("eds course") else []
    for command, output in zip(commands, outputs, strict=True):
        done = subprocess.run(
            ["bash", "-c", " ".join([command, *course])],
            cwd=tmp_path,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        shown = [plain(line) for line in output.split("\n") if line.strip() and line != "…"]
        assert_shown(shown, [plain(line) for line in done.stdout.split("\n")])
