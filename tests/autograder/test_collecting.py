"""`nbgrader zip_collect` takes what is in an archive's bounds, and names what it refuses."""

from __future__ import annotations

import gzip
import io
import json
import stat
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from small_course import LESSON, answered, make_course

from eds_autograder.grading.archives import Budget, RefusedArchiveError, unpack

NOTEBOOK = b'{"cells": []}'


def zipped(*entries: tuple[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return stream.getvalue()


def zipped_as(kind: int) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        entry = zipfile.ZipInfo("loose.ipynb")
        entry.external_attr = (kind | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")
    return stream.getvalue()


def tarred(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        entry = tarfile.TarInfo(name)
        entry.type, entry.linkname = kind, link
        entry.size = len(NOTEBOOK) if kind == tarfile.REGTYPE else 0
        archive.addfile(entry, io.BytesIO(NOTEBOOK) if entry.size else None)
    return stream.getvalue()


def long_header() -> bytes:
    """A tar file whose first header, which tells a long name, is a bomb."""
    entry = tarfile.TarInfo("././@LongLink")
    entry.type, entry.size = tarfile.GNUTYPE_LONGNAME, 5_000_000
    return gzip.compress(entry.tobuf() + b"x" * 5_000_000)


def lying() -> bytes:
    """A zip that says in its directory that it holds three bytes, and holds a million."""
    content = bytearray(zipped(("a.ipynb", b"\0" * 1_000_000)))
    size = (1_000_000).to_bytes(4, "little")
    while (place := content.find(size)) >= 0:
        content[place : place + 4] = (3).to_bytes(4, "little")
    return bytes(content)


def encrypted() -> bytes:
    content = bytearray(zipped(("a.ipynb", NOTEBOOK)))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


REFUSED = {
    "absolute.zip": (zipped(("/etc/cron.d/evil", b"x")), "absolute path"),
    "drive.zip": (zipped(("C:/Windows/evil", b"x")), "absolute path"),
    "up.zip": (zipped(("a/../../../evil.ipynb", b"x")), "leads out of the folder"),
    "backslash.zip": (zipped(("..\\..\\evil.ipynb", b"x")), "leads out of the folder"),
    "link.zip": (zipped_as(stat.S_IFLNK), "is a link"),
    "fifo.zip": (zipped_as(stat.S_IFIFO), "is a file|no file"),
    "bomb.zip": (zipped(("zeros.ipynb", b"\0" * 3_000_000)), "a zip bomb"),
    "lying.zip": (lying(), "damaged|a zip bomb"),
    "many.zip": (zipped(*((f"{n}.ipynb", b"") for n in range(60))), "60 files"),
    "locked.zip": (encrypted(), "password"),
    "cut.zip": (zipped(("a.ipynb", NOTEBOOK * 50))[:-30], "no archive"),
    "text.zip": (b"this is no zip", "no archive"),
    "empty.zip": (b"", "no archive"),
    "up.tar.gz": (tarred("../evil.ipynb"), "leads out of the folder"),
    "absolute.tar.gz": (tarred("/tmp/evil.ipynb"), "absolute path"),
    "link.tar.gz": (tarred("a.ipynb", tarfile.SYMTYPE, "/etc/passwd"), "is a link"),
    "hardlink.tar.gz": (tarred("a.ipynb", tarfile.LNKTYPE, "/etc/passwd"), "is a link"),
    "device.tar.gz": (tarred("a.ipynb", tarfile.CHRTYPE), "is a device"),
    "fifo.tar.gz": (tarred("a.ipynb", tarfile.FIFOTYPE), "is a device"),
    "header.tar.gz": (long_header(), "a zip bomb"),
    "bomb.ipynb.gz": (gzip.compress(b"1" * 3_000_000), "a zip bomb"),
    "cut.ipynb.gz": (gzip.compress(NOTEBOOK * 99)[:-12], "damaged"),
}
TAKEN = {
    "plain.zip": (zipped(("a.ipynb", NOTEBOOK)), "a.ipynb"),
    "folders.zip": (zipped(("work/", b""), ("work/a.ipynb", NOTEBOOK)), "work/a.ipynb"),
    "unicode.zip": (zipped(("Übung – 1.ipynb", NOTEBOOK)), "Übung – 1.ipynb"),
    "tar.tar.gz": (tarred("a.ipynb"), "a.ipynb"),
    "single.ipynb.gz": (gzip.compress(NOTEBOOK), "single.ipynb"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_archive_is_refused_whole_and_with_a_reason(name: str, tmp_path: Path) -> None:
    content, reason = REFUSED[name]
    path = tmp_path / "in" / name
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(RefusedArchiveError, match=reason):
        unpack(path, tmp_path / "out" / "deep" / "folder", Budget(files=50, bytes=1_000_000))
    left = [each for each in tmp_path.rglob("*") if each.is_file() and each != path]
    assert not left
    assert not (tmp_path / "out" / "deep" / "folder").exists()


@pytest.mark.parametrize("name", TAKEN)
def test_a_good_archive_is_unpacked(name: str, tmp_path: Path) -> None:
    content, expected = TAKEN[name]
    path = tmp_path / name
    path.write_bytes(content)
    unpack(path, tmp_path / "out", Budget(files=50, bytes=1_000_000))
    assert (tmp_path / "out" / expected).read_bytes() == NOTEBOOK


def nested(depth: int) -> bytes:
    content = zipped(("a.ipynb", NOTEBOOK))
    for _ in range(depth):
        content = zipped(("inner.zip", content))
    return content


def test_archives_in_archives_share_one_budget_and_end_somewhere(tmp_path: Path) -> None:
    from eds_autograder.grading.collecting import GuardedExtractor

    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "two.zip").write_bytes(nested(1))
    (tmp_path / "in" / "ten.zip").write_bytes(nested(10))
    bombs = [(f"{number}.zip", zipped(("zeros", b"\0" * 900_000))) for number in range(5)]
    (tmp_path / "in" / "bombs.zip").write_bytes(zipped(*bombs))
    extractor = GuardedExtractor()
    extractor.max_megabytes = 2
    extractor.extract(str(tmp_path / "in"), str(tmp_path / "out"))
    assert (tmp_path / "out" / "two" / "inner" / "a.ipynb").is_file()
    assert not list((tmp_path / "out" / "ten").rglob("a.ipynb"))
    assert len(list((tmp_path / "out" / "bombs").rglob("zeros"))) == 2


@pytest.mark.slow
def test_zip_collect_goes_on_with_the_class(tmp_path: Path) -> None:
    folder = make_course(tmp_path / "course")
    with (folder / "nbgrader_config.py").open("a") as config:
        config.write(
            "from eds_autograder.wiring import wire\nwire(c)\n"
            "c.GuardedExtractor.max_megabytes = 2\n"
            "c.FileNameCollectorPlugin.named_regexp = r'.*/(?P<student_id>[a-z]+)_[^/]*/(?P<file_id>[a-z]+)\\.ipynb'\n"
        )
    archive = folder / "downloaded" / LESSON / "archive"
    archive.mkdir(parents=True)
    good = json.dumps(answered()).encode()
    (archive / "ada_lines.zip").write_bytes(zipped((f"{LESSON}.ipynb", good)))
    (archive / "bob_lines.zip").write_bytes(zipped(("../../../../submitted/ada/lines/lines.ipynb", b"evil")))
    (archive / "cyd_lines.zip").write_bytes(zipped((f"{LESSON}.ipynb", b"\0" * 3_000_000)))
    (archive / "dan_lines.zip").write_bytes(b"PK\x03\x04 not really")
    (archive / "eve_lines.tar.gz").write_bytes(
        tarred(f"{LESSON}.ipynb", tarfile.SYMTYPE, str(folder / "gradebook.db"))
    )
    (archive / "fay_lines.zip").symlink_to(archive / "ada_lines.zip")
    (archive / "zoe_lines.zip").write_bytes(zipped((f"{LESSON}.ipynb", good)))
    command = [sys.executable, "-m", "nbgrader", "zip_collect", LESSON]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    taken = {
        path.relative_to(folder / "submitted").as_posix() for path in (folder / "submitted").rglob("*.ipynb")
    }
    assert taken == {f"{student}/{LESSON}/{LESSON}.ipynb" for student in ("ada", "zoe")}
    assert (folder / "submitted" / "ada" / LESSON / f"{LESSON}.ipynb").read_bytes() == good
    lines = [line for line in done.stderr.splitlines() if "refused, nothing of it" in line]
    assert [line.split("WARNING] ")[1].split(":")[0] for line in lines] == [
        "bob_lines.zip", "cyd_lines.zip", "dan_lines.zip", "eve_lines.tar.gz", "fay_lines.zip",
    ]  # fmt: skip
    assert "5 of the files were refused" in done.stderr
