"""The scoring program of a Codabench bundle: it is copied there and runs without this package.

    python3 score.py /app/input /app/output

It reads ``ref/ids.csv`` (every id of the test set), ``ref/truth.csv`` (the labels that are scored here) and
``ref/classes.csv``, finds the one CSV file in ``res/``, and writes ``scores.json``. A file with problems gets
no score: they are told on stderr, and the status is 1. It needs nothing but the standard library.
"""

from __future__ import annotations

import csv
import json
import math
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

MAX_TOLD = 20
MAX_BYTES = 64 * 2**20
HEADER = ["id", "label"]


def read_column(path: Path, name: str) -> list[str]:
    """Return one column of a CSV file of the host."""
    with path.open(encoding="utf-8", newline="") as stream:
        return [row[name] for row in csv.DictReader(stream)]


def find_file(folder: Path) -> Path:
    """Return the one CSV file of a submission."""
    found = sorted(path for path in folder.rglob("*.csv") if path.is_file())
    if len(found) != 1:
        raise ValueError(f"{len(found)} CSV files in the submission: expected one, zipped")
    if found[0].stat().st_size > MAX_BYTES:
        raise ValueError(f"the file has more than {MAX_BYTES:,} bytes")
    return found[0]


def read_predictions(path: Path, ids: Collection[str], classes: Collection[str]) -> dict[str, str]:
    """Return the label of each id, or raise with all that is wrong."""
    predicted: dict[str, str] = {}
    problems: list[str] = []
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = csv.reader(stream, strict=True)
        header = [cell.strip() for cell in next(rows, [])]
        if header != HEADER:
            problems.append(f"line 1: header {','.join(header)!a}, expected id,label")
        for row in rows:
            cells = [cell.strip() for cell in row]
            problems += [f"line {rows.line_num}: {what}" for what in wrong(cells, ids, classes, predicted)]
            if len(cells) == len(HEADER):
                predicted[cells[0]] = cells[1]
    problems += [f"missing id {name!a}" for name in ids if name not in predicted]
    if problems:
        more = [f"and {len(problems) - MAX_TOLD:,} more"] if len(problems) > MAX_TOLD else []
        raise ValueError("\n".join(problems[:MAX_TOLD] + more))
    return predicted


def wrong(
    cells: Sequence[str], ids: Collection[str], classes: Collection[str], before: Collection[str]
) -> list[str]:
    """Return what is wrong with one row."""
    if len(cells) != len(HEADER):
        return [f"{len(cells)} cells, expected 2"]
    name, label = cells
    problems = []
    if name not in ids:
        problems.append(f"unknown id {name!a}")
    elif name in before:
        problems.append(f"duplicate id {name!a}")
    if label not in classes:
        problems.append(f"unexpected label {label!a}")
    return problems


def mean_of_quotients(pairs: Sequence[tuple[int, int]]) -> float:
    """Return the mean of quotients, of which one with an empty denominator is 0."""
    return math.fsum(top / bottom if bottom else 0.0 for top, bottom in pairs) / len(pairs)


def scores(
    truth: Mapping[str, str], predicted: Mapping[str, str], classes: Sequence[str]
) -> dict[str, float]:
    """Return the scores by metric; the classes are fixed."""
    hits, support, guessed = (dict.fromkeys(classes, 0) for _ in range(3))
    for name, label in truth.items():
        support[label] += 1
        guessed[predicted[name]] += 1
        hits[label] += predicted[name] == label
    return {
        "accuracy": sum(hits.values()) / len(truth),
        "macro_f1": mean_of_quotients([(2 * hits[c], support[c] + guessed[c]) for c in classes]),
        "macro_precision": mean_of_quotients([(hits[c], guessed[c]) for c in classes]),
        "macro_recall": mean_of_quotients([(hits[c], support[c]) for c in classes]),
    }


def main(words: Sequence[str]) -> int:
    """Score one submission."""
    source, target = Path(words[0]), Path(words[1])
    reference = source / "ref"
    ids = dict.fromkeys(read_column(reference / "ids.csv", "id"))
    classes = read_column(reference / "classes.csv", "label")
    names, labels = (read_column(reference / "truth.csv", column) for column in HEADER)
    try:
        predicted = read_predictions(find_file(source / "res"), ids, frozenset(classes))
    except (ValueError, csv.Error) as error:
        sys.stderr.write(f"The file is not scored:\n{error}\n")
        return 1
    found = scores(dict(zip(names, labels, strict=True)), predicted, classes)
    target.mkdir(parents=True, exist_ok=True)
    text = json.dumps({name: round(value, 10) for name, value in found.items()})
    (target / "scores.json").write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
