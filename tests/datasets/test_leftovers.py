"""Temporary files of fetches that were killed: swept away a day later, and nothing else is."""

import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner

from eds_datasets.cli import main
from eds_datasets.fetch import fetch, sweep_cache
from eds_datasets.leftovers import sweep
from eds_datasets.registry import entries

DAY = 86400.0
KEY = "spot/cetml1659on.dat"


def aged(path, seconds):
    then = time.time() - seconds
    os.utime(path, (then, then))
    return path


def temporary(folder, suffix=""):
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(suffix=suffix, dir=folder)
    os.close(handle)
    return Path(name)


@pytest.mark.parametrize("suffix", ["", ".npz"])
def test_a_file_that_nothing_wrote_to_for_a_day_is_swept_and_a_younger_one_is_not(tmp_path, suffix):
    old = aged(temporary(tmp_path, suffix), DAY + 60)
    young = aged(temporary(tmp_path, suffix), DAY - 60)
    assert sweep(tmp_path) == 1
    assert not old.exists()
    assert young.exists()


def test_whatever_is_not_a_temporary_file_of_ours_stays(tmp_path):
    kept = [
        tmp_path / name for name in ("tmp", "tmpfile.csv", "tmp12345678.txt", "values.npz", "TMP12345678")
    ]
    for path in kept:
        path.write_text("mine")
        aged(path, 10 * DAY)
    (tmp_path / "tmpabcdefgh").mkdir()
    target = tmp_path / "far.bin"
    target.write_text("mine")
    (tmp_path / "tmp00000000").symlink_to(target)
    os.utime(tmp_path / "tmp00000000", (0, 0), follow_symlinks=False)
    aged(tmp_path / "tmpabcdefgh", 10 * DAY)
    assert sweep(tmp_path) == 0
    assert all(path.exists() for path in (*kept, tmp_path / "tmpabcdefgh", tmp_path / "tmp00000000"))


def test_no_file_of_the_registry_has_the_name_of_a_temporary_file(tmp_path):
    for known in entries():
        path = tmp_path / known.key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        aged(path, 10 * DAY)
    assert sum(sweep(folder) for folder in tmp_path.rglob("*") if folder.is_dir()) == 0


def test_sweeps_at_once_remove_each_file_once(tmp_path):
    for _ in range(60):
        aged(temporary(tmp_path), 2 * DAY)
    with ThreadPoolExecutor(6) as pool:
        swept = list(pool.map(lambda _: sweep(tmp_path), range(6)))
    assert sum(swept) == 60
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_does_not_exist_has_nothing_to_sweep(tmp_path):
    assert sweep(tmp_path / "nowhere") == 0


@pytest.fixture
def cache(monkeypatch, real_mirror, own_cache):
    monkeypatch.setenv("EDS_DATA_MIRROR", str(real_mirror))
    return own_cache


@pytest.mark.parametrize("command", [["fetch", KEY], ["verify", KEY]])
def test_the_commands_sweep_the_whole_cache(cache, command):
    fetch(KEY, copy=True)
    old = aged(temporary(cache / "mnist"), 2 * DAY)
    # the cache may lie in a folder that others use too
    foreign = aged(temporary(cache), 2 * DAY)
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 0, result.output
    assert not old.exists()
    assert foreign.exists()
    assert (cache / KEY).exists()


def test_a_loader_that_fetches_sweeps_the_folder_that_it_writes_to(cache):
    old = aged(temporary(cache / "spot"), 2 * DAY)
    fetch(KEY, copy=True)
    assert not old.exists()


STOPPED_IN_THE_MIDDLE = textwrap.dedent("""
    import sys, time
    from eds_datasets import fetch
    def chunks(address):
        yield b"half"
        print("here", flush=True)
        time.sleep(60)
    fetch._chunks = chunks
    fetch.fetch(sys.argv[1], copy=True)
""")


def test_what_a_killed_fetch_left_is_swept_a_day_later(cache):
    command = [sys.executable, "-c", STOPPED_IN_THE_MIDDLE, KEY]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "here\n"
        process.send_signal(signal.SIGKILL)
    (left,) = (path for path in cache.rglob("*") if path.is_file())
    assert sweep_cache() == 0, "it might be a fetch that goes on"
    aged(left, DAY + 60)
    assert sweep_cache() == 1
    assert fetch(KEY, copy=True).is_file()
