"""Entries as Parquet: the same codes as from CSV, the same refusals, and no file that unpacks without bounds."""

from __future__ import annotations

import contextlib
import io
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from click.testing import Result
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet as pq

from eds_leaderboard import apart
from eds_leaderboard import parquet as subject
from eds_leaderboard.csvfile import FILE_LIMITS, Limits
from eds_leaderboard.entries import Expected, validate
from eds_leaderboard.errors import InvalidFileError, UsageError
from eds_leaderboard.pages import DamagedError, page_sizes

EXPECTED = Expected(("1", "2", "3", "007", "a5"), ("EXP", "HYB", "LP"))
IDS, LABELS = ["1", "2", "3", "007", "a5"], ["EXP", "HYB", "LP", "EXP", "HYB"]


def parquet_of(columns: object, **options: object) -> bytes:
    stream = io.BytesIO()
    table = columns if isinstance(columns, pa.Table) else pa.table(columns)
    pq.write_table(table, stream, **options)
    return stream.getvalue()


GOOD = parquet_of({"id": IDS, "label": LABELS})

RIGHT = [
    ("plain", GOOD),
    ("other-order-of-columns", parquet_of({"label": LABELS, "id": IDS})),
    ("other-order-of-rows", parquet_of({"id": IDS[::-1], "label": LABELS[::-1]})),
    ("large-text", parquet_of({"id": pa.array(IDS, pa.large_string()), "label": LABELS})),
    ("categories", parquet_of({"id": IDS, "label": pa.array(LABELS).dictionary_encode()})),
    ("no-dictionary", parquet_of({"id": IDS, "label": LABELS}, use_dictionary=False)),
    ("gzip", parquet_of({"id": IDS, "label": LABELS}, compression="gzip")),
    ("zstd", parquet_of({"id": IDS, "label": LABELS}, compression="zstd")),
    ("pages-2.0", parquet_of({"id": IDS, "label": LABELS}, data_page_version="2.0")),
    ("row-groups", parquet_of({"id": IDS, "label": LABELS}, row_group_size=2)),
    ("tiny-pages", parquet_of({"id": IDS, "label": LABELS}, data_page_size=1, write_page_index=True)),
]


@pytest.mark.parametrize("data", [row[1] for row in RIGHT], ids=[row[0] for row in RIGHT])
def test_a_right_file_is_read_however_it_was_written(data: bytes) -> None:
    assert validate(data, EXPECTED).tolist() == [0, 1, 2, 0, 1]


def test_whole_numbers_are_read_as_their_digits() -> None:
    expected = Expected(("7", "12"), ("0", "1"))
    for kind in (np.int8, np.int64, np.uint16):
        data = parquet_of({"id": np.array([12, 7], kind), "label": np.array([1, 0], kind)})
        assert validate(data, expected).tolist() == [0, 1]


