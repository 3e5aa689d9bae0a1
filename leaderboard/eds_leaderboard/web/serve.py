"""The server process: sockets, impatience with slow heads, an end that keeps nobody waiting."""

from __future__ import annotations

import asyncio
import contextlib
import socket

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from eds_leaderboard.errors import UsageError
from eds_leaderboard.web.app import make_app
from eds_leaderboard.web.site import Settings
from eds_leaderboard.web.workers import run_workers

__all__ = ["bind", "lan_address", "own_names", "run_one", "serve", "server_config"]

HEAD_SECONDS = 10.0
GRACE_SECONDS = 10
BACKLOG = 512


class ImpatientProtocol(H11Protocol):
    """HTTP that closes a connection whose request does not get past its head in time."""

    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._has_request():
            self._stop_waiting()
        elif self._timer is None:
            self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_waiting()
        super().connection_lost(exc)

    def _has_request(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _await_head(self) -> None:
        self._timer = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _stop_waiting(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _give_up(self) -> None:
        self._timer = None
        # a connection that is kept alive between two requests has uvicorn's own timer
        if not self._has_request() and self.timeout_keep_alive_task is None:
            self.transport.close()


class BoardServer(uvicorn.Server):
    """A server that ends the endless answers before it waits for the others."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let those who listen for news go, then finish what is under way."""
        site = self.lifespan.state.get("site")
        if site is not None:
            await site.hub.close()
        await super().shutdown(sockets)


def serve(settings: Settings, listener: socket.socket, workers: int = 1, proxy: str | None = None) -> None:
    """Answer until somebody ends it with Ctrl-C or SIGTERM.

    Parameters
    ----------
    settings : Settings
    listener : socket
        From `bind`.
    workers : int
        Processes that share the socket.
    proxy : str, optional
        Address of the proxy whose word on a visitor's address is believed.
    """
    if workers == 1:
        run_one(settings, proxy, listener)
    else:
        run_workers(workers, run_one, listener, settings, proxy)


def run_one(settings: Settings, proxy: str | None, listener: socket.socket) -> None:
    """Answer in this process."""
    # uvicorn hands the Ctrl-C that ended it on
    with contextlib.suppress(KeyboardInterrupt):
        BoardServer(server_config(settings, proxy)).run([listener])


def server_config(settings: Settings, proxy: str | None = None) -> uvicorn.Config:
    """Return how uvicorn is to run the application."""
    return uvicorn.Config(
        make_app(settings),
        http=ImpatientProtocol,
        ws="none",
        lifespan="on",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=proxy is not None,
        forwarded_allow_ips=proxy or "",
        timeout_keep_alive=15,
        timeout_graceful_shutdown=GRACE_SECONDS,
        h11_max_incomplete_event_size=16 * 1024,
    )


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket.

    Raises
    ------
    UsageError
        If the address cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
        listener.set_inheritable(True)
    except OSError as error:
        listener.close()
        raise UsageError(
            f"cannot listen on {host} port {port}: {error.strerror}", "choose another with --port or --host"
        ) from error
    return listener


def lan_address() -> str:
    """Return the address under which the local network sees this machine; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("10.255.255.255", 1))
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"


def own_names() -> frozenset[str]:
    """Return the names by which this machine is known."""
    name = socket.gethostname().lower()
    return frozenset({"localhost", name, f"{name.partition('.')[0]}.local"})
