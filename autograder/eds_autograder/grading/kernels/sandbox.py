"""What a student's kernel may see and use: plain data, decided before anything of the student's is read."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from eds_autograder.grading.kernels.limits import Limits

__all__ = ["LEVELS", "Sandbox", "readable_places"]

# the strongest first
LEVELS = ("namespaces", "landlock", "none")

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
_DATA = ("EDS_DATA_DIR", "EDS_DATA_MIRROR")


@dataclass(frozen=True)
class Sandbox:
    """The surroundings of one kernel.

    Attributes
    ----------
    level : str
        One of `LEVELS`.
    private : tuple of str
        Folders that the run may change; with namespaces it gets copies of them in memory.
    sockets : str
        Folder where the kernel's sockets are made; no file can be written there.
    shared : tuple of str
        Folders that the run may change, and what it does there stays.
    readable : tuple of str
        What may be read.
    limits : Limits
    own_user : bool
        Whether a privileged caller's kernel runs as a user of its own, to whom nothing else belongs.
    guarded : tuple of int
        Processes that it cannot signal where it could see them.
    """

    level: str
    private: tuple[str, ...]
    sockets: str
    shared: tuple[str, ...] = ()
    readable: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    own_user: bool = True
    guarded: tuple[int, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists, strings and numbers."""
        return asdict(self)

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Sandbox:
        """Rebuild it from what `to_dict` gives, also when that went through JSON."""
        values = {key: tuple(value) if isinstance(value, list) else value for key, value in record.items()}
        return cls(**{**values, "limits": Limits.from_dict(values["limits"])})


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
    python = [sys.prefix, sys.base_prefix, sys.exec_prefix, *sys.path]
    data = [environment[name] for name in _DATA if environment.get(name)]
    places: set[str] = set(_SETTINGS) | set(_SYSTEM)
    secrets = {os.path.realpath(path) for path in hidden}
    for place in (*python, *data):
        if place and Path(place).is_absolute():
            places |= {str(Path(place)), os.path.realpath(place)}
    kept = {part for place in places for part in _without(place, secrets)}
    return tuple(sorted(place for place in kept if os.path.lexists(place) and place != "/"))


def _without(place: str, secrets: Iterable[str]) -> Iterator[str]:
    """Yield the place, or the parts of it that hold no secret."""
    real = os.path.realpath(place)
    if real in secrets:
        return
    if not any(secret.startswith(real.rstrip("/") + "/") for secret in secrets):
        yield place
    elif Path(place).is_dir():
        for part in sorted(os.listdir(place)):
            yield from _without(str(Path(place) / part), secrets)
