"""Proof that a test cell ran to its end: a word that nobody knows beforehand, set at the cell's last line.

The word is set by the cell's own code and read back by an expression that travels with the request. A kernel
that skips the cell, replaces its text, leaves it early or answers in its place has no word to give. One that
reads the request can forge it: the altered copies are there for that (`eds_autograder.grading.canaries`).
"""

from __future__ import annotations

import ast
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Proof", "ends_in_expression"]

_EXPRESSION = "end"
_MAGIC = re.compile(r"^(\s*)[%!].*$", re.MULTILINE)
_ASSIGNED_MAGIC = re.compile(r"(?<![=<>!])(=)\s*[%!].*$", re.MULTILINE)


@dataclass(frozen=True)
class Proof:
    """The word of one run of one cell.

    Attributes
    ----------
    name : str
        The variable that holds it.
    word : str
    """

    name: str
    word: str

    @classmethod
    def make(cls) -> Proof:
        """Draw a word."""
        return cls(f"_{secrets.token_hex(6)}", secrets.token_hex(16))

    @property
    def expressions(self) -> dict[str, str]:
        """What the kernel is asked for when the cell has ended."""
        return {_EXPRESSION: self.name}

    def mark(self, source: str) -> str:
        """Return the cell's code with the word at its end.

        Before a last expression, since that one's value is displayed; no line changes its number.
        """
        statement = f"{self.name} = {self.word!r}"
        last = ends_in_expression(source)
        if last is None:
            return f"{source}\n{statement}"
        lines = source.split("\n")
        row, column = last
        line = lines[row].encode()
        lines[row] = (line[:column] + f"{statement}; ".encode() + line[column:]).decode()
        return "\n".join(lines)

    def holds(self, reply: Mapping[str, Any]) -> bool:
        """Tell whether an execute reply gives the word back."""
        try:
            found = reply["content"]["user_expressions"][_EXPRESSION]
            return bool(found["status"] == "ok" and found["data"]["text/plain"] == repr(self.word))
        except (KeyError, TypeError):
            return False


def ends_in_expression(source: str) -> tuple[int, int] | None:
    """Return line (from 0) and column (in bytes) of a cell's last statement when its value is displayed."""
    # a magic is no Python; what stands in its place keeps lines and columns of the rest
    plain = _MAGIC.sub(r"\1pass", _ASSIGNED_MAGIC.sub(r"\1 0", source))
    try:
        body = ast.parse(plain).body
    except SyntaxError:
        return None
    if not body or not isinstance(body[-1], ast.Expr):
        return None
    return body[-1].lineno - 1, body[-1].col_offset
