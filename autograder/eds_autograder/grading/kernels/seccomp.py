"""A filter of system calls: what no notebook needs and what reaches beyond it is refused (Linux)."""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
from collections.abc import Collection

from eds_autograder.grading.kernels.system import prctl

__all__ = ["LOCAL_FAMILIES", "NAMESPACE_FAMILIES", "filter_calls", "is_known"]

LOCAL_FAMILIES = (1,)  # unix
NAMESPACE_FAMILIES = (1, 2, 10, 16)  # unix, inet, inet6, netlink: all of them are the namespace's own

_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
# numbers on x86_64 and on aarch64; from 424 on they are the same everywhere
_CALLS = {
    "acct": (163, 89),
    "add_key": (248, 217),
    "bpf": (321, 280),
    "chroot": (161, 51),
    "clock_settime": (227, 112),
    "delete_module": (176, 106),
    "finit_module": (313, 273),
    "init_module": (175, 105),
    "kexec_file_load": (320, 294),
    "kexec_load": (246, 104),
    "keyctl": (250, 219),
    "mount": (165, 40),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "perf_event_open": (298, 241),
    "pivot_root": (155, 41),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "ptrace": (101, 117),
    "quotactl": (179, 60),
    "reboot": (169, 142),
    "request_key": (249, 218),
    "setns": (308, 268),
    "settimeofday": (164, 170),
    "swapoff": (168, 225),
    "swapon": (167, 224),
    "syslog": (103, 116),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "pidfd_getfd": (438, 438),
    "mount_setattr": (442, 442),
}
_SOCKET = (41, 198)
_CLONE = (56, 220)
_CLONE3 = 435
# the process that is meant is the first argument of each
_SIGNALS = {
    "kill": (62, 129),
    "tkill": (200, 130),
    "tgkill": (234, 131),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "pidfd_open": (434, 434),
    "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119),
}
# limits and priorities of a process: of oneself (0) only; ZeroMQ sets the scheduler of its threads by number
_OF_PROCESSES = {
    "prlimit64": (302, 261, 0),
    "sched_setaffinity": (203, 122, 0),
    "sched_setattr": (314, 274, 0),
    "setpriority": (141, 140, 1),
    "ioprio_set": (251, 30, 1),
}
# of these the first argument says of whom: here, of all that the user runs
_OF_USERS = {"setpriority": (141, 140, 2), "ioprio_set": (251, 30, 3)}
# the second argument says: whom the system is to signal when something comes in at a file, and how
_FILE_OWNERS = {"fcntl": (72, 25, (8, 10, 15)), "ioctl": (16, 29, (0x8901, 0x8902))}
# where the run has no namespaces: what would stay in the system's memory behind it, or goes round the above
_OF_THE_SYSTEM = {
    "mq_open": (240, 180),
    "msgget": (68, 186),
    "pidfd_send_signal": (424, 424),
    "semget": (64, 190),
    "shmget": (29, 194),
}
# Landlock leaves these to whom a file belongs, wherever it lies; -1: does not exist there
_ATTRIBUTES = {
    "chmod": (90, -1),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, -1),
    "fchown": (93, 55),
    "lchown": (94, -1),
    "fchownat": (260, 54),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "utime": (132, -1),
    "utimes": (235, -1),
    "futimesat": (261, -1),
    "utimensat": (280, 88),
    "setxattrat": (463, 463),
    "removexattrat": (466, 466),
    "file_setattr": (469, 469),
}
_NEW_NAMESPACES = 0x7E020000  # all flags of clone that make one

_LOAD, _EQUAL, _GREATER, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16  # where they stand in what the filter sees
_ALLOW = 0x7FFF0000
_X32 = 0x40000000

_Line = tuple[int, int, int, int]


def is_known() -> bool:
    """Tell whether the filter knows this machine's system calls."""
    return platform.machine() in _ARCHITECTURES


