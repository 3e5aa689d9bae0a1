"""How much a notebook prints and shows, counted while it comes, and whether it has the form of an output."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["OutputMeter", "is_reply", "is_well_formed"]

_COUNTED = ("stream", "display_data", "execute_result", "update_display_data", "error")
_ALWAYS = 2**16  # bytes that a cell may print when the notebook's are used up
_LONGEST_LINE = 2**16
_DEEPEST = 60
_SHOWN = ("display_data", "execute_result", "update_display_data")


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


def is_well_formed(message: Mapping[str, Any]) -> bool:
    """Tell whether an output is one that a notebook can hold: a student's code may send anything by hand."""
    kind, content = message["msg_type"], message["content"]
    if not isinstance(content, dict) or not _is_shallow(content, _DEEPEST):
        return False
    if not isinstance(content.get("execution_count"), int | None):
        return False
    if kind == "stream":
        return content.get("name") in ("stdout", "stderr") and isinstance(content.get("text"), str)
    if kind in _SHOWN:
        return _shows(content)
    return kind != "error" or _is_error(content)


def is_reply(content: Mapping[str, Any]) -> bool:
    """Tell whether the content of a message can be a kernel's word on how a cell ended."""
    status = content.get("status")
    return status in ("ok", "aborted") or (status == "error" and _is_error(content))


def _is_error(content: Mapping[str, Any]) -> bool:
    lines = content.get("traceback")
    texts = [content.get("ename"), content.get("evalue"), *(lines if isinstance(lines, list) else [None])]
    return all(isinstance(text, str) for text in texts)


def _shows(content: Mapping[str, Any]) -> bool:
    data, metadata = content.get("data"), content.get("metadata")
    transient = content.get("transient") or {}
    if not (isinstance(data, dict) and isinstance(metadata, dict) and isinstance(transient, dict)):
        return False
    texts = [value for kind, value in data.items() if not kind.endswith("json")]
    return all(isinstance(text, str) for text in texts) and isinstance(
        transient.get("display_id"), str | None
    )


def _is_shallow(value: Any, depth: int) -> bool:
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return depth > 0 and all(_is_shallow(item, depth - 1) for item in inner)
    return True


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
