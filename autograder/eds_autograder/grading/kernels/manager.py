"""How a grader starts a notebook's kernel, and how it talks to it: over sockets in a folder, never a port."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import default

from eds_autograder.grading.kernels.places import CHANNELS, roomy_folder
from eds_autograder.grading.kernels.prompt import PromptClient
from eds_autograder.grading.kernels.system import is_linux
from eds_autograder.grading.kernels.waiting import WaitingKernel
from eds_autograder.grading.kernels.watchdog import Watchdog

__all__ = ["SafePathKernelManager"]

_POLL_SECONDS = 0.005


class SafePathKernelManager(AsyncKernelManager):
    """Starts Python kernels with ``-P``: a submitted ``random.py`` does not replace Python's own.

    Attributes
    ----------
    waiting : WaitingKernel or None
        What becomes the kernel instead of a new process, where there is one.
    watchdog : Watchdog or None
        What looks after its limits.
    """

    waiting: WaitingKernel | None = None
    watchdog: Watchdog | None = None

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._made: str | None = None
        if self.waiting is None:
            self._made = tempfile.mkdtemp(prefix="eds-ipc-", dir=roomy_folder())
        folder = Path(self._made or self.waiting.sandbox.sockets)  # type: ignore[union-attr]
        self.transport = "ipc"
        self.ip = str(folder / "k")
        self.connection_file = str(folder / "kernel.json")
        for number, channel in enumerate(CHANNELS, start=1):
            setattr(self, f"{channel}_port", number)

    @default("client_factory")
    def _prompt_client(self) -> type[PromptClient]:
        return PromptClient

    async def _async_wait(self, pollinterval: float = _POLL_SECONDS) -> None:
        # a killed kernel is gone in milliseconds: a tenth of a second is long beside a notebook's time
        await super()._async_wait(pollinterval)

    def format_kernel_cmd(self, extra_arguments: list[str] | None = None) -> list[str]:
        """Return the command line of the kernel."""
        command = super().format_kernel_cmd(extra_arguments)
        if "-m" in command[1:2]:
            command.insert(1, "-P")
        return command

    async def _async_launch_kernel(self, kernel_cmd: list[str], **kw: Any) -> None:
        # the place that jupyter_client leaves for launching kernels differently
        waiting = self.waiting
        if waiting is None or not isinstance(self.provisioner, LocalProvisioner):
            await super()._async_launch_kernel(kernel_cmd, **kw)
            return
        waiting.start(kernel_cmd, kw.get("env") or os.environ, str(kw.get("cwd") or Path.cwd()))
        # it has what jupyter_client uses of a Popen
        self.provisioner.process = waiting  # type: ignore[assignment]
        self.provisioner.pid = waiting.pid
        # in namespaces the keeper passes a signal on to the kernel's own group
        kept = waiting.sandbox.level == "namespaces"
        self.provisioner.pgid = None if kept else waiting.pid
        self._watch(waiting, kept=kept)
        self._reconcile_connection_info(self.provisioner.connection_info)

    def _watch(self, waiting: WaitingKernel, *, kept: bool) -> None:
        sandbox = waiting.sandbox
        if is_linux():
            # what leaves the kernel's family is adopted by us, but for what a namespace holds together
            root, folders = (waiting.pid, ()) if kept else (os.getpid(), sandbox.private)
            self.watchdog = Watchdog(root, sandbox.limits, folders)

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        await super()._async_cleanup_resources(restart)
        if self.watchdog is not None:
            self.watchdog.stop()
        if self._made and not restart:
            shutil.rmtree(self._made, ignore_errors=True)

    cleanup_resources = _async_cleanup_resources
