"""The final board as one page that needs no server: no script, no other file, only what the reveal shows."""

from __future__ import annotations

from eds_leaderboard.board import Board
from eds_leaderboard.errors import EdsError
from eds_leaderboard.web.render import render, static_files
from eds_leaderboard.web.views import confusion_view, results_view

__all__ = ["final_page"]


def final_page(board: Board) -> str:
    """Return the page.

    Raises
    ------
    EdsError
        Before the reveal: a page that is handed on cannot be taken back.
    """
    if board.event.revealed_at is None:
        raise EdsError("the final board is known after the reveal only", "first: leaderboard reveal")
    values = results_view(board)
    judged = {line.team.id: confusion_view(board, line.entry.id) for line in board.standings()}
    style = static_files()["board.css"][0].decode()
    return render(
        "archive.html.j2", **values, judged=judged, style=style, revealed_at=board.event.revealed_at
    )
