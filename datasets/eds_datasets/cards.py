"""One page for each data set, made of what registry, loader and data say of themselves: it cannot drift."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np

from eds_datasets.dataset import SIMULATED_LICENCE, Dataset, with_index
from eds_datasets.fetch import cached
from eds_datasets.inventory import InventoryEntry
from eds_datasets.registry import RegistryEntry

__all__ = ["attributes", "card", "offline_layer", "sample"]

_FEW = 4
_LARGE = 100_000
_PROVENANCE = {field.name for field in fields(Dataset)}
_SECTION = re.compile(r"^(?P<title>\w[\w ]*)\n-{3,}\n", re.MULTILINE)
_ITEM = re.compile(r"^(?P<names>\w[\w, ]*?)(?: ?: (?P<type>.*))?\n(?P<text>(?:    .*\n|\n)+)", re.MULTILINE)
_COLUMN = re.compile(
    r"^- (?P<names>``\w+``(?:, ``\w+``)*): (?P<text>(?:.*(?:\n(?!- )\s*\S.*)*))", re.MULTILINE
)


def sample(known: InventoryEntry, layer: str) -> Dataset | None:
    """Load a small part of a data set, or return None when a download is not on this machine."""
    if layer == "download" and any(cached(file.key) is None for file in known.files() if file.mirrored):
        return None
    if layer == "simulated" and known.simulator is not None:
        simulated: Dataset = known.function(known.simulator)(seed=0, **known.sample.get(layer, {}))
        return simulated
    loaded: Dataset = known.function(known.loader)(source=layer, **known.sample.get(layer, {}))
    return loaded


def card(known: InventoryEntry, data: Dataset) -> str:
    """Write the page of a data set in Markdown.

    Parameters
    ----------
    known : InventoryEntry
        The data set.
    data : Dataset
        What loader or simulator returned: its class documents the contents, its values have the shapes.

    Returns
    -------
    str
        Title, summary, picture, sources with terms, files, contents with units, origin, known faults.
    """
    parts = [
        f"# {known.title}",
        _calls(known),
        _summary(known),
        f"![{known.title}](../../docs/data/{known.name}.png)",
        "## Where it comes from",
        "\n".join(_sources(known, data)),
        "\n".join(_files(known)),
        f"## What is in it (`{data.source}`)",
        _table(("name", "shape", "unit", "what"), _contents(data)),
        *_prose(known),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _calls(known: InventoryEntry) -> str:
    calls = [f'`{known.loader}(source="auto")`']
    if known.simulator is not None:
        calls.append(f"`{known.simulator}(seed=…)`")
    return " · ".join([*calls, f"`eds data show {known.name}`"])


def _summary(known: InventoryEntry) -> str:
    """Return what stands in the loader's docstring before its parameters."""
    text = inspect.getdoc(known.function(known.loader)) or ""
    return _SECTION.split(text, maxsplit=1)[0].strip()


def _sources(known: InventoryEntry, data: Dataset) -> Iterator[str]:
    if "packaged" in known.layers:
        terms = f" Cite {data.citation}." if data.source == "packaged" else ""
        yield f"- `packaged`: inside a dependency, always here; {known.packaged_licence}.{terms}"
    if "download" in known.layers:
        files = known.files()
        size = sum(file.size for file in files) / 1e6
        yield f"- `download`: {len(files)} files, {size:,.1f} MB, after `eds data fetch {known.name}`."
    if "simulated" in known.layers:
        terms = f" {data.citation}." if data.source == "simulated" else ""
        yield f"- `simulated`: seeded; {SIMULATED_LICENCE}.{terms}"


def _files(known: InventoryEntry) -> Iterator[str]:
    """Yield one line for the files that share collection, terms and source, and name files without a copy."""
    groups: dict[tuple[str, ...], list[RegistryEntry]] = {}
    for file in known.files():
        collection = file.key.rpartition("/")[0]
        groups.setdefault((collection, file.version, file.licence, file.citation), []).append(file)
    rows = [
        (f"`{collection}/`", str(len(files)), _names(files), version, licence, citation)
        for (collection, version, licence, citation), files in groups.items()
    ]
    if rows:
        yield _table(("collection", "files", "which", "version", "licence", "cite"), rows)
    for file in known.files():
        if not file.mirrored:
            yield f"\nThe course's mirror holds no `{file.key}`; it comes from <{file.url}>."


