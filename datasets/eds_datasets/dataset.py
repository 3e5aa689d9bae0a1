"""What every data set of the house carries, and how a loader picks the layer that answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar

from eds_datasets import fetch
from eds_datasets.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SIMULATED_LICENCE", "Dataset", "Layer", "Source", "choose_layer", "with_index"]

Layer = Literal["packaged", "download", "simulated"]
Source = Literal["auto", "packaged", "download", "simulated"]

SIMULATED_LICENCE = "CC0-1.0"

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True, eq=False)
class Dataset:
    """Where numbers come from, what they may be used for, and in which units they are.

    A loader returns a subclass that adds the arrays or tables. Subclasses repeat ``eq=False``, because arrays
    have no single truth value.

    Attributes
    ----------
    name : str
        The name under which ``eds data`` knows the data set.
    source : {"packaged", "download", "simulated"}
        The layer that answered.
    licence : str
        SPDX identifier where there is one.
    citation : str
        What to cite when the data are used.
    units : mapping of str to str
        Unit of each attribute or column; ``"1"`` for a pure number, ``"-"`` for a label.
    """

    name: str
    source: Layer
    licence: str
    citation: str
    units: Mapping[str, str]


def with_index(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose index, where it has a name, is a column like the others."""
    return table.reset_index() if table.index.name is not None else table


def choose_layer(
    name: str, source: str, layers: Mapping[Layer, Callable[[], T]], *, keys: Sequence[str] = ()
) -> T:
    """Answer from the layer that was asked for, or for ``auto`` from the first one that is already here.

    Parameters
    ----------
    name : str
        Name of the data set, for the errors.
    source : {"auto", "packaged", "download", "simulated"}
        ``auto`` never touches the network: a download counts only when every one of its files is in the cache
        or in a mirror folder. ``download`` may fetch.
    layers : mapping of layer to callable
        The layers that the data set has, the preferred one first; the chosen one is called without arguments.
    keys : sequence of str
        The registry keys that the layer ``download`` reads.

    Returns
    -------
    object
        What the layer returned.

    Raises
    ------
    UsageError
        The data set has no such layer, or none of its layers is here.
    """
    if source == "auto":
        return layers[_first_present(name, layers, keys)]()
    for layer, load in layers.items():
        if layer == source:
            return load()
    raise UsageError(f"{name} has no source {source!r}: expected one of auto, {', '.join(layers)}")


def _first_present(name: str, layers: Mapping[Layer, object], keys: Sequence[str]) -> Layer:
    for layer in layers:
        if layer != "download" or all(fetch.cached(key) is not None for key in keys):
            return layer
    raise UsageError(
        f"{name} is not on this machine: it has to be downloaded first, and source='auto' never does that",
        tip=f"run `eds data fetch {name}`, or call the loader with source='download'",
    )
