"""Which level of isolation works here: found out by trying it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache

from eds_autograder.grading.kernels.places import python_path
from eds_autograder.grading.kernels.sandbox import LEVELS
from eds_datasets.errors import UsageError

__all__ = ["CHOICES", "choose", "why_not"]

CHOICES = ("auto", *LEVELS)

_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from eds_autograder.grading.kernels.probe import main; main(sys.argv[2])"
)
_SECONDS = 60
_SYSTEMS = {"darwin": "macOS"}


def choose(wanted: str) -> str:
    """Return the level to use.

    Parameters
    ----------
    wanted : str
        A level, or ``auto`` for the strongest that works here.

    Returns
    -------
    str

    Raises
    ------
    UsageError
        When the level that was asked for does not exist or does not work here.
    """
    if wanted == "auto":
        return next(level for level in LEVELS if why_not(level) is None)
    if wanted not in LEVELS:
        raise UsageError(f"isolation {wanted}: no such level", f"there are: {', '.join(CHOICES)}")
    reason = why_not(wanted)
    if reason is not None:
        raise UsageError(
            f"isolation {wanted}: does not work here ({reason})",
            "'--isolation auto' takes the strongest that works",
        )
    return wanted


@cache
def why_not(level: str) -> str | None:
    """Return why a level does not work on this machine, None when it does; each is tried once."""
    if level == "none":
        return None
    if not sys.platform.startswith("linux"):
        return f"{_SYSTEMS.get(sys.platform, sys.platform)} has no such thing"
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", _BOOT, json.dumps(python_path()), level],
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
            env={"PATH": os.environ.get("PATH", "")},
        )
    except (OSError, subprocess.SubprocessError) as error:
        return f"{type(error).__name__}: {error}"
    if done.returncode == 0:
        return None
    lines = done.stderr.strip().splitlines()
    return lines[-1][:200] if lines else f"the trial ended with status {done.returncode}"
