"""The tests of an exercise taken apart: the visible ones, the hidden ones, each assertion by itself."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from eds_autograder.authoring.lesson import HIDDEN, Cell

__all__ = ["RECORD", "Assertion", "Parts", "names_bound", "take_apart"]

# what an assertion that fails calls, with its number: the run goes on behind it
RECORD = "__eds_record__"


@dataclass(frozen=True)
class Assertion:
    """One assertion of the hidden tests.

    Attributes
    ----------
    number : int
        Counted in its cell, from 0.
    line : int
        Of the cell, from 1.
    message : str
        What the student is told.
    code : str
    """

    number: int
    line: int
    message: str
    code: str


@dataclass(frozen=True)
class Parts:
    """The tests of one cell, as pieces of Python that run by themselves.

    Attributes
    ----------
    visible : str
        The cell as students get it.
    ready : str
        What the hidden tests prepare before they need an answer: it is the same for all.
    hidden : str
        The rest of the hidden tests, with the visible statements that they build on and no visible assertion.
        One that fails is recorded, and the run goes on.
    assertions : tuple of Assertion
    """

    visible: str
    ready: str
    hidden: str
    assertions: tuple[Assertion, ...]


def take_apart(cell: Cell, answered: Iterable[str]) -> Parts:
    """Take a tests cell apart.

    Parameters
    ----------
    cell : Cell
    answered : iterable of str
        The names that the answers, and the code between them and the tests, bind.

    Returns
    -------
    Parts
    """
    tree = ast.parse(cell.source)
    inside = {index + 1 for index, _ in HIDDEN.split(cell.source)[1]}
    hidden = [node for node in tree.body if node.lineno in inside]
    visible = [node for node in tree.body if node.lineno not in inside]
    needed = [*_needed(visible, hidden), *hidden]
    first = _first_that_asks(needed, set(answered))
    recorder = _Recorder(inside)
    return Parts(
        visible="\n".join(line for _, line in HIDDEN.split(cell.source)[0]),
        ready=_text(needed[:first]),
        hidden=_text([recorder.visit(node) for node in needed[first:]]),
        assertions=tuple(recorder.found),
    )


def _text(nodes: list[ast.stmt]) -> str:
    return ast.unparse(ast.fix_missing_locations(ast.Module(nodes, [])))


def _needed(visible: list[ast.stmt], hidden: list[ast.stmt]) -> list[ast.stmt]:
    """Return the visible statements whose names the hidden tests use, and those that these use."""
    wanted = _free(hidden)
    kept: list[ast.stmt] = []
    for node in reversed(visible):
        if not _checks(node) and names_bound([node]) & wanted:
            kept.insert(0, _unchecked(node))
            wanted |= _loaded([node])
    return kept


def _unchecked(node: ast.stmt) -> ast.stmt:
    """Return a loop or a condition without its assertions; what a helper asserts is its own business."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return node
    return _Unchecked().visit(node)  # type: ignore[no-any-return]


def _checks(node: ast.stmt) -> bool:
    if isinstance(node, ast.Assert):
        return True
    return isinstance(node, ast.Expr) and _is_check(node.value)


def _is_check(node: ast.expr) -> bool:
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name.lower().startswith("assert")


def _free(nodes: list[ast.stmt]) -> set[str]:
    """Return the names that are used before the same statements bind them."""
    free: set[str] = set()
    bound: set[str] = set()
    for node in nodes:
        free |= _loaded([node]) - bound - _own(node)
        bound |= names_bound([node])
    return free


def _own(node: ast.stmt) -> set[str]:
    """Return the names that a statement binds before it uses them: those of its loops, its functions."""
    if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Expr | ast.Assert):
        loops = (below.target for below in ast.walk(node) if isinstance(below, ast.comprehension))
        return names_bound(loops)
    return names_bound([node])


def _loaded(nodes: Iterable[ast.AST]) -> set[str]:
    names = (name for node in nodes for name in ast.walk(node) if isinstance(name, ast.Name))
    return {name.id for name in names if isinstance(name.ctx, ast.Load)}


def names_bound(nodes: Iterable[ast.AST]) -> set[str]:
    """Return the names that statements bind."""
    return set(_bound(nodes))


def _bound(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in (below for top in nodes for below in ast.walk(top)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).split(".")[0]


def _first_that_asks(nodes: list[ast.stmt], answered: set[str]) -> int:
    """Return the place of the first statement that depends on an answer or checks something."""
    asking = set(answered)
    for index, node in enumerate(nodes):
        names = {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}
        if names & asking or any(isinstance(below, ast.Assert) for below in ast.walk(node)) or _checks(node):
            return index
        # a function may call anything later, when answers are there
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            continue
    return len(nodes)


class _Unchecked(ast.NodeTransformer):
    """Takes assertions out."""

    def visit_Assert(self, node: ast.Assert) -> ast.AST:
        return ast.copy_location(ast.Pass(), node)


class _Recorder(ast.NodeTransformer):
    """Puts each hidden assertion into a try, so that one that fails is noted and the next one runs."""

    def __init__(self, inside: set[int]) -> None:
        self.inside = inside
        self.found: list[Assertion] = []

    def visit_Assert(self, node: ast.Assert) -> ast.AST:
        return self._recorded(node, node.msg)

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        if not _is_check(node.value):
            return node
        sentences = [
            value
            for value in ast.walk(node)
            if isinstance(value, ast.Constant) and isinstance(value.value, str) and " " in value.value
        ]
        return self._recorded(node, sentences[-1] if sentences else None)

    def _recorded(self, node: ast.stmt, message: ast.expr | None) -> ast.AST:
        if node.lineno not in self.inside:
            return node
        number = len(self.found)
        said = message.value if isinstance(message, ast.Constant) else ""
        self.found.append(Assertion(number, node.lineno, str(said), ast.unparse(node)))
        record = ast.parse(f"{RECORD}({number})").body
        handlers = [ast.ExceptHandler(ast.Name("Exception", ast.Load()), None, record)]
        return ast.copy_location(ast.Try([node], handlers, [], []), node)
