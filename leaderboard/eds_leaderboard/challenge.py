"""A challenge: a truth that stays with the host and files that teams get.

A challenge folder holds ``truth.csv`` (columns ``id,label``, optionally ``split`` and ``group``) and may hold
``release/``, whose files are handed out as they are once no label of the truth was found in them.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from eds_leaderboard.errors import InvalidFileError, UsageError
from eds_leaderboard.problems import Problems, shown
from eds_leaderboard.release import copy_release
from eds_leaderboard.splits import draw_splits, secret_generator
from eds_leaderboard.truth import SPLITS, Table, Truth, read_table, truth_of

__all__ = ["BUILT_IN", "Challenge", "find_challenge", "read_folder"]

# challenges that are made anew, with other held-out rows, for every event
BUILT_IN = {"digits": "eds_leaderboard.digits:build"}
TRUTH_FILE = "truth.csv"
RELEASE_FOLDER = "release"
KNOWN_COLUMNS = {"id", "label", "split", "group"}


@dataclass(frozen=True)
class Challenge:
    """What an event is about.

    Parameters
    ----------
    name : str
        What it is called.
    truth : Truth
        Labels and splits of the held-out rows.
    write_files : callable
        Writes the files for the teams into a folder.
    """

    name: str
    truth: Truth
    write_files: Callable[[Path], None]


def find_challenge(name: str, public_fraction: float) -> Challenge:
    """Return a built-in challenge, or read the one of a folder.

    Raises
    ------
    UsageError
        If there is neither.
    """
    if name in BUILT_IN:
        module, _, attribute = BUILT_IN[name].partition(":")
        built: Challenge = getattr(importlib.import_module(module), attribute)(public_fraction)
        return built
    folder = Path(name)
    if not (folder / TRUTH_FILE).is_file():
        raise UsageError(
            f"no challenge {shown(name)}: expected {', '.join(BUILT_IN)} or a folder with {TRUTH_FILE}",
            f"put {TRUTH_FILE} (id,label,split) into a folder and give its path",
        )
    return read_folder(folder, public_fraction)


def read_folder(folder: Path, public_fraction: float) -> Challenge:
    """Read a challenge folder; without a column ``split`` the public rows are drawn at random.

    Raises
    ------
    InvalidFileError
        If ``truth.csv`` has problems.
    """
    table = read_table(folder / TRUTH_FILE, ["id", "label"])
    _refuse_unknown_columns(table)
    truth = truth_of(table)
    groups = tuple(table.columns.get("group", ()))
    if "split" in table.columns:
        splits = tuple(table.columns["split"])
    else:
        splits = draw_splits(truth.codes, groups, public_fraction, secret_generator())
    truth = replace(truth, splits=splits, groups=groups)
    _check_splits(table, truth)
    return Challenge(
        folder.resolve().name, truth, lambda target: copy_release(folder / RELEASE_FOLDER, target, truth)
    )


def _refuse_unknown_columns(table: Table) -> None:
    problems = Problems(table.source)
    for column in table.columns:
        if column not in KNOWN_COLUMNS:
            problems.add(
                "header",
                1,
                f"Column {shown(column)}",
                "expected id, label, and no other than split and group",
                "remove or rename it",
            )
    if problems:
        raise InvalidFileError(problems)


def _check_splits(table: Table, truth: Truth) -> None:
    problems = Problems(table.source)
    for line, split in zip(table.lines, truth.splits, strict=True):
        if split not in SPLITS:
            problems.add(
                "split",
                line,
                f"Split {shown(split)}",
                f"expected one of {', '.join(SPLITS)}",
                "correct the cell",
            )
    for split in SPLITS:
        if not problems and split not in truth.splits:
            problems.add("split", 1, f"No {split} row", "expected rows of both splits", "split the rows anew")
    if truth.groups:
        _check_groups(table, truth, problems)
    if problems:
        raise InvalidFileError(problems)


def _check_groups(table: Table, truth: Truth, problems: Problems) -> None:
    split_of: dict[str, str] = {}
    for line, group, split in zip(table.lines, truth.groups, truth.splits, strict=True):
        if split_of.setdefault(group, split) != split:
            problems.add(
                "group",
                line,
                f"Group {shown(group)} is {split} here and {split_of[group]} before",
                "expected every group in one split, or public scores tell private labels",
                "move the whole group to one split",
            )
