"""A kernel's client that goes on as soon as the kernel is ready, instead of waiting for a silence."""

from __future__ import annotations

import asyncio
from queue import Empty
from time import monotonic
from typing import Any

import zmq
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.channels import AsyncZMQSocketChannel
from traitlets import Type

__all__ = ["CarefulChannel", "LostKernelError", "PromptClient"]

_LARGEST = 64 * 2**20  # bytes
_AGAIN_MILLISECONDS = 5
_ANSWER_SECONDS = 1.0
_WORD_SECONDS = 0.2


class LostKernelError(RuntimeError):
    """A kernel has died or does not answer."""


class CarefulChannel(AsyncZMQSocketChannel):
    """Passes over what is no message: whatever the student's code writes on the kernel's sockets by hand."""

    async def get_msg(  # type: ignore[override]  # as its base, which does the same to its own
        self, timeout: float | None = None
    ) -> dict[str, Any]:
        """Return the next message; raises `queue.Empty` when none came in time."""
        deadline = None if timeout is None else monotonic() + timeout
        while True:
            left = None if deadline is None else max(0.0, deadline - monotonic())
            try:
                message = await super().get_msg(left)
            except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
                message = None
            if message is not None and _is_message(message):
                return message
            if deadline is not None and monotonic() > deadline:
                raise Empty
            # a flood of these shall not keep others from looking at the clock
            await asyncio.sleep(0)


def _is_message(message: dict[str, Any]) -> bool:
    parts = ("header", "parent_header", "metadata", "content")
    return all(isinstance(message[part], dict) for part in parts)


class PromptClient(AsyncKernelClient):
    """Takes a kernel for ready when it has answered and has said on its other channel that it is idle again.

    jupyter_client listens for a fifth of a second after the last word, to be sure that no other comes.
    """

    shell_channel_class = Type(CarefulChannel)
    iopub_channel_class = Type(CarefulChannel)
    control_channel_class = Type(CarefulChannel)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        # a larger message is refused before it is in memory
        self.context.setsockopt(zmq.MAXMSGSIZE, _LARGEST)
        # the kernel may not have made its sockets yet; the default is to try again a tenth of a second later
        self.context.setsockopt(zmq.RECONNECT_IVL, _AGAIN_MILLISECONDS)

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel has answered and its output is connected.

        Raises
        ------
        LostKernelError
            When it died, or has not answered in time.
        """
        deadline = monotonic() + (timeout if timeout is not None else float("inf"))
        while not await self._answers():
            if not await self.is_alive():
                raise LostKernelError("Kernel died before replying to kernel_info")
            if monotonic() > deadline:
                raise LostKernelError(f"Kernel didn't respond in {timeout:.0f} seconds")

    async def listen_anew(self, timeout: float) -> None:
        """Connect to the kernel's output again, which ends with the first message that is too large.

        Raises
        ------
        LostKernelError
            As for `wait_for_ready`.
        """
        self.iopub_channel.stop()
        self._iopub_channel = None
        await self.wait_for_ready(timeout)

    async def _answers(self) -> bool:
        """Ask once; tell whether the answer came, and after it the last word on the question."""
        question: Any = self.kernel_info()
        try:
            reply = await self.shell_channel.get_msg(timeout=_ANSWER_SECONDS)
            while reply["parent_header"].get("msg_id") != question:
                reply = await self.shell_channel.get_msg(timeout=_ANSWER_SECONDS)
            while True:
                word = await self.iopub_channel.get_msg(timeout=_WORD_SECONDS)
                mine = word["parent_header"].get("msg_id") == question
                if mine and word["content"].get("execution_state") == "idle":
                    break
        except (TimeoutError, Empty):
            return False
        self._handle_kernel_info_reply(reply)
        return True
