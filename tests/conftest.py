"""What all tests share: where the repository is."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest


def pytest_configure() -> None:
    """Answer Ctrl-C even where the tests were started in the background, whose processes ignore it.

    Tests send it to processes of their own, which inherit what is ignored.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the clone that the tests stand in."""
    return Path(__file__).parents[1]
