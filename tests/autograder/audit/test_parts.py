"""Tests taken apart, answers and markers read, work done in children."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from eds_autograder.audit.answers import AnswersError, read_answers
from eds_autograder.audit.assertions import RECORD, take_apart
from eds_autograder.audit.child import in_child
from eds_autograder.audit.markers import judge_markers, markers_of
from eds_autograder.audit.mutants import Mutant
from eds_autograder.audit.shell import refuse_threads
from eds_autograder.authoring.lesson import Cell, Kind

TESTS = """\
import math as _math

_visible = answer(1)
assert _visible == 1, "shown"
_size = 3
### BEGIN HIDDEN TESTS
_rows = list(range(_size))
_pi = _math.pi
_got = [answer(row) for row in _rows]
for _one in _got:
    assert _one > 0, "positive"
assert_close(_got, _rows, "as they are")
### END HIDDEN TESTS
"""


def test_hidden_tests_run_without_the_visible_ones_and_beyond_a_failure() -> None:
    parts = take_apart(Cell("code", TESTS, kind=Kind.TESTS), ["answer"])
    assert parts.ready.split("\n") == [
        "import math as _math",
        "_size = 3",
        "_rows = list(range(_size))",
        "_pi = _math.pi",
    ]
    failed: list[int] = []
    names = {"answer": lambda row: -row, RECORD: failed.append}
    names["assert_close"] = lambda *_: 1 / 0
    exec(parts.ready, names)
    exec(parts.hidden, names)
    assert failed == [0, 0, 0, 1]
    assert [(use.line, use.message) for use in parts.assertions] == [(11, "positive"), (12, "as they are")]
    assert "HIDDEN" not in parts.visible
    assert "_pi" not in parts.visible
    assert "_visible = answer(1)" in parts.visible


LOOPS = """\
for _one in [1, 2]:
    _count = answer(_one)
    assert _count == _one, "shown"
_total = 0
for _one in [1, 2]:
    assert _one, "shown"
    _total = _total + 1
### BEGIN HIDDEN TESTS
for _one in [3, 4]:
    _count = answer(_one)
    assert _count == _one, "hidden"
assert [_one for _one in [5]] == [answer(5)], "once more"
assert _total == 2, "built on"
### END HIDDEN TESTS
"""


def test_a_visible_loop_is_left_out_unless_hidden_tests_build_on_it_and_then_asserts_nothing() -> None:
    parts = take_apart(Cell("code", LOOPS, kind=Kind.TESTS), ["answer"])
    assert "[1, 2]" in parts.ready
    assert "shown" not in parts.ready + parts.hidden
    failed: list[int] = []
    names = {"answer": lambda row: row, RECORD: failed.append}
    exec(parts.ready, names)
    exec(parts.hidden, names)
    assert not failed


def test_answers_are_read_with_their_lines(tmp_path: Path) -> None:
    folder = tmp_path / "answers"
    folder.mkdir()
    (folder / "load.py").write_text(
        '# Why these.\n\n# %% right="looped"\nx = 1\n\n# %% wrong="short" says="too short"\nx = 2\n',
        encoding="utf-8",
    )
    right, wrong = read_answers(tmp_path, ["load", "other"])["load"]
    assert (right.kind, right.name, right.text, right.line) == ("right", "looped", "x = 1\n", 3)
    assert (wrong.kind, wrong.says, wrong.line) == ("wrong", "too short", 6)


@pytest.mark.parametrize(
    ("marker", "said"),
    [
        ("# %%", "write one of right"),
        ('# %% right="a" wrong="b"', "write one of right"),
        ('# %% wrong="a"', "says="),
        ('# %% right="a" says="b"', "says="),
        ('# %% right="a" sais="b"', "unknown marker"),
    ],
)
def test_an_answer_without_a_clear_marker_is_refused(tmp_path: Path, marker: str, said: str) -> None:
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / "load.py").write_text(f"{marker}\nx = 1\n", encoding="utf-8")
    with pytest.raises(AnswersError, match=said):
        read_answers(tmp_path, ["load"])
    with pytest.raises(AnswersError, match="no exercise of the lesson is called 'load'"):
        read_answers(tmp_path, ["other"])


def test_a_marker_is_about_its_own_line_or_the_next_one_with_code() -> None:
    text = "# audit: equivalent because a\n\n# more\nx = 1\ny = 2  # audit: equivalent [1 → 2] because b\n"
    assert [(m.line, m.about, m.change, m.reason) for m in markers_of(text)] == [
        (1, 4, "", "a"),
        (5, 5, "1 → 2", "b"),
    ]


def test_a_marker_takes_out_what_it_names_and_is_a_problem_where_it_names_nothing() -> None:
    survivors = [
        Mutant("", "number", 2, "1 → 2"),
        Mutant("", "number", 2, "1 → 0"),
        Mutant("", "axis", 3, "0 → 1"),
    ]
    text = "# audit: equivalent {}because of that\nx = 1\ny = x.mean(axis=0)"
    assert judge_markers(markers_of(text.format("[1 → 2] ")), survivors) == ({0: "of that"}, [])
    assert set(judge_markers(markers_of(text.format("[number] ")), survivors)[0]) == {0, 1}
    for bracket, said in (("", "2 mutants"), ("[axis] ", "takes nothing out")):
        reasons, ((line, problem),) = judge_markers(markers_of(text.format(bracket)), survivors)
        assert not reasons
        assert line == 1
        assert said in problem
    _, ((_, problem),) = judge_markers(markers_of("x = 1  # audit: equal since I say so"), survivors)
    assert "not understood" in problem


def test_a_child_tells_what_it_found_or_how_it_ended() -> None:
    def spin() -> dict[str, object]:
        while True:
            pass

    def leave() -> dict[str, object]:
        os._exit(3)

    assert in_child(lambda: {"a": 1}, 5.0) == {"state": "done", "a": 1}
    started = time.monotonic()
    assert in_child(spin, 0.2) == {"state": "timed out"}
    assert time.monotonic() - started < 12
    assert in_child(leave, 5.0) == {"state": "died"}


def test_a_process_with_a_second_thread_is_not_forked() -> None:
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        with pytest.raises(RuntimeError, match="forking is not safe"):
            refuse_threads()
    finally:
        done.set()
        thread.join()
