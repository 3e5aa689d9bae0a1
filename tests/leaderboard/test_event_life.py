"""Steering and correcting an event: what changes for teams, what is seen, what the record says."""

from __future__ import annotations

import functools
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from eds_leaderboard.board import Board, create_event
from eds_leaderboard.challenge import find_challenge
from eds_leaderboard.errors import EdsError, RefusedError, UsageError
from eds_leaderboard.event import Rules, State
from eds_leaderboard.folder import find_event
from eds_leaderboard.metrics import BOARD_METRICS
from eds_leaderboard.splits import draw_splits
from eds_leaderboard.teams import Team

MINUTE = timedelta(minutes=1)
TICK = timedelta(microseconds=1)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str | None:
    if request.param == "sqlite":
        return None
    return request.getfixturevalue("postgres").emptied()


@pytest.fixture
def board(event, clock):
    with Board(find_event(event)) as board:
        yield board


@pytest.fixture
def strict(tmp_path, challenge, clock, database):
    """An event with a pause of 30 s and a grace of 10 s, open for one hour."""
    path = tmp_path / "strict"
    rules = Rules(entry_limit=5, pause=timedelta(seconds=30), grace=timedelta(seconds=10))
    create_event(path, str(challenge), rules, database=database)
    with Board(find_event(path)) as board:
        board.open(timedelta(hours=1))
        yield board


def refused(board: Board, file: Path, token: str) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        board.submit(file, "no", token)
    return caught.value


def test_the_grace_lasts_to_the_microsecond_and_a_closing_by_hand_ends_it(strict, clock, predictions) -> None:
    token, deadline = strict.add_team("Isère")[1], strict.event.closes_at
    clock.time = deadline + timedelta(seconds=10) - TICK
    assert strict.submit(predictions(1), "in the grace", token).entry.seq == 1
    with pytest.raises(EdsError, match="is open: private scores"):
        strict.reveal()
    clock.time = deadline + timedelta(seconds=10)
    assert refused(strict, predictions(2), token).reason == "closed"
    strict.open(timedelta(hours=1))
    strict.close()
    assert refused(strict, predictions(2), token).reason == "closed"
    assert strict.event.state(clock()) is State.CLOSED


def test_the_pause_says_when_the_next_entry_is_allowed(strict, clock, predictions) -> None:
    token = strict.add_team("Isère")[1]
    strict.submit(predictions(1), "first", token)
    error = refused(strict, predictions(2), token)
    assert error.reason == "rate"
    assert error.next_at == clock() + timedelta(seconds=30)
    assert "in 30 s" in str(error.tip)
    clock.time = error.next_at
    assert strict.submit(predictions(2), "second", token).entry.seq == 2


def test_a_wait_that_ends_after_the_deadline_is_told_as_such(strict, clock, predictions) -> None:
    token = strict.add_team("Isère")[1]
    clock.time = strict.event.closes_at
    strict.submit(predictions(1), "in the grace", token)
    assert "after the deadline only" in str(refused(strict, predictions(2), token).tip)


def test_a_clock_that_is_put_back_neither_reopens_the_event_nor_makes_an_entry_older(
    board, event, clock, predictions
) -> None:
    token = board.add_team("Isère")[1]
    clock.advance(hours=2)
    first = board.submit(predictions(1), "first", token).entry.received_at
    clock.advance(hours=-1)
    assert board.submit(predictions(2), "second", token).entry.received_at == first
    with Board(find_event(event)) as other:  # another process knows it from the record
        assert other.submit(predictions(3), "third", token).entry.received_at == first
    clock.advance(hours=4)
    board.now()
    assert refused(board, predictions(4), token).reason == "closed"
    clock.advance(hours=-3)
    assert refused(board, predictions(4), token).reason == "closed"


def test_two_servers_whose_clocks_differ_agree_on_the_order(board, event, clock, predictions) -> None:
    token = board.add_team("Isère")[1]
    with Board(find_event(event), now=lambda: clock() - 5 * MINUTE) as slow:
        clock.advance(minutes=3)
        first = board.submit(predictions(1), "by the clock that is right", token).entry
        second = slow.submit(predictions(2), "by the one that is behind", token).entry
    assert second.received_at == first.received_at
    assert [entry.seq for entry in board.entries()] == [1, 2]


