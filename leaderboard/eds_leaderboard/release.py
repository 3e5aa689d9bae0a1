"""The folder for the teams: nothing in it is, or rebuilds, a label of the held-out rows."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from eds_leaderboard.csvfile import ENTRY_LIMITS
from eds_leaderboard.entries import Expected
from eds_leaderboard.errors import EdsError, UsageError
from eds_leaderboard.splits import secret_generator
from eds_leaderboard.truth import Truth, read_table

__all__ = [
    "DESCRIPTION_FILE",
    "SAMPLE_FILE",
    "copy_release",
    "read_expected",
    "write_description",
    "write_sample",
]

SAMPLE_FILE = "sample_submission.csv"
DESCRIPTION_FILE = "challenge.json"


def write_sample(folder: Path, truth: Truth, order: list[int] | None = None) -> None:
    """Write an entry that is valid and worthless: every id, always the first class.

    Parameters
    ----------
    order : list of int, optional
        Order of the rows; at random by default, because a truth sorted by class would show in its order.
    """
    expected = truth.expected
    if order is None:
        order = secret_generator().permutation(len(expected.ids)).tolist()
    with (folder / SAMPLE_FILE).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(expected.header)
        writer.writerows((expected.ids[row], expected.labels[0]) for row in order)


def write_description(folder: Path, event: str, metric: str, expected: Expected) -> None:
    """Write what ``leaderboard check`` needs besides the sample: the class list."""
    description = {
        "event": event,
        "metric": metric,
        "rows": len(expected.ids),
        "labels": list(expected.labels),
    }
    text = json.dumps(description, indent=2, ensure_ascii=False)
    (folder / DESCRIPTION_FILE).write_text(f"{text}\n", encoding="utf-8")


def read_expected(folder: Path) -> Expected:
    """Return the ids and labels that a released folder names.

    Raises
    ------
    UsageError
        If it is no released folder.
    """
    description, sample = folder / DESCRIPTION_FILE, folder / SAMPLE_FILE
    if not description.is_file() or not sample.is_file():
        raise UsageError(
            f"{folder} is no folder of an event: no {DESCRIPTION_FILE} and {SAMPLE_FILE}",
            "give the event or its release folder with -c",
        )
    try:
        labels: Any = json.loads(description.read_text(encoding="utf-8"))["labels"]
    except (ValueError, KeyError, TypeError):
        labels = None
    if not isinstance(labels, list) or not all(isinstance(label, str) for label in labels):
        raise UsageError(f"{description} is damaged", "get the release folder from the host again")
    ids = read_table(sample, ["id"], ENTRY_LIMITS).columns["id"]
    return Expected(tuple(ids), tuple(labels))


def copy_release(source: Path, target: Path, truth: Truth) -> None:
    """Copy a challenge's files for the teams, once each was searched for labels; the sample is written anew.

    Raises
    ------
    EdsError
        If a file gives the labels of held-out rows.
    """
    labels = (truth.expected.labels[code] for code in truth.codes)
    answers = dict(zip(truth.expected.ids, labels, strict=True))
    if source.is_dir():
        for path in sorted(source.rglob("*")):
            if path.is_symlink():
                raise EdsError(f"{path} is a link", "put the file itself into the folder")
            if path.is_file():
                _refuse_labels(path, answers)
        shutil.copytree(source, target, dirs_exist_ok=True)
    write_sample(target, truth)


def _refuse_labels(path: Path, answers: Mapping[str, str]) -> None:
    """Raise when a column of a text file equals the truth wherever the file names held-out rows."""
    if path.suffix.lower() not in (".csv", ".tsv", ".txt"):
        return
    named = [row for row in _split_rows(path) if not answers.keys().isdisjoint(row)]
    for id_column in range(max(map(len, named), default=0)):
        rows = [row for row in named if len(row) > id_column and row[id_column] in answers]
        labels = [answers[row[id_column]] for row in rows]
        if len(set(labels)) < 2:
            continue
        for column in range(min(map(len, rows))):
            if [row[column] for row in rows] == labels:
                raise EdsError(
                    f"column {column + 1} of {path} is the label of {len(rows)} held-out rows",
                    "remove the column; teams get every file of this folder",
                )


def _split_rows(path: Path) -> Iterator[list[str]]:
    separator = "\t" if path.suffix.lower() == ".tsv" else ","
    with path.open(encoding="utf-8", errors="replace", newline="") as stream:
        for line in stream:
            yield [cell.strip().strip('"') for cell in line.rstrip("\r\n").split(separator)]
