"""Warm kernels for every program that starts kernels with jupyter_client: nbclient, nbgrader, papermill.

A kernelspec asks for them with::

    "metadata": {"kernel_provisioner": {"provisioner_name": "eds-warm-provisioner", "config": {}}}
"""

from __future__ import annotations

import asyncio
import atexit
import os
import tempfile
import threading
import weakref
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import List, Unicode

from eds_autograder.files import remove_tree
from eds_autograder.grading.kernels.forkserver import Fork, ForkServer
from eds_autograder.grading.kernels.isolation import choose
from eds_autograder.grading.kernels.launch import launcher_arguments
from eds_autograder.grading.kernels.places import CHANNELS, readable_places, roomy_folder
from eds_autograder.grading.kernels.processes import run_environment
from eds_autograder.grading.kernels.sandbox import Sandbox
from eds_autograder.grading.kernels.system import is_linux
from eds_autograder.grading.kernels.warmth import SCIENTIFIC

__all__ = ["WarmProvisioner"]

_servers: dict[tuple[str, ...], ForkServer] = {}
_lock = threading.Lock()


class WarmProvisioner(LocalProvisioner):
    """Forks a kernel from a process that has imported the scientific stack, into a sandbox.

    The notebook's folder can be written and what is written there stays; everything else that the kernel
    writes is gone when it ends. A kernel that is not ipykernel, and any kernel where forking is not safe, is
    started as usual.
    """

    modules = List(
        Unicode(), default_value=list(SCIENTIFIC), help="What is imported once, before the first kernel."
    ).tag(config=True)
    isolation = Unicode("auto", help="auto, namespaces, landlock or none.").tag(config=True)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._folder: Path | None = None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Let the kernel's sockets be files: a port could not be reached in its own network."""
        if self._folder is None and is_linux() and self._is_ours():
            self._folder = Path(tempfile.mkdtemp(prefix="eds-kernel-", dir=roomy_folder()))
            # also when the program is stopped and cleans nothing up
            self._remove = weakref.finalize(self, remove_tree, self._folder)
            for name in ("ipc", "home"):
                (self._folder / name).mkdir(mode=0o700)
            manager: Any = self.parent
            manager.transport, manager.cache_ports = "ipc", False
            manager.ip = str(self._folder / "ipc" / "k")
            manager.connection_file = str(self._folder / "ipc" / "kernel.json")
            for number, channel in enumerate(CHANNELS, start=1):
                setattr(manager, f"{channel}_port", number)
        return await super().pre_launch(**kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork the kernel."""
        if self._folder is None:
            return await super().launch_kernel(cmd, **kwargs)
        folder = Path(kwargs.get("cwd") or Path.cwd()).resolve()
        environment = run_environment(self._folder / "home", given=kwargs.get("env") or os.environ)
        sandbox = Sandbox(
            level=choose(self.isolation),
            private=(str(self._folder / "home"),),
            sockets=str(self._folder / "ipc"),
            shared=(str(folder),),
            readable=readable_places(environment, (folder, self._folder)),
            own_user=False,
        )
        fork = await asyncio.to_thread(
            _start, tuple(self.modules), cmd, environment, folder, sandbox, self._folder / "log"
        )
        self.process = fork  # type: ignore[assignment]  # it has what is used of a Popen
        self.pid = fork.pid
        # in namespaces the keeper passes a signal on to the kernel's own group
        self.pgid = None if sandbox.level == "namespaces" else fork.pid
        self.cwd = folder
        return self.connection_info

    async def cleanup(self, restart: bool = False) -> None:
        """Remove the sockets and the home, unless the kernel starts again."""
        await super().cleanup(restart)
        if self._folder is not None and not restart:
            self._remove()
            self._folder = None

    def _is_ours(self) -> bool:
        return launcher_arguments(self.kernel_spec.argv) is not None


def _start(
    modules: tuple[str, ...],
    command: list[str],
    environment: dict[str, str],
    folder: Path,
    sandbox: Sandbox,
    log: Path,
) -> Fork:
    fork = _server(modules).start_kernel(command, folder, environment, log, sandbox)
    fork.pid  # noqa: B018  there is a process when this returns
    return fork


def _server(modules: tuple[str, ...]) -> ForkServer:
    """Return this process's server for a list of modules; there is one for each."""
    with _lock:
        if modules not in _servers:
            place = Path(tempfile.mkdtemp(prefix="eds-server-"))
            environment = run_environment(place / "home")
            server = _servers[modules] = ForkServer(environment, place)
            server.warm(modules)
            atexit.register(_close, server, place)
        return _servers[modules]


def _close(server: ForkServer, place: Path) -> None:
    server.close()
    # it does so itself, but not when it is ended in the middle of its imports
    remove_tree(place)
