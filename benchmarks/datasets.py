"""What the data cost: seconds, rows or samples per second and peak memory of each loader and simulator.

Run it in the root of a clone::

    EDS_DATA_MIRROR=… python benchmarks/datasets.py [--format table|csv|json] [NAME…]

Each line is measured in a process of its own, after the imports, so that time and memory are those of the data
alone. The last table sets the neighbourhood step of the lidar features (eigenvalues of the covariance around
each core point) beside ``jakteristics`` and ``pgeof`` on the same cloud, where they are installed.
"""

from __future__ import annotations

import argparse
import importlib
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np

REPEATS = 3
MIB = 2**20
HEAVY = ("pandas", "scipy.signal", "obspy", "sklearn.datasets", "pooch", "requests", "torch")


def jobs() -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Return each measurement by its label: data set, layer, arguments."""
    from eds_datasets.inventory import inventory

    found = {}
    for known in inventory().values():
        for layer in known.layers:
            arguments = {} if layer == "simulated" else dict(known.sample.get(layer, {}))
            found[f"{known.name} {layer}"] = (known.name, layer, arguments)
    return found


def measure(label: str) -> dict[str, Any]:
    """Measure one loader or simulator in this process."""
    from eds_datasets.inventory import find

    name, layer, arguments = jobs()[label]
    known = find(name)
    if layer == "simulated":
        run: Callable[[], Any] = lambda: known.function(known.simulator or "")(seed=1, **arguments)  # noqa: E731
    else:
        run = lambda: known.function(known.loader)(source=layer, **arguments)  # noqa: E731
    for module in HEAVY:
        importlib.import_module(module)
    before = peak()
    started = time.perf_counter()
    data = run()
    first = time.perf_counter() - started
    memory = peak() - before
    times = [first, *(timed(run) for _ in range(REPEATS - 1))]
    seconds = statistics.median(times[1:])
    rows, values = sizes(data)
    return {
        "what": label,
        "first (s)": round(first, 3),
        "again (s)": round(seconds, 3),
        "rows": rows,
        "rows/s": round(rows / seconds),
        "values/s": round(values / seconds),
        "peak (MiB)": round(memory / MIB),
        "data (MiB)": round(values_bytes(data) / MIB, 1),
    }


def timed(run: Callable[[], Any]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def peak() -> int:
    """Return the largest resident size of this process so far, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def arrays(data: Any) -> list[Any]:
    """Return every array of a data set, columns of tables and items of lists among them."""
    import pandas as pd

    found: list[Any] = []
    for field in fields(data):
        value = getattr(data, field.name)
        if isinstance(value, pd.DataFrame):
            found += [value[column].to_numpy() for column in value]
        elif isinstance(value, np.ndarray):
            found.append(value)
        elif isinstance(value, list):
            found += [np.asarray(item) for item in value if isinstance(item, np.ndarray)]
    return found


def sizes(data: Any) -> tuple[int, int]:
    """Return the rows of the longest array, and the number of all values."""
    found = arrays(data)
    return max((len(array) for array in found if array.ndim), default=0), sum(array.size for array in found)


def values_bytes(data: Any) -> int:
    return sum(array.nbytes for array in arrays(data))


def neighbourhoods() -> list[dict[str, Any]]:
    """Time the eigenvalues around every core point with us and with others, on one cloud."""
    cloud = np.ascontiguousarray(scene())
    records = []
    for radius in (0.05, 0.25):
        for name, run in contestants(radius).items():
            records.append(
                {"neighbourhood": name, "radius (m)": radius, "points": len(cloud), **rate(run, cloud)}
            )
    return records


def rate(run: Callable[[Any], Any], cloud: Any) -> dict[str, Any]:
    seconds = min(timed(lambda: run(cloud)) for _ in range(REPEATS))
    return {"seconds": round(seconds, 3), "points/s": round(len(cloud) / seconds)}


def main() -> None:
    """Run every measurement in a process of its own, and print them."""
    from eds_datasets.terminal import print_records

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="data sets to measure; all by default")
    parser.add_argument("--format", choices=["table", "csv", "json"], default="table")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one:
        print(json.dumps(measure(chosen.one)))
        return
    records = []
    for label in jobs():
        if not chosen.names or label.split()[0] in chosen.names:
            done = subprocess.run(
                [sys.executable, __file__, "--one", label], capture_output=True, text=True, check=False
            )
            problem = done.stderr.strip().splitlines()[-1:] or [""]
            records.append(
                json.loads(done.stdout) if done.returncode == 0 else {"what": label, "problem": problem[0]}
            )
    columns = list(dict.fromkeys(key for record in records for key in record))
    print_records(records, columns, chosen.format, title="loaders and simulators")
    if not chosen.names or "lidar" in chosen.names:
        rows = neighbourhoods()
        print_records(rows, list(rows[0]), chosen.format, title="eigenvalues of neighbourhoods")


if __name__ == "__main__":
    main()
