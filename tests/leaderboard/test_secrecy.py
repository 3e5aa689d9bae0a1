"""Nothing that anybody sees before the reveal depends on a private label."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from pathlib import Path

import numpy as np


def everything_seen(
    place: Path, flipped: bool, truth_rows, predictions, clock, run, monkeypatch
) -> list[bytes]:
    """Play an event by the command line and return every byte that it put out before the reveal."""
    place.mkdir()
    monkeypatch.chdir(place)
    rows = list(truth_rows)
    if flipped:
        name, label, split = rows[1]
        assert split == "private"
        rows[1] = (name, "LP" if label != "LP" else "TOR", split)
    Path("c/release").mkdir(parents=True)
    Path("c/truth.csv").write_text("id,label,split\n" + "".join(f"{','.join(row)}\n" for row in rows))
    tokens = (f"eds_token{number:034d}" for number in itertools.count())
    monkeypatch.setattr("eds_leaderboard.hosting.new_token", lambda: next(tokens))
    monkeypatch.setattr("eds_leaderboard.release.secret_generator", lambda: np.random.default_rng(1))
    clock.time = clock.time.replace(hour=8, minute=0)
    seen: list[bytes] = []

    def do(*words, status=0, token=None) -> None:
        result = run(*words, status=status, token=token)
        seen.append(f"{' '.join(map(str, words[:1]))} {result.exit_code}\n{result.output}".encode())
        clock.advance(minutes=1)

    def look() -> None:
        for noun in (("show",), ("submissions",), ("team", "list"), ("audit",)):
            for format_ in ("table", "csv", "json"):
                do(*noun, "--format", format_)
        do("show", "--per-class", "Drac", status=1)
        for suffix in ("csv", "json", "md"):
            do("export", "--to", f"board.{suffix}")
            seen.append(Path(f"board.{suffix}").read_bytes())

    do("create", "fall", "--challenge", "c")
    seen += [path.read_bytes() for path in sorted(Path("fall/release").iterdir())]
    isere, drac = "eds_token" + "0" * 34, "eds_token" + "0" * 33 + "1"
    do("team", "add", "Isère")
    do("team", "add", "Drac")
    do("reveal", status=1)
    do("open", "--for", "4h")
    for wrong, first, token in ((1, 1, isere), (1, 2, drac), (9, 0, isere), (0, 0, drac)):
        do("check", "-f", predictions(wrong, first))
        do("submit", "-f", predictions(wrong, first), "-m", f"{wrong} {first}", token=token)
        do("submit", "-f", predictions(wrong, first), "-m", "again", token=token, status=1)
    bad = predictions(1)
    bad.write_text(bad.read_text().replace("row001,", "row999,"))
    do("check", "-f", bad, "--format", "json", status=1)
    do("submit", "-f", bad, "-m", "bad", token=drac, status=1)
    look()
    for ruling in ("void", "restore"):
        do(ruling, 1, "--why", "to see what it tells", "--format", "json")
    do("rescore", "--truth", corrected_public_label(rows), "--why", "a public label was wrong")
    do("freeze", "--last", "30m")
    do("extend", "--by", "10m")
    look()
    clock.time = clock.time.replace(hour=11, minute=46)
    do("submit", "-f", predictions(7, 20), "-m", "while it stands still", token=drac)
    look()
    do("close")
    do("submit", "-f", predictions(2), "-m", "late", token=drac, status=1)
    look()
    return seen


def corrected_public_label(rows: list[tuple[str, str, str]]) -> Path:
    name, label, split = rows[0]
    assert split == "public"
    corrected = [(name, "LP" if label != "LP" else "TOR", split), *rows[1:]]
    path = Path("corrected.csv")
    path.write_text("id,label\n" + "".join(f"{name},{label}\n" for name, label, _ in corrected))
    return path


def test_no_byte_before_the_reveal_depends_on_a_private_label(
    tmp_path, truth_rows, predictions, clock, run, monkeypatch
) -> None:
    seen, after = [], []
    for flipped in (False, True):
        place = tmp_path / f"flipped-{flipped}"
        seen.append(everything_seen(place, flipped, truth_rows, predictions, clock, run, monkeypatch))
        run("reveal")
        after.append(run("show", "--format", "json").stdout)
    assert len(seen[0]) > 80
    assert seen[0] == seen[1]
    # the flip is one that counts: the private scores do differ
    assert after[0] != after[1]


def test_the_file_of_the_event_is_closed_to_others_from_the_first_moment(tmp_path, challenge) -> None:
    """Even under an open umask the truth is never readable for others."""
    words = ["create", "fall", "--challenge", str(challenge)]
    code = f"import os; os.umask(0); from eds_leaderboard.cli import main; main({words})"
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "fall" / "event.db").stat().st_mode & 0o777 == 0o600
    assert os.access(tmp_path / "fall" / "release", os.R_OK)
