"""One change of a piece of code, put into its text so that all the rest stays as its author wrote it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

__all__ = ["Edit", "Source", "changed", "text_of"]

_LOOSE = (ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.IfExp, ast.Lambda, ast.NamedExpr)
_TIGHT = (*_LOOSE, ast.Attribute, ast.Starred)


@dataclass(frozen=True)
class Edit:
    """A node and what stands in its place.

    Attributes
    ----------
    node : ast.AST
        An expression or a statement of the source.
    text : str
        Its replacement; a statement's may have several lines, without indentation.
    operator : str
        What kind of mistake this is.
    inserted : bool
        Whether the text, a statement, stands before the node and the node stays.
    """

    node: ast.expr | ast.stmt
    text: str
    operator: str
    inserted: bool = False


@dataclass(frozen=True)
class Source:
    """A piece of Python and its syntax tree.

    Attributes
    ----------
    text : str
    tree : ast.Module
    parents : dict
        Each node's parent, by the node.
    """

    text: str
    tree: ast.Module
    parents: dict[ast.AST, ast.AST] = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Source:
        """Read Python; raises SyntaxError where it is none."""
        tree = ast.parse(text)
        parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        return cls(text, tree, parents)

    def parent(self, node: ast.AST) -> ast.AST | None:
        """Return what a node is part of."""
        return self.parents.get(node)

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield what a node is part of, from the inside out."""
        found = self.parents.get(node)
        while found is not None:
            yield found
            found = self.parents.get(found)

    def function(self, node: ast.AST) -> ast.FunctionDef | None:
        """Return the function around a node."""
        return next((found for found in self.above(node) if isinstance(found, ast.FunctionDef)), None)

    def statement(self, node: ast.AST) -> ast.stmt:
        """Return the statement around an expression; a statement is its own."""
        chain = (node, *self.above(node))
        return next(found for found in chain if isinstance(found, ast.stmt))

    def apply(self, edit: Edit) -> str:
        """Return the text with one edit in it."""
        lines = [line.encode() for line in self.text.split("\n")]
        node = edit.node
        end = node.end_lineno or node.lineno
        before = lines[node.lineno - 1][: node.col_offset]
        after = lines[end - 1][node.end_col_offset :]
        text = self._fitting(edit)
        if isinstance(node, ast.stmt):
            text = text.replace("\n", "\n" + " " * node.col_offset)
        if edit.inserted:
            new = b" " * node.col_offset + text.encode()
            return b"\n".join([*lines[: node.lineno - 1], new, *lines[node.lineno - 1 :]]).decode()
        middle = before + text.encode() + after
        return b"\n".join([*lines[: node.lineno - 1], middle, *lines[end:]]).decode()

    def _fitting(self, edit: Edit) -> str:
        """Put a replacement into brackets where it would otherwise fall apart."""
        parent = self.parent(edit.node)
        head = edit.node in (getattr(parent, "func", None), getattr(parent, "value", None))
        tight = isinstance(parent, _TIGHT) or (head and isinstance(parent, ast.Call | ast.Subscript))
        if isinstance(edit.node, ast.stmt) or not tight:
            return edit.text
        new = ast.parse(edit.text, mode="eval").body
        return f"({edit.text})" if isinstance(new, _LOOSE) else edit.text


def text_of(node: ast.AST) -> str:
    """Return a node as Python."""
    return ast.unparse(node)


def changed(node: ast.AST, **fields: object) -> str:
    """Return a node as Python, with other fields."""
    values = {name: getattr(node, name, None) for name in node._fields} | fields
    return ast.unparse(type(node)(**values))
