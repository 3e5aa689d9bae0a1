"""Wrong tokens, counted by address: a guesser waits, and the others do not."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address

__all__ = ["Guesses"]

MAX_ADDRESSES = 10_000


class Guesses:
    """The wrong tokens of the last minute.

    Tokens have 256 bits and cannot be guessed; this keeps a guesser from wearing out the server, and makes
    the attempt visible. It is counted in each process by itself, and holds a bounded number of addresses.

    Parameters
    ----------
    limit : int
        How many wrong tokens an address may send within `window` seconds.
    window : float
    clock : callable
        Seconds, monotonic.
    """

    def __init__(
        self, limit: int = 20, window: float = 60.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.limit = limit
        self.window = window
        self._clock = clock
        self._wrong: OrderedDict[str, deque[float]] = OrderedDict()

    def wait(self, address: str) -> float:
        """Return how many seconds an address must wait before its next token is looked at."""
        times = self._wrong.get(_network(address))
        if times is None or len(times) < self.limit:
            return 0.0
        return max(0.0, times[0] + self.window - self._clock())

    def note_wrong(self, address: str) -> None:
        """Count a wrong token."""
        network = _network(address)
        times = self._wrong.setdefault(network, deque(maxlen=self.limit))
        self._wrong.move_to_end(network)
        times.append(self._clock())
        if len(self._wrong) > MAX_ADDRESSES:
            self._wrong.popitem(last=False)


def _network(address: str) -> str:
    """Return what one machine cannot leave: its IPv4 address, or the /64 of its IPv6 address."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or parsed.packed[:8].hex())
    return str(parsed)
