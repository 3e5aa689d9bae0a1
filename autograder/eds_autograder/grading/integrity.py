"""Our side of the guard inside a kernel: set it up before the student's code, ask it, judge what it says."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable
from importlib import resources
from time import monotonic
from typing import Any

from jupyter_core.utils import ensure_async, run_sync

__all__ = ["GuardLink", "SilentGuardError"]

# how long a kernel that has nothing to do may take to answer
ANSWER_SECONDS = 30.0
_POLL_SECONDS = 1.0
_PARTS = ("guard_state.py", "guard_watch.py", "guard.py")
_INSTALL = """\
_eds = {{"__builtins__": dict(vars(__import__("builtins"))), "__name__": "eds_guard"}}
for _eds["source"] in {sources!r}:
    exec(compile(_eds["source"], "<frozen eds_guard>", "exec"), _eds)
_eds["install"](get_ipython(), _eds["Snapshot"], _eds["Watch"]())
del _eds
"""


class SilentGuardError(Exception):
    """The guard gave no answer; the message says how."""


class GuardLink:
    """Talks to the guard of one kernel.

    What the guard finds is worth only as much as the word of the kernel that it lives in: each answer carries
    a seal with a key that only this kernel was told, and no answer counts as evidence too.

    Parameters
    ----------
    client : jupyter_client.asynchronous.AsyncKernelClient
        Of a kernel in which nothing of the student's has run yet.

    Attributes
    ----------
    evidence : list of str
        What was found so far, each thing once.
    """

    def __init__(self, client: Any) -> None:
        self.client = client
        self.evidence: list[str] = []
        self._key = secrets.token_hex(16)

    def install(self, modules: Iterable[str]) -> bool:
        """Set the guard up; tells whether the kernel could (one that speaks another language cannot).

        Parameters
        ----------
        modules : iterable of str
            What the tests import: taken down before anybody can change it.
        """
        folder = resources.files("eds_autograder.grading")
        code = _INSTALL.format(sources=[folder.joinpath(name).read_text("utf-8") for name in _PARTS])
        sent = self.client.execute(code, silent=True, store_history=False)
        if run_sync(self._reply)(sent)["content"].get("status") != "ok":
            return False
        self.ask(key=self._key, modules=list(modules))
        return not self.evidence

    def ask(self, **order: Any) -> list[str]:
        """Give the guard an order and return what it found; see ``guard.py`` for the orders.

        Raises
        ------
        nbclient.exceptions.DeadKernelError
            When there is no kernel any more.
        SilentGuardError
            When the kernel does not answer in time: it may still be busy with what was to be interrupted.
        """
        nonce = secrets.token_hex(8)
        message = self.client.session.msg("eds_guard_request", {**order, "nonce": nonce})
        self.client.shell_channel.send(message)
        content = run_sync(self._reply)(message["header"]["msg_id"])["content"]
        for finding in self._findings(content, nonce):
            if finding not in self.evidence:
                self.evidence.append(finding)
        return self.evidence

    def _findings(self, content: Any, nonce: str) -> list[str]:
        try:
            text = str(content["text"])
            seal = hmac.new(self._key.encode(), text.encode(), hashlib.sha256).hexdigest()
            said, found = json.loads(text)
            if said == nonce and hmac.compare_digest(seal, str(content["seal"])):
                return [str(finding)[:200] for finding in found]
        except (KeyError, TypeError, ValueError):
            pass
        return ["the guard of the kernel was tampered with"]

    async def _reply(self, message_id: str) -> Any:
        from nbclient.exceptions import DeadKernelError

        deadline = monotonic() + ANSWER_SECONDS
        while monotonic() < deadline:
            try:
                message = await ensure_async(self.client.shell_channel.get_msg(timeout=_POLL_SECONDS))
            except Exception as error:
                if type(error).__name__ != "Empty":
                    raise
                if not await ensure_async(self.client.is_alive()):
                    raise DeadKernelError("Kernel died") from None
                continue
            if message["parent_header"].get("msg_id") == message_id:
                return message
        raise SilentGuardError(f"no answer within {ANSWER_SECONDS:.0f} s")
