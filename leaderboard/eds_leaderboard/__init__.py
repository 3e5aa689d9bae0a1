"""The hackathon: entries validated and scored, standings that can be trusted."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from eds_leaderboard.board import Board, create_event
    from eds_leaderboard.entries import Expected, read_entry, validate
    from eds_leaderboard.errors import InvalidFileError, RefusedError
    from eds_leaderboard.event import Rules
    from eds_leaderboard.metrics import METRICS, ConfusionMatrix
    from eds_leaderboard.notebook import check, score, submit
    from eds_leaderboard.scoring import score_files, scores
    from eds_leaderboard.truth import Truth, read_truth

__all__ = [
    "METRICS",
    "Board",
    "ConfusionMatrix",
    "Expected",
    "InvalidFileError",
    "RefusedError",
    "Rules",
    "Truth",
    "check",
    "create_event",
    "read_entry",
    "read_truth",
    "score",
    "score_files",
    "scores",
    "submit",
    "validate",
]

_HOMES = {
    "METRICS": "metrics",
    "Board": "board",
    "ConfusionMatrix": "metrics",
    "Expected": "entries",
    "InvalidFileError": "errors",
    "RefusedError": "errors",
    "Rules": "event",
    "Truth": "truth",
    "check": "notebook",
    "create_event": "board",
    "read_entry": "entries",
    "read_truth": "truth",
    "score": "notebook",
    "score_files": "scoring",
    "scores": "scoring",
    "submit": "notebook",
    "validate": "entries",
}


def __getattr__(name: str) -> Any:
    # imported when asked for: the command line must answer --help without numpy
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
