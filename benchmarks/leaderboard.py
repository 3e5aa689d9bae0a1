"""Score files by the board, beside pandas with scikit-learn and beside the mere reading by polars.

    python benchmarks/leaderboard.py [ROWS …]

Both sides of the first table read the truth and the predictions from CSV, align the rows by id, and compute
accuracy and the macro and weighted precision, recall and F1. The board also validates every cell; the other
side does not. The second table is an entry of a running event: the truth is known, the file is validated and
counted, beside `polars.read_csv` of the same file and nothing else. The third times the metrics alone, on
class codes in memory; the next line the explanation of a bad file; then follows the load on a served
board (see board_load.py, which also runs alone). Seconds are those of a clock and, in brackets, of all cores.
"""

from __future__ import annotations

import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import board_load
import numpy as np
import pandas as pd
import polars
import sklearn
from sklearn.metrics import accuracy_score, precision_recall_fscore_support

from eds_leaderboard.entries import read_entry
from eds_leaderboard.errors import InvalidFileError
from eds_leaderboard.metrics import ConfusionMatrix
from eds_leaderboard.scoring import score_files, scores
from eds_leaderboard.truth import read_truth

LABELS = np.array(["EXP", "HYB", "LP", "TOR", "TR", "VT"])
SAME = 1e-12


def write_files(folder: Path, n_rows: int, *, shuffled: bool) -> tuple[Path, Path]:
    """Write a truth and predictions that are right in seven rows of ten."""
    generator = np.random.default_rng(n_rows)
    codes = generator.integers(0, len(LABELS), n_rows)
    wrong = generator.random(n_rows) < 0.3
    predicted = np.where(wrong, generator.integers(0, len(LABELS), n_rows), codes)
    ids = np.array([f"w{number:08d}" for number in range(n_rows)])
    order = generator.permutation(n_rows) if shuffled else np.arange(n_rows)
    truth, mine = folder / f"truth-{n_rows}.csv", folder / f"mine-{n_rows}.csv"
    pd.DataFrame({"id": ids, "label": LABELS[codes]}).to_csv(truth, index=False)
    pd.DataFrame({"id": ids[order], "label": LABELS[predicted[order]]}).to_csv(mine, index=False)
    return truth, mine


def averages(true: Any, predicted: Any, labels: Any) -> dict[str, float]:
    result = {"accuracy": float(accuracy_score(true, predicted))}
    for average in ("macro", "weighted"):
        values = precision_recall_fscore_support(
            true, predicted, labels=labels, average=average, zero_division=0
        )
        names = ("precision", "recall", "f1")
        result |= {f"{average}_{n}": float(v) for n, v in zip(names, values, strict=False)}
    return result


def by_pandas(truth: Path, mine: Path) -> dict[str, float]:
    true = pd.read_csv(truth, dtype=str).set_index("id")["label"]
    predicted = pd.read_csv(mine, dtype=str).set_index("id")["label"].reindex(true.index)
    return averages(true.to_numpy(), predicted.to_numpy(), sorted(set(true)))


def by_the_board(truth: Path, mine: Path) -> dict[str, float]:
    return scores(score_files(mine, truth))


class Seconds(NamedTuple):
    """Of a clock, and of all cores together."""

    wall: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.wall:.4f} ({self.cpu:.4f})"


def fastest(task: Callable[[], Any], repeats: int) -> tuple[Seconds, Any]:
    times, result = [], None
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        result = task()
        times.append(Seconds(time.perf_counter() - wall, time.process_time() - cpu))
    return Seconds(min(t.wall for t in times), min(t.cpu for t in times)), result


def largest_difference(ours: dict[str, float], theirs: dict[str, float]) -> float:
    return max(abs(ours[name] - value) for name, value in theirs.items())


def print_line(what: str, ours: Seconds, theirs: Seconds, verdict: str) -> None:
    ratios = f"{theirs.wall / ours.wall:>7.2f}x ({theirs.cpu / ours.cpu:.2f}x)"
    print(f"{what:<30} {ours!s:>20} {theirs!s:>22} {ratios:>18}  {verdict}", flush=True)


