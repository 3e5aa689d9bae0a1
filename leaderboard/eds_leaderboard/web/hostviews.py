"""What the host sees: no more of the private rows than anybody else, until the reveal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from eds_leaderboard.board import Board
from eds_leaderboard.clock import for_people, read_stamp
from eds_leaderboard.store.audit import Deed
from eds_leaderboard.web.teamviews import entry_rows
from eds_leaderboard.web.views import event_view

__all__ = ["host_view"]

MAX_ENTRIES = 100
MAX_DEEDS = 50


def host_view(board: Board) -> dict[str, Any]:
    """Return the event, its teams, its latest entries and the end of its record."""
    entries, counts = board.entries(), board.entry_counts()
    n_entries = sum(counts.values())
    names = _entry_names(board)
    return {
        **event_view(board),
        "teams": [
            {"name": team.name, "is_baseline": team.is_baseline, "entries": counts[team.id]}
            for team in board.teams()
        ],
        "rows": entry_rows(board, entries[-MAX_ENTRIES:], intervals=False),
        "n_entries": n_entries,
        # the board stands still for the host too: the page may be on the wall
        "n_hidden": n_entries - len(entries),
        "deeds": [_deed(deed, names) for deed in board.audit()[-MAX_DEEDS:][::-1]],
    }


def _entry_names(board: Board) -> dict[int, str]:
    """Return what people call each entry: rulings are recorded by ids, which no page shows."""
    snapshot = board.snapshot
    teams = {team.id: team.name for team in snapshot.teams}
    return {entry.id: f"{teams[entry.team_id]}, entry {entry.seq}" for entry in snapshot.entries["public"]}


def _deed(deed: Deed, names: Mapping[int, str]) -> dict[str, Any]:
    return {
        "at": deed.at,
        "actor": deed.actor,
        "action": deed.action,
        "detail": ", ".join(_told(deed, names)),
    }


def _told(deed: Deed, names: Mapping[int, str]) -> Iterator[str]:
    """Say what a record holds: times as people read them, nothing of what did not apply."""
    for name, value in deed.detail.items():
        if name == "entry" and deed.action in ("void", "restore"):
            yield names.get(value, f"entry {value}")
        elif name.endswith("_at") and value is not None:
            yield f"{name.removesuffix('_at')} at {for_people(read_stamp(value))}"
        elif value is True:
            yield name
        elif name == "why":
            yield f"why: {value}"
        elif name != "sha256" and value is not None and value is not False:
            yield f"{name} {value}"
