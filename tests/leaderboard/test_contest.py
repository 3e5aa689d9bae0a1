"""Four hours of an event in fast time, played by forty teams, and worked out anew from the raw files alone.

The second account shares no code with the board: pandas reads the files, scikit-learn scores them, and the
rules are written down once more below, the way a referee would check a contest by hand.
"""

from __future__ import annotations

import functools
import hashlib
import io
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as oracle

from eds_leaderboard.board import Board, create_event
from eds_leaderboard.errors import EdsError, InvalidFileError, RefusedError
from eds_leaderboard.event import Rules
from eds_leaderboard.folder import find_event

START = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
DEADLINE = START + timedelta(hours=4)
EXTENDED = DEADLINE + timedelta(minutes=10)
FROZEN = EXTENDED - timedelta(minutes=30)
LIMIT, HOURLY, PAUSE = 6, 4, timedelta(seconds=30)
LABELS = np.array(["EXP", "HYB", "LP", "TOR", "VT"])
N_ROWS = 300
IDS = [f"r{number:04d}" for number in range(N_ROWS)]
KINDS = ("honest", "sloppy", "hostile")


@dataclass(frozen=True)
class Attempt:
    """One file that somebody sends at some time under some name."""

    time: datetime
    team: str
    content: bytes
    token_of: str
    message: str = "an entry"


@functools.cache
def truth() -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(11)
    codes = generator.choice(5, N_ROWS, p=(0.4, 0.25, 0.15, 0.12, 0.08))
    splits = np.where(generator.random(N_ROWS) < 0.4, "public", "private")
    return LABELS[codes], splits


def written(labels: np.ndarray, order: np.ndarray | None = None) -> bytes:
    rows = range(N_ROWS) if order is None else order
    return ("id,label\n" + "".join(f"{IDS[row]},{labels[row]}\n" for row in rows)).encode()


def guess(generator: np.random.Generator, skill: float) -> np.ndarray:
    labels, _ = truth()
    return np.where(generator.random(N_ROWS) < skill, labels, generator.choice(LABELS, N_ROWS))


def honest(name: str, generator: np.random.Generator) -> list[Attempt]:
    skill = generator.uniform(0.3, 0.6)
    times = sorted(generator.uniform(0, 14_700, 7))
    attempts = []
    for time in times:
        skill = min(0.95, skill + generator.uniform(-0.02, 0.08))
        content = written(guess(generator, skill), generator.permutation(N_ROWS))
        attempts.append(Attempt(START + timedelta(seconds=float(time)), name, content, name))
    return attempts


def sloppy(name: str, generator: np.random.Generator) -> list[Attempt]:
    """The same file twice, a row missing, another label, Windows line ends, far too often, and too late."""
    labels = guess(generator, 0.5)
    good = written(labels)
    start = START + timedelta(seconds=float(generator.uniform(0, 9000)))
    files = [
        good,
        good,
        good.replace(b"r0007,", b"r9999,"),
        b"\n".join(good.split(b"\n")[:-3]),
        good.replace(b"EXP", b"exp"),
        written(guess(generator, 0.55)).replace(b"\n", b"\r\n"),
        b"",
        written(guess(generator, 0.6)).replace(b"id,label", b"label,id"),
        written(guess(generator, 0.6)).rstrip(b"\n"),
        *(written(guess(generator, 0.6)) for _ in range(4)),
    ]
    steps = np.cumsum(generator.uniform(5, 200, len(files)))
    attempts = [
        Attempt(start + timedelta(seconds=float(step)), name, content, name)
        for step, content in zip(steps, files, strict=True)
    ]
    for late in (timedelta(0), timedelta(microseconds=1), timedelta(minutes=3)):
        attempts.append(Attempt(EXTENDED + late, name, written(guess(generator, 0.9)), name))
    return attempts


def hostile(name: str, generator: np.random.Generator) -> list[Attempt]:
    """Flips one label at a time, floods, uses wrong tokens, and writes what a spreadsheet or a page would obey."""
    base = guess(generator, 0.4)
    attempts = []
    start = START + timedelta(seconds=float(generator.uniform(0, 7000)))
    for number in range(14):
        labels = base.copy()
        labels[number] = LABELS[number % 5]
        time = start + timedelta(seconds=float(number * generator.uniform(20, 900)))
        attempts.append(
            Attempt(time, name, written(labels), name, "=cmd|' /C calc'!A0 <script>alert(1)</script>")
        )
    attempts.append(Attempt(start, name, written(truth()[0]), "nobody"))
    attempts.append(Attempt(EXTENDED - timedelta(microseconds=1), name, written(guess(generator, 0.7)), name))
    return attempts