def same(difference: float) -> str:
    assert difference <= SAME
    return f"largest difference {difference:.1e}"


def print_heading(what: str, reference: str) -> None:
    print(f"\n{what:<30} {'board, s (cores)':>20} {reference + ', s':>22} {'ratio':>18}")


def repeats_for(n_rows: int) -> int:
    return 5 if n_rows <= 100_000 else 3 if n_rows <= 2_000_000 else 1


def orders(folder: Path, n_rows: int) -> Iterator[tuple[str, Path, Path]]:
    for shuffled in (False, True):
        truth, mine = write_files(folder, n_rows, shuffled=shuffled)
        yield f"{n_rows:>10,} rows, {'shuffled' if shuffled else 'same order'}", truth, mine


def time_files(folder: Path, n_rows: int) -> None:
    for what, truth, mine in orders(folder, n_rows):
        ours, our_scores = fastest(lambda: by_the_board(truth, mine), max(2, repeats_for(n_rows)))  # noqa: B023
        theirs, their_scores = fastest(lambda: by_pandas(truth, mine), repeats_for(n_rows))  # noqa: B023
        print_line(what, ours, theirs, same(largest_difference(our_scores, their_scores)))


def time_entries(folder: Path, n_rows: int) -> None:
    for what, truth, mine in orders(folder, n_rows):
        known = read_truth(truth)
        repeats = max(3, repeats_for(n_rows))
        ours, _ = fastest(lambda: known.confusion(read_entry(mine, known.expected)), repeats)  # noqa: B023
        theirs, _ = fastest(lambda: polars.read_csv(mine), repeats)  # noqa: B023
        print_line(what, ours, theirs, f"{ours.wall / theirs.wall:.2f} of its time")


def time_metrics(n_rows: int) -> None:
    generator = np.random.default_rng(n_rows)
    true, predicted = generator.integers(0, len(LABELS), (2, n_rows))
    classes = list(range(len(LABELS)))
    ours, our_scores = fastest(lambda: scores(ConfusionMatrix.from_codes(true, predicted, LABELS)), 3)
    theirs, their_scores = fastest(lambda: averages(true, predicted, classes), 3)
    print_line(f"{n_rows:>10,} codes", ours, theirs, same(largest_difference(our_scores, their_scores)))


def time_explanation(folder: Path, n_rows: int) -> None:
    truth, mine = write_files(folder, n_rows, shuffled=True)
    known = read_truth(truth).expected
    lines = mine.read_text().splitlines()
    lines[n_rows // 2] = lines[n_rows // 2].split(",")[0] + ",XX"
    mine.write_text("\n".join(lines))

    def explain() -> str:
        try:
            read_entry(mine, known)
        except InvalidFileError as error:
            return str(error.problems.shown[0])
        raise AssertionError("the bad file was accepted")

    seconds, message = fastest(explain, 1)
    print(f"\n{n_rows:,} rows, one of them bad: {seconds.wall:.2f} s to say\n  {message}")


def main() -> None:
    sizes = [int(word.replace("_", "")) for word in sys.argv[1:]] or [10_000, 1_000_000, 10_000_000]
    print(
        f"Python {platform.python_version()}, numpy {np.__version__}, pandas {pd.__version__},"
        f" scikit-learn {sklearn.__version__}, polars {polars.__version__}"
    )
    with tempfile.TemporaryDirectory() as name:
        print_heading("two files to scores", "pandas, scikit-learn")
        for n_rows in sizes:
            time_files(Path(name), n_rows)
        print_heading("an entry, truth known", "polars.read_csv")
        for n_rows in sizes:
            time_entries(Path(name), n_rows)
        print_heading("metrics alone", "scikit-learn")
        for n_rows in sizes:
            time_metrics(n_rows)
        time_explanation(Path(name), min(max(sizes), 1_000_000))
    sys.exit(0 if board_load.run() else 1)


if __name__ == "__main__":
    main()
