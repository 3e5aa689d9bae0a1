"""What the data cost: seconds, rows or samples per second and peak memory of each loader and simulator.

Run it in the root of a clone::

    EDS_DATA_MIRROR=… python benchmarks/datasets.py [--format table|csv|json] [NAME…]

Each line is measured in a process of its own, after the imports, so that time and memory are those of the
data alone. The last table sets the neighbourhood step of the lidar features (eigenvalues of the covariance
around each core point) beside ``jakteristics`` and ``pgeof`` on the same cloud, where they are installed.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
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
RADII = (0.025, 0.05)
HEAVY = ("pandas", "scipy.signal", "obspy", "sklearn.datasets", "pooch", "requests", "torch")


def jobs() -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Return each measurement by its label: data set, layer, arguments."""
    from eds_datasets.inventory import inventory

    found = {}
    for known in inventory().values():
        for layer in known.layers:
            arguments = {} if layer == "simulated" else dict(known.sample.get(layer, {}))
            found[f"{known.name} {layer}"] = (known.name, layer, arguments)
    found["waveforms download, iceland"] = ("waveforms", "download", {"collection": "iceland"})
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
    """Time the eigenvalues around every point with us and with others on one cloud, and compare them."""
    name, cloud = scene()
    records = []
    for radius in RADII:
        answers: dict[str, Any] = {}
        for contestant, run in contestants(radius).items():
            seconds = min(
                timed(functools.partial(answer, answers, contestant, run, cloud)) for _ in range(REPEATS)
            )
            records.append(
                {
                    "cloud": name,
                    "points": len(cloud),
                    "radius (m)": radius,
                    "with": contestant,
                    "seconds": round(seconds, 3),
                    "points/s": round(len(cloud) / seconds),
                }
            )
        check_agreement(answers)
    return records


def answer(answers: dict[str, Any], name: str, run: Callable[[Any], Any], cloud: Any) -> None:
    """Keep what a contestant says."""
    answers[name] = run(cloud)


def scene() -> tuple[str, Any]:
    """Return the real terrestrial cloud where it is here, otherwise a simulated one."""
    from eds_datasets.fetch import cached

    path = cached("lidar/floor.xyz")
    if path is not None:
        return "floor.xyz", np.ascontiguousarray(np.loadtxt(path, usecols=(0, 1, 2)))
    bumps = np.random.default_rng(1).uniform(size=(40_000, 3)) * [1.6, 0.8, 0.01]
    return "random sheet", bumps


def contestants(radius: float) -> dict[str, Callable[[Any], Any]]:
    """Return what computes neighbourhoods here: us, and those others that are installed."""
    from eds_datasets.neighbourhoods import normalized_eigenvalues

    found: dict[str, Callable[[Any], Any]] = {
        "eds_datasets, 1 thread": lambda cloud: normalized_eigenvalues(cloud, cloud, 2 * radius)
    }
    with contextlib.suppress(ImportError):
        import jakteristics

        names = ["eigenvalue1", "eigenvalue2", "eigenvalue3"]
        for n_threads in (1, 2):
            found[f"jakteristics, {n_threads} threads"] = functools.partial(
                jakteristics.compute_features,
                search_radius=radius,
                feature_names=names,
                num_threads=n_threads,
            )
    with contextlib.suppress(ImportError):
        import pgeof

        wanted = [pgeof.EFeatureID.Linearity, pgeof.EFeatureID.Planarity, pgeof.EFeatureID.Scattering]
        found["pgeof, all cores"] = lambda cloud: pgeof.compute_features_selected(cloud, radius, 2000, wanted)
    return found


def check_agreement(answers: dict[str, Any]) -> None:
    """Fail when we and jakteristics see different neighbourhoods."""
    for name, values in answers.items():
        if name.startswith("jakteristics"):
            shares = values / values.sum(axis=1, keepdims=True)
            np.testing.assert_allclose(shares, answers["eds_datasets, 1 thread"], atol=1e-5)


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
