"""The secrets of a server: the host's token, kept as a hash, and the key that signs sessions.

They lie in the event's folder and not in its database: who gets hold of a copy of the database can forge
neither, and several server processes that share the folder accept each other's sessions.
"""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

from eds_leaderboard.errors import UsageError
from eds_leaderboard.folder import EventFolder
from eds_leaderboard.teams import new_token, token_hash

__all__ = ["KEYS_FILE", "Keys", "load_keys"]

KEYS_FILE = "server.json"


@dataclass(frozen=True)
class Keys:
    """What a server must know to tell friend from foe."""

    host_hash: str
    session_key: bytes


def load_keys(folder: EventFolder, *, renew: bool = False) -> tuple[Keys, str | None]:
    """Return the keys of an event, made when there are none.

    Parameters
    ----------
    folder : EventFolder
    renew : bool
        Make new ones: the old host token and all sessions are worth nothing any more.

    Returns
    -------
    keys : Keys
    token : str or None
        The host's token if it was made just now; it is kept nowhere.
    """
    path = folder.path / KEYS_FILE
    if renew:
        path.unlink(missing_ok=True)
    token = None if path.is_file() else _make(path)
    return _read(path), token


def _make(path: Path) -> str | None:
    """Write new keys and return the token, or None when another process was faster."""
    token = new_token()
    text = json.dumps({"host": token_hash(token), "key": secrets.token_hex(32)})
    # mkstemp makes the file with mode 0600; a link appears whole, and for one process only
    handle, draft = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        os.link(draft, path)
    except FileExistsError:
        return None
    finally:
        Path(draft).unlink()
    return token


def _read(path: Path) -> Keys:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return Keys(str(found["host"]), bytes.fromhex(found["key"]))
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path} is damaged", "leaderboard serve --new-host-token makes it anew") from error
