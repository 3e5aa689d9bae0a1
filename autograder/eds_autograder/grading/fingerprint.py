"""What is installed, as a hash: results of other packages are other results."""

from __future__ import annotations

import hashlib
import json
import os
import site
import sys
import sysconfig
from collections.abc import Iterator
from functools import cache
from pathlib import Path

__all__ = ["distributions", "environment_digest"]


@cache
def environment_digest() -> str:
    """Return a hash of the Python version and of every installed distribution's version."""
    record = [sys.version, sorted(set(distributions()))]
    return hashlib.sha256(json.dumps(record).encode()).hexdigest()


def distributions() -> Iterator[str]:
    """Yield ``name-version`` of what is installed: folders are named so, and reading in them is slow."""
    for place in _places():
        if Path(place).is_dir():
            for entry in os.scandir(place):
                stem, _, ending = entry.name.rpartition(".")
                if ending in ("dist-info", "egg-info"):
                    yield stem


def _places() -> set[str]:
    """Return where packages are installed; what one of them adds to Python's path is no such place."""
    installed = {sysconfig.get_path(name) for name in ("purelib", "platlib")}
    own = [site.getusersitepackages()] if site.ENABLE_USER_SITE else []
    named = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return {place for place in (*installed, *site.getsitepackages(), *own, *named) if place}
