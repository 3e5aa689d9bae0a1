"""What a fetch leaves behind that was killed before it could tidy up, and who sweeps it away."""

from __future__ import annotations

import contextlib
import re
import stat
import time
from pathlib import Path

__all__ = ["sweep"]

_TEMPORARY = re.compile(r"tmp[a-z0-9_]{8}(\.npz)?")  # as tempfile names what pooch and the loaders write
_OLD = 86400.0  # seconds; a download that goes on touches its file at least every half minute


def sweep(folder: Path) -> int:
    """Remove temporary files of the cache that nothing has written to for a day.

    Other fetches may go on meanwhile, and other sweeps: what is younger is left alone, and so is whatever
    has another name, is no plain file, or may not be removed.

    Parameters
    ----------
    folder : Path
        A folder that only the cache uses, not what is below it; it need not exist.

    Returns
    -------
    int
        How many files were removed.
    """
    swept = 0
    for path in folder.glob("tmp*"):
        with contextlib.suppress(OSError):
            if _TEMPORARY.fullmatch(path.name) and _is_abandoned(path):
                path.unlink()
                swept += 1
    return swept


def _is_abandoned(path: Path) -> bool:
    found = path.lstat()
    return stat.S_ISREG(found.st_mode) and time.time() - found.st_mtime > _OLD
