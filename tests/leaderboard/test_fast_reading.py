"""The fast reading of plain files: it may pass a file on, but what it accepts is what the slow reading reads."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eds_leaderboard import blocks, lookup, plain
from eds_leaderboard.csvfile import FILE_LIMITS, Limits
from eds_leaderboard.entries import Expected, _Explanation, _plain_codes, validate
from eds_leaderboard.errors import InvalidFileError
from eds_leaderboard.lookup import DuplicateError, Lookup, placed
from eds_leaderboard.numbered import Numbered
from eds_leaderboard.parts import InMemory
from eds_leaderboard.plain import PlainFile
from eds_leaderboard.problems import Problems
from eds_leaderboard.truth import _plain_columns, _slow_columns, read_truth
from eds_leaderboard.words import Names, words_of_texts

# ids of one to three words, a label of two
IDS = (*(f"r{number}" for number in range(40)), "a-name-of-two-words", "é" * 9, "p,q".replace(",", "+"))
LABELS = ("EXP", "HYB", "tremor of days", "VT")
EXPECTED = Expected(IDS, LABELS)


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of a few rows, so that a small file has many edges between them."""
    monkeypatch.setattr(plain, "BLOCK", 60)
    monkeypatch.setattr(plain, "MAX_BYTES", 32)


def file_of(order: list[int], codes: list[int], end: bytes = b"\n", names: tuple[str, ...] = IDS) -> bytes:
    rows = [f"{names[i]},{LABELS[code]}".encode() for i, code in zip(order, codes, strict=True)]
    return end.join([b"id,label", *rows, b""])


def slow(data: bytes, expected: Expected = EXPECTED) -> list[int] | None:
    try:
        return _Explanation(expected, Problems("damaged")).read(data).tolist()
    except InvalidFileError:
        return None


files = st.builds(
    file_of,
    st.permutations(range(len(IDS))),
    st.lists(st.integers(0, 3), min_size=len(IDS), max_size=len(IDS)),
    st.sampled_from([b"\n", b"\r\n"]),
)
SETTINGS = settings(max_examples=150, deadline=None)


@pytest.mark.parametrize("block", [1, 60, 2**20])
@SETTINGS
@given(data=files, cut=st.booleans(), bom=st.booleans())
def test_a_right_file_takes_the_fast_way_whatever_the_blocks(
    block: int, data: bytes, cut: bool, bom: bool
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain, "BLOCK", block)
        patch.setattr(plain, "MAX_BYTES", 32)
        if cut and not data.endswith(b"\r\n"):
            data = data.removesuffix(b"\n")
        fast = _plain_codes(InMemory(b"\xef\xbb\xbf" * bom + data), EXPECTED, FILE_LIMITS)
    assert fast is not None
    assert fast.tolist() == slow(data)


edits = st.lists(
    st.tuples(st.integers(0, 700), st.integers(0, 12), st.sampled_from([b"", b"\n", b"\r", b"\r\n", b",", b" ",
        b"\t", b'"', b"\0", b"1", b"r1", b"EXP", b"\xc3", b"\xef\xbb\xbf", b"r3,VT\n", b"\n\n", b"\x0b", b"\x1c"])),
    min_size=1,
    max_size=3,
)  # fmt: skip


@settings(max_examples=800, deadline=None)
@given(data=files, changes=edits)
def test_what_the_fast_reading_accepts_the_slow_one_reads_the_same(
    data: bytes, changes: list[tuple[int, int, bytes]]
) -> None:
    damaged = bytearray(data)
    for place, removed, added in changes:
        damaged[place : place + removed] = added
    data = bytes(damaged)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain, "BLOCK", 60)
        patch.setattr(plain, "MAX_BYTES", 32)
        fast = _plain_codes(InMemory(data), EXPECTED, FILE_LIMITS)
    assert fast is None or fast.tolist() == slow(data.removeprefix(b"\xef\xbb\xbf"))


@settings(max_examples=300, deadline=None)
@given(data=files, changes=edits)
def test_a_truth_is_split_the_same_by_both_readings(
    data: bytes, changes: list[tuple[int, int, bytes]]
) -> None:
    damaged = bytearray(data.replace(b"tremor of days", b"tremor"))
    for place, removed, added in changes:
        damaged[place : place + removed] = added
    data = bytes(damaged)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain, "BLOCK", 60)
        patch.setattr(plain, "MAX_BYTES", 32)
        fast = _plain_columns(data, FILE_LIMITS)
    if fast is None:
        return
    header, columns, lines = _slow_columns(data, FILE_LIMITS, "truth")
    assert fast[0] == header
    assert [list(column) for column in fast[1]] == columns
    assert list(fast[2]) == list(lines)


@pytest.mark.parametrize(
    "names",
    [('"a"', "b"), (" a", "b"), ("a\t", "b"), ("a,b", "c"), ("a\rb", "c"), ("a\nb", "c"), ("a\0b", "c"), ("", "b"),
     ("x" * 300, "b"), ("\ud800", "b")],
)  # fmt: skip
def test_ids_that_a_plain_cell_cannot_hold_are_left_to_the_slow_reading(names: tuple[str, ...]) -> None:
    assert words_of_texts(names) is None
    assert Expected(names, ("A",)).keys is None


