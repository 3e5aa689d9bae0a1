"""The client goes on when the kernel is ready: nothing is waited for, nothing of the greeting is left over."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from queue import Empty

import pytest

from eds_autograder.grading.kernels.manager import SafePathKernelManager
from eds_autograder.grading.kernels.prompt import PromptClient


async def start(folder: Path) -> tuple[SafePathKernelManager, PromptClient]:
    manager = SafePathKernelManager(kernel_name="python3", connection_file=str(folder / "kernel.json"))
    await manager.start_kernel()
    client = manager.client()
    assert type(client) is PromptClient
    client.start_channels()
    return manager, client


def test_a_kernel_is_ready_after_its_last_word_and_the_first_cells_output_arrives(tmp_path: Path) -> None:
    async def run() -> list[str]:
        manager, client = await start(tmp_path)
        try:
            await client.wait_for_ready(timeout=60)
            with pytest.raises(Empty):
                await client.get_iopub_msg(timeout=0.3)
            client.execute("print('first')")
            said = []
            while True:
                message = await client.get_iopub_msg(timeout=30)
                said.append(message["content"].get("text") or message["msg_type"])
                if message["content"].get("execution_state") == "idle":
                    return said
        finally:
            client.stop_channels()
            await manager.shutdown_kernel(now=True)

    assert asyncio.run(run()) == ["status", "execute_input", "first\n", "status"]


def test_a_kernel_that_dies_at_once_is_not_waited_for(tmp_path: Path) -> None:
    async def run() -> None:
        manager, client = await start(tmp_path)
        try:
            os.kill(manager.provisioner.pid, signal.SIGKILL)
            with pytest.raises(RuntimeError, match="died"):
                await client.wait_for_ready(timeout=60)
        finally:
            client.stop_channels()
            await manager.shutdown_kernel(now=True)

    asyncio.run(run())
