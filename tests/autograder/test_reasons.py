"""What runs again says why."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from small_course import LESSON, answered, make_course, submit

from eds_autograder.cli.root import main
from eds_autograder.grading.reasons import regrade_lines, why_again
from eds_autograder.grading.results import Result

BEFORE = Result(
    "ada",
    "lines",
    "k",
    "graded",
    hashes={"submission": "a", "source": "b", "environment": "c", "limits": "d"},
)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"hashes": {**BEFORE.hashes, "submission": "x", "source": "y"}}, "handed in anew"),
        (
            {"hashes": {**BEFORE.hashes, "source": "y"}},
            "the source, its tests or nbgrader's settings changed",
        ),
        (
            {"hashes": {**BEFORE.hashes, "source": "y", "limits": "y"}},
            "the limits changed, and maybe the source, its tests or nbgrader's settings",
        ),
        ({"hashes": {**BEFORE.hashes, "limits": "y"}}, "the limits changed"),
        ({"hashes": {**BEFORE.hashes, "environment": "y"}}, "the installed packages changed"),
        ({"isolation": "landlock"}, "isolation was none"),
        ({"engine": "99"}, f"graded by engine {BEFORE.engine} before"),
        ({}, "asked for"),
    ],
)
def test_the_cause_is_named(change: dict[str, Any], words: str) -> None:
    assert why_again(BEFORE, dataclasses.replace(BEFORE, **change)) == words


def test_one_line_tells_how_many_and_why() -> None:
    again = [("b", "asked for"), ("a", "the limits changed"), ("a", "the limits changed")]
    assert regrade_lines(again) == [
        "2 of a graded again: the limits changed",
        "1 of b graded again: asked for",
    ]


def test_a_changed_test_runs_whom_it_concerns_and_says_so(tmp_path: Path) -> None:
    folder = make_course(tmp_path / "course")
    submit(folder, "ada", answered())
    submit(folder, "bob", "no notebook")

    def eds(*more: str) -> str:
        return (
            CliRunner().invoke(main, ["grade", "--course", str(folder), "--isolation", "none", *more]).output
        )

    assert "graded again" not in eds()
    assert "graded again" not in eds()
    source = folder / "source" / LESSON / f"{LESSON}.ipynb"
    source.write_text(source.read_text().replace("total([]) == 0", "total([]) == 0.0"))
    assert "2 of lines graded again: the source, its tests or" in eds()
    config = folder / "nbgrader_config.py"
    config.write_text(config.read_text().replace("timeout = 8", "timeout = 9"))
    assert "2 of lines graded again: the limits changed" in eds()
    submit(folder, "ada", answered(total="return 0"))
    said = eds()
    assert "1 of lines graded again: handed in anew" in said
    assert "(1 known from before)" in said
