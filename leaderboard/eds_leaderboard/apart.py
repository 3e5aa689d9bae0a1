"""Parquet read in a process of its own: a damaged file can end the reader, and then ends nobody else."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path

from eds_leaderboard.csvfile import Limits
from eds_leaderboard.errors import InvalidFileError, UsageError
from eds_leaderboard.parquet import as_csv, tell_damage
from eds_leaderboard.problems import Problem, Problems

__all__ = ["as_csv_apart", "serve"]

_SECONDS = 120
_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from eds_leaderboard.apart import serve; serve(json.loads(sys.argv[2]))"
)


def as_csv_apart(data: bytes, header: Sequence[str], source: str, limits: Limits) -> bytes:
    """Do what `eds_leaderboard.parquet.as_csv` does, in another process."""
    if find_spec("pyarrow") is None:
        raise UsageError(
            "Parquet cannot be read here: pyarrow is not installed",
            "send CSV, or install earth-data-science[parquet]",
        )
    problems = Problems(source)
    answer = b""
    if len(data) > limits.max_bytes:
        return as_csv(data, header, source, limits)
    paths = [path for path in sys.path if path and Path(path).is_absolute()]
    order = {"header": list(header), "limits": asdict(limits)}
    command = [sys.executable, "-I", "-c", _BOOT, json.dumps(paths), json.dumps(order)]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        tell_damage(f"reading it took more than {_SECONDS} s", problems)
    else:
        if done.returncode:
            tell_damage("it cannot be read to its end", problems)
        told, _, answer = done.stdout.partition(b"\n")
        for problem in json.loads(told or b"[]"):
            problems.add(**problem)
    if problems:
        raise InvalidFileError(problems)
    return answer


def serve(order: dict[str, object]) -> None:
    """Read a file from standard input; write a line of its problems, as JSON, and the CSV."""
    header, limits = order["header"], Limits(**order["limits"])  # type: ignore[arg-type]
    found: list[Problem] = []
    answer = b""
    try:
        answer = as_csv(sys.stdin.buffer.read(), header, "", limits)  # type: ignore[arg-type]
    except InvalidFileError as error:
        found = error.problems.kept
    sys.stdout.buffer.write(json.dumps([asdict(problem) for problem in found]).encode() + b"\n" + answer)
