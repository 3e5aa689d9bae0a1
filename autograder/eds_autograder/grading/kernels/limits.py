"""What a run may use up, and the name of what it used up."""

from __future__ import annotations

import contextlib
import json
import os
import re
import resource
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

__all__ = [
    "LIMITS_BY_NAME",
    "OWN_THREADS",
    "Limits",
    "limit_files",
    "limit_memory",
    "limit_processes",
    "limit_that_was_hit",
]

_MIB = 2**20
_GIB = 2**30
_NEIGHBOURS = 4  # runs that may take as much at the same time
OWN_THREADS = 32  # of a kernel, which count as processes

LIMITS_BY_NAME = {
    "memory": "{0.memory_gib:g} GiB of memory",
    "processes": "{0.processes} processes",
    "file size": "{0.file_mib} MiB in one file",
    "disk": "{0.disk_mib} MiB on disk",
    "output": "{0.output_mib} MiB of output",
    "open files": "{0.open_files} open files",
}


@dataclass(frozen=True)
class Limits:
    """How much a run may use; what is over is ended or refused, and reported by its name.

    Attributes
    ----------
    cell_seconds : int
        Of one cell.
    notebook_seconds : int
        Of one notebook.
    grace_seconds : int
        What the process gets beyond that to start and to write its result, before it is ended from outside.
    memory_gib : float
        Beyond what the kernel had imported when it started, all processes of the run together.
    processes : int
        And threads, beside the kernel's own.
    file_mib : int
        Size of one file.
    disk_mib : int
        All that it writes.
    output_mib : int
        All that its cells print and show.
    open_files : int
        Of one process.
    """

    cell_seconds: int = 30
    notebook_seconds: int = 600
    grace_seconds: int = 120
    memory_gib: float = 4.0
    processes: int = 128
    file_mib: int = 512
    disk_mib: int = 1024
    output_mib: int = 16
    open_files: int = 1024

    @classmethod
    def for_cells(cls, seconds: int, **others: Any) -> Limits:
        """Return the limits that go with a cell's time: twenty times as much for the notebook."""
        return cls(seconds, 20 * seconds, **others)

    @property
    def memory_bytes(self) -> int:
        """The memory in bytes."""
        return int(self.memory_gib * _GIB)

    @property
    def output_bytes(self) -> int:
        """The output in bytes."""
        return self.output_mib * _MIB

    def to_json(self) -> str:
        """Return the limits as text; equal limits have equal texts."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Limits:
        """Rebuild the limits from what `dataclasses.asdict` gives."""
        return cls(**record)

    def describe(self, name: str) -> str:
        """Return a limit as people read it: ``4 GiB of memory``."""
        return LIMITS_BY_NAME[name].format(self)


def limit_files(limits: Limits) -> None:
    """Have the system limit files: their size, how many are open, no core dumps."""
    _lower(resource.RLIMIT_FSIZE, limits.file_mib * _MIB)
    _lower(resource.RLIMIT_NOFILE, limits.open_files)
    _lower(resource.RLIMIT_CORE, 0)


def limit_memory(limits: Limits) -> None:
    """Have the system refuse memory to this process beyond what it has now: a MemoryError, not a death."""
    pages = _own_data_pages()
    if pages is not None:
        _lower(resource.RLIMIT_DATA, pages * resource.getpagesize() + limits.memory_bytes)


def limit_processes(limits: Limits, *, alone: bool) -> None:
    """Have the system limit processes, which it does by user, and for everybody but root.

    Parameters
    ----------
    limits : Limits
    alone : bool
        Whether the run has a user of its own. Else others' processes count, and so there is room for more.
    """
    most = limits.processes + OWN_THREADS
    _lower(resource.RLIMIT_NPROC, most if alone else _threads_of(os.getuid()) + _NEIGHBOURS * most)


def _threads_of(user: int) -> int:
    count = 0
    for place in Path("/proc").glob("[0-9]*/task"):
        with contextlib.suppress(OSError):
            if place.stat().st_uid == user:
                count += len(list(place.iterdir()))
    return count


def _own_data_pages() -> int | None:
    try:
        with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123
            return int(statm.read().split()[5])
    except OSError:
        return None


def _lower(which: int, value: int) -> None:
    _, hard = resource.getrlimit(which)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(which, (value, value))


_BY_NUMBER = {"11": "processes", "24": "open files", "27": "file size", "28": "disk"}
_MEMORY = re.compile(r"can't allocate memory|Cannot allocate memory|bad_alloc|not enough memory")


def limit_that_was_hit(error: str, message: str) -> str | None:
    """Return the name of the limit that an exception in a cell tells of.

    Parameters
    ----------
    error : str
        Name of the exception's class.
    message : str
        What it says.

    Returns
    -------
    str or None
        A name that `Limits.describe` knows.
    """
    if error.endswith("MemoryError") or _MEMORY.search(message):
        return "memory"
    if error == "RuntimeError" and message.startswith("can't start new thread"):
        return "processes"
    number = re.match(r"\[Errno (\d+)\]", message)
    return _BY_NUMBER.get(number[1]) if number else None
