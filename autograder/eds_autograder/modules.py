"""Which modules a notebook imports, read from its code without running it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["imported_modules"]


def imported_modules(notebook: Mapping[str, Any]) -> Iterator[str]:
    """Yield the dotted names that a notebook's code cells import.

    Parameters
    ----------
    notebook : mapping
        A notebook's JSON. A cell that is not valid Python is passed over.

    Yields
    ------
    str
        Such as ``sklearn.svm`` for ``from sklearn.svm import SVC``.
    """
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        text = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        # a magic is no Python, and imports nothing
        source = re.sub(r"^(\s*)[%!].*$", r"\1pass", text, flags=re.MULTILINE)
        try:
            tree = ast.parse(source)
        except SyntaxError:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module