def _names(files: Sequence[RegistryEntry]) -> str:
    names = [file.key.rpartition("/")[2] for file in files]
    if len(names) > _FEW:
        suffixes = dict.fromkeys(name.rpartition(".")[2] for name in names)
        return ", ".join(f"*.{suffix}" for suffix in suffixes)
    return ", ".join(f"`{name}`" for name in names)


def _contents(data: Dataset) -> Iterator[tuple[str, str, str, str]]:
    import pandas as pd

    documented = attributes(type(data))
    for field in fields(data):
        if field.name in _PROVENANCE:
            continue
        value = getattr(data, field.name)
        text = documented.get(field.name, "")
        yield (
            f"`{field.name}`",
            _shape(value),
            data.units.get(field.name, ""),
            _one_line(_COLUMN.split(text)[0]),
        )
        if isinstance(value, pd.DataFrame):
            yield from _columns(field.name, value, data.units, text)


def _columns(
    name: str, table: Any, units: Mapping[str, str], text: str
) -> Iterator[tuple[str, str, str, str]]:
    documented = {
        column: match["text"]
        for match in _COLUMN.finditer(text)
        for column in re.findall(r"``(\w+)``", match["names"])
    }
    whole = with_index(table)
    for column in map(str, whole):
        meaning = _one_line(documented.get(column, ""))
        unit = units.get(f"{name}.{column}", units.get(column, ""))
        yield f"`{name}.{column}`", _kind(whole[column].dtype), unit, meaning


def attributes(kind: type) -> dict[str, str]:
    """Return the text of each attribute in a numpydoc class docstring, unindented."""
    sections = _SECTION.split(inspect.getdoc(kind) or "")
    documented = dict(zip(sections[1::2], sections[2::2], strict=True))
    found: dict[str, str] = {}
    for match in _ITEM.finditer(documented.get("Attributes", "") + "\n"):
        text = inspect.cleandoc(match["text"])
        found.update(dict.fromkeys(re.split(r", *", match["names"]), text))
    return found


def _one_line(text: str) -> str:
    """Return a text as one cell of a table: no line breaks, no bars, code in the Markdown way."""
    return " ".join(text.split()).rstrip(":;").replace("``", "`").replace("|", "\\|")


def _shape(value: Any) -> str:
    import pandas as pd

    if isinstance(value, pd.DataFrame):
        return f"{_size(len(value))} rows"
    if isinstance(value, np.ndarray):
        return f"{_kind(value.dtype)} {' × '.join(map(_size, value.shape))}"
    if isinstance(value, list):
        return f"list of {len(value):,}"
    return "absent" if value is None else type(value).__name__


def _size(count: int) -> str:
    """Write a number of rows; the last digits of a large one may differ between machines."""
    if count < _LARGE:
        return f"{count:,}"
    return f"≈ {round(count, 3 - len(str(count))):,}"


def _kind(dtype: Any) -> str:
    """Name a type in the same way for every version of pandas and every length of text."""
    if dtype.kind == "M":
        return "time"
    return str(dtype) if dtype.kind in "biuf" else "text"


def _table(headings: Sequence[str], rows: Any) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _prose(known: InventoryEntry) -> Iterator[str]:
    if known.collected:
        yield "## How the real data came to be"
        yield known.collected.strip()
    if known.faults:
        yield "## Known faults"
        yield "\n".join(f"- {fault}" for fault in known.faults)


def offline_layer(known: InventoryEntry) -> str:
    """Return the layer that a card is made from: one that answers on every machine, where there is one."""
    return next((layer for layer in ("packaged", "simulated") if layer in known.layers), "download")
