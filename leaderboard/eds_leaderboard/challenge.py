"""A challenge: a truth that stays with the host and files that teams get.

A challenge folder holds ``truth.csv`` (columns ``id,label``, optionally ``split`` and ``group``) and may hold
``release/``, whose files are handed out as they are once no label of the truth was found in them.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from eds_leaderboard.errors import InvalidFileError, UsageError, file_tip
from eds_leaderboard.problems import Problems, shown
from eds_leaderboard.release import copy_release
from eds_leaderboard.splits import draw_splits, secret_generator
from eds_leaderboard.truth import SPLITS, Table, Truth, read_table, truth_of

__all__ = ["BUILT_IN", "Challenge", "find_challenge", "is_drawn", "read_folder"]

# challenges that are made anew, with other held-out rows, for every event, besides those of eds_datasets
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


def is_drawn(name: str) -> bool:
    """Tell whether a challenge is made anew for the event, which takes its time."""
    from eds_datasets.challenge import CHALLENGES

    return name in BUILT_IN or (name in CHALLENGES and not (Path(name) / TRUTH_FILE).is_file())


def find_challenge(name: str, public_fraction: float, feedback_fraction: float = 0.0) -> Challenge:
    """Return a built-in challenge, make one of `eds_datasets` from a new secret, or read the one of a folder.

    Raises
    ------
    UsageError
        If there is neither.
    """
    if name in BUILT_IN:
        module, _, attribute = BUILT_IN[name].partition(":")
        build = getattr(importlib.import_module(module), attribute)
        built: Challenge = build(public_fraction, feedback_fraction)
        return built
    folder = Path(name)
    if (folder / TRUTH_FILE).is_file():
        return read_folder(folder, public_fraction, feedback_fraction)
    # here because a folder needs none of it
    from eds_datasets.challenge import CHALLENGES

    if name in CHALLENGES:
        return _simulated(name, public_fraction, feedback_fraction)
    known = ", ".join([*BUILT_IN, *CHALLENGES])
    raise UsageError(
        f"no challenge {shown(name)}: expected {known} or a folder with {TRUTH_FILE}",
        f"put {TRUTH_FILE} (id,label,split) into a folder and give its path",
    )


def _simulated(name: str, public_fraction: float, feedback_fraction: float) -> Challenge:
    """Make a held-out set that nobody has seen; what it was made from is forgotten with this process."""
    from eds_datasets.challenge import make_challenge

    held_out = make_challenge(name)
    labels = [str(label) for label in held_out.test.labels]
    columns = {"id": held_out.ids.tolist(), "label": labels}
    groups = tuple(str(group) for group in held_out.test.groups)
    truth = truth_of(Table(name, columns, range(2, len(labels) + 2)))
    splits = draw_splits(truth.codes, groups, public_fraction, secret_generator(), feedback_fraction)
    return Challenge(name, replace(truth, splits=splits, groups=groups), held_out.write_release)


@file_tip("mend the file and try again; no event was made")
def read_folder(folder: Path, public_fraction: float, feedback_fraction: float = 0.0) -> Challenge:
    """Read a challenge folder; without a column ``split`` the public rows are drawn at random.

    Raises
    ------
    InvalidFileError
        If ``truth.csv`` has problems.
    UsageError
        If it says the splits, and a share of feedback rows is asked for.
    """
    table = read_table(folder / TRUTH_FILE, ["id", "label"])
    _refuse_unknown_columns(table)
    truth = truth_of(table)
    groups = tuple(table.columns.get("group", ()))
    if "split" in table.columns:
        if feedback_fraction:
            raise UsageError(
                f"{folder / TRUTH_FILE} says the split of each row, so that --feedback has no say",
                "leave out the option, or the column",
            )
        splits = tuple(table.columns["split"])
    else:
        splits = draw_splits(truth.codes, groups, public_fraction, secret_generator(), feedback_fraction)
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
    for split in ("public", "private"):
        if not problems and split not in truth.splits:
            problems.add(
                "split", 1, f"No {split} row", "expected public and private rows", "split the rows anew"
            )
    if truth.groups:
        _check_groups(table, truth, problems)
    if problems:
        raise InvalidFileError(problems)


def _check_groups(table: Table, truth: Truth, problems: Problems) -> None:
    split_of: dict[str, str] = {}
    for line, group, split in zip(table.lines, truth.groups, truth.splits, strict=True):
        if not group:
            problems.add(
                "empty-cell",
                line,
                "Empty cell in column 'group'",
                "expected what the row shares with others",
                "give a row that is alone a group of its own, such as its id",
            )
        elif split_of.setdefault(group, split) != split:
            problems.add(
                "group",
                line,
                f"Group {shown(group)} is {split} here and {split_of[group]} before",
                "expected every group in one split, or public scores tell private labels",
                "move the whole group to one split",
            )
