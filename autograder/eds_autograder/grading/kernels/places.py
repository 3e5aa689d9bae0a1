"""Folders: what a kernel has to read, and where there is room for the names of sockets."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

__all__ = ["CHANNELS", "python_path", "readable_places", "roomy_folder"]

# of a kernel; each has a socket of this number
CHANNELS = ("shell", "iopub", "stdin", "hb", "control")

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/sys/devices/system/cpu")
# of /etc only what libraries need to work: no accounts, no keys, no names of other machines
_SETTINGS = (
    "/etc/alternatives",
    "/etc/fonts",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/nsswitch.conf",
    "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
    "/etc/timezone",
)
_OWN = ("/", "/dev", "/proc", "/tmp")  # noqa: S108  each run has its own
_DATA = ("EDS_DATA_DIR", "EDS_DATA_MIRROR")
# an address of a socket has 108 bytes on Linux and 104 on macOS; our own part below the folder takes 60
_LONGEST = 40


def roomy_folder() -> str:
    """Return the folder for temporary ones whose names leave room for the names of sockets in them."""
    chosen = tempfile.gettempdir()
    return chosen if len(os.fsencode(chosen)) <= _LONGEST or not Path("/tmp").is_dir() else "/tmp"  # noqa: S108


def python_path() -> list[str]:
    """Return where Python finds packages, without the folder that the program was called in or lies in."""
    named = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    paths = [path for path in sys.path if path and Path(path).is_absolute()]
    if not sys.flags.safe_path and sys.path[0] in paths and sys.path[0] not in named:
        paths.remove(sys.path[0])
    return paths


def readable_places(environment: Mapping[str, str], hidden: Iterable[Path] = ()) -> tuple[str, ...]:
    """Return what a kernel has to read: the system's libraries, this Python, its packages, released data.

    Parameters
    ----------
    environment : mapping of str to str
        Of the kernel; names the folders of the data.
    hidden : iterable of Path
        What must stay unseen even where it lies inside one of those places, such as a course directory on
        Python's path.

    Returns
    -------
    tuple of str
        Sorted, a folder before what lies in it.
    """
    python = [sys.prefix, sys.base_prefix, sys.exec_prefix, *python_path()]
    data = [environment[name] for name in _DATA if environment.get(name)]
    places: set[str] = set(_SETTINGS) | set(_SYSTEM)
    secrets = {os.path.realpath(str(path)) for path in (*hidden, *_OWN)}
    for place in (*python, *data):
        if place and Path(place).is_absolute():
            places |= {str(Path(place)), os.path.realpath(place)}
    kept = {part for place in places for part in _without(place, secrets)}
    return tuple(sorted(place for place in kept if os.path.lexists(place)))


def _without(place: str, secrets: Iterable[str]) -> Iterator[str]:
    """Yield the place, or the parts of it that hold no secret."""
    real = os.path.realpath(place)
    if real in secrets:
        return
    if not any(secret.startswith(real.rstrip("/") + "/") for secret in secrets):
        yield place
    elif Path(place).is_dir():
        for part in sorted(Path(place).iterdir()):
            yield from _without(str(part), secrets)
