"""Calls of the Linux kernel that Python does not offer."""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import sys

__all__ = [
    "CLONE_NEWIPC",
    "CLONE_NEWNET",
    "CLONE_NEWNS",
    "CLONE_NEWPID",
    "CLONE_NEWUSER",
    "CLONE_NEWUTS",
    "bind",
    "drop_capabilities",
    "has_capability",
    "is_linux",
    "make_read_only",
    "mount",
    "pivot_root",
    "prctl",
    "syscall",
    "unmount",
    "unshare",
]

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000

_MS_BIND, _MS_REC = 0x1000, 0x4000
_MNT_DETACH = 2
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_MOUNT_SETATTR = 442
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_ATTR_READ_ONLY, _ATTR_NO_SUID, _ATTR_NO_DEVICES = 1, 2, 4
_PR_CAPBSET_DROP = 24
_CAPABILITY_VERSION = 0x20080522


def is_linux() -> bool:
    """Tell whether these calls exist here."""
    return sys.platform.startswith("linux")


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def syscall(number: int, *arguments: object, what: str) -> int:
    """Call the kernel by number; raises OSError that names what was tried."""
    libc = _libc()
    libc.syscall.restype = ctypes.c_long
    whole = [ctypes.c_long(item) if isinstance(item, int) else item for item in arguments]
    return _checked(libc.syscall(ctypes.c_long(number), *whole), what)


def prctl(option: int, value: int = 0, *more: int) -> int:
    """Set or ask a property of this process."""
    rest = [ctypes.c_ulong(item) for item in (value, *more, 0, 0, 0)][:4]
    return _checked(_libc().prctl(option, *rest), f"prctl {option}")


def unshare(flags: int) -> None:
    """Leave namespaces; a pid namespace is entered by the next child."""
    _checked(_libc().unshare(flags), "unshare")


def mount(source: str, target: str, kind: str | None = None, flags: int = 0, data: str = "") -> None:
    """Mount a file system."""
    names = [None if name is None else os.fsencode(name) for name in (source, target, kind)]
    _checked(_libc().mount(*names, ctypes.c_ulong(flags), data.encode()), f"mount {target}")


def bind(source: str, target: str, *, read_only: bool) -> None:
    """Let a folder or a file, with what is mounted in it, be seen at another place, which must exist."""
    mount(source, target, None, _MS_BIND | _MS_REC)
    if read_only:
        make_read_only(target, recursive=True)


def make_read_only(target: str, *, recursive: bool = False) -> None:
    """Forbid writing, set-uid programs and devices in what is mounted at a place."""
    attributes = struct.pack("=QQQQ", _ATTR_READ_ONLY | _ATTR_NO_SUID | _ATTR_NO_DEVICES, 0, 0, 0)
    syscall(
        _MOUNT_SETATTR,
        _AT_FDCWD,
        ctypes.c_char_p(os.fsencode(target)),
        _AT_RECURSIVE if recursive else 0,
        ctypes.c_char_p(attributes),
        len(attributes),
        what=f"make {target} read-only",
    )


def unmount(target: str) -> None:
    """Take a file system out of sight at once."""
    _checked(_libc().umount2(os.fsencode(target), _MNT_DETACH), f"unmount {target}")


def pivot_root(new: str, old: str) -> None:
    """Make a mounted folder the root, and see the old root at a folder in it."""
    number = _PIVOT_ROOT.get(platform.machine())
    if number is None:
        raise OSError(f"pivot_root: not known for {platform.machine()}")
    names = [ctypes.c_char_p(os.fsencode(name)) for name in (new, old)]
    syscall(number, *names, what="pivot_root")


def has_capability(number: int) -> bool:
    """Tell whether this process has a capability, such as 21 for administration."""
    with open("/proc/self/status", encoding="ascii", errors="replace") as status:  # noqa: PTH123
        effective = next(line for line in status if line.startswith("CapEff:"))
    return bool(int(effective.split()[1], 16) >> number & 1)


def drop_capabilities() -> None:
    """Give up every capability for good, also what a program could bring."""
    libc = _libc()
    for number in range(64):
        # past the last one, and where we have none to give, the kernel says no
        libc.prctl(_PR_CAPBSET_DROP, ctypes.c_ulong(number), 0, 0, 0)
    header = struct.pack("=Ii", _CAPABILITY_VERSION, 0)
    _checked(libc.capset(header, bytes(24)), "capset")
