"""What a function's numpydoc says of its arguments and results: which are arrays, which are numbers."""

from __future__ import annotations

import ast
import re

__all__ = ["array_arguments", "returned_types"]

_SECTION = re.compile(r"^\s*(\w[\w ]*)\n\s*-{3,}\s*$", re.MULTILINE)


def array_arguments(function: ast.FunctionDef, word: str = "array") -> list[str]:
    """Return the arguments that the docstring calls arrays (or ``array_like``: lists too), in order."""
    found = []
    for names, type_ in _entries(function, "Parameters"):
        if type_.startswith(word):
            found += [name.strip() for name in names.split(",")]
    known = {argument.arg for argument in function.args.args}
    return [name for name in found if name in known]


def returned_types(function: ast.FunctionDef) -> list[str]:
    """Return the type of each result as the docstring writes it, such as ``array of int, shape (n,)``."""
    found = []
    for names, type_ in _entries(function, "Returns"):
        # 'train, test : arrays of float' are two; an entry without a colon is a type alone
        found += [type_] * (len(names.split(",")) if type_ != names else 1)
    return found


def _entries(function: ast.FunctionDef, section: str) -> list[tuple[str, str]]:
    """Return the entries of a section as names and type; both the same where no name is given."""
    text = ast.get_docstring(function) or ""
    parts = _SECTION.split(text)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    lines = [line for line in sections.get(section, "").split("\n") if line and not line.startswith(" ")]
    entries = []
    for line in lines:
        names, colon, type_ = line.partition(" : ")
        entries.append((names, type_) if colon else (line, line))
    return entries