def filter_calls(
    *, families: Collection[int] | None, guarded: Collection[int], attributes: bool = True
) -> None:
    """Filter the system calls of this process and its children for good.

    Refused are mounts, new namespaces, tracing, kernel modules, keys and the like.

    Parameters
    ----------
    families : collection of int, optional
        The only kinds of sockets that may be made; None for any.
    guarded : collection of int
        Processes and process groups that cannot be signalled; where there is one, everybody at once cannot
        be either, nor can the limits and priorities of another process be changed.
    attributes : bool
        Whether modes, owners, times and extended attributes of files can be changed. Else nothing happens and
        the call succeeds: copying a file changes them, too, and nobody's notebook shall fail for that.
    """
    if not is_known():
        return
    lines = _program(families=families, guarded=guarded, attributes=attributes)
    code = b"".join(struct.pack("=HBBI", *line) for line in lines)
    buffer = ctypes.create_string_buffer(code)
    program = struct.pack("@HP", len(lines), ctypes.addressof(buffer))
    place = ctypes.create_string_buffer(program)
    set_seccomp, mode_filter = 22, 2
    prctl(set_seccomp, mode_filter, ctypes.addressof(place))


def _program(*, families: Collection[int] | None, guarded: Collection[int], attributes: bool) -> list[_Line]:
    machine = platform.machine()
    column = list(_ARCHITECTURES).index(machine)
    lines: list[_Line] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, _ARCHITECTURES[machine]),
        _refuse(errno.ENOSYS),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if machine == "x86_64":
        lines += [(_GREATER, 0, 1, _X32), _refuse(errno.ENOSYS)]
    for numbers in _CALLS.values():
        lines += [(_EQUAL, 0, 1, numbers[column]), _refuse(errno.EPERM)]
    # its flags lie in memory, where no filter looks; the C library then uses clone
    lines += [(_EQUAL, 0, 1, _CLONE3), _refuse(errno.ENOSYS)]
    lines += _when(_CLONE[column], [(_ANY_BIT, 0, 1, _NEW_NAMESPACES), _refuse(errno.EPERM)])
    if families is not None:
        known = [(_EQUAL, len(families) - place, 0, family) for place, family in enumerate(families)]
        lines += _when(_SOCKET[column], [*known, _refuse(errno.EACCES), _allow()])
    if guarded:
        lines += _about_others(guarded, column)
    if not attributes:
        for names in _ATTRIBUTES.values():
            if names[column] >= 0:
                lines += [(_EQUAL, 0, 1, names[column]), _refuse(0)]
    return [*lines, _allow()]


def _about_others(guarded: Collection[int], column: int) -> list[_Line]:
    """Keep the class from signals, and every other process from new limits and priorities."""
    lines: list[_Line] = []
    targets = {-1 & 0xFFFFFFFF, *guarded, *(-pid & 0xFFFFFFFF for pid in guarded)}
    checks = [line for pid in sorted(targets) for line in ((_EQUAL, 0, 1, pid), _refuse(errno.EPERM))]
    for numbers in _SIGNALS.values():
        lines += _when(numbers[column], checks)
    for refused in _OF_THE_SYSTEM.values():
        lines += [(_EQUAL, 0, 1, refused[column]), _refuse(errno.EPERM)]
    for *known_as, place in _OF_PROCESSES.values():
        lines += _when(known_as[column], [(_EQUAL, 1, 0, 0), _refuse(errno.EPERM)], place)
    for *known_as, whom in _OF_USERS.values():
        lines += _when(known_as[column], [(_EQUAL, 0, 1, whom), _refuse(errno.EPERM)])
    for x86, arm, orders in _FILE_OWNERS.values():
        checks = [line for order in orders for line in ((_EQUAL, 0, 1, order), _refuse(errno.EPERM))]
        lines += _when((x86, arm)[column], checks, 1)
    return lines


def _when(number: int, block: list[_Line], argument: int = 0) -> list[_Line]:
    """Look at one argument of one call; past the block the number is loaded again."""
    inside = [(_LOAD, 0, 0, _ARGUMENTS + 8 * argument), *block]
    return [(_EQUAL, 0, len(inside), number), *inside, (_LOAD, 0, 0, _NUMBER)]


def _refuse(number: int) -> _Line:
    return (_RETURN, 0, 0, 0x00050000 | number)


def _allow() -> _Line:
    return (_RETURN, 0, 0, _ALLOW)
