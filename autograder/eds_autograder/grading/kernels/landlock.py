"""Landlock: a process gives up files, TCP, and signals to others for good, without any privilege (Linux)."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import stat
import struct
from collections.abc import Iterable

from eds_autograder.grading.kernels.system import syscall

__all__ = ["abi", "restrict"]

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446
_PATH_BENEATH = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_MAKE_SOCK = 1 << 9
_TRUNCATE, _IOCTL_DEVICE = 1 << 14, 1 << 15
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEVICE
_READ = _EXECUTE | _READ_FILE | _READ_DIR
# rights by the version that brought them: to move between folders, to truncate, to command devices
_FIRST_RIGHTS = (1 << 13) - 1
_LATER_RIGHTS = {2: 1 << 13, 3: _TRUNCATE, 5: _IOCTL_DEVICE}
_TCP = 0b11  # bind, connect
_SCOPES = 0b11  # abstract sockets, signals


def abi() -> int:
    """Return the version of Landlock that this kernel offers; 0 for none."""
    try:
        return syscall(_CREATE, None, 0, 1, what="landlock")
    except OSError:
        return 0


def restrict(readable: Iterable[str], writable: Iterable[str], sockets: Iterable[str]) -> None:
    """Leave this process and its children only some files, no TCP, and no signals to anybody else.

    Parameters
    ----------
    readable : iterable of str
        Files and folders that may be read and executed. What does not exist is passed over.
    writable : iterable of str
        Files and folders where everything may be done.
    sockets : iterable of str
        Folders where sockets may be made and files be read.

    Raises
    ------
    OSError
        Where the kernel has no Landlock.
    """
    version = abi()
    if not version:
        raise OSError(errno.ENOSYS, "this kernel has no Landlock")
    everything = _FIRST_RIGHTS | sum(right for since, right in _LATER_RIGHTS.items() if version >= since)
    attributes = struct.pack("=QQQ", everything, _TCP if version >= 4 else 0, _SCOPES if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = syscall(_CREATE, ctypes.c_char_p(attributes), size, 0, what="landlock: make rules")
    try:
        for paths, rights in (
            (readable, _READ),
            (writable, everything),
            (sockets, _READ | _MAKE_SOCK),
        ):
            for path in paths:
                _allow(ruleset, path, rights & everything)
        syscall(_RESTRICT, ruleset, 0, what="landlock: restrict")
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    with contextlib.suppress(FileNotFoundError, PermissionError, NotADirectoryError):
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            if not stat.S_ISDIR(os.fstat(place).st_mode):
                rights &= _OF_FILES
            rule = struct.pack("=Qi", rights, place)
            syscall(_ADD_RULE, ruleset, _PATH_BENEATH, ctypes.c_char_p(rule), 0, what=f"landlock: {path}")
        finally:
            os.close(place)