def test_extending_moves_the_deadline_and_a_freezing_that_is_ahead(board, clock, predictions) -> None:
    deadline = board.event.closes_at
    board.freeze(30 * MINUTE)
    board.extend(15 * MINUTE)
    assert board.event.closes_at == deadline + 15 * MINUTE
    assert board.event.freezes_at == deadline - 15 * MINUTE
    clock.time = deadline
    board.extend(15 * MINUTE)
    assert board.event.freezes_at == deadline - 15 * MINUTE
    assert board.submit(predictions(1), "later", board.add_team("Isère")[1]).entry.seq == 1
    board.close()
    with pytest.raises(EdsError, match="is not open, it is closed"):
        board.extend(MINUTE)


def test_a_frozen_board_stands_still_and_shows_everything_after_the_reveal(board, clock, predictions) -> None:
    isere, drac, late = (board.add_team(name)[1] for name in ("Isère", "Drac", "Romanche"))
    board.submit(predictions(12), "before", isere)
    board.submit(predictions(30), "before", drac)
    board.freeze(30 * MINUTE)
    clock.time = board.event.freezes_at - TICK
    board.submit(predictions(20), "just before", drac)
    seen = board.standings()
    clock.time = board.event.freezes_at
    receipt = board.submit(predictions(0), "after", drac)
    assert (receipt.entry.scores["accuracy"], receipt.rank, receipt.is_best) == (1.0, 2, True)
    assert board.submit(predictions(3), "after", late).standing is None
    still = board.standings()
    assert [(line.rank, line.team.name, line.entry.id, line.entries) for line in still] == [
        (line.rank, line.team.name, line.entry.id, line.entries) for line in seen
    ]
    assert len(board.entries()) == 3
    assert [entry.message for entry in board.entries(receipt.team)] == ["before", "just before", "after"]
    assert set(board.series()) == {line.team.id for line in seen}
    board.close()
    assert len(board.entries()) == 3
    board.reveal()
    assert [line.team.name for line in board.standings()] == ["Drac", "Romanche", "Isère"]
    assert len(board.entries()) == 5


def test_freezing_takes_nothing_back_and_can_be_ended(board, clock, predictions) -> None:
    token = board.add_team("Isère")[1]
    with pytest.raises(EdsError, match="does not stand still"):
        board.freeze(None)
    clock.time = board.event.closes_at - 10 * MINUTE
    board.submit(predictions(3), "seen", token)
    clock.advance(minutes=1)
    board.freeze(30 * MINUTE)
    assert board.event.freezes_at == clock()
    assert len(board.standings()) == 1
    clock.advance(minutes=1)
    board.submit(predictions(0), "unseen", token)
    assert board.standings()[0].entry.message == "seen"
    board.freeze(None)
    assert board.standings()[0].entry.message == "unseen"


def test_a_void_entry_leaves_the_board_and_keeps_its_number(board, clock, predictions) -> None:
    tokens = [board.add_team(name)[1] for name in ("Isère", "Drac")]
    best = board.submit(predictions(0), "best", tokens[0]).entry
    board.submit(predictions(20), "worse", tokens[0])
    board.submit(predictions(10), "middle", tokens[1])
    with pytest.raises(UsageError, match="no reason"):
        board.void(best.id, "  ")
    changes = board.void(best.id, "trained on the test set")
    assert [(change.team.name, change.before, change.after) for change in changes] == [
        ("Drac", 2, 1),
        ("Isère", 1, 2),
    ]
    assert board.standings()[1].entry.message == "worse"
    assert board.voids() == {best.id: "trained on the test set"}
    assert refused(board, predictions(0), tokens[0]).reason == "duplicate"
    for wrong in range(1, 4):
        board.submit(predictions(wrong), "more", tokens[0])
    assert refused(board, predictions(9), tokens[0]).reason == "limit"
    with pytest.raises(EdsError, match="is void already"):
        board.void(best.id, "again")
    board.restore(best.id, "it was not")
    assert board.standings()[0].entry.message == "best"
    with pytest.raises(EdsError, match="on the board already"):
        board.restore(best.id, "again")
    with pytest.raises(UsageError, match="no entry 99"):
        board.void(99, "none")
    assert [deed.action for deed in board.audit()][-2:] == ["submit", "restore"]


