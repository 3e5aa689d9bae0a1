"""The client goes on when the kernel is ready: nothing is waited for, nothing of the greeting is left over."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from queue import Empty

import pytest
from jupyter_client.session import Session

from eds_autograder.grading.kernels.manager import SafePathKernelManager
from eds_autograder.grading.kernels.prompt import CarefulChannel, PromptClient


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


class Flood:
    """A socket that always has something, which is no message."""

    async def poll(self, _: int | None) -> bool:
        return True

    async def recv_multipart(self) -> list[bytes]:
        return [b"nothing"]


def test_a_flood_that_is_no_message_keeps_nobody_beyond_the_time_nor_from_the_loop() -> None:
    async def run() -> int:
        channel = CarefulChannel.__new__(CarefulChannel)
        channel.socket, channel.session = Flood(), Session()
        turns = 0

        async def look_at_the_clock() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        clock = asyncio.ensure_future(look_at_the_clock())
        with pytest.raises(Empty):
            await channel.get_msg(timeout=0.1)
        clock.cancel()
        return turns

    assert asyncio.run(run()) > 10
