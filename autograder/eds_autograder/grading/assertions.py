"""What the text of a test says: the names in it, the values that it writes out, what it compares."""

from __future__ import annotations

import ast
from collections.abc import Iterator

__all__ = [
    "compared",
    "constants",
    "decisive",
    "defined_names",
    "difference",
    "given_to",
    "handed_names",
    "is_literal",
    "name_of",
    "names_in",
    "number_of",
    "of_form",
    "tested",
    "touched_names",
]

_ARITHMETIC = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow)
_FORMS = {"dtype", "len", "ndim", "shape", "size", "type"}
_DISTANCES = {"abs", "fabs", "absolute"}
# a literal may stand in these, and is still a literal
_MAKERS = {
    "list",
    "tuple",
    "set",
    "range",
    "array",
    "asarray",
    "float",
    "int",
    "sqrt",
    "exp",
    "log",
    "Fraction",
}


def defined_names(source: str) -> set[str]:
    """Return the names that a cell of answers defines at its top."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return set()
    found = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    return found | {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def tested(node: ast.AST) -> ast.AST:
    """Return what decides about a mark: the condition of an assertion or a branch, or the whole statement."""
    return node.test if isinstance(node, ast.Assert | ast.If) else node


def names_in(node: ast.AST) -> set[str]:
    """Return the names that stand in a part of the text."""
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def touched_names(tree: ast.Module, answers: set[str]) -> set[str]:
    """Return the names whose values come of the answers: theirs, and what is made of those."""
    return _spread(answers, [(made_of, bound) for bound, made_of in _bindings(tree)])


def handed_names(tree: ast.Module, touched: set[str]) -> set[str]:
    """Return the names whose values are handed to the answers, directly or in what is made of them.

    Another value of such a name is another question, to which a right answer has a right reply.
    """
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and names_in(node.func) & touched]
    handed = {name for call in calls for given in [*call.args, *call.keywords] for name in names_in(given)}
    return _spread(handed, list(_bindings(tree)))


def _spread(names: set[str], steps: list[tuple[set[str], set[str]]]) -> set[str]:
    """Return names with all that follows: of each step the second part, where the first has one of them."""
    known = set(names)
    while more := {name for given, following in steps if given & known for name in following} - known:
        known |= more
    return known


def _bindings(tree: ast.Module) -> Iterator[tuple[set[str], set[str]]]:
    """Yield, for each part of the text that binds names, these and the names that make their values."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        elif isinstance(node, ast.AnnAssign | ast.AugAssign | ast.NamedExpr) and node.value is not None:
            targets, value = [node.target], node.value
        elif isinstance(node, ast.For | ast.comprehension):
            targets, value = [node.target], node.iter
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield {node.name}, names_in(node)
            continue
        else:
            continue
        yield {name for target in targets for name in names_in(target)}, names_in(value)


def given_to(node: ast.AST, name: str) -> Iterator[ast.expr]:
    """Yield what a statement gives to a name: a value, or a column of the table that a loop goes through."""
    if isinstance(node, ast.Assign):
        if any(isinstance(target, ast.Name) and target.id == name for target in node.targets):
            yield node.value
    elif isinstance(node, ast.For):
        if isinstance(node.target, ast.Name) and node.target.id == name:
            yield node.iter
        elif isinstance(node.target, ast.Tuple) and isinstance(node.iter, ast.List | ast.Tuple):
            for place, target in enumerate(node.target.elts):
                if isinstance(target, ast.Name) and target.id == name:
                    rows = [row.elts for row in node.iter.elts if isinstance(row, ast.Tuple | ast.List)]
                    yield from (row[place] for row in rows if place < len(row))


def compared(node: ast.AST) -> Iterator[ast.expr]:
    """Yield where a statement may write out what it expects."""
    if isinstance(node, ast.Assert):
        yield node.test
    elif isinstance(node, ast.Assign):
        yield node.value
    elif isinstance(node, ast.For):
        yield node.iter


def name_of(call: ast.Call) -> str:
    """Return the last name of what is called."""
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def difference(node: ast.expr) -> ast.BinOp | None:
    """Return ``a - b`` out of ``abs(a - b)``."""
    if not isinstance(node, ast.Call) or name_of(node) not in _DISTANCES or len(node.args) != 1:
        return None
    inner = node.args[0]
    return inner if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Sub) else None


def of_form(node: ast.expr) -> bool:
    """Tell whether an expression asks for the form of a value, such as its length, and not for the value."""
    if isinstance(node, ast.Subscript):
        return of_form(node.value)
    name = name_of(node) if isinstance(node, ast.Call) else getattr(node, "attr", "")
    return name in _FORMS


def number_of(node: ast.AST | None) -> float | None:
    """Return the number that a literal is; None for anything else, truth values too."""
    try:
        value = ast.literal_eval(node)  # type: ignore[arg-type]
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def is_literal(node: ast.expr) -> bool:
    """Tell whether a value is written out: numbers, texts, arithmetic and containers of them."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, int | float | str) and not isinstance(node.value, bool)
    if isinstance(node, ast.UnaryOp):
        return is_literal(node.operand)
    if isinstance(node, ast.BinOp):
        return is_literal(node.left) and is_literal(node.right)
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return bool(node.elts) and all(map(is_literal, node.elts))
    if isinstance(node, ast.Call):
        return name_of(node) in _MAKERS and bool(node.args) and all(map(is_literal, node.args))
    return False


def constants(node: ast.expr | None) -> Iterator[ast.expr]:
    """Yield the numbers (with their sign) and texts of a literal."""
    if node is None:
        return
    if (
        isinstance(node, ast.UnaryOp)
        and isinstance(node.op, ast.USub)
        and isinstance(node.operand, ast.Constant)
    ) or isinstance(node, ast.Constant):
        yield node
    else:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr) and not (isinstance(node, ast.Call) and child is node.func):
                yield from constants(child)


def decisive(node: ast.expr) -> Iterator[ast.expr]:
    """Yield the constants of an expression that its value depends on, whatever else stands in it.

    Not those that are given to a function or used as an index: rounding to other digits, a limit that nothing
    reaches or a threshold in a gap may change nothing.
    """
    if is_literal(node):
        yield from constants(node)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, _ARITHMETIC):
        yield from decisive(node.left)
        yield from decisive(node.right)
    elif isinstance(node, ast.UnaryOp):
        yield from decisive(node.operand)
    elif isinstance(node, ast.List | ast.Tuple):
        for item in node.elts:
            yield from decisive(item)
    elif isinstance(node, ast.Call) and name_of(node) in _MAKERS:
        for given in node.args:
            yield from decisive(given)