@functools.cache
def script() -> tuple[Attempt, ...]:
    """Everything that is sent in, in the order of time; no two things happen at once."""
    attempts: list[Attempt] = []
    for number in range(40):
        kind = KINDS[number % 3]
        generator = np.random.default_rng([3, number])
        attempts += globals()[kind](f"{kind} {number}", generator)
    # two teams that are equal in every score
    twin = written(guess(np.random.default_rng(99), 0.8))
    attempts += [Attempt(START + timedelta(minutes=m), f"twin {m}", twin, f"twin {m}") for m in (50, 60)]
    return tuple(sorted(attempts, key=lambda attempt: (attempt.time, attempt.team)))


TEAMS = [f"{KINDS[number % 3]} {number}" for number in range(40)] + ["twin 50", "twin 60"]
BASELINE = "honest 39"


# the second account


def readable(content: bytes) -> pd.Series | None:
    """Return the labels by id, or None where the file breaks a rule."""
    try:
        table = pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False)
    except (pd.errors.EmptyDataError, pd.errors.ParserError):
        return None
    if list(table.columns) != ["id", "label"] or sorted(table["id"]) != IDS:
        return None
    return table.set_index("id")["label"].loc[IDS] if table["label"].isin(LABELS).all() else None


@functools.cache
def refereed() -> list[str]:
    """Return what must become of each attempt."""
    outcomes, accepted = [], {name: [] for name in TEAMS}
    for attempt in script():
        mine = accepted[attempt.team]
        digest = hashlib.sha256(attempt.content).hexdigest()
        hour = [time for time, _ in mine if attempt.time - time < timedelta(hours=1)]
        if attempt.token_of != attempt.team:
            outcome = "token"
        elif attempt.time >= EXTENDED:
            outcome = "closed"
        elif digest in [known for _, known in mine]:
            outcome = "duplicate"
        elif len(mine) >= LIMIT:
            outcome = "limit"
        elif len(hour) >= HOURLY or (mine and attempt.time - mine[-1][0] < PAUSE):
            outcome = "rate"
        elif readable(attempt.content) is None:
            outcome = "invalid"
        else:
            outcome = "accepted"
            mine.append((attempt.time, digest))
        outcomes.append(outcome)
    return outcomes


@functools.cache
def scored(content: bytes, split: str) -> tuple[float, ...]:
    """Return accuracy, macro F1, precision and recall by scikit-learn, to twelve digits."""
    labels, splits = truth()
    inside = splits == split
    predicted = readable(content).to_numpy()[inside]
    precision, recall, f1, _ = oracle.precision_recall_fscore_support(
        labels[inside], predicted, labels=LABELS, average="macro", zero_division=0
    )
    accuracy = oracle.accuracy_score(labels[inside], predicted)
    return tuple(round(float(value), 12) for value in (accuracy, f1, precision, recall))


@functools.cache
def recomputed(until: datetime | None, voided: str | None) -> dict[str, list[tuple]]:
    """Return the public board and the private one: (rank, team, scores), the latter of the public best."""
    best: dict[str, tuple] = {}
    void = voided
    for attempt, outcome in zip(script(), refereed(), strict=True):
        if outcome != "accepted" or (until is not None and attempt.time >= until):
            continue
        if attempt.team == void:  # its first entry was struck out
            void = None
            continue
        scores = scored(attempt.content, "public")
        if attempt.team not in best or scores > best[attempt.team][0]:
            best[attempt.team] = (scores, attempt.time, attempt.content)
    boards = {"public": {team: scores for team, (scores, *_) in best.items()}}
    boards["private"] = {team: scored(content, "private") for team, (*_, content) in best.items()}
    result = {}
    for split, board in boards.items():
        ranked = [scores for team, scores in board.items() if team != BASELINE]
        lines = [
            (1 + sum(other > scores for other in ranked), team, scores)
            for team, scores in board.items()
            if team != BASELINE
        ]
        result[split] = [*sorted(lines), (None, BASELINE, board[BASELINE])]
    return result


