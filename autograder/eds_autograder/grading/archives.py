"""Archives from strangers, unpacked within bounds: nothing outside the folder, no links, no bombs."""

from __future__ import annotations

import gzip
import shutil
import stat
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

__all__ = ["Budget", "RefusedArchiveError", "unpack"]

_CHUNK = 1 << 20
_PLAIN = (0, stat.S_IFREG, stat.S_IFDIR)
_TAR_BLOCK = 512
_TAR_MARK = slice(257, 262)
_BROKEN = (zipfile.BadZipFile, tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile)


class RefusedArchiveError(Exception):
    """The archive is not unpacked; the message is the reason in one line."""


@dataclass
class Budget:
    """What an archive, with all archives in it, may still unpack to.

    Attributes
    ----------
    files : int
        How many entries, folders included.
    bytes : int
        How much, as it comes out and not as the archive claims.
    """

    files: int
    bytes: int

    def take_file(self) -> None:
        """Count an entry."""
        self.files -= 1
        if self.files < 0:
            raise RefusedArchiveError("too many files in it")

    def take_bytes(self, amount: int) -> None:
        """Count what came out."""
        self.bytes -= amount
        if self.bytes < 0:
            raise RefusedArchiveError("it unpacks to too much (a zip bomb?)")


def unpack(path: Path, folder: Path, budget: Budget) -> None:
    """Unpack a zip, tar or gzip file into a folder, wholly or not at all.

    Parameters
    ----------
    path : Path
    folder : Path
        Made when it is missing; what stands there already stays where the archive has nothing of that name.
    budget : Budget
        Is used up.

    Raises
    ------
    RefusedArchiveError
        With the reason.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".unpacking-") as name:
        fresh = Path(name) / "content"
        fresh.mkdir()
        try:
            for entry, stream in _entries(path, budget):
                _write(fresh, entry, stream, budget)
        except _BROKEN as error:
            raise RefusedArchiveError(f"it is damaged ({error})") from error
        except (OSError, RuntimeError, NotImplementedError, ValueError) as error:
            raise RefusedArchiveError(f"it cannot be unpacked ({error})") from error
        shutil.copytree(fresh, folder, dirs_exist_ok=True)


def _entries(path: Path, budget: Budget) -> Iterator[tuple[str, IO[bytes]]]:
    if zipfile.is_zipfile(path):
        yield from _zip_entries(path, budget)
        return
    with path.open("rb") as packed:
        zipped = packed.read(2) == b"\x1f\x8b"
        packed.seek(0)
        stream = gzip.GzipFile(fileobj=packed) if zipped else packed
        start = stream.read(_TAR_BLOCK)
        stream.seek(0)
        if start[_TAR_MARK] == b"ustar":
            yield from _tar_entries(cast("IO[bytes]", _Counted(stream, budget)), budget)
        elif zipped:
            budget.take_file()
            yield path.stem, cast("IO[bytes]", stream)
        else:
            raise RefusedArchiveError("it is no archive that is known here (zip, tar, gzip)")


class _Counted:
    """A stream that ends a tar file's headers, too, when they unpack to more than there may be."""

    def __init__(self, stream: Any, budget: Budget) -> None:
        self.stream = stream
        # a block before and one behind each file, and ends
        self.left = budget.bytes + 4 * _TAR_BLOCK * (budget.files + 20)

    def read(self, size: int) -> bytes:
        found: bytes = self.stream.read(size)
        self.left -= len(found)
        if self.left < 0:
            raise RefusedArchiveError("it unpacks to too much (a zip bomb?)")
        return found


def _zip_entries(path: Path, budget: Budget) -> Iterator[tuple[str, IO[bytes]]]:
    with zipfile.ZipFile(path) as archive:
        claimed = sum(entry.file_size for entry in archive.infolist())
        if claimed > budget.bytes or len(archive.infolist()) > budget.files:
            raise RefusedArchiveError(
                f"it would unpack to {claimed / 1e6:.0f} MB in {len(archive.infolist())} files (a zip bomb?)"
            )
        for entry in archive.infolist():
            budget.take_file()
            kind = stat.S_IFMT(entry.external_attr >> 16)
            # archives of other systems have no kind: those are files and folders
            _check(entry.filename, "link" if stat.S_ISLNK(kind) else "file", kind in _PLAIN)
            if entry.flag_bits & 1:
                raise RefusedArchiveError("it is locked by a password")
            if not entry.is_dir():
                with archive.open(entry) as stream:
                    yield entry.filename, stream


def _tar_entries(unpacked: IO[bytes], budget: Budget) -> Iterator[tuple[str, IO[bytes]]]:
    with tarfile.open(fileobj=unpacked, mode="r|") as archive:
        for entry in archive:
            budget.take_file()
            link = entry.issym() or entry.islnk()
            _check(entry.name, "link" if link else "device", entry.isreg() or entry.isdir())
            stream = archive.extractfile(entry) if entry.isreg() else None
            if stream is not None:
                yield entry.name, stream


def _check(name: str, kind: str, plain: bool) -> None:
    """Refuse an entry that is no plain file or folder, or that would land elsewhere."""
    shown = repr(name[:80])
    if not plain:
        raise RefusedArchiveError(f"{shown} is a {kind}")
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if not parts or "\0" in name:
        raise RefusedArchiveError(f"{shown} is no name for a file")
    if parts[0] == "/" or ":" in parts[0]:
        raise RefusedArchiveError(f"{shown} is an absolute path")
    if ".." in parts:
        raise RefusedArchiveError(f"{shown} leads out of the folder")


def _write(folder: Path, name: str, stream: IO[bytes], budget: Budget) -> None:
    place = folder / name.replace("\\", "/")
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("wb") as file:
        while chunk := stream.read(_CHUNK):
            budget.take_bytes(len(chunk))
            file.write(chunk)
