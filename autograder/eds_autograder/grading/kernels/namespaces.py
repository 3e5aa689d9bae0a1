"""A kernel in namespaces of its own: other files, no other process, no network (Linux).

Three processes: the *keeper* makes the namespaces, the *init* is process 1 in them, the kernel is its child.
When the kernel ends, init ends, and the system ends whatever else is left in there. The keeper ends like the
kernel did. The kernel sees neither the keeper nor whoever waits for it.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from eds_autograder.grading.kernels import system
from eds_autograder.grading.kernels.limits import limit_files, limit_memory, limit_processes
from eds_autograder.grading.kernels.processes import end_with, end_with_parent
from eds_autograder.grading.kernels.sandbox import Sandbox
from eds_autograder.grading.kernels.seccomp import NAMESPACE_FAMILIES, filter_calls
from eds_autograder.grading.kernels.view import enter_view, seal

__all__ = ["confine"]

_ADMINISTRATION = 21  # the capability
_SIGNALLED = 128  # what init adds to the number of the signal that ended the kernel
_FIRST_USER = 2_000_000_000  # nobody's
_SPREAD = 1_000_000
_NOT_DUMPABLE, _DUMPABLE = 0, 1
_PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 4, 38


def confine(sandbox: Sandbox, body: Callable[[Callable[[], None]], int]) -> NoReturn:
    """Run a kernel in namespaces; this process becomes its keeper and ends when it ends.

    Parameters
    ----------
    sandbox : Sandbox
    body : callable
        The kernel: is called with a function that it must call when its sockets are made and before any of
        the student's code runs; returns the exit status.
    """
    # beside the id of this process no other run has it at the same time
    user = _FIRST_USER + os.getpid() % _SPREAD
    privileged = system.has_capability(_ADMINISTRATION)
    spaces = (
        system.CLONE_NEWNS
        | system.CLONE_NEWPID
        | system.CLONE_NEWNET
        | system.CLONE_NEWIPC
        | system.CLONE_NEWUTS
    )
    if privileged:
        system.unshare(spaces)
    else:
        here = os.getuid(), os.getgid()
        system.unshare(spaces | system.CLONE_NEWUSER)
        _map_user(*here)
    init = os.fork()
    if init == 0:
        own = privileged and sandbox.own_user and _knows_all_users()
        end_with(lambda: _init(sandbox, body, (user, user) if own else (os.getuid(), os.getgid()), own=own))
    system.prctl(_PR_SET_DUMPABLE, _NOT_DUMPABLE)
    _pass_on(init)
    _end_like(_wait_for(init))


def _knows_all_users() -> bool:
    """Tell whether any number is a user here; in most containers only some are."""
    return Path("/proc/self/uid_map").read_text("ascii").split()[2] == str(2**32 - 1)


def _map_user(user: int, group: int) -> None:
    """Stay who we are in the new user namespace, where nobody else exists."""
    Path("/proc/self/setgroups").write_text("deny", "ascii")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1", "ascii")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1", "ascii")


def _init(
    sandbox: Sandbox, body: Callable[[Callable[[], None]], int], ids: tuple[int, int], *, own: bool
) -> int:
    end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    enter_view(sandbox, *ids)
    with contextlib.suppress(OSError):
        _raise_loopback()
    told, tell = os.pipe()
    answered, answer = os.pipe()
    kernel = os.fork()
    if kernel == 0:
        os.close(told)
        os.close(answer)
        end_with(lambda: _kernel(sandbox, body, ids if own else None, tell, answered))
    system.prctl(_PR_SET_DUMPABLE, _NOT_DUMPABLE)
    for end in (tell, answered):
        os.close(end)
    _pass_on(kernel)
    _seal_when_told(sandbox, told, answer)
    status = _wait_for(kernel)
    return status if status >= 0 else _SIGNALLED - status


def _seal_when_told(sandbox: Sandbox, told: int, answer: int) -> None:
    if os.read(told, 1):
        seal(sandbox)
        os.write(answer, b".")
    os.close(told)
    os.close(answer)


def _kernel(
    sandbox: Sandbox,
    body: Callable[[Callable[[], None]], int],
    ids: tuple[int, int] | None,
    tell: int,
    answered: int,
) -> int:
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    limit_files(sandbox.limits)
    limit_memory(sandbox.limits)
    if ids is not None:
        os.setgroups([])
        os.setresgid(ids[1], ids[1], ids[1])
        os.setresuid(ids[0], ids[0], ids[0])
    limit_processes(sandbox.limits, alone=True)
    system.drop_capabilities()
    system.prctl(_PR_SET_NO_NEW_PRIVS, 1)
    # it may look at itself, which a change of user forbids
    system.prctl(_PR_SET_DUMPABLE, _DUMPABLE)
    filter_calls(families=NAMESPACE_FAMILIES, guarded=())

    def ready() -> None:
        os.write(tell, b".")
        if not os.read(answered, 1):
            raise OSError("the sandbox could not be sealed")
        os.close(tell)
        os.close(answered)

    return body(ready)


def _raise_loopback() -> None:
    import fcntl
    import socket
    import struct

    set_flags, up_and_running = 0x8914, 0x41
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, set_flags, struct.pack("16sh14x", b"lo", up_and_running))


def _pass_on(pid: int) -> None:
    """Hand an interrupt on; it comes from outside, where the kernel's number is not known."""

    def hand_on(number: int, _: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            # to the kernel with what it started in its group; init leads none
            os.kill(pid if os.getpgid(pid) != pid else -pid, number)

    signal.signal(signal.SIGINT, hand_on)
    signal.signal(signal.SIGTERM, hand_on)


def _wait_for(pid: int) -> int:
    """Collect the dead until one of them is the process waited for; return its exit code."""
    while True:
        ended, status = os.waitpid(-1, 0)
        if ended == pid:
            return os.waitstatus_to_exitcode(status)


def _end_like(status: int) -> NoReturn:
    if status > _SIGNALLED:
        number = status - _SIGNALLED
        if number not in (signal.SIGKILL, signal.SIGSTOP):
            signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
    os._exit(max(status, 0))