def test_a_file_of_pandas_is_read(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": IDS, "label": LABELS})
    frame.to_parquet(tmp_path / "mine.parquet", index=False)
    assert validate((tmp_path / "mine.parquet").read_bytes(), EXPECTED).tolist() == [0, 1, 2, 0, 1]


def changed(place: int, name: object, label: object) -> bytes:
    ids, labels = list(IDS), list(LABELS)
    ids[place], labels[place] = name, label
    return parquet_of({"id": ids, "label": labels})


WRONG = [
    # name, file, line, what the message says
    ("unknown-label", changed(2, "3", "XX"), 4, "Unexpected label 'XX' in column 'label'"),
    ("label-case", changed(2, "3", "lp"), 4, "Unexpected label 'lp'"),
    ("null-label", changed(2, "3", None), 4, "Empty cell in column 'label'"),
    ("null-id", changed(2, None, "LP"), 4, "Empty cell in column 'id'"),
    ("unknown-id", changed(2, "4", "LP"), 4, "Unknown id '4'"),
    ("doubled-id", changed(2, "1", "LP"), 4, "Duplicate id '1'"),
    ("missing-id", parquet_of({"id": IDS[:4], "label": LABELS[:4]}), 5, "Missing id 'a5'"),
    ("no-rows", parquet_of({"id": pa.array([], pa.string()), "label": pa.array([], pa.string())}), 1, "Missing id '1'"),
    ("line-end-in-a-cell", changed(2, "3", "L\nP"), 4, "Broken quotes"),
    ("return-in-a-cell", changed(2, "3", "L\rP"), 4, "Carriage return inside the line"),
    ("comma-in-a-cell", changed(2, "3", "LP,LP"), 4, "Unexpected label 'LP,LP'"),
    ("quote-in-a-cell", changed(2, "3", 'L"P'), 4, "Unexpected label 'L\"P'"),
    ("nul-in-a-cell", changed(2, "3", "L\0P"), 4, "NUL byte"),
    ("long-cell", changed(2, "3", "L" * 3000), 4, "Line of 3,002 bytes"),
    ("index-column", parquet_of({"id": IDS, "label": LABELS, "__index_level_0__": [0] * 5}), 1, "3 columns"),
    ("one-column", parquet_of({"id": IDS}), 1, "1 column 'id'"),
    ("other-names", parquet_of({"name": IDS, "class": LABELS}), 1, "2 columns 'name,class'"),
    ("doubled-name", parquet_of(pa.table([IDS, LABELS], names=["id", "id"])), 1, "2 columns 'id,id'"),
    ("a-thousand-columns", parquet_of({f"c{k}": [1] for k in range(1000)}), 1, "1,000 columns"),
    ("floats", parquet_of({"id": [1.0, 2.0], "label": LABELS[:2]}), 1, "Column 'id' holds 'double'"),
    ("booleans", parquet_of({"id": IDS, "label": [True] * 5}), 1, "Column 'label' holds 'bool'"),
    ("bytes", parquet_of({"id": IDS, "label": [b"EXP"] * 5}), 1, "Column 'label' holds 'binary'"),
    ("lists", parquet_of({"id": IDS, "label": [["EXP"]] * 5}), 1, "Column 'label' holds"),
    ("times", parquet_of({"id": IDS, "label": pd.to_datetime(["2026-01-01"] * 5)}), 1, "Column 'label' holds"),
    ("magic-only", b"PAR1", 1, "The Parquet file is damaged"),
    ("magic-twice", b"PAR1PAR1", 1, "The Parquet file is damaged"),
    ("cut", GOOD[:-20], 1, "The Parquet file is damaged"),
    ("no-footer", GOOD[: len(GOOD) // 2] + b"PAR1", 1, "The Parquet file is damaged"),
    ("footer-length-lies", GOOD[:-8] + b"\xff\xff\xff\x7fPAR1", 1, "The Parquet file is damaged"),
    ("encrypted-footer", GOOD[:-4] + b"PARE", 1, "The Parquet file is damaged"),
    ("csv-that-begins-so", b"PAR1,label\n1,EXP\n", 1, "The Parquet file is damaged"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "line", "message"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG]
)
def test_a_bad_file_is_refused_with_its_line(
    data: bytes, line: int, message: str, tmp_path: Path, run: Callable[..., Result]
) -> None:
    (tmp_path / "truth.csv").write_text("id,label\n1,EXP\n2,HYB\n3,LP\n007,EXP\na5,HYB\n")
    (tmp_path / "bad.parquet").write_bytes(data)
    result = run("score", "-f", tmp_path / "bad.parquet", "--truth", tmp_path / "truth.csv", status=1)
    told = result.stderr.splitlines()
    found = [place for place, text in enumerate(told) if f"(line {line})" in text and message in text]
    assert found, result.stderr
    assert told[found[0] + 1].startswith("    ")
    assert result.stdout == ""


def test_a_small_file_that_unpacks_to_a_large_one_is_refused_before_it_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ten million zeros are a few kilobytes as zstd; the footer is not believed, every page's header is."""
    data = parquet_of({"id": ["0" * 10_000_000], "label": ["EXP"]}, compression="zstd", use_dictionary=False)
    assert len(data) < 20_000
    monkeypatch.setattr(pq.ParquetFile, "read", lambda *_, **__: pytest.fail("it was read"))
    with pytest.raises(InvalidFileError) as caught:
        subject.as_csv(data, EXPECTED.header, "it", Limits(max_bytes=1_000_000, max_rows=100))
    assert "bytes when unpacked" in caught.value.problems.shown[0].what


def test_a_long_text_that_is_repeated_by_reference_is_refused_before_it_is_repeated() -> None:
    labels = pa.DictionaryArray.from_arrays(np.zeros(5000, dtype=np.int32), ["L" * 10_000])
    data = parquet_of({"id": [str(k) for k in range(5000)], "label": labels})
    assert len(data) < 200_000
    with pytest.raises(InvalidFileError) as caught:
        validate(data, EXPECTED, limits=Limits(max_bytes=1_000_000, max_rows=10_000))
    assert "50,000,000 bytes of text in column 'label'" in caught.value.problems.shown[0].what


def test_too_many_rows_are_refused_before_they_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    data = parquet_of({"id": ["1"] * 101, "label": ["EXP"] * 101})
    monkeypatch.setattr(pq.ParquetFile, "read", lambda *_, **__: pytest.fail("it was read"))
    with pytest.raises(InvalidFileError) as caught:
        subject.as_csv(data, EXPECTED.header, "it", Limits(max_bytes=1_000_000, max_rows=100))
    assert (caught.value.problems.shown[0].what, caught.value.problems.shown[0].line) == ("101 rows", 102)


def test_a_file_above_the_byte_limit_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pq, "ParquetFile", lambda *_, **__: pytest.fail("it was opened"))
    with pytest.raises(InvalidFileError, match="1 problem"):
        subject.as_csv(GOOD, EXPECTED.header, "it", Limits(max_bytes=len(GOOD) - 1, max_rows=100))


def test_page_sizes_are_those_that_the_footer_of_an_honest_file_gives() -> None:
    for data in (row[1] for row in RIGHT):
        metadata = pq.ParquetFile(io.BytesIO(data)).metadata
        for (start, size), (group, column) in zip(
            subject._chunks(metadata),
            [(g, c) for g in range(metadata.num_row_groups) for c in range(metadata.num_columns)],
            strict=True,
        ):
            told = metadata.row_group(group).column(column).total_uncompressed_size
            # the footer counts the headers of the pages too
            assert 0 < page_sizes(data, start, size) < told


@pytest.mark.parametrize(("start", "size"), [(-1, 10), (4, 10**9), (4, -1), (len(GOOD) - 3, 3)])
def test_a_column_outside_of_the_file_is_damage(start: int, size: int) -> None:
    with pytest.raises(DamagedError):
        page_sizes(GOOD, start, size)


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=60))
def test_random_bytes_are_no_page_or_a_number(noise: bytes) -> None:
    with contextlib.suppress(DamagedError):
        assert page_sizes(noise, 0, len(noise)) >= 0


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9))
def test_a_damaged_file_is_refused_or_says_the_same(seed: int) -> None:
    generator = random.Random(seed)
    damaged = bytearray(GOOD if generator.random() < 0.5 else RIGHT[5][1])
    for _ in range(generator.randint(1, 4)):
        damaged[generator.randrange(4, len(damaged))] = generator.randrange(256)
    try:
        codes = validate(bytes(damaged), EXPECTED, limits=FILE_LIMITS)
    except InvalidFileError as error:
        found = error.problems.shown
    else:
        found = []
        # a changed byte of a label can make another label, never another number of rows
        assert len(codes) == 5
        assert set(codes.tolist()) <= {0, 1, 2}
    assert all(problem.line >= 1 and problem.remedy for problem in found)


def test_a_file_that_ends_its_reader_ends_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some damaged files make pyarrow fail with a signal."""
    monkeypatch.setattr(apart, "_BOOT", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    with pytest.raises(InvalidFileError) as caught:
        validate(GOOD, EXPECTED)
    assert "The Parquet file is damaged" in caught.value.problems.shown[0].what


def test_without_pyarrow_the_way_out_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(UsageError, match="pyarrow is not installed"):
        validate(GOOD, EXPECTED)
