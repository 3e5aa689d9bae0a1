"""What a student may read about a test whose text is partly hidden."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Any

from eds_autograder.grading.assignment import GradedCell

__all__ = ["Scrubber", "author_messages", "failing_line", "student_message"]

HIDDEN_FAILED = "A hidden test did not pass."
VISIBLE_FAILED = "A test did not pass."
SCRUBBED = "[left out: it quotes a hidden test]"

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_LINE = re.compile(r"(?:Cell In\[\d+\], line |<ipython-input-[^>]*> in .*?line |File <[^>]*>:)(\d+)")
_MESSAGE_LENGTH = 600
# shorter lines, such as ")" or "x = 1", stand in honest code too
_QUOTED_LENGTH = 12


def student_message(source: GradedCell, cell: Any) -> str:
    """Return what a student is told about a failed test cell.

    A failure in the visible part is told in the exception's own words; one in the hidden part only in a
    message that the author wrote for it. What cannot be placed counts as hidden.

    Parameters
    ----------
    source : GradedCell
        The instructor's cell.
    cell : nbformat.NotebookNode
        The executed cell, failed.

    Returns
    -------
    str
    """
    error = next((output for output in cell.outputs if output.output_type == "error"), None)
    if error is None:
        return VISIBLE_FAILED
    said = _ANSI.sub("", str(error.evalue)).strip()
    if not source.hidden or failing_line(error) in _visible(source):
        return Scrubber([source]).text(_in_words(error.ename, said))[:_MESSAGE_LENGTH]
    known = [message for message in author_messages(source) if message in said]
    return max(known, key=len) if known else HIDDEN_FAILED


def _in_words(name: str, said: str) -> str:
    if name == "NotImplementedError":
        return "This part is still to be written."
    if name == "AssertionError":
        return said or VISIBLE_FAILED
    return f"{name}: {said}" if said else str(name)


def author_messages(source: GradedCell) -> list[str]:
    """Return the messages in the hidden part of a test cell: string literals that are said on a failure."""
    try:
        tree = ast.parse(source.source)
    except SyntaxError:
        return []
    hidden = set(source.hidden)
    return [
        node.value
        for node in _said(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.strip()
        if node.lineno in hidden
    ]


def _said(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert) and node.msg is not None:
            yield node.msg
        elif isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            yield from node.exc.args
        elif isinstance(node, ast.Call):
            yield from (word.value for word in node.keywords if word.arg in ("err_msg", "msg", "message"))
            if _call_name(node).startswith("assert"):
                yield from (argument for argument in node.args if _is_sentence(argument))


def _call_name(node: ast.Call) -> str:
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _is_sentence(node: ast.AST) -> bool:
    """Tell a message from a value that is compared: it has more than one word."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value.split()) > 1


def _visible(source: GradedCell) -> set[int]:
    return set(range(1, len(source.source.split("\n")) + 1)) - set(source.hidden)


def failing_line(error: Any) -> int | None:
    """Return the line of the test cell at which it failed: the outermost frame of the traceback."""
    text = _ANSI.sub("", "\n".join(error.get("traceback", [])))
    match = _LINE.search(text)
    return int(match[1]) if match else None


class Scrubber:
    """Takes quoted lines of hidden tests out of what students see.

    Parameters
    ----------
    cells : iterable of GradedCell
        The cells whose hidden lines nobody may quote.
    """

    def __init__(self, cells: Iterable[GradedCell]) -> None:
        self.secrets = sorted({line for cell in cells for line in _secret_lines(cell)}, key=len, reverse=True)

    def text(self, text: str) -> str:
        """Return the text, or a remark in its place when it quotes a hidden line."""
        return SCRUBBED if self.quotes(text) else text

    def quotes(self, text: str) -> bool:
        """Tell whether a text holds a line of a hidden test."""
        plain = _ANSI.sub("", text)
        return any(secret in plain for secret in self.secrets)

    def lines(self, text: str) -> str:
        """Return the text with only the quoting lines taken out."""
        if not self.quotes(text):
            return text
        return "\n".join(SCRUBBED if self.quotes(line) else line for line in text.split("\n"))


def _secret_lines(cell: GradedCell) -> Iterator[str]:
    public = {line.strip() for line in cell.released.split("\n")}
    for number, line in enumerate(cell.source.split("\n"), start=1):
        text = line.strip()
        if number in cell.hidden and text not in public and len(text) >= _QUOTED_LENGTH:
            yield text
