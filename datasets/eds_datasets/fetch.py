"""From a key to a verified file: cache, mirror folder, mirror address or the original address, in this order.

A file arrives under a temporary name in its own folder, is checked by size and hash, and only then gets its
name: who reads the cache sees a whole file or none. Two settings come from the environment:

``EDS_DATA_DIR``
    Folder of the cache; by default ``earth-data-science`` in the user's cache folder.
``EDS_DATA_MIRROR``
    A folder, or an ``http://`` or ``https://`` address, that holds the files under their keys. When it is
    set, the original addresses are never asked.
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from eds_datasets.errors import EdsError
from eds_datasets.registry import RegistryEntry, entry

__all__ = ["CorruptedFileError", "NotMirroredError", "cached", "data_dir", "fetch", "file_problem", "mirror"]

Download = Callable[[str, str, Any], object]

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
    where = mirror()
    folders = [data_dir(), where] if isinstance(where, Path) else [data_dir()]
    for folder in folders:
        path = folder / key
        if path.is_file() and file_problem(path, known) is None:
            return path
    return None


def fetch(key: str, *, progressbar: bool = False, copy: bool = False) -> Path:
    """Return a verified copy of a file, and download it into the cache when there is none.

    Parameters
    ----------
    key : str
        A key of the registry.
    progressbar : bool
        Show one on stderr while bytes arrive.
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
    present = cached(key)
    if present is not None and (not copy or present.is_relative_to(data_dir())):
        return present
    known = entry(key)
    target = data_dir() / key
    try:
        _retrieve(known, target, progressbar)
    except OSError as error:
        raise _explained(error, known, target) from error
    return target


def _retrieve(known: RegistryEntry, target: Path, progressbar: bool) -> None:
    """Let pooch fetch under a temporary name, verify and move; an exception leaves nothing behind."""
    import pooch

    target.parent.mkdir(parents=True, exist_ok=True)
    address, download = _way(known, progressbar)

    def verified_download(url: str, temporary: str, pup: Any) -> None:
        download(url, temporary, pup)
        problem = file_problem(Path(temporary), known)
        if problem is not None:
            raise CorruptedFileError(
                f"{address} is not the file that the registry promises: {problem}",
                tip="nothing was kept; try again, and tell who runs the source if it stays so",
            )

    pooch.get_logger().setLevel("WARNING")
    pooch.retrieve(address, known.hash, target.name, target.parent, downloader=verified_download)
    # a temporary file is private to its owner, a cache is often shared
    target.chmod(target.parent.stat().st_mode & 0o666)


def _way(known: RegistryEntry, progressbar: bool) -> tuple[str, Download]:
    """Return the address of the nearest source, and what brings a file from there."""
    where = mirror()
    if isinstance(where, Path):
        return str(where / known.key), _copy_from_folder
    import pooch

    address = known.url if where is None else f"{where}/{quote(known.key)}"
    bar = _Bar(known) if progressbar else False
    return address, pooch.HTTPDownloader(progressbar=bar, chunk_size=65536, timeout=_TIMEOUT)


def _copy_from_folder(address: str, temporary: str, _: Any) -> None:
    shutil.copyfile(address, temporary)


def _explained(error: OSError, known: RegistryEntry, target: Path) -> EdsError:
    """Turn what the system or the network said into one line and a tip."""
    where = mirror()
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return EdsError(
            f"no room for {known.key} ({known.size:,} bytes) in {target.parent}",
            tip="free some space, or choose another folder with EDS_DATA_DIR",
        )
    response = getattr(error, "response", None)
    if where is not None and (
        isinstance(error, FileNotFoundError) or getattr(response, "status_code", 0) == 404
    ):
        return NotMirroredError(
            f"the mirror {where} holds no {known.key}",
            tip=f"unset EDS_DATA_MIRROR to fetch it from {known.url}",
        )
    return EdsError(
        f"cannot fetch {known.key} from {where or known.url}: {_reason(error)}",
        tip=f"with a network, run `eds data fetch {known.dataset}`; without, set EDS_DATA_MIRROR to a folder "
        "or an address that holds the files",
    )


def _reason(error: OSError) -> str:
    """Return the innermost cause, which is the one that says something."""
    cause: BaseException = error
    while cause.__cause__ or cause.__context__:
        cause = cause.__cause__ or cause.__context__ or cause
    return f"{type(cause).__name__}: {cause}" if str(cause) else type(cause).__name__


class _Bar:
    """A progress bar in the form that pooch calls: ``total``, ``update``, ``reset``, ``close``."""

    def __init__(self, known: RegistryEntry) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        self._progress = Progress(*columns, console=Console(stderr=True))
        self._task = self._progress.add_task(known.key, total=known.size)
        self._progress.start()

    # pooch writes the length that the server announces; the registry knows better
    total = 0

    def update(self, n_bytes: int) -> None:
        """Move on by so many bytes."""
        self._progress.update(self._task, advance=n_bytes)

    def reset(self) -> None:
        """Go back to the beginning."""
        self._progress.reset(self._task)

    def close(self) -> None:
        """Leave the finished bar on the terminal."""
        self._progress.stop()
