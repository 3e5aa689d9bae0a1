"""Writing files so that none is ever half written, removing them all, naming them as a person finds them."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from itertools import count
from pathlib import Path

__all__ = ["copy_into", "remove_tree", "shown", "write_atomically"]


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a file beside its place and move it there: a reader sees the old or the new, never a part.

    Parameters
    ----------
    path : Path
        Its folder is made when it is missing; an existing file keeps its permissions.
    content : str or bytes
        Text is written as UTF-8, with its line ends as they are.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode() if isinstance(content, str) else content
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def copy_into(folder: Path, name: str, path: Path) -> None:
    """Copy a file to a name below a folder, in place of whatever stands in the way there.

    Parameters
    ----------
    folder : Path
    name : str
        Relative, with slashes.
    path : Path
        A regular file.
    """
    place = folder / name
    for above in reversed(place.relative_to(folder).parents[:-1]):
        if (folder / above).is_file():
            (folder / above).unlink()
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.is_dir():
        shutil.rmtree(place)
    shutil.copyfile(path, place)


def remove_tree(folder: Path) -> None:
    """Remove a folder of a run with all in it, also what is locked or lies deeper than a path can name.

    Parameters
    ----------
    folder : Path
        Nothing writes there any more. What cannot be removed all the same stays.
    """
    with contextlib.suppress(RecursionError):
        shutil.rmtree(folder, ignore_errors=True)
    pending = [folder] if folder.is_dir() else []
    numbers, emptied = count(), []
    while pending:
        place = pending.pop()
        emptied.append(place)
        for path in _inside(place):
            with contextlib.suppress(OSError):
                if path.is_symlink() or not path.is_dir():
                    path.unlink()
                    continue
                # to move a folder is to write in it
                path.chmod(0o700)
                pending.append(path.rename(folder / f"{folder.name}-{next(numbers)}"))
    for place in reversed(emptied):
        with contextlib.suppress(OSError):
            place.rmdir()


def _inside(folder: Path) -> list[Path]:
    try:
        folder.chmod(0o700)
        return list(folder.iterdir())
    except OSError:
        return []


def shown(path: Path) -> Path:
    """Return the path relative to the working directory when it lies below it: what a person would type."""
    try:
        return path.relative_to(Path.cwd())
    except ValueError:
        return path


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
