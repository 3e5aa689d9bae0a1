"""The data sets by name: what each is, who loads and simulates it, which files of the registry it reads."""

from __future__ import annotations

import difflib
import functools
import importlib
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

from eds_datasets import fetch, registry
from eds_datasets.dataset import Layer
from eds_datasets.errors import UsageError
from eds_datasets.registry import RegistryEntry

__all__ = ["InventoryEntry", "find", "inventory", "select_files"]


@dataclass(frozen=True, kw_only=True)
class InventoryEntry:
    """One data set.

    Attributes
    ----------
    name, title : str
        Its name, and what it is in one line.
    module, loader : str
        The module of `eds_datasets` and the function in it that loads it.
    simulator : str or None
        The function of the same module that simulates it.
    layers : tuple of {"packaged", "download", "simulated"}
        Where it can come from.
    packaged_licence : str or None
        Terms of the part that comes inside a dependency.
    collected : str
        How the real data came to be.
    faults : tuple of str
        What is known to be wrong with them.
    sample : mapping of str to mapping
        For a layer, arguments of loader or simulator that give a small part, enough to look at.
    """

    name: str
    title: str
    module: str
    loader: str
    simulator: str | None = None
    layers: tuple[Layer, ...]
    packaged_licence: str | None = None
    collected: str = ""
    faults: tuple[str, ...] = ()
    sample: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def files(self) -> list[RegistryEntry]:
        """Return the files that a download reads, in the registry's order."""
        return [known for known in registry.entries() if known.dataset == self.name]

    def licences(self) -> list[str]:
        """Return the licences of the real data, each once."""
        packaged = [self.packaged_licence] if self.packaged_licence else []
        return list(dict.fromkeys([*packaged, *(known.licence for known in self.files())]))

    def nearest_layer(self) -> Layer:
        """Return the layer to look at first: real where it is here already, otherwise the last resort."""
        is_here = self.files() and all(fetch.cached(known.key) for known in self.files() if known.mirrored)
        order = [layer for layer in self.layers if layer != "download" or is_here]
        return order[0] if order else "download"

    def function(self, name: str) -> Callable[..., Any]:
        """Import the data set's module and return one function of it."""
        function: Callable[..., Any] = getattr(importlib.import_module(f"eds_datasets.{self.module}"), name)
        return function


@functools.cache
def inventory() -> dict[str, InventoryEntry]:
    """Return every data set under its name, in the order in which the course meets them."""
    text = resources.files("eds_datasets").joinpath("inventory.toml").read_text(encoding="utf-8")
    return {name: _entry(name, fields) for name, fields in tomllib.loads(text).items()}


def _entry(name: str, fields: Mapping[str, Any]) -> InventoryEntry:
    lists = {key: tuple(value) for key, value in fields.items() if isinstance(value, list)}
    frozen: dict[str, Any] = {**fields, **lists}
    return InventoryEntry(name=name, **frozen)


def find(name: str) -> InventoryEntry:
    """Return a data set.

    Raises
    ------
    UsageError
        There is no such name; the nearest one is named.
    """
    known = inventory()
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        raise UsageError(
            f"no data set {name!r}: expected one of {', '.join(known)}",
            tip=f"did you mean {near[0]!r}?" if near else None,
        )
    return known[name]


def select_files(names: Iterable[str]) -> list[RegistryEntry]:
    """Return the files that are meant by names, each once.

    Parameters
    ----------
    names : iterable of str
        A name is a data set (``"waveforms"``), a key (``"lidar/floor.xyz"``) or the beginning of keys up to a
        slash (``"earthquake/iceland/"``).

    Raises
    ------
    UsageError
        A name fits nothing, or a data set that has no file to download.
    """
    return list({known.key: known for name in names for known in _files_of(name)}.values())


def _files_of(name: str) -> list[RegistryEntry]:
    if name in inventory():
        files = inventory()[name].files()
        if not files:
            raise UsageError(f"{name} has no file to download: it comes inside a dependency")
        return files
    below = registry.entries(name.rstrip("/") + "/")
    if below:
        return below
    near = difflib.get_close_matches(name, inventory(), n=1)
    if "/" not in name and near:
        raise UsageError(f"no data set {name!r}", tip=f"did you mean {near[0]!r}?")
    return [registry.entry(name)]
