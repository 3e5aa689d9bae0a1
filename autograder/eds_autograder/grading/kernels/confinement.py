"""From a level's name to what is done about it, in the process that will be the kernel."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import NoReturn

from eds_autograder.grading.kernels import system
from eds_autograder.grading.kernels.landlock import restrict
from eds_autograder.grading.kernels.limits import limit_files, limit_memory, limit_processes
from eds_autograder.grading.kernels.processes import end_with, end_with_parent
from eds_autograder.grading.kernels.sandbox import Sandbox
from eds_autograder.grading.kernels.seccomp import LOCAL_FAMILIES, filter_calls

__all__ = ["Body", "confine"]

Body = Callable[[Callable[[], None]], int]

_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/ptmx", "/dev/pts")
_WRITABLE_DEVICES = ("/dev/null", "/dev/ptmx", "/dev/pts", "/dev/tty")
# its own entry only: others tell what runs on the machine, and for whom
_PROCESS = ("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/filesystems")
_PR_SET_NO_NEW_PRIVS = 38


def confine(sandbox: Sandbox, body: Body) -> NoReturn:
    """Run a kernel in its sandbox and end this process like it; it must be a young fork without threads.

    Parameters
    ----------
    sandbox : Sandbox
    body : callable
        The kernel; called with a function that it must call when its sockets are made and before any of the
        student's code runs; returns the exit status.
    """
    # whom a stray signal must not reach: who waits for this kernel, and who started that
    guarded = {pid for pid in (os.getppid(), *sandbox.guarded) if pid > 1}
    # a session of its own, as every kernel has: an interrupt reaches it and what it started, no more
    os.setsid()
    # nor does it go on when the grader was killed, by the student's code or with the whole class
    end_with_parent()
    _LEVELS[sandbox.level](sandbox, body, guarded)


def _namespaces(sandbox: Sandbox, body: Body, _: set[int]) -> NoReturn:
    from eds_autograder.grading.kernels import namespaces

    namespaces.confine(sandbox, body)


def _landlock(sandbox: Sandbox, body: Body, guarded: set[int]) -> NoReturn:
    def kernel() -> int:
        limit_files(sandbox.limits)
        limit_memory(sandbox.limits)
        limit_processes(sandbox.limits, alone=False)
        system.drop_capabilities()
        system.prctl(_PR_SET_NO_NEW_PRIVS, 1)
        restrict(
            (*sandbox.readable, *_DEVICES, *_PROCESS),
            (*sandbox.private, *sandbox.shared, *_WRITABLE_DEVICES),
            (sandbox.sockets,),
        )
        filter_calls(families=LOCAL_FAMILIES, guarded=guarded, attributes=False)
        return body(lambda: None)

    end_with(kernel)


def _none(sandbox: Sandbox, body: Body, guarded: set[int]) -> NoReturn:
    def kernel() -> int:
        limit_files(sandbox.limits)
        limit_memory(sandbox.limits)
        limit_processes(sandbox.limits, alone=False)
        if system.is_linux():
            # no isolation, but nobody is to end the class, or mount a disk over it, by a slip
            system.prctl(_PR_SET_NO_NEW_PRIVS, 1)
            filter_calls(families=None, guarded=guarded)
        return body(lambda: None)

    end_with(kernel)


_LEVELS: Mapping[str, Callable[[Sandbox, Body, set[int]], NoReturn]] = {
    "namespaces": _namespaces,
    "landlock": _landlock,
    "none": _none,
}
