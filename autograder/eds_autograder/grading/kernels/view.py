"""The file system that a run sees: made in memory, with the libraries bound into it read-only (Linux)."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from eds_autograder.grading.kernels.sandbox import Sandbox
from eds_autograder.grading.kernels.system import bind, make_read_only, mount, pivot_root, unmount

__all__ = ["enter_view", "seal"]

_NO_SUID, _NO_DEVICES, _NO_EXECUTE = 2, 4, 8
_PRIVATE, _RECURSIVE = 0x40000, 0x4000
_OLD = "/.old"
_DEVICES = ("null", "zero", "full", "random", "urandom")
_LINKS = {"fd": "/proc/self/fd", "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1"}
_MIB = 2**20


def enter_view(sandbox: Sandbox, user: int, group: int) -> None:
    """Make the view and the root of this process's mount namespace; the old root is gone then.

    Parameters
    ----------
    sandbox : Sandbox
    user, group : int
        To whom the folders belong that can be written.
    """
    os.umask(0o022)
    mount("none", "/", None, _PRIVATE | _RECURSIVE)
    # any folder will do: it is covered only here, and everything is found below the old root
    size = f"size={sandbox.limits.disk_mib * _MIB},mode=755"
    mount("eds", "/tmp", "tmpfs", _NO_SUID | _NO_DEVICES, size)  # noqa: S108
    os.chdir("/tmp")  # noqa: S108
    Path(_OLD[1:]).mkdir()
    pivot_root(".", _OLD[1:])
    os.chdir("/")
    _bind_readable(sandbox.readable)
    _make_devices()
    _make_accounts(user, group, sandbox.private[-1])
    for place in ("/tmp", "/dev/shm"):  # noqa: S108
        _make_writable(place, user, group, 0o1777)
    for place in sandbox.private:
        _make_writable(place, user, group, 0o700)
        _copy(_OLD + place, place, user, group)
    for place in (*sandbox.shared, sandbox.sockets):
        Path(place).mkdir(parents=True, exist_ok=True)
        bind(_OLD + place, place, read_only=False)
    if sandbox.own_user:
        _give(sandbox.sockets, user, group)
    Path("/proc").mkdir()
    mount("proc", "/proc", "proc", _NO_SUID | _NO_DEVICES | _NO_EXECUTE)
    make_read_only("/proc")
    unmount(_OLD)
    Path(_OLD).rmdir()
    make_read_only("/")


def seal(sandbox: Sandbox) -> None:
    """Forbid new files beside the sockets, once these are made: that folder lies on a real disk."""
    make_read_only(sandbox.sockets)


def _bind_readable(places: Iterable[str]) -> None:
    bound: list[str] = []
    for place in places:
        old = Path(_OLD + place)
        if any(place.startswith(above + "/") for above in bound) or not os.path.lexists(old):
            continue
        Path(place).parent.mkdir(parents=True, exist_ok=True)
        if old.is_symlink():
            Path(place).symlink_to(old.readlink())
            continue
        if old.is_dir():
            Path(place).mkdir(exist_ok=True)
        else:
            Path(place).touch()
        bind(str(old), place, read_only=True)
        bound.append(place)


def _make_devices() -> None:
    Path("/dev/pts").mkdir(parents=True)
    for name in _DEVICES:
        Path("/dev", name).touch()
        bind(f"{_OLD}/dev/{name}", f"/dev/{name}", read_only=False)
    # pseudo-terminals are how IPython runs !commands
    flags = _NO_SUID | _NO_EXECUTE
    mount("devpts", "/dev/pts", "devpts", flags, "newinstance,ptmxmode=0666,mode=620")
    for name, target in (*_LINKS.items(), ("ptmx", "pts/ptmx")):
        Path("/dev", name).symlink_to(target)


def _make_accounts(user: int, group: int, home: str) -> None:
    Path("/etc").mkdir(exist_ok=True)
    Path("/etc/passwd").write_text(f"student:x:{user}:{group}:student:{home}:/bin/sh\n", "ascii", "replace")
    Path("/etc/group").write_text(f"student:x:{group}:\n", "ascii")
    Path("/etc/hosts").write_text("127.0.0.1 localhost\n", "ascii")


def _make_writable(place: str, user: int, group: int, mode: int) -> None:
    """Make a folder that stays writable when the root, of which it is a part, no longer is."""
    Path(place).mkdir(parents=True, exist_ok=True)
    Path(place).chmod(mode)
    os.chown(place, user, group)
    bind(place, place, read_only=False)


def _copy(source: str, target: str, user: int, group: int) -> None:
    for folder, folders, files in os.walk(source):
        place = Path(target, os.path.relpath(folder, source))
        for name in folders:
            Path(place, name).mkdir()
            os.chown(place / name, user, group)
        for name in files:
            shutil.copyfile(Path(folder, name), place / name, follow_symlinks=False)
            os.chown(place / name, user, group, follow_symlinks=False)


def _give(folder: str, user: int, group: int) -> None:
    os.chown(folder, user, group)
    for path in Path(folder).iterdir():
        os.chown(path, user, group, follow_symlinks=False)
