"""From a key to a verified file: cache, mirror folder, mirror address or the original address, in this order.

A file arrives under a temporary name in its own folder, is checked by size and hash, and only then gets its
name: who reads the cache sees a whole file or none. What a killed fetch left is swept away a day later. Two
settings come from the environment:

``EDS_DATA_DIR``
    Folder of the cache; by default ``earth-data-science`` in the user's cache folder.
``EDS_DATA_MIRROR``
    A folder, or an ``http://`` or ``https://`` address, that holds the files under their keys. When it is
    set, the original addresses are never asked.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from urllib.parse import quote

from eds_datasets.errors import EdsError
from eds_datasets.leftovers import sweep
from eds_datasets.progress import ByteBar
from eds_datasets.registry import RegistryEntry, entries, entry

__all__ = [
    "CorruptedFileError",
    "NotMirroredError",
    "cached",
    "copies",
    "data_dir",
    "fetch",
    "file_problem",
    "mirror",
    "sweep_cache",
]

_CHUNK = 65536  # bytes, few enough for a bar to move and many enough to cost nothing
_NOT_FOUND = 404
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)

_TIMEOUT = 30  # seconds without a byte before a connection counts as cut


class CorruptedFileError(EdsError):
    """A file whose bytes are not those that the registry promises."""


class NotMirroredError(EdsError):
    """A file that the mirror does not hold."""


def data_dir() -> Path:
    """Return the folder of the cache; it need not exist."""
    chosen = os.environ.get("EDS_DATA_DIR")
    if chosen:
        return Path(chosen).expanduser()
    from platformdirs import user_cache_path

    return user_cache_path("earth-data-science", appauthor=False)


def mirror() -> Path | str | None:
    """Return the mirror: a folder, an address without its last slash, or None when none is set."""
    chosen = os.environ.get("EDS_DATA_MIRROR")
    if not chosen:
        return None
    if chosen.startswith(("http://", "https://")):
        return chosen.rstrip("/")
    return Path(chosen).expanduser()


def file_problem(path: Path, known: RegistryEntry) -> str | None:
    """Say what is wrong with a copy of a registered file: expected against got, or None for a good copy."""
    size = path.stat().st_size
    if size != known.size:
        return f"{known.key}: expected {known.size:,} bytes, got {size:,}"
    algorithm, _, expected = known.hash.partition(":")
    with path.open("rb") as stream:
        got = hashlib.file_digest(stream, algorithm).hexdigest()
    if got != expected:
        return f"{known.key}: expected {algorithm} {expected}, got {got}"
    return None


def copies(key: str) -> list[Path]:
    """Return the copies of a file that are on this machine, good or not: in the cache, in a mirror folder."""
    where = mirror()
    folders = [data_dir(), where] if isinstance(where, Path) else [data_dir()]
    return [path for folder in folders if (path := folder / key).is_file()]


def cached(key: str) -> Path | None:
    """Return a verified copy that is already on this machine, without ever touching the network.

    Parameters
    ----------
    key : str
        A key of the registry.

    Returns
    -------
    Path or None
        The file in the cache, else in a mirror folder; None where there is no good copy.

    Raises
    ------
    UsageError
        There is no such key.
    """
    known = entry(key)
    return next((path for path in copies(key) if file_problem(path, known) is None), None)


def fetch(key: str, *, progressbar: bool | ByteBar = False, copy: bool = False) -> Path:
    """Return a verified copy of a file, and download it into the cache when there is none.

    Parameters
    ----------
    key : str
        A key of the registry.
    progressbar : bool or ByteBar
        Show a bar on stderr while bytes arrive, or move a bar that is already there, by the whole size when
        nothing has to arrive.
    copy : bool
        Put a file that a mirror folder holds into the cache too, instead of reading it where it is.

    Raises
    ------
    UsageError
        There is no such key.
    NotMirroredError
        A mirror is set and does not hold the file.
    CorruptedFileError
        What arrived is not the file; it was thrown away.
    EdsError
        No connection, or no room on the disk.
    """
    known = entry(key)
    present = cached(key)
    if present is not None and (not copy or present == data_dir() / key):
        if isinstance(progressbar, ByteBar):
            progressbar.update(known.size)
        return present
    target = data_dir() / key
    with _bar(known, progressbar) as bar:
        try:
            _retrieve(known, target, bar)
        except OSError as error:
            raise _explained(error, known, target) from error
    return target


def sweep_cache() -> int:
    """Remove what killed fetches left in the folders of the cache, and return how many files that were."""
    return sum(sweep(folder) for folder in {(data_dir() / known.key).parent for known in entries()})


def _bar(known: RegistryEntry, progressbar: bool | ByteBar) -> AbstractContextManager[ByteBar | None]:
    if isinstance(progressbar, ByteBar):
        return contextlib.nullcontext(progressbar)
    return ByteBar(known.key, known.size) if progressbar else contextlib.nullcontext()


def _retrieve(known: RegistryEntry, target: Path, bar: ByteBar | None) -> None:
    """Let pooch fetch under a temporary name, verify and move; an exception leaves nothing behind."""
    import pooch

    target.parent.mkdir(parents=True, exist_ok=True)
    sweep(target.parent)
    address = _address(known)

    def download(url: str, temporary: str, _: object) -> None:
        with Path(temporary).open("wb") as stream:
            for chunk in _chunks(url):
                stream.write(chunk)
                if bar is not None:
                    bar.update(len(chunk))
        problem = file_problem(Path(temporary), known)
        if problem is not None:
            raise CorruptedFileError(
                f"{address} is not the file that the registry promises: {problem}",
                tip="nothing was kept; try again, and tell who runs the source if it stays so",
            )

    pooch.get_logger().setLevel("WARNING")
    pooch.retrieve(address, known.hash, target.name, target.parent, downloader=download)
    # a temporary file is private to its owner, a cache is often shared
    target.chmod(target.parent.stat().st_mode & 0o666)


def _address(known: RegistryEntry) -> str:
    """Return where the nearest source keeps a file: a path of a folder, or an http address."""
    where = mirror()
    if isinstance(where, Path):
        return str(where / known.key)
    return known.url if where is None else f"{where}/{quote(known.key)}"


def _chunks(address: str) -> Iterator[bytes]:
    """Yield the bytes of a file; a connection that ends too early is an exception."""
    if not address.startswith(("http://", "https://")):
        with Path(address).open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk
        return
    import requests

    with requests.get(address, stream=True, timeout=_TIMEOUT) as response:
        response.raise_for_status()
        yield from response.iter_content(_CHUNK)


def _explained(error: OSError, known: RegistryEntry, target: Path) -> EdsError:
    """Turn what the system or the network said into one line and a tip."""
    where = mirror()
    if error.errno in _NO_ROOM:
        return EdsError(
            f"no room for {known.key} ({known.size:,} bytes) in {target.parent}",
            tip="free some space, or choose another folder with EDS_DATA_DIR",
        )
    if _forbids_writing(error, where):
        return EdsError(
            f"cannot write {known.key} into {target.parent}: {_reason(error)}",
            tip="choose another folder with EDS_DATA_DIR",
        )
    if isinstance(where, Path) and not where.is_dir():
        return EdsError(
            f"the mirror {where} is no folder", tip="EDS_DATA_MIRROR names a folder or an http address"
        )
    if where is not None and _says_absent(error):
        return NotMirroredError(
            f"the mirror {where} holds no {known.key}",
            tip=f"unset EDS_DATA_MIRROR to fetch it from {known.url}",
        )
    return EdsError(
        f"cannot fetch {known.key} from {where or known.url}: {_reason(error)}",
        tip=f"with a network, run `eds data fetch {known.dataset}`; without, set EDS_DATA_MIRROR to a folder "
        "or an address that holds the files",
    )


def _forbids_writing(error: OSError, where: Path | str | None) -> bool:
    of_mirror = where is not None and str(error.filename).startswith(str(where))
    return error.errno == errno.EROFS or (isinstance(error, PermissionError) and not of_mirror)


def _says_absent(error: OSError) -> bool:
    response = getattr(error, "response", None)
    return isinstance(error, FileNotFoundError) or getattr(response, "status_code", None) == _NOT_FOUND


def _reason(error: OSError) -> str:
    """Return the innermost cause, which is the one that says something."""
    cause: BaseException = error
    while inner := cause.__cause__ or cause.__context__:
        cause = inner
    return f"{type(cause).__name__}: {cause}" if str(cause) else type(cause).__name__
