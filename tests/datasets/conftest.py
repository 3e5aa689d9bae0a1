"""What the tests of the data share: a cache of their own, and the mirror of real files where there is one."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def real_mirror():
    """Return the folder of the mirror, from EDS_DATA_MIRROR as it was when the tests began."""
    where = os.environ.get("EDS_DATA_MIRROR", "")
    if not where or where.startswith("http"):
        pytest.skip("EDS_DATA_MIRROR names no folder with the real files")
    return Path(where)


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    """Return a cache folder that only this test sees."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("EDS_DATA_DIR", str(folder))
    return folder
