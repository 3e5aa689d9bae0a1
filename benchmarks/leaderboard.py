"""Score files by the board, beside pandas with scikit-learn and beside the mere reading by polars.

    python benchmarks/leaderboard.py [ROWS …]           # all, about seven minutes
    python benchmarks/leaderboard.py --no-load [ROWS …]  # scoring alone, about five
    python benchmarks/board_load.py [--database …]       # the load alone, three

The first table is an entry of a running event: the truth is known, the file is validated and counted, beside
`polars.read_csv` of the same file and nothing else; ids are numbered, and random ones in the last line of a
size. Both sides of the second read the truth and the predictions from CSV, align the rows by id, and compute
accuracy and the macro and weighted precision, recall and F1; the board also validates every cell, the other
side does not. The third times the metrics alone, on class codes in memory; the next line the explanation of a
bad file; then follows the load on a served board (see board_load.py). Seconds are those of a clock and, in
brackets, of all cores; a bar is held or missed by the clock. pandas takes minutes for ten million rows: it
reads them once, shuffled.
"""

from __future__ import annotations

import argparse
import platform
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
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
MIXED = 0x9E3779B97F4A7C15
# the bars, which are for files of at least so many rows
LARGE = 1_000_000
TIMES_FASTER, TIMES_READING = 10.0, 2.0


def write_files(folder: Path, n_rows: int, *, shuffled: bool, random_ids: bool = False) -> tuple[Path, Path]:
    """Write a truth and predictions that are right in seven rows of ten; ids are numbered or look random."""
    generator = np.random.default_rng(n_rows)
    codes = generator.integers(0, len(LABELS), n_rows)
    wrong = generator.random(n_rows) < 0.3
    predicted = np.where(wrong, generator.integers(0, len(LABELS), n_rows), codes)
    ids = np.array([f"w{number:08d}" for number in range(n_rows)])
    if random_ids:
        # odd, so that no two numbers give the same
        ids = np.array([f"{number * MIXED % 2**64:016x}" for number in range(n_rows)])
    order = generator.permutation(n_rows) if shuffled else np.arange(n_rows)
    name = f"{n_rows}-{random_ids}.csv"
    truth, mine = folder / f"truth-{name}", folder / f"mine-{shuffled}-{name}"
    if mine.is_file():
        return truth, mine
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


# whether each bar that was printed is held
HELD: list[bool] = []


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
    return _least(times), result


def _least(times: Sequence[Seconds]) -> Seconds:
    return Seconds(min(t.wall for t in times), min(t.cpu for t in times))


def largest_difference(ours: dict[str, float], theirs: dict[str, float]) -> float:
    return max(abs(ours[name] - value) for name, value in theirs.items())


def print_line(what: str, ours: Seconds, theirs: Seconds, ratios: str, verdict: str) -> None:
    print(f"{what:<30} {ours!s:>20} {theirs!s:>22} {ratios:>18}  {verdict}", flush=True)


def faster(ours: Seconds, theirs: Seconds) -> str:
    return f"{theirs.wall / ours.wall:.1f}x ({theirs.cpu / ours.cpu:.1f}x)"


def bar(name: str, *, holds: bool) -> str:
    HELD.append(holds)
    return f"{name}: {'held' if holds else 'MISSED'}"


def same(difference: float) -> str:
    return bar(f"differs by {difference:.0e}, at most {SAME:.0e}", holds=difference <= SAME)


def print_heading(what: str, reference: str, ratio: str) -> None:
    print(f"\n{what:<30} {'board, s (cores)':>20} {reference + ', s':>22} {ratio:>18}  bars", flush=True)


def orders(folder: Path, n_rows: int, kinds: tuple[bool, ...]) -> Iterator[tuple[str, Path, Path]]:
    for shuffled in kinds:
        truth, mine = write_files(folder, n_rows, shuffled=shuffled)
        yield f"{n_rows:>10,} rows, {'shuffled' if shuffled else 'same order'}", truth, mine


