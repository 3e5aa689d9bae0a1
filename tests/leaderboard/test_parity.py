"""The two databases put hostile scores and names into the same order, and keep every bit of them."""

from __future__ import annotations

import math
from datetime import timedelta
from pathlib import Path

import pytest

from eds_leaderboard.board import Board, create_event
from eds_leaderboard.errors import UsageError
from eds_leaderboard.event import Rules
from eds_leaderboard.folder import find_event
from eds_leaderboard.metrics import BOARD_METRICS

SCORES = [
    0.0, -0.0, 5e-324, 2.2250738585072014e-308, 1e-17, 0.1 + 0.2, 0.3, math.nextafter(0.3, 1), 1 / 3, 2 / 3,
    0.5, math.nextafter(0.5, 0), math.nextafter(0.5, 1), math.nextafter(1, 0), 1.0, 0.1, 0.30000000000000004,
]  # fmt: skip
NAMES = ["a", "B", "é", "E", "Z z", "_x", "Ünal", "石", "a-b", "a b", "A.b", "ß", "10", "9", "ÿ", "o", "Ö"]


def filled(board: Board) -> None:
    """Store teams, entries and scores as no file could give them."""
    board.open(timedelta(hours=1))
    for number, (name, score) in enumerate(zip(NAMES, SCORES, strict=True)):
        team, _ = board.add_team(name)
        with board.db.atomic():
            entry = board.db.insert(
                "INSERT INTO entry (team_id, seq, received_at, message, sha256, content) VALUES (?, 1, ?, ?, ?, ?)",
                [team.id, "2026-11-27T08:00:00.000000Z", name, f"{number:064d}", bytes(range(256))],
            )
            values = {**dict.fromkeys(BOARD_METRICS, 0.5), "accuracy": score}
            for metric, value in values.items():
                board.db.write("INSERT INTO score VALUES (?, 1, 'public', ?, ?)", [entry, metric, value])


def bits(score: float) -> str:
    # SQLite has one zero, PostgreSQL two that are equal
    return (score + 0.0).hex()


def account(path: Path, challenge: Path, database: str | None) -> dict[str, list]:
    create_event(path, str(challenge), Rules(), database=database)
    with Board(find_event(path)) as board:
        filled(board)
        bare = board.ranking._bare(board.snapshot, "public", None)
        db = board.db
        return {
            "board": [(line.rank, line.team.name, bits(line.entry.scores["accuracy"])) for line in bare],
            "scores": [
                bits(row[0]) for row in db.rows("SELECT value FROM score ORDER BY value DESC, entry_id")
            ],
            "names": [row[0] for row in db.rows("SELECT name FROM team ORDER BY name")],
            "times": [row[0] for row in db.rows("SELECT at FROM audit ORDER BY at, id")],
            "contents": [bytes(row[0]) for row in db.rows("SELECT content FROM entry ORDER BY id")],
        }


def dictionary_order(postgres) -> str:
    """Return what makes a database sort as a dictionary does, where the machine knows a language."""
    import psycopg

    with psycopg.connect(postgres.url) as connection:
        found = connection.execute(
            "SELECT collcollate FROM pg_collation WHERE collprovider = 'c' AND collcollate ~ '^[a-z]{2}_.*(utf8|UTF-8)$'"
        ).fetchone()
    return f"TEMPLATE template0 LOCALE '{found[0]}'" if found else ""


def test_hostile_scores_and_names_come_out_the_same(tmp_path, challenge, clock, postgres) -> None:
    one = account(tmp_path / "one", challenge, None)
    two = account(tmp_path / "two", challenge, postgres.new_database(dictionary_order(postgres)))
    assert one == two
    assert one["names"] == sorted(NAMES)
    ranks = [rank for rank, *_ in one["board"]]
    assert ranks == [1 + sum(other > score for other in SCORES) for score in sorted(SCORES, reverse=True)]


def test_what_is_no_board_is_told(postgres) -> None:
    from eds_leaderboard.store.database import Database

    with pytest.raises(UsageError, match="no board in postgresql://postgres@/"):
        Database(postgres.new_database())
