"""How a grader starts a notebook's kernel."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import default

from eds_autograder.grading.kernels.prompt import PromptClient
from eds_autograder.grading.kernels.waiting import WaitingKernel

__all__ = ["SafePathKernelManager"]

_POLL_SECONDS = 0.005


class SafePathKernelManager(AsyncKernelManager):
    """Starts Python kernels with ``-P``: a submitted ``random.py`` does not replace Python's own.

    Attributes
    ----------
    waiting : WaitingKernel or None
        What becomes the kernel instead of a new process, where there is one.
    """

    waiting: WaitingKernel | None = None

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
        waiting, module = self.waiting, "ipykernel_launcher"
        if waiting is None or module not in kernel_cmd or not isinstance(self.provisioner, LocalProvisioner):
            await super()._async_launch_kernel(kernel_cmd, **kw)
            return
        arguments = kernel_cmd[kernel_cmd.index(module) + 1 :]
        waiting.start(arguments, kw.get("env") or os.environ, str(kw.get("cwd") or Path.cwd()))
        # it has what jupyter_client uses of a Popen
        self.provisioner.process = waiting  # type: ignore[assignment]
        self.provisioner.pid = waiting.pid
        self.provisioner.pgid = os.getpgid(waiting.pid)
        self._reconcile_connection_info(self.provisioner.connection_info)