def time_files(folder: Path, n_rows: int) -> None:
    kinds = (False, True) if n_rows <= LARGE else (True,)
    for what, truth, mine in orders(folder, n_rows, kinds):
        ours, our_scores = fastest(lambda: by_the_board(truth, mine), 3)  # noqa: B023
        theirs, their_scores = fastest(lambda: by_pandas(truth, mine), 1 if n_rows >= LARGE else 5)  # noqa: B023
        verdict = same(largest_difference(our_scores, their_scores))
        if n_rows >= LARGE:
            holds = theirs.wall >= TIMES_FASTER * ours.wall
            verdict = bar(f"at least {TIMES_FASTER:.0f}x", holds=holds) + "; " + verdict
        print_line(what, ours, theirs, faster(ours, theirs), verdict)


def time_entries(folder: Path, n_rows: int) -> None:
    drawn = (f"{n_rows:>10,} rows, random ids", *write_files(folder, n_rows, shuffled=True, random_ids=True))
    for what, truth, mine in (*orders(folder, n_rows, (False, True)), drawn):
        known = read_truth(truth)
        ours, theirs = alternately(
            lambda: known.confusion(read_entry(mine, known.expected)),  # noqa: B023
            lambda: polars.read_csv(mine),  # noqa: B023
        )
        ratio, of_cores = ours.wall / theirs.wall, ours.cpu / theirs.cpu
        verdict = ""
        if n_rows >= LARGE:
            verdict = bar(f"at most {TIMES_READING:.1f}", holds=ratio <= TIMES_READING)
        print_line(what, ours, theirs, f"{ratio:.2f} ({of_cores:.2f})", verdict)


def alternately(one: Callable[[], Any], other: Callable[[], Any]) -> tuple[Seconds, Seconds]:
    """Time two tasks in turns, so that what else the machine does meets both."""
    rounds = [(fastest(one, 1)[0], fastest(other, 1)[0]) for _ in range(5)]
    ours, theirs = zip(*rounds, strict=True)
    return _least(ours), _least(theirs)


def time_metrics(n_rows: int) -> None:
    generator = np.random.default_rng(n_rows)
    true, predicted = generator.integers(0, len(LABELS), (2, n_rows))
    classes = list(range(len(LABELS)))
    ours, our_scores = fastest(lambda: scores(ConfusionMatrix.from_codes(true, predicted, LABELS)), 3)
    theirs, their_scores = fastest(lambda: averages(true, predicted, classes), 1)
    verdict = same(largest_difference(our_scores, their_scores))
    print_line(f"{n_rows:>10,} codes", ours, theirs, faster(ours, theirs), verdict)


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


def time_scoring(sizes: Sequence[int]) -> None:
    with tempfile.TemporaryDirectory() as name:
        print_heading("an entry, truth known", "polars.read_csv", "board/polars")
        for n_rows in sizes:
            time_entries(Path(name), n_rows)
        # before pandas needs far more
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(f"most memory so far: {peak:.2f} GiB, polars' included")
        print_heading("two files to scores", "pandas, scikit-learn", "faster")
        for n_rows in sizes:
            time_files(Path(name), n_rows)
        print_heading("metrics alone", "scikit-learn", "faster")
        for n_rows in sizes:
            time_metrics(n_rows)
        time_explanation(Path(name), min(max(sizes), 1_000_000))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", nargs="*", type=lambda word: int(word.replace("_", "")))
    parser.add_argument("--no-load", action="store_true", help="the scoring alone")
    given = parser.parse_args()
    print(
        f"Python {platform.python_version()}, numpy {np.__version__}, pandas {pd.__version__},"
        f" scikit-learn {sklearn.__version__}, polars {polars.__version__}"
    )
    time_scoring(given.rows or [10_000, 1_000_000, 10_000_000])
    if not given.no_load:
        HELD.append(board_load.run())
    print("\nevery bar is held" if all(HELD) else "\nsome bars are MISSED, see above")
    sys.exit(0 if all(HELD) else 1)


if __name__ == "__main__":
    main()