def corrected(tmp_path: Path, truth_rows, changes: dict[int, str]) -> Path:
    lines = [f"{name},{changes.get(number, label)}" for number, (name, label, _) in enumerate(truth_rows)]
    path = tmp_path / "corrected.csv"
    path.write_text("id,label\n" + "\n".join(reversed(lines)) + "\n")
    return path


def test_rescoring_keeps_times_and_old_scores_and_tells_who_moved(
    board, clock, predictions, truth_rows, tmp_path
) -> None:
    isere, drac = (board.add_team(name)[1] for name in ("Isère", "Drac"))
    board.submit(predictions(0), "equals the first truth", isere)
    clock.advance(minutes=5)
    board.submit(predictions(4), "has other labels in rows 0 to 3", drac)
    before = {entry.id: entry.received_at for entry in board.entries()}
    old = board.db.rows("SELECT * FROM score WHERE version = 1 ORDER BY entry_id, split, metric")
    labels = ("EXP", "HYB", "LP", "TOR")
    changes = {n: labels[(labels.index(truth_rows[n][1]) + 1) % 4] for n in range(4)}
    clock.advance(minutes=5)
    moved = board.rescore(corrected(tmp_path, truth_rows, changes), "four labels were wrong")
    assert [(change.team.name, change.before, change.after) for change in moved] == [
        ("Drac", 2, 1),
        ("Isère", 1, 2),
    ]
    assert board.standings()[0].entry.scores["accuracy"] == 1.0
    assert {entry.id: entry.received_at for entry in board.entries()} == before
    now = board.db.rows("SELECT * FROM score WHERE version = 1 ORDER BY entry_id, split, metric")
    assert [tuple(row) for row in now] == [tuple(row) for row in old]
    assert board.truth().splits == tuple(split for _, _, split in truth_rows)
    # what comes now is scored with the new truth
    assert board.submit(predictions(7), "new", isere).entry.scores["accuracy"] == 19 / 20
    with pytest.raises(EdsError, match="is the same as the truth"):
        board.rescore(corrected(tmp_path, truth_rows, changes), "again")


def test_an_entry_that_was_judged_by_the_old_truth_is_judged_again_before_it_is_stored(
    board, event, clock, predictions, truth_rows, tmp_path, monkeypatch
) -> None:
    token = board.add_team("Isère")[1]
    file = corrected(tmp_path, truth_rows, {0: "LP" if truth_rows[0][1] != "LP" else "EXP"})
    original, done = board.db.atomic, []

    def rescored_meanwhile():
        if not done:
            done.append(True)
            with Board(find_event(event)) as other:
                other.rescore(file, "meanwhile")
        return original()

    monkeypatch.setattr(board.db, "atomic", rescored_meanwhile)
    receipt = board.submit(predictions(0), "judged twice", token)
    assert receipt.entry.scores["accuracy"] == 19 / 20
    assert {row["version"] for row in board.db.rows("SELECT version FROM score")} == {2}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id,label\nrow000,EXP\n", "has other ids: 59 differences, 'row001' is missing"),
        (
            "id,label\n" + "".join(f"row{n:03d},{'VT' if n else 'EXP'}\n" for n in range(60)),
            "has a class 'VT'",
        ),
    ],
)
def test_a_truth_of_other_rows_or_classes_is_refused(board, text, message, tmp_path) -> None:
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(UsageError, match=message):
        board.rescore(tmp_path / "t.csv", "wrong file")


def test_a_token_that_is_renewed_while_a_file_is_read_is_worth_nothing(board, predictions) -> None:
    team, _ = board.add_team("Isère")
    board.rotate_token("Isère")
    with pytest.raises(EdsError, match="was renewed meanwhile"):
        board.enter(team, predictions(1).read_bytes(), "p.csv", "stolen")
    assert not board.entries()


