"""How long help takes to answer, beside a Python that does nothing: python benchmarks/startup.py

Bar: at most 150 ms more than ``python -c pass`` for every group's help.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

RUNS = 7
BAR_MS = 150
GROUPS = {
    "eds --help": ["-m", "eds_autograder", "--help"],
    "eds course --help": ["-m", "eds_autograder", "course", "--help"],
    "eds data --help": ["-m", "eds_autograder", "data", "--help"],
    "eds grade --help": ["-m", "eds_autograder", "grade", "--help"],
    "eds leaderboard --help": ["-m", "eds_autograder", "leaderboard", "--help"],
    "leaderboard --help": ["-m", "eds_leaderboard", "--help"],
    "leaderboard team --help": ["-m", "eds_leaderboard", "team", "--help"],
}


def milliseconds(arguments: list[str]) -> float:
    """Median wall time of a Python command in ms, after one run that warms the file cache."""
    times = []
    for _ in range(RUNS + 1):
        start = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times[1:])


def main() -> None:
    base = milliseconds(["-c", "pass"])
    print(f"{'python -c pass':26} {base:6.0f} ms")
    for name, arguments in GROUPS.items():
        took = milliseconds(arguments)
        verdict = "ok" if took - base <= BAR_MS else f"over the bar of {BAR_MS} ms"
        print(f"{name:26} {took:6.0f} ms   {took - base:+5.0f} ms   {verdict}")


if __name__ == "__main__":
    main()
