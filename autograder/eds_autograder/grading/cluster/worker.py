"""The side of a worker: what the client has its cluster run, in the environment that is installed there."""

from __future__ import annotations

import atexit
import hashlib
import platform
import shutil
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from eds_autograder.grading.assignment import Kit
from eds_autograder.grading.cluster.parcel import Parcel, pack_result, unpack_kit
from eds_autograder.grading.fingerprint import distributions, environment_digest
from eds_autograder.grading.kernels.isolation import choose
from eds_autograder.grading.kernels.places import roomy_folder
from eds_autograder.grading.results import ENGINE_VERSION, SCHEMA_VERSION
from eds_autograder.grading.workplace import Workplace
from eds_datasets.errors import EdsError

__all__ = ["OtherEnvironmentError", "describe", "grade_parcel", "leave"]

_FORGOTTEN_SECONDS = 600.0


class OtherEnvironmentError(Exception):
    """The marks of this worker would stand under a key that is for other packages."""


@dataclass
class _Desk:
    """What one grading command has on this worker."""

    workplace: Workplace
    modules: set[str] = field(default_factory=set)
    kits: dict[str, Kit] = field(default_factory=dict)
    running: int = 0
    used: float = field(default_factory=monotonic)


_desks: dict[str, _Desk] = {}
_lock = threading.Lock()


def describe(isolation: str) -> dict[str, Any]:
    """Return what has to be alike on all machines, and the level of isolation that works here.

    Parameters
    ----------
    isolation : str
        As it was asked for.
    """
    try:
        level, why = choose(isolation), None
    except EdsError as error:
        level, why = None, error.message
    return {
        "engine": ENGINE_VERSION,
        "schema": SCHEMA_VERSION,
        "python": platform.python_version(),
        "packages": sorted(set(distributions())),
        "isolation": level,
        "why_not": why,
    }


def grade_parcel(
    session: str, parcel: Parcel, kit: bytes, modules: Sequence[str], environment: str
) -> dict[str, Any]:
    """Run a submission on this worker.

    Parameters
    ----------
    session : str
        Of the grading command, which has a workplace of its own here.
    parcel : Parcel
    kit : bytes
        See `eds_autograder.grading.cluster.parcel.pack_kit`.
    modules : sequence of str
        What the notebooks import.
    environment : str
        Digest of the environment that the client's key stands for.

    Returns
    -------
    dict
        See `eds_autograder.grading.cluster.parcel.pack_result`.
    """
    if environment_digest() != environment:
        raise OtherEnvironmentError("this worker has other packages than the machine that asks")
    desk = _sit_down(session, modules)
    try:
        folder = Path(tempfile.mkdtemp(prefix="parcel-", dir=desk.workplace.place))
        try:
            task = parcel.unpack(folder, _kit(desk, kit))
            return pack_result(desk.workplace.run(task))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        with _lock:
            desk.running -= 1
            desk.used = monotonic()


def leave(session: str) -> None:
    """End all that a grading command has on this worker."""
    with _lock:
        desk = _desks.pop(session, None)
    if desk is not None:
        desk.workplace.close()


def _sit_down(session: str, modules: Sequence[str]) -> _Desk:
    with _lock:
        if session not in _desks:
            _close_forgotten()
            fonts = Path(roomy_folder()) / f"eds-fonts-{_user()}"
            _desks[session] = _Desk(Workplace(fonts))
        desk = _desks[session]
        desk.running += 1
        missing = set(modules) - desk.modules
        if missing or not desk.modules:
            desk.workplace.warm(missing)
            desk.modules |= missing
    return desk


def _user() -> str:
    import getpass

    return getpass.getuser()


def _kit(desk: _Desk, content: bytes) -> Kit:
    name = hashlib.sha256(content).hexdigest()[:16]
    with _lock:
        if name not in desk.kits:
            desk.kits[name] = unpack_kit(content, desk.workplace.place / "kits" / name)
        return desk.kits[name]


def _close_forgotten() -> None:
    """Close what belongs to commands that were killed."""
    for session, desk in list(_desks.items()):
        if not desk.running and monotonic() - desk.used > _FORGOTTEN_SECONDS:
            _desks.pop(session).workplace.close()


@atexit.register
def _leave_all() -> None:
    for session in list(_desks):
        leave(session)
