"""Where an event lives: a folder with ``event.json`` (its name, its database) and ``release/`` for the teams.

The truth lies in the database alone, a file of mode 0600 or a PostgreSQL database: one thing to guard and to
back up, and no second copy that could differ from it or end up among the files for the teams. Where the URL
of that database has a password in it, ``event.json`` is for its owner alone.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from eds_leaderboard.errors import UsageError
from eds_leaderboard.release import DESCRIPTION_FILE
from eds_leaderboard.store.address import Address, has_password, is_url, parse_address

__all__ = ["EventFolder", "check_place", "find_event", "find_release", "new_folder", "write_event_file"]

EVENT_FILE = "event.json"
DATABASE_FILE = "event.db"
RELEASE = "release"


@dataclass(frozen=True)
class EventFolder:
    """The folder of one event."""

    path: Path
    name: str
    database: Address

    @property
    def release(self) -> Path:
        """The folder that teams get."""
        return self.path / RELEASE


def check_place(path: Path) -> None:
    """Refuse the folder of a new event before anything is drawn for it.

    Raises
    ------
    UsageError
        If something is there already, or there is no folder to make it in.
    """
    if path.exists():
        raise UsageError(f"{path} exists already", "choose another name for the event")
    if not path.parent.is_dir():
        raise UsageError(f"no folder {path.parent}", "make it first")


@contextmanager
def new_folder(path: Path, database: Address | None) -> Iterator[EventFolder]:
    """Make the folder of an event; it appears whole when the block ends, or not at all when the block fails.

    Raises
    ------
    UsageError
        If something is there already, or nothing can be put there.
    """
    check_place(path)
    try:
        draft = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    except OSError as error:
        raise UsageError(
            f"cannot create {path}: {error.strerror}", "choose a folder that you may write to"
        ) from error
    try:
        (draft / RELEASE).mkdir()
        write_event_file(draft, path, database)
        yield EventFolder(draft, path.name, database or draft / DATABASE_FILE)
        draft.chmod(0o755)
        draft.rename(path)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def write_event_file(folder: Path, path: Path, database: Address | None) -> None:
    """Write ``event.json`` whole into a folder that is, or will be, at a path.

    Parameters
    ----------
    database : Path or str, optional
        Where the database is; by default in the folder.
    """
    place = DATABASE_FILE if database is None else str(database)
    if isinstance(database, Path):
        # a relative path keeps the event usable when both are moved together
        place = os.path.relpath(database, path)
    text = json.dumps({"name": path.name, "database": place}, indent=2)
    draft = folder / f".{EVENT_FILE}"
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    draft.write_text(f"{text}\n", encoding="utf-8")
    if database is None or not has_password(database):
        draft.chmod(0o644)
    draft.replace(folder / EVENT_FILE)


def find_event(where: Path | None) -> EventFolder:
    """Return the event of a folder; by default of this folder, or of the only event folder in it.

    Raises
    ------
    UsageError
        If there is none, or more than one.
    """
    return _read(where if where is not None else _only_folder(Path(), EVENT_FILE))


def find_release(where: Path | None) -> Path:
    """Return the released folder of an event, or the released folder that was given itself."""
    folder = where
    if folder is None:
        folder = Path() if (Path() / DESCRIPTION_FILE).is_file() else _only_folder(Path(), EVENT_FILE)
    if (folder / RELEASE / DESCRIPTION_FILE).is_file():
        return folder / RELEASE
    return folder


def _only_folder(here: Path, file: str) -> Path:
    if (here / file).is_file():
        return here
    found = sorted(path.parent for path in here.glob(f"*/{file}"))
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join(path.name for path in found)
        raise UsageError(
            f"{len(found)} events here: {names}", "choose one with -c EVENT or LEADERBOARD_EVENT"
        )
    raise UsageError("no event here", "make one with leaderboard create, or choose one with -c EVENT")


def _read(folder: Path) -> EventFolder:
    file = folder / EVENT_FILE
    if not file.is_file():
        raise UsageError(f"{folder} is no event: no {EVENT_FILE} in it", "choose another with -c EVENT")
    try:
        entry = json.loads(file.read_text(encoding="utf-8"))
        name, place = str(entry["name"]), str(entry["database"])
    except PermissionError as error:
        raise UsageError(f"{file} is for the host alone", "run this under the host's account") from error
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{file} is damaged", "it holds the event's name and the path of its database"
        ) from error
    return EventFolder(folder, name, parse_address(place) if is_url(place) else folder / place)
