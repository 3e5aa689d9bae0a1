"""Mistakes of people who work with arrays and models: the wrong axis, a sum for a mean, a fit on the test."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from eds_autograder.audit.docstrings import array_arguments, returned_types
from eds_autograder.audit.edits import Edit, Source, changed, text_of
from eds_autograder.audit.operators import Operator, called, is_mere_conversion

__all__ = ["DOMAIN"]

# what is taken for what, by the name of the function or method
_TAKEN_FOR = {
    "mean": ("sum", "median"),
    "median": ("mean",),
    "sum": ("mean",),
    "argmin": ("argmax",),
    "argmax": ("argmin",),
    "min": ("max",),
    "max": ("min",),
    "minimum": ("maximum",),
    "maximum": ("minimum",),
    "std": ("var",),
    "var": ("std",),
    "all": ("any",),
    "any": ("all",),
    "floor": ("ceil",),
    "ceil": ("floor",),
    "triu": ("tril",),
    "zeros": ("ones",),
    "ones": ("zeros",),
    "column_stack": ("vstack",),
    "uniform": ("normal",),
    "permutation": ("integers",),
    "exp": ("log",),
    "log": ("log10",),
}
_NO_METHOD = {"median"}
# a call whose first argument does without it
_LEFT_OUT = {"sqrt", "abs", "square", "sort", "sorted", "log", "exp", "asarray", "clone", "cumsum"}
_LEFT_OUT_METHODS = {
    *("copy", "ravel", "flatten", "squeeze", "reshape", "astype", "transpose", "cumsum", "strip", "lower"),
    *("dropna", "fillna", "reset_index", "sort_values", "sort_index", "drop_duplicates", "detach"),
}
_PARTNERS = (("train", "test"), ("train", "validation"))
_CHOICES = {
    "linear": ("rbf",),
    "rbf": ("linear",),
    "most_frequent": ("stratified", "uniform"),
    "distance": ("uniform",),
    "uniform": ("distance",),
    "nearest": ("linear",),
}


def taken_for(_source: Source, node: ast.AST) -> Iterator[Edit]:
    """Call the neighbour: a sum for a mean, argmin for argmax, any for all."""
    if not isinstance(node, ast.Call):
        return
    function = node.func
    name = called(node)
    for other in _TAKEN_FOR.get(name, ()):
        if isinstance(function, ast.Name):
            yield Edit(node, changed(node, func=ast.Name(other)), f"{other} for {name}")
        elif isinstance(function, ast.Attribute) and not (other in _NO_METHOD and not _is_module(function)):
            named = ast.Attribute(function.value, other)
            yield Edit(node, changed(node, func=named), f"{other} for {name}")


def left_out(source: Source, node: ast.AST) -> Iterator[Edit]:
    """Forget a step: the root, the sort, the copy, the transpose, the conversion of a list."""
    if isinstance(node, ast.Call) and node.args and called(node) in _LEFT_OUT:
        if is_mere_conversion(source, node):
            return
        yield Edit(node, text_of(node.args[0]), f"no {called(node)}")
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and not _is_module(node.func):
        if node.func.attr in _LEFT_OUT_METHODS:
            yield Edit(node, text_of(node.func.value), f"no {node.func.attr}")
    elif isinstance(node, ast.Attribute) and node.attr == "T":
        yield Edit(node, text_of(node.value), "no transpose")
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and text_of(node.right) == "2":
        yield Edit(node, text_of(node.left), "missing square")


def axis(_source: Source, node: ast.AST) -> Iterator[Edit]:
    """Go along the other axis."""
    if isinstance(node, ast.keyword) and node.arg == "axis" and text_of(node.value) in ("0", "1"):
        yield Edit(node.value, str(1 - int(text_of(node.value))), "axis")
    if isinstance(node, ast.Call) and called(node) == "meshgrid" and not node.keywords:
        keywords = [ast.keyword("indexing", ast.Constant("ij"))]
        yield Edit(node, changed(node, keywords=keywords), "axis")


def degrees_of_freedom(_source: Source, node: ast.AST) -> Iterator[Edit]:
    """Divide by n - 1 where it is n; the other way is a number one off."""
    if not isinstance(node, ast.Call) or called(node) not in ("std", "var"):
        return
    if not any(keyword.arg == "ddof" for keyword in node.keywords):
        keywords = [*node.keywords, ast.keyword("ddof", ast.Constant(1))]
        yield Edit(node, changed(node, keywords=keywords), "ddof")


def dropped_keyword(source: Source, node: ast.AST) -> Iterator[Edit]:
    """Leave a keyword argument to its default."""
    if isinstance(node, ast.Call):
        for index, keyword in enumerate(node.keywords if not is_mere_conversion(source, node) else []):
            rest = [*node.keywords[:index], *node.keywords[index + 1 :]]
            yield Edit(node, changed(node, keywords=rest), f"no {keyword.arg or 'keywords'}")


def choice(source: Source, node: ast.AST) -> Iterator[Edit]:
    """Take another of a library's named choices."""
    if isinstance(node, ast.Constant) and isinstance(source.parent(node), ast.keyword):
        for other in _CHOICES.get(str(node.value), ()):
            yield Edit(node, repr(other), "choice")


def other_part(source: Source, node: ast.AST) -> Iterator[Edit]:
    """Use the test part where the training part is meant, or the other way."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        known = _names(source.function(node))
        for pair in _PARTNERS:
            if node.id in pair and known >= set(pair):
                yield Edit(node, pair[1 - pair.index(node.id)], "other part")


def _names(function: ast.FunctionDef | None) -> set[str]:
    nodes = ast.walk(function) if function else ()
    return {getattr(node, "id", getattr(node, "arg", "")) for node in nodes} - {""}


def wrong_result(source: Source, node: ast.AST) -> Iterator[Edit]:
    """Return another shape, whole numbers for real ones, or the wrong sign."""
    function = source.function(node)
    if not isinstance(node, ast.Return) or node.value is None or function is None:
        return
    types = returned_types(function)
    values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
    if len(types) != len(values):
        return
    for value, type_ in zip(values, types, strict=True):
        text = text_of(value)
        if type_.startswith("array"):
            yield Edit(value, f"np.asarray({text})[None]", "shape")
        elif type_.startswith("float"):
            yield Edit(value, f"np.array([{text}])", "shape")
        if type_.startswith(("array", "float")) and " of " not in type_:
            yield Edit(value, f"np.trunc({text})", "whole numbers")
            yield Edit(value, f"-np.asarray({text})", "sign")


def changed_input(source: Source, node: ast.AST) -> Iterator[Edit]:
    """Write into an array that belongs to the caller, and go on with what was in it."""
    function = source.parent(node)
    if not isinstance(node, ast.stmt) or not isinstance(function, ast.FunctionDef):
        return
    if node is not next((first for first in function.body if not _is_docstring(first)), None):
        return
    for name in array_arguments(function):
        text = (
            f"if isinstance({name}, np.ndarray):\n"
            f"    _given, {name} = {name}, {name}.copy()\n"
            f"    _given[...] = ~_given if _given.dtype == bool else _given + 1"
        )
        yield Edit(node, text, f"changed {name}", inserted=True)


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_module(function: ast.Attribute) -> bool:
    return isinstance(function.value, ast.Name) and function.value.id in ("np", "numpy")


DOMAIN: tuple[Operator, ...] = (
    taken_for,
    left_out,
    axis,
    degrees_of_freedom,
    dropped_keyword,
    choice,
    other_part,
    wrong_result,
    changed_input,
)
