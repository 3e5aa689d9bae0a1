"""How much a notebook prints and shows, counted while it comes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["OutputMeter"]

_COUNTED = ("stream", "display_data", "execute_result", "update_display_data", "error")
_ALWAYS = 2**16  # bytes that a cell may print when the notebook's are used up
_LONGEST_LINE = 2**16


class OutputMeter:
    """Lets output pass until a notebook has shown as much as it may; then only a little of each cell.

    Parameters
    ----------
    most : int
        Bytes of the whole notebook.
    """

    def __init__(self, most: int) -> None:
        self.left = most
        self._cell: int | None = None
        self._cell_left = _ALWAYS

    def passes(self, message: Mapping[str, Any], cell: int) -> bool:
        """Count a message of a cell; tell whether its output is kept. An error always is."""
        kind, content = message["msg_type"], message["content"]
        if kind not in _COUNTED:
            return True
        if cell != self._cell:
            self._cell, self._cell_left = cell, _ALWAYS
        size = _size(content)
        if kind == "error":
            _shorten(content)
            return True
        passes = size <= self.left or size <= self._cell_left
        self.left = max(0, self.left - size)
        self._cell_left -= size
        return passes


def _size(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Mapping):
        return sum(_size(item) for item in value.values())
    if isinstance(value, list):
        return sum(_size(item) for item in value)
    return 1


def _shorten(content: Any) -> None:
    """Cut what an exception says to a length that somebody can read."""
    content["evalue"] = str(content.get("evalue", ""))[:_LONGEST_LINE]
    content["traceback"] = [str(line)[:_LONGEST_LINE] for line in content.get("traceback", [])[-100:]]