def test_a_file_with_long_ids_is_still_read() -> None:
    names = tuple(f"{number:0300d}" for number in range(5))
    data = "id,label\n" + "".join(f"{name},B\n" for name in reversed(names))
    assert validate(data.encode(), Expected(names, ("A", "B"))).tolist() == [1] * 5


def test_the_limits_hold_for_the_fast_reading_too() -> None:
    data = file_of(list(range(len(IDS))), [0] * len(IDS))
    longest = max(len(line) for line in data.split(b"\n"))
    fits = Limits(max_bytes=len(data), max_rows=len(IDS), max_line=longest)
    assert _plain_codes(InMemory(data), EXPECTED, fits) is not None
    assert validate(data, EXPECTED, limits=fits).tolist() == [0] * len(IDS)
    for limits in (
        Limits(len(data) - 1, len(IDS), longest),
        Limits(len(data), len(IDS) - 1, longest),
        Limits(len(data), len(IDS), longest - 1),
    ):
        assert _plain_codes(InMemory(data), EXPECTED, limits) is None
        with pytest.raises(InvalidFileError):
            validate(data, EXPECTED, limits=limits)


def test_a_line_limit_counts_the_carriage_return_in_both_readings() -> None:
    data = file_of(list(range(len(IDS))), [0] * len(IDS), b"\r\n")
    longest = max(len(line) for line in data.split(b"\n"))
    assert _plain_codes(InMemory(data), EXPECTED, Limits(10_000, 100, longest)) is not None
    assert _plain_codes(InMemory(data), EXPECTED, Limits(10_000, 100, longest - 1)) is None


@pytest.mark.usefixtures("small_blocks")
def test_a_cell_longer_than_the_first_makes_room_for_itself(tmp_path: Path) -> None:
    names = [f"{'x' * (number % 23)}{number}" for number in range(200)]
    path = tmp_path / "truth.csv"
    path.write_text("id,label\n" + "".join(f"{name},{len(name) % 3}\n" for name in names))
    truth = read_truth(path)
    assert isinstance(truth.expected.ids, Names)
    assert list(truth.expected.ids) == names
    assert truth.expected.labels == ("0", "1", "2")
    assert truth.codes.tolist() == [len(name) % 3 for name in names]


def test_names_are_a_sequence_of_texts() -> None:
    words = words_of_texts(IDS)
    assert words is not None
    names = Names(words)
    assert (len(names), names[3], names[-1], names[1:3]) == (len(IDS), IDS[3], IDS[-1], IDS[1:3])
    assert names == IDS
    assert names == Names(words)
    assert names != IDS[1:]
    assert hash(names) == hash(IDS)
    assert "r7" in names
    assert "é" * 9 in names
    assert not {"r77", "", "x" * 300} & set(names)
    assert 7 not in names
    assert "x" * 300 not in names


@pytest.mark.parametrize("n_texts", [1, 2, 1000, 70_000])
def test_every_text_is_found_at_its_place_and_no_other_is(n_texts: int) -> None:
    texts = [f"row-{number:07d}" for number in range(2 * n_texts)]
    words = words_of_texts(texts)
    assert words is not None
    order = np.random.default_rng(0).permutation(2 * n_texts)
    known = order[:n_texts]
    places = Lookup.of(words[known]).find(words)
    expected = np.full(2 * n_texts, -1)
    expected[known] = np.arange(n_texts)
    assert (places == expected).all()


# before and behind the edges of a word, with the digits across them
NUMBERED = [
    f"{'station_0123456789'[:size]}{{:0{digits}d}}" for size in (0, 1, 5, 8, 11, 18) for digits in (3, 8)
]


@pytest.mark.parametrize("form", NUMBERED)
def test_numbered_texts_are_found_at_their_places_and_nothing_else_is(form: str) -> None:
    order = np.random.default_rng(0).permutation(300)
    words = words_of_texts([form.format(200 + 2 * number) for number in order])
    assert words is not None
    numbered = Numbered.of(words)
    assert numbered is not None
    shuffled = np.random.default_rng(1).permutation(300)
    found = numbered.find(words[shuffled])
    assert found is not None
    assert (found == shuffled).all()
    good = form.format(410)
    for place, text in enumerate(good):
        for byte in range(256):
            other = bytearray(good.encode())
            other[place] = byte
            wanted = np.zeros_like(words[:2])
            wanted[0] = words[shuffled[0]]
            wanted[1] = np.frombuffer(bytes(other).ljust(8 * words.shape[1], b"\0"), dtype=np.uint64)
            there = np.flatnonzero((words == wanted[1]).all(axis=1))
            found = numbered.find(wanted)
            if there.size:
                assert found is not None
                assert found[1] == there[0], (text, byte)
            else:
                assert found is None or found[1] == -1, (text, byte)


