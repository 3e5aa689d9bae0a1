"""Mistakes that any program can have: a wrong operator, a number one off, a line left out."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from eds_autograder.audit.docstrings import array_arguments
from eds_autograder.audit.edits import Edit, Source, changed, text_of

__all__ = ["GENERAL", "Operator", "called", "is_mere_conversion"]

Operator = Callable[[Source, ast.AST], Iterator[Edit]]

_ARITHMETIC: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Div,),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
}
_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}

# their arguments may stand either way
_EITHER_WAY = {"maximum", "minimum", "hypot", "add", "multiply", "max", "min", "logical_and", "logical_or"}


def called(node: ast.Call) -> str:
    """Return the last part of the name of what is called."""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def is_mere_conversion(source: Source, node: ast.AST) -> bool:
    """Whether a call only makes an array of what the docstring says is one: without it, nothing is wrong."""
    if not (isinstance(node, ast.Call) and called(node) in ("asarray", "array") and node.args):
        return False
    function = source.function(node)
    lists = array_arguments(function, "array_like") if function else []
    names = {name.id for name in ast.walk(node.args[0]) if isinstance(name, ast.Name)}
    return function is not None and not names & set(lists)


def arithmetic(_source: Source, node: ast.AST) -> Iterator[Edit]:
    """Take another operator of arithmetic; exchange the sides of a product of matrices."""
    if isinstance(node, ast.BinOp):
        for other in _ARITHMETIC.get(type(node.op), ()):
            yield Edit(node, changed(node, op=other()), "arithmetic")
        if isinstance(node.op, ast.MatMult):
            yield Edit(node, changed(node, left=node.right, right=node.left), "swapped factors")
    if isinstance(node, ast.AugAssign):
        for other in _ARITHMETIC.get(type(node.op), ()):
            yield Edit(node, changed(node, op=other()), "arithmetic")


def comparison(_source: Source, node: ast.AST) -> Iterator[Edit]:
    """Let a boundary belong to the other side, or turn a comparison round."""
    if isinstance(node, ast.Compare):
        for index, op in enumerate(node.ops):
            for other in _COMPARISONS[type(op)]:
                ops = [*node.ops[:index], other(), *node.ops[index + 1 :]]
                boundary = {type(op), other} in ({ast.Lt, ast.LtE}, {ast.Gt, ast.GtE})
                yield Edit(node, changed(node, ops=ops), "boundary" if boundary else "comparison")


def boolean(_source: Source, node: ast.AST) -> Iterator[Edit]:
    """Confuse and with or; forget a condition or a not."""
    if isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield Edit(node, changed(node, op=other), "boolean")
        for index in range(len(node.values)):
            rest = [*node.values[:index], *node.values[index + 1 :]]
            yield Edit(node, text_of(rest[0]) if len(rest) == 1 else changed(node, values=rest), "condition")
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd | ast.BitOr):
        yield Edit(node, text_of(node.left), "condition")
        yield Edit(node, text_of(node.right), "condition")
    if isinstance(node, ast.UnaryOp) and not isinstance(node.operand, ast.Constant):
        # a number's own sign is left to the numbers
        yield Edit(node, text_of(node.operand), "sign" if isinstance(node.op, ast.USub) else "negation")


def branch(_source: Source, node: ast.AST) -> Iterator[Edit]:
    """Take a branch always, or never."""
    if isinstance(node, ast.If | ast.IfExp):
        for value in ("True", "False"):
            yield Edit(node.test, value, "branch")


def number(source: Source, node: ast.AST) -> Iterator[Edit]:
    """Be one off in a whole number, wrong in a real one; confuse True and False."""
    if not isinstance(node, ast.Constant):
        return
    value = node.value
    if isinstance(value, bool):
        yield Edit(node, str(not value), "flag")
        return
    parent = source.parent(node)
    negative = isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.USub)
    place: ast.expr = parent if negative and isinstance(parent, ast.UnaryOp) else node
    if isinstance(value, int):
        for near in (value + 1, value - 1):
            yield Edit(place, str(-near if negative else near), "off by one")
    elif isinstance(value, float):
        for other in (2 * value, value / 2) if value else (1.0,):
            yield Edit(place, repr(-other if negative else other), "number")


def swapped_arguments(source: Source, node: ast.AST) -> Iterator[Edit]:
    """Exchange two neighbouring arguments of a call, or two results."""
    if isinstance(node, ast.Call) and called(node) not in _EITHER_WAY:
        for swapped in _swaps(node.args):
            yield Edit(node, changed(node, args=swapped), "swapped arguments")
    if isinstance(node, ast.Tuple) and isinstance(source.parent(node), ast.Return):
        for swapped in _swaps(node.elts):
            yield Edit(node, changed(node, elts=swapped), "swapped results")


def _swaps(values: list[ast.expr]) -> Iterator[list[ast.expr]]:
    for index in range(len(values) - 1):
        first, second = values[index : index + 2]
        if ast.dump(first) != ast.dump(second) and not isinstance(first, ast.Starred):
            yield [*values[:index], second, first, *values[index + 2 :]]


def dropped_statement(source: Source, node: ast.AST) -> Iterator[Edit]:
    """Leave a statement out; return nothing."""
    if isinstance(node, ast.Return) and node.value is not None and text_of(node.value) != "None":
        yield Edit(node, "return None", "dropped return")
    elif isinstance(node, ast.stmt) and _may_go(source, node):
        yield Edit(node, "pass", "dropped statement")


def _may_go(source: Source, node: ast.stmt) -> bool:
    """Whether the code runs without a statement, and is not the same without it."""
    if isinstance(node, ast.Expr):
        return not isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Assign):
        return _rebinds(source, node) and not _converts(source, node.value)
    return isinstance(node, ast.Raise | ast.AugAssign | ast.Break | ast.Continue)


def _converts(source: Source, value: ast.expr) -> bool:
    values = value.elts if isinstance(value, ast.Tuple) else [value]
    return all(is_mere_conversion(source, item) for item in values)


def _rebinds(source: Source, node: ast.Assign) -> bool:
    """Whether all that is assigned was there before: without it the code still runs."""
    function = source.function(node)
    if function is None:
        return False
    before = {argument.arg for argument in ast.walk(function.args) if isinstance(argument, ast.arg)}
    for other in ast.walk(function):
        if isinstance(other, ast.Name) and isinstance(other.ctx, ast.Store) and other.lineno < node.lineno:
            before.add(other.id)
    targets = [target for whole in node.targets for target in ast.walk(whole)]
    stored = {name.id for name in targets if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)}
    return stored <= before


def loop(_source: Source, node: ast.AST) -> Iterator[Edit]:
    """Begin a loop late, end it early, or forget which of its items are meant."""
    if isinstance(node, ast.For):
        for part in ("[1:]", "[:-1]"):
            yield Edit(node.iter, f"list({text_of(node.iter)}){part}", "loop")
    if isinstance(node, ast.Call) and called(node) == "enumerate" and len(node.args) == 1:
        yield Edit(node, changed(node, args=[*node.args, ast.Constant(1)]), "off by one")
    if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
        generators = node.generators
        for index, generator in enumerate(generators):
            if generator.ifs:
                other = ast.comprehension(generator.target, generator.iter, [], generator.is_async)
                rest = [*generators[:index], other, *generators[index + 1 :]]
                yield Edit(node, changed(node, generators=rest), "condition")


def left_out_item(_source: Source, node: ast.AST) -> Iterator[Edit]:
    """Forget an item of a list or of a dictionary."""
    if isinstance(node, ast.List) and len(node.elts) > 1 and isinstance(node.ctx, ast.Load):
        for index in range(len(node.elts)):
            yield Edit(node, changed(node, elts=[*node.elts[:index], *node.elts[index + 1 :]]), "left out")
    if isinstance(node, ast.Dict) and len(node.keys) > 1:
        for index in range(len(node.keys)):
            keys = [*node.keys[:index], *node.keys[index + 1 :]]
            values = [*node.values[:index], *node.values[index + 1 :]]
            yield Edit(node, changed(node, keys=keys, values=values), "left out")


GENERAL: tuple[Operator, ...] = (
    arithmetic,
    comparison,
    boolean,
    branch,
    number,
    swapped_arguments,
    dropped_statement,
    loop,
    left_out_item,
)