def test_movement_is_counted_over_the_last_hour(board, clock, predictions) -> None:
    tokens = {name: board.add_team(name)[1] for name in ("Isère", "Drac")}
    board.submit(predictions(10), "first", tokens["Isère"])
    assert [line.moved for line in board.standings()] == [None]
    clock.advance(minutes=30)
    board.submit(predictions(0), "second", tokens["Drac"])
    clock.advance(minutes=45)
    assert [(line.team.name, line.moved) for line in board.standings()] == [("Drac", None), ("Isère", -1)]
    clock.advance(hours=1)
    assert [line.moved for line in board.standings()] == [0, 0]


def test_intervals_and_ties_follow_from_the_stored_rows(board, clock, predictions) -> None:
    for name, wrong in (("Isère", 0), ("Drac", 3), ("Ebron", 60)):
        board.submit(predictions(wrong), name, board.add_team(name)[1])
    isere, drac, ebron = board.standings()
    assert isere.tied_with == (drac.team.id,)
    assert drac.tied_with == (isere.team.id,)
    assert ebron.tied_with == ()
    # Wilson, 20 of 20 rows: 1 / (1 + z² / n)
    assert isere.interval.low == pytest.approx(1 / (1 + 1.959964**2 / 20), abs=1e-6)
    assert isere.interval.high == 1.0


def test_the_ladder_shows_only_what_beats_the_best_by_more_than_chance(
    tmp_path, challenge, clock, predictions, database
) -> None:
    path = tmp_path / "ladder"
    create_event(path, str(challenge), Rules(ladder=True), database=database)
    with Board(find_event(path)) as board:
        board.open(timedelta(hours=1))
        token = board.add_team("Isère")[1]
        first = board.submit(predictions(30), "first", token)
        better_by_one = board.submit(predictions(29, 1), "by one row", token)
        assert better_by_one.entry.scores == first.entry.scores
        assert not better_by_one.is_best
        far_better = board.submit(predictions(3), "far", token)
        assert far_better.entry.scores["accuracy"] == 19 / 20
        assert [entry.scores["accuracy"] for entry in board.entries()] == [0.5, 0.5, 0.95]
    with pytest.raises(ValueError, match="needs accuracy"):
        Rules("macro_f1", ladder=True)


def test_scores_per_class_of_the_feedback_rows_are_shown_during_the_event(
    tmp_path, clock, truth_rows, predictions, run
) -> None:
    splits = ("public", "private", "feedback")
    folder = tmp_path / "three"
    folder.mkdir()
    body = "".join(f"{name},{label},{splits[n % 3]}\n" for n, (name, label, _) in enumerate(truth_rows))
    (folder / "truth.csv").write_text(f"id,label,split\n{body}")
    event = tmp_path / "fall"
    create_event(event, str(folder), Rules())
    with Board(find_event(event)) as board:
        board.open(timedelta(hours=1))
        entry = board.submit(predictions(6), "one", board.add_team("Isère")[1]).entry
        assert board.confusion(entry, "feedback").total == 20
        for split in ("public", "private"):
            with pytest.raises(EdsError, match="after the reveal only"):
                board.confusion(entry, split)
        assert entry.scores["accuracy"] == 18 / 20
    told = run("show", "--per-class", "Isère", "-c", event).stdout
    assert "feedback rows" in told


def test_private_scores_are_not_even_read_before_the_reveal(board, clock, predictions, monkeypatch) -> None:
    from eds_leaderboard.store import entries as entry_store

    asked: list[str] = []
    with board.db._readers.lend() as session:
        sessions = type(session)
    original = sessions.execute

    def noted(self, sql, values=()):
        if sql.lstrip().startswith("SELECT"):
            asked.extend(str(value) for value in values)
            assert "private" not in sql
        return original(self, sql, values)

    monkeypatch.setattr(sessions, "execute", noted)
    token = board.add_team("Isère")[1]
    receipt = board.submit(predictions(4), "one", token)
    board.standings(), board.entries(), board.series(), board.entries(receipt.team)
    assert "public" in asked
    assert "private" not in asked
    with pytest.raises(PermissionError):
        entry_store.load_entries(board.db, board.event, 1, "private")
    with pytest.raises(PermissionError):
        board.evidence.interval(board.event, 1, 1, "private")


