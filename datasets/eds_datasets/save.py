"""Write a data set to a file: arrays and tables as .npz, a single table as .csv."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from eds_datasets.dataset import Dataset, with_index
from eds_datasets.errors import UsageError

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

__all__ = ["save"]

_PROVENANCE = ("name", "source", "licence", "citation", "units")


def save(dataset: Dataset, path: Path) -> str:
    """Write a data set, and say in a few words what was written.

    Parameters
    ----------
    dataset : Dataset
        Its arrays and tables are written; so is where they come from.
    path : Path
        ``.npz`` holds each array under its name, each column of a table under ``table.column``, and the
        provenance as JSON under ``provenance``, and needs no unpickling. ``.csv`` holds one table, below a
        line that begins with ``#`` and holds the provenance.

    Returns
    -------
    str
        For example ``"features (150, 4), species (150,)"``.

    Raises
    ------
    UsageError
        The suffix is none of the two, or ``.csv`` was asked for data that are not one table.
    """
    if path.suffix == ".npz":
        arrays = dict(_arrays(dataset))
        np.savez_compressed(path, provenance=np.array(_provenance(dataset)), **arrays)  # type: ignore[arg-type]
        return ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
    if path.suffix == ".csv":
        table = _only_table(dataset)
        with path.open("w", encoding="utf-8") as stream:
            stream.write(f"# {_provenance(dataset)}\n")
            table.to_csv(stream, index=False)
        return f"{len(table):,} rows of {', '.join(map(str, table))}"
    raise UsageError(f"cannot write {path.name}: expected a name that ends in .npz or .csv")


def _provenance(dataset: Dataset) -> str:
    return json.dumps(
        {name: getattr(dataset, name) for name in _PROVENANCE}, default=dict, ensure_ascii=False
    )


def _contents(dataset: Dataset) -> Iterator[tuple[str, Any]]:
    for field in fields(dataset):
        if field.name not in _PROVENANCE:
            yield field.name, getattr(dataset, field.name)


def _arrays(dataset: Dataset) -> Iterator[tuple[str, NDArray[Any]]]:
    import pandas as pd

    for name, value in _contents(dataset):
        if isinstance(value, pd.DataFrame):
            table = with_index(value)
            for column in table:
                yield f"{name}.{column}", _plain(table[column])
        elif isinstance(value, list):
            for number, item in enumerate(value):
                yield f"{name}.{number}", np.asarray(item)
        elif value is not None:
            yield name, np.asarray(value)


def _plain(column: pd.Series[Any]) -> NDArray[Any]:
    """Return a column as an array that needs no pickle: text as str, times as UTC in ISO 8601."""
    if column.dtype.kind in "biuf":
        return column.to_numpy()
    return column.astype(str).to_numpy(dtype=str)


def _only_table(dataset: Dataset) -> pd.DataFrame:
    import pandas as pd

    tables = {name: value for name, value in _contents(dataset) if isinstance(value, pd.DataFrame)}
    if len(tables) != 1:
        raise UsageError(
            f"{dataset.name} is {len(tables)} tables, and a .csv file holds one",
            tip="write a .npz file instead",
        )
    return with_index(next(iter(tables.values())))
