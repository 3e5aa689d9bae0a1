"""What exists: every file that can be downloaded, with its address, hash, size, licence and citation."""

from __future__ import annotations

import difflib
import functools
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from eds_datasets.errors import UsageError

__all__ = ["RegistryEntry", "entries", "entry"]


@dataclass(frozen=True, kw_only=True)
class RegistryEntry:
    """One file of the registry.

    Attributes
    ----------
    key : str
        Its name here, and its path in a cache or a mirror: ``collection/file``.
    url : str
        Where the original is.
    hash : str
        ``sha256:`` or ``md5:`` and the hexadecimal digest of its bytes.
    size : int
        Number of bytes.
    version : str
        The commit or the edition that the address pins.
    licence, citation : str
        Terms of use, and whom to cite.
    dataset : str
        The data set that the file belongs to.
    mirrored : bool
        Whether the course's mirror holds a copy.
    """

    key: str
    url: str
    hash: str
    size: int
    version: str
    licence: str
    citation: str
    dataset: str
    mirrored: bool


@functools.cache
def _document() -> dict[str, Any]:
    text = resources.files("eds_datasets").joinpath("registry.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@functools.cache
def _by_key() -> dict[str, RegistryEntry]:
    return {
        found.key: found
        for name, collection in _document()["collection"].items()
        for found in _collection_entries(name, collection)
    }


def _collection_entries(name: str, collection: Mapping[str, Any]) -> Iterator[RegistryEntry]:
    for own in collection["files"]:
        file = {**collection, **own}
        yield RegistryEntry(
            key=f"{name}/{own['name']}",
            url=own["url"] if "url" in own else collection["url"] + own.get("path", own["name"]),
            hash=file["hash"],
            size=file["bytes"],
            version=file["version"],
            licence=file["licence"],
            citation=file["citation"],
            dataset=file["dataset"],
            mirrored=file.get("mirrored", True),
        )


def entry(key: str) -> RegistryEntry:
    """Return the registry's line for one file.

    Parameters
    ----------
    key : str
        For example ``"lidar/floor.xyz"``.

    Raises
    ------
    UsageError
        There is no such key; the nearest one is named.
    """
    known = _by_key()
    if key not in known:
        near = difflib.get_close_matches(key, known, n=1)
        raise UsageError(
            f"no file {key!r} in the registry of {len(known)} files",
            tip=f"did you mean {near[0]!r}?" if near else "`eds data list` names what there is",
        )
    return known[key]


def entries(prefix: str = "") -> list[RegistryEntry]:
    """Return the files whose key begins with `prefix`, in the registry's order.

    Parameters
    ----------
    prefix : str
        A whole key or its beginning, as in ``"earthquake/iceland/"``; empty for all files.
    """
    return [found for key, found in _by_key().items() if key.startswith(prefix)]
