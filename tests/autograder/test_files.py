"""A run's folder goes with all that is in it, however hard it was made to go."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from eds_autograder.files import remove_tree


def nested(folder: Path, levels: int) -> None:
    here = os.open(folder, os.O_RDONLY)
    for _ in range(levels):
        os.mkdir("deeper", dir_fd=here)
        below = os.open("deeper", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=here))
    os.close(here)


@pytest.mark.parametrize("levels", [3, 2000])
def test_a_tree_goes_however_deep_it_is(tmp_path: Path, levels: int) -> None:
    folder = tmp_path / "run"
    for name in ("one", "two/more"):
        (folder / name).mkdir(parents=True)
        nested(folder / name, levels)
    remove_tree(folder)
    assert not folder.exists()


def test_locked_folders_go_and_what_links_lead_to_stays(tmp_path: Path) -> None:
    folder, outside = tmp_path / "run", tmp_path / "outside"
    outside.mkdir(mode=0o755)
    (outside / "file").touch()
    (folder / "work" / "inner").mkdir(parents=True)
    (folder / "work" / "inner" / "file").touch()
    (folder / "work" / "link").symlink_to(outside)
    for name in ("work/inner", "work"):
        (folder / name).chmod(0)
    remove_tree(folder)
    assert not folder.exists()
    assert (outside / "file").exists()
    assert outside.stat().st_mode & 0o777 == 0o755
