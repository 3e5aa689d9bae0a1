"""A corpus of bad files: each is refused with its line, its reason and exit status 1, by the real command."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from hypothesis import given, settings
from hypothesis import strategies as st

from eds_leaderboard.csvfile import ENTRY_LIMITS, FILE_LIMITS, Limits
from eds_leaderboard.entries import Expected, _Explanation, _plain_codes, validate
from eds_leaderboard.errors import InvalidFileError
from eds_leaderboard.parts import InMemory
from eds_leaderboard.problems import MAX_SHOWN_PER_KIND, Problems

TRUTH = b"id,label\n1,EXP\n2,HYB\n3,LP\n007,EXP\na5,HYB\n"
GOOD = b"id,label\n1,EXP\n2,HYB\n3,LP\n007,EXP\na5,HYB\n"
EXPECTED = Expected(("1", "2", "3", "007", "a5"), ("EXP", "HYB", "LP"))


def changed(old: bytes, new: bytes) -> bytes:
    assert GOOD.count(old) == 1
    return GOOD.replace(old, new)


# name, file, line, what the message says
CORPUS = [
    ("no-bytes", b"", 1, "The file is empty"),
    ("only-blanks", b"  \r\n\n \t\n", 1, "The file is empty"),
    ("only-a-bom", b"\xef\xbb\xbf", 1, "The file is empty"),
    ("header-only", b"id,label\n", 1, "Missing id '1'"),
    ("header-without-end", b"id,label", 1, "Missing id '1'"),
    ("no-header", GOOD.removeprefix(b"id,label\n"), 1, "No header, the file begins with '1,EXP'"),
    ("other-header", changed(b"id,label", b"name,class"), 1, "Header 'name,class'"),
    ("capital-header", changed(b"id,label", b"ID,Label"), 1, "same upper and lower case"),
    ("one-heading-wrong", changed(b"id,label", b"id,prediction"), 1, "Header 'id,prediction'"),
    ("swapped-columns", b"label,id\nEXP,1\nHYB,2\nLP,3\nEXP,007\nHYB,a5\n", 1, "swap the two columns"),
    ("pandas-index", b",id,label\n0,1,EXP\n1,2,HYB\n2,3,LP\n3,007,EXP\n4,a5,HYB\n", 1, "index=False"),
    ("third-column", b"id,label,p\n1,EXP,1\n2,HYB,1\n3,LP,1\n007,EXP,1\na5,HYB,1\n", 1, "'id,label,p'"),
    ("one-column", b"id\n1\n2\n3\n007\na5\n", 1, "Header 'id'"),
    ("semicolons", GOOD.replace(b",", b";"), 1, "separated by semicolons"),
    ("tabs", GOOD.replace(b",", b"\t"), 1, "separated by tabs"),
    ("bars", GOOD.replace(b",", b"|"), 1, "separated by bars"),
    ("blanks", GOOD.replace(b",", b" "), 1, "separated by spaces"),
    ("blank-first-line", b"\n" + GOOD, 1, "Empty line between rows"),
    ("comment-first", b"# mine\n" + GOOD, 1, "Header '# mine'"),
    ("comment-first-remedy", b"# my model\n" + GOOD, 1, "the first line must hold these two headings"),
    ("a-web-page", b"<table border=1>\n<tr>\n", 1, "the first line must hold these two headings"),
    ("blank-line", changed(b"3,LP\n", b"\n3,LP\n"), 4, "Empty line between rows"),
    ("blank-line-crlf", changed(b"3,LP\n", b"\r\n3,LP\n"), 4, "Empty line between rows"),
    ("unknown-label", changed(b"3,LP", b"3,XX"), 4,
     "Unexpected label 'XX' in column 'label' (line 4): expected one of EXP, HYB, LP"),
    ("label-case", changed(b"3,LP", b"3,lp"), 4, "did you mean 'LP'?"),
    ("label-typo", changed(b"2,HYB", b"2,HYP"), 3, "did you mean 'HYB'?"),
    ("label-nan", changed(b"3,LP", b"3,nan"), 4, "every id needs a prediction"),
    ("label-empty", changed(b"3,LP", b"3,"), 4, "Empty cell in column 'label'"),
    ("label-blank", changed(b"3,LP", b"3,  "), 4, "Empty cell in column 'label'"),
    ("label-nbsp", changed(b"3,LP", "3,LP\u00a0".encode()), 4, "Unexpected label 'LP\\xa0'"),
    ("label-quoted-inside", changed(b"3,LP", b"3,L\"P"), 4, "Unexpected label 'L\"P'"),
    ("label-probability", changed(b"3,LP", b"3,0.73"), 4, "Unexpected label '0.73'"),
    ("label-escape", changed(b"3,LP", b"3,\x1b[31mLP"), 4, "Unexpected label '\\x1b[31mLP'"),
    ("label-homoglyph", changed(b"3,LP", "3,L\u0420".encode()), 4, "Unexpected label 'L\u0420'"),
    ("unknown-id", changed(b"3,LP", b"4,LP"), 4, "Unknown id '4' in column 'id'"),
    ("unknown-id-missing-id", changed(b"3,LP", b"4,LP"), 6, "Missing id '3', the file ends"),
    ("float-id", changed(b"3,LP", b"3.0,LP"), 4, "the ids became floats: write '3'"),
    ("lost-zeros", changed(b"007,EXP", b"7,EXP"), 5, "Unknown id '7'"),
    ("id-case", changed(b"a5,HYB", b"A5,HYB"), 6, "did you mean 'a5'?"),
    ("id-empty", changed(b"3,LP", b",LP"), 4, "Empty cell in column 'id'"),
    ("id-apostrophe", changed(b"a5,HYB", b"'a5',HYB"), 6, "did you mean 'a5'?"),
    ("duplicate-id", GOOD + b"1,EXP\n", 7,
     "Duplicate id '1' in column 'id' (line 7): expected each id once, it stands in line 2 already"),
    ("doubled-and-missing", changed(b"3,LP", b"1,LP"), 4, "Duplicate id '1'"),
    ("doubled-and-missing-too", changed(b"3,LP", b"1,LP"), 6, "Missing id '3'"),
    ("missing-last", changed(b"a5,HYB\n", b""), 5, "Missing id 'a5', the file ends (line 5): expected 5 ids"),
    ("file-twice", GOOD + GOOD, 7, "Unknown id 'id'"),
    ("three-cells", changed(b"3,LP", b"3,LP,1"), 4, "3 cells in the row (line 4): expected 2"),
    ("trailing-comma", changed(b"3,LP", b"3,LP,"), 4, "3 cells in the row"),
    ("one-cell", changed(b"3,LP", b"3"), 4, "1 cell in the row"),
    ("cells-shifted", b"id,label\n1,EXP,2\nHYB\n3,LP\n007,EXP\na5,HYB\n", 2, "3 cells in the row"),
    ("cells-shifted-next", b"id,label\n1,EXP,2\nHYB\n3,LP\n007,EXP\na5,HYB\n", 3, "1 cell in the row"),
    ("open-quote", changed(b"3,LP", b'3,"LP'), 4, "Broken quotes"),
    ("text-after-quote", changed(b"3,LP", b'3,"LP"x'), 4, "Broken quotes"),
    ("quoted-line-end", changed(b"3,LP", b'3,"L\nP"'), 4, "Broken quotes"),
    ("nul", changed(b"3,LP", b"3,L\0P"), 4, "NUL byte"),
    ("utf-16", GOOD.decode().encode("utf-16"), 1, "encoded in UTF-16"),
    ("utf-16-no-bom", GOOD.decode().encode("utf-16-le"), 1, "NUL byte"),
    ("latin-1", changed(b"3,LP", "3,L\u00e9".encode("latin-1")), 4, "Byte 0xe9 is not UTF-8"),
    ("cut-utf-8", changed(b"a5,HYB\n", b"a5,HYB\xc3"), 6, "Byte 0xc3 is not UTF-8"),
    ("old-mac", GOOD.replace(b"\n", b"\r"), 1, "Lines end with a bare carriage return"),
    ("carriage-return", changed(b"3,LP", b"3,L\rP"), 4, "Carriage return inside the line"),
    ("zip", b"PK\x03\x04\x14\x00\x00\x00", 1, "NUL byte"),
    ("pickle", b"\x80\x04\x95\n\x00\x00", 2, "NUL byte"),
    ("json", b'[{"id": "1", "label": "EXP"}]\n', 1, "Broken quotes"),
    ("html", b"<html>\n<body>1,EXP</body>\n", 1, "Header '<html>'"),
    ("long-line", changed(b"3,LP", b"3," + b"L" * 3000), 4, "Line of 3,002 bytes"),
    ("bom-inside", changed(b"3,LP", b"\xef\xbb\xbf3,LP"), 4, "Unknown id '\\ufeff3'"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "line", "message"), [row[1:] for row in CORPUS], ids=[row[0] for row in CORPUS]
)
def test_a_bad_file_is_refused_with_its_line(
    data: bytes, line: int, message: str, tmp_path: Path, run: Callable[..., Result]
) -> None:
    (tmp_path / "truth.csv").write_bytes(TRUTH)
    (tmp_path / "bad.csv").write_bytes(data)
    result = run("score", "-f", tmp_path / "bad.csv", "--truth", tmp_path / "truth.csv", status=1)
    told = result.stderr.splitlines()
    # a problem is a line, its remedy the next
    blocks = [
        "\n".join(told[place : place + 2]) for place, text in enumerate(told) if f"(line {line})" in text
    ]
    assert any(message in block for block in blocks), result.stderr
    assert "Traceback" not in result.output
    assert result.stdout == ""


@pytest.mark.parametrize("name", ["unknown-label", "nul", "duplicate-id", "latin-1", "no-bytes"])
def test_a_bad_file_is_refused_by_a_process_of_its_own(name: str, tmp_path: Path) -> None:
    _, data, line, message = next(row for row in CORPUS if row[0] == name)
    (tmp_path / "truth.csv").write_bytes(TRUTH)
    (tmp_path / "bad.csv").write_bytes(data)
    words = ["score", "-f", "bad.csv", "--truth", "truth.csv", "--format", "json"]
    done = subprocess.run(
        [sys.executable, "-m", "eds_leaderboard", *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert message in done.stderr
    assert f"(line {line})" in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


ACCEPTED = [
    ("plain", GOOD),
    ("other-order", b"id,label\na5,HYB\n3,LP\n007,EXP\n1,EXP\n2,HYB\n"),
    ("crlf", GOOD.replace(b"\n", b"\r\n")),
    ("bom", b"\xef\xbb\xbf" + GOOD),
    ("no-last-line-end", GOOD.rstrip()),
    ("blank-lines-at-the-end", GOOD + b"\n\r\n  \n"),
    ("quoted", b'"id","label"\n' + b"".join(b'"%s","%s"\n' % tuple(r.split(b",")) for r in GOOD.split()[1:])),
    ("blanks-around", GOOD.replace(b",", b" ,\t ")),
    ("blanks-around-the-header", changed(b"id,label", b" id , label ")),
]


@pytest.mark.parametrize(("data"), [row[1] for row in ACCEPTED], ids=[row[0] for row in ACCEPTED])
def test_what_cannot_change_the_meaning_is_accepted(data: bytes) -> None:
    assert validate(data, EXPECTED).tolist() == [0, 1, 2, 0, 1]


def test_all_problems_are_told_at_once() -> None:
    data = b"id,label\n1,XX\n1,EXP\n2,HYB,9\n,LP\n9,\n007,\xff\n"
    with pytest.raises(InvalidFileError) as caught:
        validate(data, EXPECTED)
    found = [(problem.kind, problem.line) for problem in caught.value.problems.shown]
    assert found == [
        ("unknown-label", 2),
        ("duplicate-id", 3),
        ("columns", 4),
        ("unknown-id", 5),
        ("unknown-id", 6),
        ("empty-label", 6),
        ("encoding", 7),
        ("missing-id", 7),
        ("missing-id", 7),
        ("missing-id", 7),
    ]


def test_problems_beyond_the_cap_are_counted_not_told() -> None:
    expected = Expected(tuple(f"r{number}" for number in range(500)), ("EXP", "HYB"))
    data = b"id,label\n" + b"".join(b"r%d,bad\n" % number for number in range(500))
    with pytest.raises(InvalidFileError, match="500 problems in mine"):
        validate(data, expected, "mine")
    problems = Problems("mine")
    with pytest.raises(InvalidFileError):
        _Explanation(expected, problems).read(data)
    assert len(problems.shown) == MAX_SHOWN_PER_KIND
    assert problems.unshown() == {"unknown-label": 490}


def test_a_remedy_is_sought_for_the_problems_that_are_told_only(monkeypatch) -> None:
    """A near miss takes long to find: a large bad file must not keep the host busy."""
    sought = []
    monkeypatch.setattr("difflib.get_close_matches", lambda *words, **_: sought.append(words) or [])
    names = tuple(f"r{number}" for number in range(20_000))
    data = "id,label\n" + "".join(f"{name}x,EXQ\n" for name in names)
    with pytest.raises(InvalidFileError, match="60,000 problems"):
        validate(data.encode(), Expected(names, ("EXP", "HYB")))
    assert len(sought) == MAX_SHOWN_PER_KIND


@pytest.mark.parametrize(
    ("limits", "message", "line"),
    [
        (Limits(max_bytes=20, max_rows=100), "More than 20 bytes", 1),
        (Limits(max_bytes=1000, max_rows=3), "5 rows", 5),
        (Limits(max_bytes=1000, max_rows=100, max_line=7), "Line of 8 bytes", 1),
    ],
)
def test_a_file_beyond_the_caps_is_refused_before_it_is_parsed(
    limits: Limits, message: str, line: int
) -> None:
    with pytest.raises(InvalidFileError) as caught:
        validate(GOOD, EXPECTED, limits=limits)
    first = caught.value.problems.shown[0]
    assert (first.what, first.line) == (message, line)


def test_a_file_far_longer_than_the_test_set_is_not_explained_row_by_row() -> None:
    n_rows = 2 * len(EXPECTED.ids) + 10_000
    for rows, kinds in ((n_rows, {"unknown-id", "missing-id"}), (n_rows + 1, {"too-many-rows"})):
        data = b"id,label\n" + b"".join(b"x%d,LP\n" % row for row in range(rows))
        with pytest.raises(InvalidFileError) as caught:
            validate(data, EXPECTED, limits=ENTRY_LIMITS)
        assert set(caught.value.problems.counts) == kinds


def test_a_cell_of_another_column_name_is_asked_for_by_it(tmp_path: Path, run: Callable[..., Result]) -> None:
    (tmp_path / "t.csv").write_text("station,depth,class\nA,3,x\nB,4,y\n")
    (tmp_path / "p.csv").write_text("station,class\nB,y\nA,x\n")
    words = ["score", "-f", tmp_path / "p.csv", "--truth", tmp_path / "t.csv", "--id-column", "station"]
    assert '"rows": 2' in run(*words, "--label-column", "class", "--format", "json").output


BAD_TRUTHS = [
    (b"id,label\n1,A\n1,B\n", "Duplicate id '1' (line 3)"),
    (b"id,label\n1,\n2,B\n", "Empty cell in column 'label' (line 2)"),
    (b"id,label\n1,A\n2\n", "1 cell in the row (line 3)"),
    (b"id,class\n1,A\n", "No column 'label' in 'id,class' (line 1)"),
    (b"id;label\n1;A\n", "the cells are separated by semicolons"),
    (b"id\tlabel\n1\tA\n", "the cells are separated by tabs"),
    (b"id,label\n", "No row after the header (line 1)"),
    (b"id,label,label\n1,A,B\n", "Two columns of the same name (line 1)"),
    (b"id,label\n" + b"".join(b"%d,%d\n" % (n, n) for n in range(1500)), "1,500 different values"),
]


@pytest.mark.parametrize(("data", "message"), BAD_TRUTHS, ids=[row[1] for row in BAD_TRUTHS])
def test_a_bad_truth_is_refused_with_its_line(
    data: bytes, message: str, tmp_path: Path, run: Callable[..., Result]
) -> None:
    (tmp_path / "truth.csv").write_bytes(data)
    (tmp_path / "good.csv").write_bytes(GOOD)
    result = run("score", "-f", tmp_path / "good.csv", "--truth", tmp_path / "truth.csv", status=1)
    assert message in result.stderr


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=80))
def test_random_bytes_are_never_accepted_and_never_raise_anything_else(noise: bytes) -> None:
    with pytest.raises(InvalidFileError) as caught:
        validate(noise, EXPECTED)
    assert all(problem.line >= 1 and problem.remedy for problem in caught.value.problems.shown)


@settings(max_examples=800, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, len(GOOD)), st.integers(0, 3), st.sampled_from(b'\n\r, "\t;1aEP\xc3\x00')),
        max_size=3,
    )
)
def test_the_fast_and_the_slow_reading_agree_on_every_damaged_file(edits: list[tuple[int, int, int]]) -> None:
    """The fast one may pass a file on, but it never accepts what the slow one refuses or reads otherwise."""
    damaged = bytearray(GOOD)
    for place, removed, added in edits:
        damaged[place : place + removed] = bytes([added])
    data = bytes(damaged)
    fast = _plain_codes(InMemory(data), EXPECTED, FILE_LIMITS)
    try:
        slow = _Explanation(EXPECTED, Problems("damaged")).read(data)
    except InvalidFileError:
        assert fast is None
    else:
        assert fast is None or fast.tolist() == slow.tolist()
