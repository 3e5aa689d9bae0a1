"""A file is read from the disk part by part as it is read from memory, also when it changes meanwhile."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from eds_leaderboard import parts, plain
from eds_leaderboard.csvfile import FILE_LIMITS
from eds_leaderboard.entries import Expected, _plain_codes, read_entry
from eds_leaderboard.errors import InvalidFileError, UsageError
from eds_leaderboard.parts import InMemory, OnDisk

IDS = tuple(f"{number * 7919 % 65_536:04x}" for number in range(500))
EXPECTED = Expected(IDS, ("A", "B"))
ORDER = np.random.default_rng(0).permutation(len(IDS))
ROWS = [f"{IDS[place]},{'AB'[place % 2]}\n" for place in ORDER]
DATA = ("id,label\n" + "".join(ROWS)).encode()
CODES = [place % 2 for place in range(len(IDS))]


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain, "BLOCK", 200)
    monkeypatch.setattr(plain, "MAX_BYTES", 32)
    monkeypatch.setattr(parts, "_LINE", 16)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mine.csv"
    path.write_bytes(DATA)
    return path


@pytest.mark.parametrize("data", [DATA, b"\xef\xbb\xbf" + DATA, DATA.rstrip(), DATA.replace(b"\n", b"\r\n")])
def test_a_file_on_the_disk_is_read_as_the_same_in_memory(data: bytes, file: Path) -> None:
    file.write_bytes(data)
    memory = InMemory(data)
    with OnDisk(file) as disk:
        assert disk.size == memory.size
        for start in range(0, memory.size, 37):
            assert disk.behind_line(start) == memory.behind_line(start)
            stop = min(start + 50, memory.size)
            assert disk.part(start, stop).tobytes() == memory.part(start, stop).tobytes() == data[start:stop]
        codes = _plain_codes(disk, EXPECTED, FILE_LIMITS)
    assert codes is not None
    assert codes.tolist() == CODES
    assert read_entry(file, EXPECTED).tolist() == CODES


def test_a_file_without_a_line_end_ends_there(file: Path) -> None:
    file.write_bytes(b"x" * 100)
    with OnDisk(file) as disk:
        assert disk.behind_line(0) == InMemory(b"x" * 100).behind_line(0) == 100
    file.write_bytes(b"")
    with OnDisk(file) as disk:
        assert _plain_codes(disk, EXPECTED, FILE_LIMITS) is None


def test_a_file_that_is_shortened_meanwhile_is_read_anew_and_explained(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = OnDisk.part

    def shortening(disk: OnDisk, start: int, stop: int) -> parts.Bytes:
        if start > 1000:
            os.truncate(file, 1000)
        return read(disk, start, stop)

    monkeypatch.setattr(OnDisk, "part", shortening)
    with pytest.raises(InvalidFileError, match="problems in"):
        read_entry(file, EXPECTED)
    assert file.stat().st_size == 1000


def test_where_the_file_is_is_told_when_it_is_none(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        read_entry(tmp_path / "mine.csv", EXPECTED)
    with pytest.raises(UsageError, match="a folder"):
        read_entry(tmp_path, EXPECTED)


def test_a_wrong_file_is_left_at_its_first_wrong_block(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eds_leaderboard.blocks._cores", lambda: 1)
    file.write_bytes(DATA.replace(ROWS[0].encode(), b"none,A\n"))
    with OnDisk(file) as disk:
        seen = []
        read = disk.part
        monkeypatch.setattr(disk, "part", lambda start, stop: seen.append(stop - start) or read(start, stop))
        assert _plain_codes(disk, EXPECTED, FILE_LIMITS) is None
        assert sum(size > 100 for size in seen) == 1
