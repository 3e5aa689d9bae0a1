"""What all tests share: where the repository is."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the clone that the tests stand in."""
    return Path(__file__).parents[1]
