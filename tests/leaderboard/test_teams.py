from __future__ import annotations

import hmac

import pytest

from eds_leaderboard.board import Board
from eds_leaderboard.errors import EdsError, UsageError
from eds_leaderboard.folder import find_event
from eds_leaderboard.teams import clean_name, name_key, new_token, token_hash


@pytest.mark.parametrize("name", ["Isère", "team_1", "A.B-C", "x" * 40, "Ŝtono 7", "石", "2nd try"])
def test_names_that_are_taken(name: str) -> None:
    assert clean_name(name) == name


@pytest.mark.parametrize(
    ("text", "name"), [("  Isère ", "Isère"), ("Ise\u0300re", "Isère"), ("\uff34eam", "Team"), ("ﬁn", "fin")]
)
def test_a_name_has_one_written_form(text: str, name: str) -> None:
    assert clean_name(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "...", "- -", "x" * 41, "<script>alert(1)</script>", "a'b", 'a"b', "a;b", "=1+1", "@a",
        "a\tb",         "a\nb", "a\u202eb", "a\u200bb", "a\0b",
        "a/b", "../a", "a|b", "[b]a[/b]", "\u2460" * 41,
    ],
)  # fmt: skip
def test_names_that_could_trick_somebody_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no team name"):
        clean_name(text)


def test_names_that_look_alike_are_one() -> None:
    assert name_key("Isère  1") == name_key("ISÈRE 1") == name_key("ise\u0300re 1")


def test_a_name_is_given_once(event, clock) -> None:
    with Board(find_event(event)) as board:
        board.add_team("Isère")
        with pytest.raises(EdsError, match="has a team 'Isère' already"):
            board.add_team("ISÈRE")


def test_a_token_is_long_new_every_time_and_stored_as_a_hash_only(event, clock) -> None:
    with Board(find_event(event)) as board:
        token = board.add_team("Isère")[1]
        assert len(token) >= 43
        assert token != new_token()
        stored = board.db.row("SELECT token_hash FROM team")[0]
        assert stored == token_hash(token)
        with board.db._writers.lend() as session:
            session.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for path in event.rglob("*"):
        if path.is_file():
            assert token.encode() not in path.read_bytes(), path.name


def test_a_new_token_makes_the_old_one_worthless(event, clock, predictions) -> None:
    with Board(find_event(event)) as board:
        old = board.add_team("Isère")[1]
        new = board.rotate_token("isère")[1]
        with pytest.raises(EdsError, match="belongs to no team"):
            board.submit(predictions(1), "old", old)
        assert board.submit(predictions(1), "new", new).team.name == "Isère"
        with pytest.raises(UsageError, match="no team 'Drac'"):
            board.rotate_token("Drac")


@pytest.mark.parametrize("forged", ["", "eds_", "' OR 1=1 --", "é", "\udcff", "eds_" + "A" * 43])
def test_a_forged_token_is_refused(event, clock, predictions, forged: str) -> None:
    with Board(find_event(event)) as board:
        board.add_team("Isère")
        with pytest.raises(EdsError, match="belongs to no team"):
            board.submit(predictions(1), "forged", forged)


def test_a_stored_hash_is_no_token(event, clock, predictions) -> None:
    with Board(find_event(event)) as board:
        board.add_team("Isère")
        stolen = board.db.row("SELECT token_hash FROM team")[0]
        with pytest.raises(EdsError, match="belongs to no team"):
            board.submit(predictions(1), "stolen", stolen)


def test_every_team_is_compared_in_constant_time(event, clock, predictions, monkeypatch) -> None:
    compared = []

    def spy(left: str, right: str) -> bool:
        compared.append(right)
        return hmac.compare_digest(left, right)

    with Board(find_event(event)) as board:
        tokens = [board.add_team(f"team {number}")[1] for number in range(4)]
        fake = type("fake", (), {"compare_digest": staticmethod(spy)})
        monkeypatch.setattr("eds_leaderboard.teams.hmac", fake)
        board.submit(predictions(1), "first", tokens[0])
        assert compared == [token_hash(token) for token in tokens]
