from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eds_leaderboard.board import Board
from eds_leaderboard.folder import find_event
from eds_leaderboard.metrics import BOARD_METRICS
from eds_leaderboard.standings import best_entries, metric_order, rank, shake_up
from eds_leaderboard.store.entries import ScoredEntry
from eds_leaderboard.teams import Team

START = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
ORDER = metric_order("accuracy")


def team(number: int, *, is_baseline: bool = False) -> Team:
    return Team(number, f"team {number}", is_baseline, START, "0" * 64)


def entry(number: int, team_id: int, *values: float, minute: float = 0, seq: int = 1) -> ScoredEntry:
    """An entry with scores in the order of the board's metrics; the last value stands for those not given."""
    scores = [*values, *[values[-1]] * (len(BOARD_METRICS) - len(values))]
    time = START + timedelta(minutes=minute)
    return ScoredEntry(number, team_id, seq, time, "", dict(zip(BOARD_METRICS, scores, strict=True)))


def board_of(entries: list[ScoredEntry], baselines: tuple[int, ...] = ()) -> list[tuple[int | None, int]]:
    teams = [team(number, is_baseline=number in baselines) for number in range(1, 9)]
    return [(line.rank, line.team.id) for line in rank(teams, best_entries(entries, ORDER), ORDER, {})]


def test_equal_teams_share_a_rank_and_the_next_rank_is_left_out() -> None:
    entries = [entry(1, 1, 0.9), entry(2, 2, 0.8), entry(3, 3, 0.8), entry(4, 4, 0.7)]
    assert board_of(entries) == [(1, 1), (2, 2), (2, 3), (4, 4)]


def test_ranks_use_the_unrounded_score() -> None:
    assert board_of([entry(1, 1, 0.85001), entry(2, 2, 0.85004)]) == [(1, 2), (2, 1)]


def test_secondary_metrics_break_ties_of_the_primary_one() -> None:
    assert board_of([entry(1, 1, 0.8, 0.7), entry(2, 2, 0.8, 0.75)]) == [(1, 2), (2, 1)]


def test_the_primary_metric_decides_whatever_the_others_say() -> None:
    assert board_of([entry(1, 1, 0.8, 0.99), entry(2, 2, 0.81, 0.1)]) == [(1, 2), (2, 1)]
    assert metric_order("macro_f1")[0] == "macro_f1"
    assert sorted(metric_order("macro_f1")) == sorted(BOARD_METRICS)


def test_time_orders_equal_teams_without_parting_their_rank() -> None:
    assert board_of([entry(1, 1, 0.8, minute=9), entry(2, 2, 0.8, minute=3)]) == [(1, 2), (1, 1)]


def test_the_best_entry_counts_and_of_equal_ones_the_earlier() -> None:
    entries = [
        entry(1, 1, 0.7, minute=1, seq=1),
        entry(2, 1, 0.9, minute=2, seq=2),
        entry(3, 1, 0.9, minute=3, seq=3),
        entry(4, 1, 0.2, minute=4, seq=4),
    ]
    assert best_entries(entries, ORDER)[1].seq == 2


def test_a_baseline_is_listed_in_its_place_without_a_rank() -> None:
    entries = [entry(1, 1, 0.9), entry(2, 2, 0.8), entry(3, 3, 0.7)]
    assert board_of(entries, baselines=(2,)) == [(1, 1), (None, 2), (2, 3)]


def test_a_team_without_an_entry_is_not_on_the_board() -> None:
    assert board_of([entry(1, 3, 0.1)]) == [(1, 3)]


@given(st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=1, max_size=8), st.randoms())
def test_a_rank_is_one_more_than_the_teams_that_are_better(scores: list[float], random) -> None:
    entries = [entry(number, number, score) for number, score in enumerate(scores, start=1)]
    random.shuffle(entries)
    for found, team_id in board_of(entries):
        assert found == 1 + sum(score > scores[team_id - 1] for score in scores)


def test_the_shake_up_is_the_ranks_gained() -> None:
    teams = [team(1), team(2), team(3, is_baseline=True)]
    public = rank(teams, {1: entry(1, 1, 0.9), 2: entry(2, 2, 0.8), 3: entry(3, 3, 0.1)}, ORDER, {})
    private = rank(teams, {1: entry(1, 1, 0.5), 2: entry(2, 2, 0.6), 3: entry(3, 3, 0.1)}, ORDER, {})
    moved = {line.team.id: line.moved for line in shake_up(public, private)}
    assert moved == {2: 1, 1: -1, 3: None}


@pytest.fixture
def contest(event, clock, predictions, truth_rows):
    """Two teams: one good on the public rows, the other on the private rows."""
    public = [number for number, row in enumerate(truth_rows) if row[2] == "public"]
    with Board(find_event(event)) as board:
        tokens = [board.add_team(name)[1] for name in ("Isère", "Drac")]
        # one wrong row from a first row on: public where the row's number is a multiple of 3
        assert 0 in public
        assert 1 not in public
        board.submit(predictions(1, first=1), "wrong on a private row", tokens[0])
        clock.advance(minutes=1)
        board.submit(predictions(1, first=0), "wrong on a public row", tokens[1])
        clock.advance(minutes=1)
        board.submit(predictions(3, first=0), "worse everywhere", tokens[0])
        yield board, tokens


def test_public_before_the_reveal_private_after_it(contest, clock) -> None:
    board, _ = contest
    assert [(line.rank, line.team.name, line.moved) for line in board.standings()] == [
        (1, "Isère", None),
        (2, "Drac", None),
    ]
    board.close()
    board.reveal()
    assert [(line.rank, line.team.name, line.moved) for line in board.standings()] == [
        (1, "Drac", 1),
        (2, "Isère", -1),
    ]
    assert [line.entry.scores["accuracy"] for line in board.standings()] == [1.0, 39 / 40]


def test_the_entry_that_counts_is_chosen_on_the_public_rows(contest, clock, predictions) -> None:
    """An entry that is better on the private rows alone does not replace the public best."""
    board, tokens = contest
    board.submit(predictions(0), "perfect", tokens[1])
    board.submit(predictions(2, first=0), "public and private wrong", tokens[1])
    board.close()
    board.reveal()
    first = board.standings()[0]
    assert (first.team.name, first.entry.message) == ("Drac", "perfect")
    isere = board.standing_of("Isère")
    assert isere.entry.message == "wrong on a private row"
    assert isere.entries == 2


def test_scores_per_class_are_for_after_the_reveal(contest, clock) -> None:
    board, _ = contest
    entry_now = board.standings()[0].entry
    with pytest.raises(Exception, match="after the reveal only"):
        board.confusion(entry_now)
    board.close()
    board.reveal()
    assert board.confusion(entry_now).total == 40