@pytest.mark.parametrize(
    "texts",
    [("r8", "r9", "r10"), ("a1", "b2"), ("x", "y"), ("a1", "a/"), ("a1", "a:"), ("a1", "a\u00e9"),
     ("n0001", "n9999"), ("1x", "2x")],
)  # fmt: skip
def test_texts_that_are_not_numbered_alike_are_left_to_the_hash(texts: tuple[str, ...]) -> None:
    words = words_of_texts(texts)
    assert words is not None
    assert Numbered.of(words) is None
    assert isinstance(Expected(texts, ("A",)).keys, Lookup)


def test_a_doubled_number_is_noticed() -> None:
    words = words_of_texts(["w01", "w02", "w03", "w02"])
    assert words is not None
    with pytest.raises(DuplicateError):
        Numbered.of(words)


NUMBERED_IDS = tuple(f"w{number:08d}" for number in range(0, 120, 3))


@settings(max_examples=500, deadline=None)
@given(
    data=st.builds(
        file_of,
        st.permutations(range(40)),
        st.lists(st.integers(0, 3), min_size=40, max_size=40),
        st.sampled_from([b"\n", b"\r\n"]),
        st.just(NUMBERED_IDS),
    ),
    changes=st.lists(
        st.tuples(
            st.integers(0, 700), st.integers(0, 2), st.sampled_from([b"", b"0", b"7", b":", b"w", b"\n"])
        ),
        max_size=3,
    ),
)
def test_numbered_ids_are_accepted_only_where_the_slow_reading_accepts_them(
    data: bytes, changes: list[tuple[int, int, bytes]]
) -> None:
    expected = Expected(NUMBERED_IDS, LABELS)
    assert isinstance(expected.keys, Numbered)
    damaged = bytearray(data)
    for place, removed, added in changes:
        damaged[place : place + removed] = added
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plain, "BLOCK", 60)
        patch.setattr(plain, "MAX_BYTES", 32)
        fast = _plain_codes(InMemory(bytes(damaged)), expected, FILE_LIMITS)
    assert fast is not None or changes
    assert fast is None or fast.tolist() == slow(bytes(damaged), expected)


def test_texts_of_one_hash_are_told_apart_by_other_factors_or_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draw = lookup._Factors.draw
    weak = draw(0)._replace(of_level=np.zeros(24, dtype=np.uint64))
    monkeypatch.setattr(lookup._Factors, "draw", lambda number: draw(number) if number > 1 else weak)
    texts = tuple(f"r{number}" for number in range(24))
    words = words_of_texts(texts)
    assert words is not None
    assert Lookup.of(words).find(words).tolist() == list(range(24))
    monkeypatch.setattr(lookup, "DRAWS", 2)
    with pytest.raises(OverflowError):
        Lookup.of(words)
    assert Expected(texts, ("A",)).keys is None


def test_texts_in_few_slots_are_told_apart_level_by_level_or_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A level of two slots keeps two texts, and there are 24 of them."""
    monkeypatch.setattr(lookup, "MIN_BITS", 1)
    monkeypatch.setattr(lookup, "SPARE", 1e-9)
    words = words_of_texts([f"r{number}" for number in range(49)])
    assert words is not None
    few = Lookup.of(words[:20])
    assert len(few.levels) >= 10
    assert few.find(words).tolist() == [*range(20), *[-1] * 29]
    with pytest.raises(OverflowError):
        Lookup.of(words)


def test_a_text_with_the_hash_of_another_is_not_taken_for_it() -> None:
    words = words_of_texts(["Rio Tinto", "Guadalquivir", "Tajo"])
    assert words is not None
    known = Lookup.of(words[:1])
    (level,) = known.levels
    # with a factor of 0 each text has the hash of the first one
    blind = level._replace(factor=np.uint64(0), slots=np.zeros_like(level.slots))
    assert Lookup(known.words, known.factors, (blind,)).find(words).tolist() == [0, -1, -1]


@pytest.mark.parametrize("n_texts", [2, 500, 70_000])
def test_a_doubled_text_is_noticed_wherever_it_stands(n_texts: int) -> None:
    texts = [f"{number:x}" for number in range(n_texts)]
    texts[-1] = texts[0]
    words = words_of_texts(texts)
    assert words is not None
    with pytest.raises(DuplicateError):
        Lookup.of(words)


def test_the_different_texts_are_found_also_when_they_come_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "SAMPLE", 10)
    monkeypatch.setattr(blocks, "ROWS", 50)
    texts = [f"class {number // 100 % 7}" for number in range(1500)] + ["rare"]
    words = words_of_texts(texts)
    assert words is not None
    found = placed(words, 8)
    assert found is not None
    assert set(found.texts) == set(texts)
    names = list(found.texts)
    assert [names[place] for place in found.places] == texts
    assert placed(words, 7) is None


def test_an_empty_file_and_a_header_alone_are_no_plain_file() -> None:
    for data in (b"", b"\n", b"id,label", b"id,label\n", b'id,"label"\n1,A\n', b"\xff,label\n1,A\n"):
        assert PlainFile.open(InMemory(data)) is None