# the event


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def contest(request, tmp_path_factory):
    """The event after its four hours: the board, what became of each attempt, the board while it stood still."""
    folder = tmp_path_factory.mktemp("contest")
    labels, splits = truth()
    (folder / "c").mkdir()
    rows = zip(IDS, labels, splits, strict=True)
    (folder / "c" / "truth.csv").write_text(
        "id,label,split\n" + "".join(f"{','.join(row)}\n" for row in rows)
    )
    database = None if request.param == "sqlite" else request.getfixturevalue("postgres").new_database()
    now = [START]
    create_event(
        folder / "fall",
        str(folder / "c"),
        Rules("accuracy", LIMIT, HOURLY, PAUSE),
        database=database,
        now=lambda: now[0],
    )
    with Board(find_event(folder / "fall"), now=lambda: now[0]) as board:
        tokens = {name: board.add_team(name, is_baseline=name == BASELINE)[1] for name in TEAMS}
        tokens["nobody"] = "eds_" + "x" * 43
        board.open(DEADLINE - START)
        outcomes, frozen, extended = [], None, False
        for attempt in script():
            if attempt.time >= START + timedelta(hours=3) and not extended:
                now[0], extended = START + timedelta(hours=3), True
                board.extend(EXTENDED - DEADLINE)
                board.freeze(timedelta(minutes=30))
                board.void(first_entry(board, "honest 0"), "used the test set")
            now[0] = attempt.time
            if attempt.time >= FROZEN and frozen is None:
                frozen = board.standings()
            outcomes.append(sent(board, folder, attempt, tokens[attempt.token_of]))
        now[0] = EXTENDED + timedelta(hours=1)
        still = board.standings()
        board.reveal()
        yield board, outcomes, frozen, still


def first_entry(board: Board, team: str) -> int:
    return board.entries(board.team(team))[0].id


def sent(board: Board, folder: Path, attempt: Attempt, token: str) -> str:
    path = folder / "predictions.csv"
    path.write_bytes(attempt.content)
    try:
        board.submit(path, attempt.message, token)
    except RefusedError as error:
        return error.reason
    except InvalidFileError:
        return "invalid"
    except EdsError as error:
        return "token" if "belongs to no team" in str(error) else str(error)
    return "accepted"


def told(lines) -> list[tuple]:
    order = ("accuracy", "macro_f1", "macro_precision", "macro_recall")
    found = [
        (line.rank, line.team.name, tuple(round(line.entry.scores[name], 12) for name in order))
        for line in lines
    ]
    return sorted(found, key=lambda line: (line[0] is None, line[0], line[1]))


def test_every_attempt_ends_as_the_referee_says(contest) -> None:
    _, outcomes, *_ = contest
    assert outcomes == refereed()
    counted = Counter(outcomes)
    assert set(counted) == {"accepted", "closed", "duplicate", "invalid", "limit", "rate", "token"}
    assert min(counted.values()) >= 10


def test_the_final_boards_are_those_of_the_raw_files(contest) -> None:
    board, *_ = contest
    expected = recomputed(None, "honest 0")
    assert told(board.standings()) == expected["private"]
    assert told(board.public_standings()) == expected["public"]
    twins = [line.rank for line in board.standings() if line.team.name.startswith("twin")]
    assert len(set(twins)) == 1
    ranks = {team: rank for rank, team, _ in expected["public"]}
    for line in board.standings():
        before = ranks[line.team.name]
        assert line.moved == (None if line.rank is None else before - line.rank)


def test_the_board_stood_still_for_the_last_half_hour(contest) -> None:
    _, _, frozen, still = contest
    assert told(frozen) == told(still) == recomputed(FROZEN, "honest 0")["public"]
    assert told(still) != recomputed(None, "honest 0")["public"]


def test_the_counts_of_entries_are_those_of_the_referee(contest) -> None:
    board, *_ = contest
    accepted = Counter(a.team for a, o in zip(script(), refereed(), strict=True) if o == "accepted")
    assert {line.team.name: line.entries for line in board.standings()} == dict(accepted)
    assert max(accepted.values()) == LIMIT
