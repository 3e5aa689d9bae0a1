"""Each part of the sandbox keeps off an attack that succeeds when exactly this part is switched off."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import resource
import socket
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from sealed import Surroundings, attempt

from eds_autograder.grading.kernels import confinement, namespaces, seccomp, system, view
from eds_autograder.grading.kernels.isolation import why_not
from eds_autograder.grading.kernels.places import readable_places

Patch = pytest.MonkeyPatch
Switch = Callable[[Patch], None]

ROOT = os.getuid() == 0
LIBC = ctypes.CDLL(None, use_errno=True)
SHMGET, SHM_KEY = {"aarch64": 194}.get(os.uname().machine, 29), 0x45445331
SHMCTL = {"aarch64": 195}.get(os.uname().machine, 31)
IOPRIO_SET = {"aarch64": 30}.get(os.uname().machine, 251)


@dataclass(frozen=True)
class Outside:
    """What lies outside of the sandbox and could be reached from it."""

    folder: Path
    pid: int
    port: int


@dataclass(frozen=True)
class Case:
    """An attack, the level that keeps it off, and the part of it that does."""

    level: str
    attack: Callable[[Outside], object]
    switch_off: Switch
    sealed: bool = True
    root: bool = False
    own_user: bool = True


def call(number: int, *given: Any) -> int:
    LIBC.syscall.restype = ctypes.c_long
    result = int(LIBC.syscall(ctypes.c_long(number), *given))
    if result < 0:
        raise OSError(ctypes.get_errno(), str(number))
    return result


def without_namespace(flag: int) -> Switch:
    def switch_off(patch: Patch) -> None:
        unshare = system.unshare
        patch.setattr(system, "unshare", lambda flags: unshare(flags & ~flag))

    return switch_off


def without(module: Any, name: str) -> Switch:
    return lambda patch: patch.setattr(module, name, lambda *_, **__: None)


def without_table(name: str) -> Switch:
    return lambda patch: patch.setattr(seccomp, name, {})


def with_attributes(patch: Patch) -> None:
    filter_calls = confinement.filter_calls
    patch.setattr(confinement, "filter_calls", lambda **words: filter_calls(**{**words, "attributes": True}))


def with_every_family(patch: Patch) -> None:
    filter_calls = confinement.filter_calls
    patch.setattr(confinement, "filter_calls", lambda **words: filter_calls(**{**words, "families": None}))


def writable(patch: Patch) -> None:
    for module in (system, view):
        patch.setattr(module, "make_read_only", lambda *_, **__: None)


def as_root(patch: Patch) -> None:
    patch.setattr(namespaces, "_knows_all_users", lambda: False)


def connect(outside: Outside) -> None:
    socket.create_connection(("127.0.0.1", outside.port), 2).close()


def read_gradebook(outside: Outside) -> str:
    return (outside.folder / "course" / "gradebook.db").read_text("ascii")


def write_data(outside: Outside) -> None:
    with (outside.folder / "data" / "numbers.txt").open("a") as file:
        file.write("2")


def change_mode(outside: Outside) -> bool:
    path = outside.folder / "course" / "gradebook.db"
    path.chmod(0o600)
    return stat.S_IMODE(path.stat().st_mode) == 0o600


def own_a_file(outside: Outside) -> bool:
    here, _ = socket.socketpair()
    fcntl.fcntl(here, fcntl.F_SETOWN, outside.pid)
    return fcntl.fcntl(here, fcntl.F_GETOWN) == outside.pid


def set_limits(outside: Outside) -> None:
    now = resource.prlimit(outside.pid, resource.RLIMIT_CORE)
    resource.prlimit(outside.pid, resource.RLIMIT_CORE, now)


def set_priorities_of_all(_: Outside) -> bool:
    # one that does not exist: where the call gets through, nobody's changes
    all_of_the_user, no_priority = 3, 7 << 13
    try:
        call(IOPRIO_SET, all_of_the_user, 0, no_priority)
    except OSError as error:
        return error.errno == errno.EINVAL
    return True


def make_device(outside: Outside) -> None:
    os.mknod(outside.folder / "work" / "device", 0o600 | stat.S_IFCHR, os.makedev(1, 3))


def shared_memory(_: Outside) -> int:
    return call(SHMGET, SHM_KEY, 0, 0)


def make_shared_memory(_: Outside) -> None:
    made = call(SHMGET, 0, 4096, 0o1600)
    call(SHMCTL, made, 0, None)


CASES: dict[str, Case] = {
    "other processes": Case(
        "namespaces",
        lambda outside: Path(f"/proc/{outside.pid}").exists(),
        without_namespace(system.CLONE_NEWPID),
        root=True,
    ),
    "network": Case("namespaces", connect, without_namespace(system.CLONE_NEWNET)),
    "memory of the system": Case("namespaces", shared_memory, without_namespace(system.CLONE_NEWIPC)),
    "files": Case(
        "namespaces", read_gradebook, without(namespaces, "enter_view"), sealed=False, own_user=False
    ),
    "read-only": Case("namespaces", write_data, writable),
    "the sockets' seal": Case(
        "namespaces",
        lambda outside: (outside.folder / "ipc" / "more").write_text("x", "ascii"),
        without(namespaces, "seal"),
    ),
    "a user of its own": Case(
        "namespaces",
        lambda outside: (outside.folder / "data" / "mine.txt").read_text("ascii"),
        as_root,
        root=True,
    ),
    # a change of user would drop them, too
    "capabilities": Case(
        "namespaces", make_device, without(system, "drop_capabilities"), root=True, own_user=False
    ),
    "system calls in namespaces": Case(
        "namespaces", lambda _: LIBC.ptrace(0, 0, None, None) == 0, without(namespaces, "filter_calls")
    ),
    "landlock": Case("landlock", read_gradebook, without(confinement, "restrict")),
    "modes of files": Case("landlock", change_mode, with_attributes),
    "kinds of sockets": Case(
        "landlock", lambda _: socket.socket(type=socket.SOCK_DGRAM).close(), with_every_family
    ),
    "capabilities at landlock": Case(
        "landlock", make_device, without(system, "drop_capabilities"), root=True
    ),
    "system calls": Case("none", lambda _: LIBC.ptrace(0, 0, None, None) == 0, without_table("_CALLS")),
    "signals": Case("none", lambda outside: os.kill(outside.pid, 0), without_table("_SIGNALS")),
    "signals to all": Case("none", lambda _: os.kill(-1, 0), without_table("_SIGNALS")),
    "signals by files": Case("none", own_a_file, without_table("_FILE_OWNERS")),
    "limits of others": Case("none", set_limits, without_table("_OF_PROCESSES")),
    "priorities of all": Case("none", set_priorities_of_all, without_table("_OF_USERS")),
    "memory that stays": Case("none", make_shared_memory, without_table("_OF_THE_SYSTEM")),
}


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Outside]:
    memory = call(SHMGET, SHM_KEY, 4096, 0o1600)
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield Outside(tmp_path, os.getpid(), server.getsockname()[1])
    call(SHMCTL, memory, 0, None)


@pytest.mark.parametrize("name", CASES)
def test_an_attack_fails_and_without_this_part_of_the_sandbox_it_succeeds(
    outside: Outside, monkeypatch: Patch, name: str
) -> None:
    case = CASES[name]
    if (reason := why_not(case.level)) or (case.root and not ROOT):
        pytest.skip(reason or "only root can do without it")
    surroundings = Surroundings.make(outside.folder, case.level)
    mine = outside.folder / "data" / "mine.txt"
    mine.write_text("1", "ascii")
    mine.chmod(0o600)
    sandbox = replace(surroundings.sandbox, own_user=case.own_user)
    kept_off = attempt(sandbox, lambda: case.attack(outside), sealed=case.sealed)
    assert kept_off not in ("done", "no sandbox")
    case.switch_off(monkeypatch)
    assert attempt(sandbox, lambda: case.attack(outside), sealed=case.sealed) == "done", kept_off


needs_namespaces = pytest.mark.skipif(bool(why_not("namespaces")), reason="no namespaces here")


@needs_namespaces
@pytest.mark.parametrize("name", ["work", "home"])
def test_what_is_written_in_a_private_folder_stays_in_the_sandbox_and_in_a_shared_one_it_does_not(
    tmp_path: Path, name: str
) -> None:
    sandbox = Surroundings.make(tmp_path, "namespaces").sandbox
    left = tmp_path / name / "left.txt"
    assert attempt(sandbox, lambda: left.write_text("x", "ascii")) == "done"
    assert not left.exists()
    others = tuple(place for place in sandbox.private if place != str(left.parent))
    left.parent.chmod(0o777)
    shared = replace(sandbox, private=others, shared=(str(left.parent),), own_user=False)
    assert attempt(shared, lambda: left.write_text("x", "ascii")) == "done"
    assert left.exists()


@needs_namespaces
def test_temporary_files_are_the_runs_own_and_without_its_view_everybodys(
    tmp_path: Path, monkeypatch: Patch
) -> None:
    sandbox = replace(Surroundings.make(tmp_path, "namespaces").sandbox, own_user=False)
    place = Path(f"/tmp/eds-hostile-{os.getpid()}")
    try:
        assert attempt(sandbox, lambda: place.write_text("x", "ascii"), sealed=False) == "done"
        assert not place.exists()
        monkeypatch.setattr(namespaces, "enter_view", lambda *_: None)
        assert attempt(sandbox, lambda: place.write_text("x", "ascii"), sealed=False) == "done"
        assert place.exists()
    finally:
        place.unlink(missing_ok=True)


@pytest.mark.parametrize("level", ["namespaces", "landlock"])
def test_a_course_inside_of_what_may_be_read_is_seen_only_where_it_is_not_masked(
    tmp_path: Path, level: str
) -> None:
    if reason := why_not(level):
        pytest.skip(reason)
    made = replace(Surroundings.make(tmp_path, level).sandbox, own_user=False)
    released, course = tmp_path / "data" / "numbers.txt", tmp_path / "data" / "course"
    course.mkdir()
    (course / "gradebook.db").write_text("1", "ascii")
    environment = {"EDS_DATA_DIR": str(tmp_path / "data")}
    masked = replace(made, readable=readable_places(environment, [course]))
    seen = replace(made, readable=readable_places(environment))

    def attack() -> str:
        return (course / "gradebook.db").read_text("ascii")

    assert attempt(masked, lambda: released.read_text("ascii")) == "done"
    assert attempt(masked, attack).startswith(("FileNotFoundError", "PermissionError"))
    assert attempt(seen, attack) == "done"
