"""A watch over a run: what the system does not limit by itself is looked at ten times a second."""

from __future__ import annotations

import contextlib
import math
import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from eds_autograder.grading.kernels.limits import OWN_THREADS, Limits

__all__ = ["Watchdog", "family", "memory_of"]

_SECONDS = 0.1
_FOLDERS_EVERY = 10  # looks
_PRIORITY = -10
_INIT = 1  # of the namespaces: another user than the one whose threads the system limits
_ROUNDS, _ROUND_SECONDS = 200, 0.01
_KIB = 1024
_LONGEST = 3000  # letters of a path; the system takes no more than 4096


class Watchdog:
    """Watches a kernel and all that it started; ends them when they use more than they may.

    Parameters
    ----------
    root : int
        The process below which everything belongs to the run: the kernel's keeper, or who started the kernel
        and adopts what it leaves behind.
    limits : Limits
    folders : sequence of str
        What the run writes on disk, where no file system limits that.

    Attributes
    ----------
    hit : str or None
        Name of the limit that the run was ended for, as `Limits.describe` knows it.
    """

    def __init__(self, root: int, limits: Limits, folders: Sequence[str] = ()) -> None:
        self.root = root
        self.limits = limits
        self.folders = folders
        self.hit: str | None = None
        # what was imported before the fork is nobody's use of memory
        self._before = memory_of(self._run())
        self._each = max(map(_anonymous, self._run()), default=0)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Watch no longer."""
        self._over.set()
        self._thread.join()

    def _run(self) -> list[int]:
        return [pid for pid in family(self.root) if pid != self.root]

    def _watch(self) -> None:
        with contextlib.suppress(OSError):
            # who watches a bomb must not wait in line behind its processes; only some may do this
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _PRIORITY)
        looks = 0
        while not self._over.wait(_SECONDS):
            looks += 1
            self.hit = self._look(looks)
            if self.hit is not None:
                self._end()
                return

    def _look(self, looks: int) -> str | None:
        pids = self._run()
        # the system refuses threads by itself, which a notebook survives; a bomb of processes it does not
        many = len(pids) >= self.limits.processes
        if many or sum(map(_threads, pids)) > self.limits.processes + OWN_THREADS + _INIT:
            return "processes"
        # the sum counts what they came to share for each; only a large one is worth the exact look
        allowed = self.limits.memory_bytes
        own = sum(max(0, _anonymous(pid) - self._each) for pid in pids)
        if own > allowed and memory_of(pids) > allowed + self._before:
            return "memory"
        if self.folders and looks % _FOLDERS_EVERY == 0:
            written = sum(_size(folder) for folder in self.folders)
            if written > self.limits.disk_mib * 2**20:
                return "disk"
        return None

    def _end(self) -> None:
        """End them by groups, each at once: one by one, a bomb would start others faster than they end."""
        mine = os.getpgid(0)
        for _ in range(_ROUNDS):
            run = self._run()
            if not run:
                return
            for pid in run:
                with contextlib.suppress(OSError):
                    group = os.getpgid(pid)
                    if group != mine:
                        os.killpg(group, signal.SIGKILL)
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(_ROUND_SECONDS)


def family(pid: int) -> Iterator[int]:
    """Yield a process and all that it started and that still runs."""
    waiting = [pid]
    seen: set[int] = set()
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen.add(one)
            yield one
            waiting.extend(_children(one))


def memory_of(pids: Sequence[int]) -> int:
    """Return the bytes of memory of some processes; what they share with others counts by its share."""
    return sum(_fields(pid, "smaps_rollup", ("Pss_Anon:", "Pss_Shmem:")) for pid in pids) * _KIB


def _children(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        texts = [_read(f"{thread}/children") for thread in Path(f"/proc/{pid}/task").iterdir()]
        return [int(child) for text in texts for child in text.split()]
    return []


def _read(path: str) -> str:
    with contextlib.suppress(OSError):
        return Path(path).read_text("ascii", "replace")
    return ""


def _fields(pid: int, file: str, names: Sequence[str]) -> int:
    lines = _read(f"/proc/{pid}/{file}").splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(tuple(names)))


def _anonymous(pid: int) -> int:
    return _fields(pid, "status", ("RssAnon:", "RssShmem:")) * _KIB


def _threads(pid: int) -> int:
    with contextlib.suppress(OSError):
        return len(list(Path(f"/proc/{pid}/task").iterdir()))
    return 0


def _size(folder: str) -> float:
    """Return the bytes that lie below a folder; of a tree that is deeper than can be looked at, too many."""
    total = 0
    waiting = [folder]
    while waiting:
        place = waiting.pop()
        if len(place) > _LONGEST:
            return math.inf
        with contextlib.suppress(OSError), os.scandir(place) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    total += entry.stat(follow_symlinks=False).st_blocks * 512
    return total
