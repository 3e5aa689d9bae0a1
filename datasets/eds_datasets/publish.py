"""Write the cards and the pictures of a clone, and check that the cards are what the code says."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path

from eds_datasets import cards
from eds_datasets.dataset import Dataset
from eds_datasets.errors import EdsError
from eds_datasets.inventory import InventoryEntry, inventory
from eds_datasets.pictures import draw_picture

__all__ = ["check_cards", "draw_pictures", "write_cards"]

_HEADINGS = {"packaged": "real", "download": "real", "simulated": "simulated"}


def _texts(root: Path) -> Iterator[tuple[InventoryEntry, Path, str | None]]:
    """Yield each data set, the path of its card, and its text: None where the data are not here."""
    for known in inventory().values():
        data = cards.sample(known, cards.offline_layer(known))
        text = None if data is None else cards.card(known, data)
        yield known, root / "datasets" / "cards" / f"{known.name}.md", text


def write_cards(root: Path) -> Iterator[Path]:
    """Write every card, and yield the paths of those that changed.

    Parameters
    ----------
    root : Path
        The clone of the course.

    Raises
    ------
    EdsError
        The data of a card are not on this machine.
    """
    for known, path, text in _texts(root):
        if text is None:
            raise EdsError(f"{known.name} is not on this machine", tip=f"run `eds data fetch {known.name}`")
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            yield path


def check_cards(root: Path) -> list[str]:
    """Return what is wrong with the cards, one line for each; a card whose data are not here is passed over.

    Parameters
    ----------
    root : Path
        The clone of the course.
    """
    problems = []
    for _, path, text in _texts(root):
        if not path.is_file():
            problems.append(f"{path}: missing")
        elif text is not None:
            old = path.read_text(encoding="utf-8")
            problems += _difference(path, old, text)
    return problems


def _difference(path: Path, old: str, new: str) -> list[str]:
    """Return the first line that differs, or nothing."""
    for line in difflib.unified_diff(old.splitlines(), new.splitlines(), n=0, lineterm=""):
        if line[0] in "+-" and line[:3] not in ("+++", "---"):
            return [f"{path}: {line}"]
    return []


def draw_pictures(root: Path) -> Iterator[Path]:
    """Draw every data set, real beside simulated, and yield the paths.

    Parameters
    ----------
    root : Path
        The clone of the course.

    Raises
    ------
    EdsError
        Real data are not on this machine.
    """
    for known in inventory().values():
        path = root / "docs" / "data" / f"{known.name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        draw_picture(path, _columns(known))
        yield path


def _columns(known: InventoryEntry) -> dict[str, Dataset]:
    """Return the data to draw side by side: every layer, a download only where nothing real is packaged."""
    found: dict[str, Dataset] = {}
    for layer in known.layers:
        data = cards.sample(known, layer)
        if data is None:
            raise EdsError(f"{known.name} is not on this machine", tip=f"run `eds data fetch {known.name}`")
        found.setdefault(f"{_HEADINGS[layer]} ({layer})" if layer != "simulated" else layer, data)
    return found