# splits


def test_groups_are_dealt_so_that_every_class_has_its_share_of_each_split() -> None:
    generator = np.random.default_rng(5)
    groups = [f"g{number}" for number in generator.integers(0, 60, 1200)]
    codes = np.asarray([int(group[1:]) % 5 for group in groups])
    splits = draw_splits(codes, groups, 0.3, np.random.default_rng(1), 0.1)
    by_group = {
        group: {s for g, s in zip(groups, splits, strict=True) if g == group} for group in set(groups)
    }
    assert all(len(found) == 1 for found in by_group.values())
    for code in range(5):
        found = Counter(s for c, s in zip(codes.tolist(), splits, strict=True) if c == code)
        total = sum(found.values())
        for split, share in (("public", 0.3), ("private", 0.6), ("feedback", 0.1)):
            assert found[split] / total == pytest.approx(share, abs=0.06), (code, split)


def test_rows_without_groups_are_split_in_three_of_every_class() -> None:
    codes = np.repeat(np.arange(4), 100)
    splits = draw_splits(codes, (), 0.3, np.random.default_rng(2), 0.2)
    found = Counter(zip(codes.tolist(), splits, strict=True))
    assert {found[code, split] for code in range(4) for split in ("public",)} == {30}
    assert {found[code, "feedback"] for code in range(4)} == {20}


def test_a_challenge_of_the_data_package_is_new_every_time_and_split_by_group(monkeypatch) -> None:
    from eds_datasets import challenge as recipes

    small = functools.partial(recipes.make_challenge, n_train=12, n_test=120)
    monkeypatch.setattr(recipes, "make_challenge", small)
    one, two = (find_challenge("volcano", 0.3, 0.1).truth for _ in range(2))
    assert set(one.used_splits) == {"public", "private", "feedback"}
    assert not np.array_equal(one.codes, two.codes)
    splits = dict(zip(one.groups, one.splits, strict=True))
    assert all(splits[group] == split for group, split in zip(one.groups, one.splits, strict=True))


# a board that many look at


def test_a_look_at_a_board_that_has_not_changed_costs_one_small_query(
    board, clock, predictions, monkeypatch
) -> None:
    for name, wrong in (("Isère", 5), ("Drac", 9)):
        board.submit(predictions(wrong), name, board.add_team(name)[1])
    board.standings()
    with board.db._readers.lend() as session:
        sessions = type(session)
    original, asked = sessions.execute, []

    def noted(self, sql, values=()):
        asked.append(sql)
        return original(self, sql, values)

    monkeypatch.setattr(sessions, "execute", noted)
    lines = board.standings()
    assert asked == ["SELECT max(id) FROM audit WHERE event_id = ?"]
    assert [line.team.name for line in lines] == ["Isère", "Drac"]


def test_one_board_serves_many_threads_at_once(board, clock, predictions) -> None:
    """Whoever looks sees all entries of a moment or of a later one, never half of them, never fewer than before."""
    teams = [board.add_team(f"team {number}")[0] for number in range(4)]
    files = [[predictions(1 + n, 10 * t).read_bytes() for n in range(5)] for t in range(4)]
    done = threading.Event()

    def send(team: Team, contents: list[bytes]) -> None:
        for content in contents:
            board.enter(team, content, "p.csv", "load")

    def look() -> int:
        seen = looks = 0
        while not done.is_set() or not looks:
            snapshot, lines = board.snapshot, board.standings()
            entries = len(snapshot.entries["public"])
            assert entries >= seen
            assert sum(line.entries for line in lines) >= entries
            assert all(set(entry.scores) == set(BOARD_METRICS) for entry in snapshot.entries["public"])
            seen, looks = entries, looks + 1
        return looks

    with ThreadPoolExecutor(8) as pool:
        looking = [pool.submit(look) for _ in range(4)]
        sending = [pool.submit(send, team, contents) for team, contents in zip(teams, files, strict=True)]
        for future in sending:
            future.result()
        done.set()
        assert min(future.result() for future in looking) > 1
    assert len(board.entries()) == 20
    assert [line.entries for line in board.standings()] == [5] * 4
