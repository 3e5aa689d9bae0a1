"""The live board on a real terminal."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time

import pytest

from eds_leaderboard.board import Board
from eds_leaderboard.folder import find_event

SECONDS = 60


def read_until(terminal: int, pattern: str) -> str:
    """Read what the program draws until it matches."""
    seen, end = "", time.monotonic() + SECONDS
    while time.monotonic() < end:
        if select.select([terminal], [], [], 0.2)[0]:
            seen += os.read(terminal, 65536).decode(errors="replace")
        plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen)
        if re.search(pattern, plain, re.DOTALL):
            return plain
    raise AssertionError(f"not seen within {SECONDS} s: {pattern}; but {seen[-2000:]!r}")


@pytest.mark.slow
def test_the_board_on_the_screen_changes_when_an_entry_comes_and_ctrl_c_ends_it(
    tmp_path, challenge, predictions, request
) -> None:
    from datetime import timedelta

    from eds_leaderboard.board import create_event
    from eds_leaderboard.event import Rules

    event = tmp_path / "live"
    create_event(event, str(challenge), Rules())
    mine, theirs = pty.openpty()
    with Board(find_event(event)) as board:
        board.open(timedelta(hours=1))
        isere, drac = (board.add_team(name)[1] for name in ("Isère", "Drac"))
        board.submit(predictions(20), "first", isere)
        shown = subprocess.Popen(
            [sys.executable, "-m", "eds_leaderboard", "show", "--watch", "-c", str(event)],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "120", "LINES": "30"},
            start_new_session=True,
        )
        os.close(theirs)
        request.addfinalizer(shown.kill)
        read_until(mine, r"left\).*1\s+Isère")
        board.submit(predictions(0), "better", drac)
        read_until(mine, r"1\s+Drac.*2\s+-1\s+Isère|1\s+Drac.*2\s+Isère")
        # the countdown runs though nothing comes in
        read_until(mine, r"(\d s left.*){2}")
        shown.send_signal(signal.SIGINT)
        while shown.poll() is None:
            if select.select([mine], [], [], 0.2)[0]:
                try:
                    os.read(mine, 65536)
                except OSError:
                    break
        assert shown.wait(SECONDS) == 0
    os.close(mine)


def test_watching_needs_a_terminal(event, run) -> None:
    for place in (("-c", event), ("--server", "127.0.0.1:1")):
        assert "needs a terminal" in run("show", "--watch", *place, status=2).stderr


def test_a_board_without_an_entry_says_so(event, run) -> None:
    shown = run("show", "-c", event).stdout
    assert "public standings (open until" in shown
    assert "no entry yet" in shown
