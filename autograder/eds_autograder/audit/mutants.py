"""Mutants of a reference solution: each has one mistake, each is other code than the rest."""

from __future__ import annotations

import ast
import difflib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType

from eds_autograder.audit.domain import DOMAIN
from eds_autograder.audit.edits import Edit, Source, text_of
from eds_autograder.audit.operators import GENERAL
from eds_autograder.authoring.lesson import SOLUTION

__all__ = ["Mutant", "Mutants", "make_mutants"]

_INVALID = "not valid"
_SAME = "same bytecode"


@dataclass(frozen=True)
class Mutant:
    """The reference solution with one mistake.

    Attributes
    ----------
    text : str
        The whole answer cell.
    operator : str
        What kind of mistake it is.
    line : int
        Of the cell, from 1: where the mistake stands.
    change : str
        ``old → new``, in Python.
    """

    text: str
    operator: str
    line: int
    change: str

    def diff(self, reference: str) -> str:
        """Return the changed lines, behind - and +."""
        lines = difflib.unified_diff(reference.split("\n"), self.text.split("\n"), lineterm="", n=0)
        return "\n".join(line for line in lines if not line.startswith(("---", "+++", "@@")))


@dataclass(frozen=True)
class Mutants:
    """The mutants of one answer, and how many were sorted out before any test.

    Attributes
    ----------
    kept : tuple of Mutant
    sorted_out : dict of str to int
        By reason: ``not valid`` does not compile, ``same bytecode`` is the reference or another mutant.
    """

    kept: tuple[Mutant, ...]
    sorted_out: dict[str, int]


def make_mutants(text: str) -> Mutants:
    """Make every mutant of an answer cell's solution.

    Parameters
    ----------
    text : str
        The cell; where it marks its solution with BEGIN and END, nothing outside of it is changed.

    Returns
    -------
    Mutants

    Raises
    ------
    SyntaxError
        When the cell is not Python alone.
    """
    source = Source.parse(text)
    seen = {_fingerprint(compile(text, "answer", "exec"))}
    kept, out = [], Counter({_INVALID: 0, _SAME: 0})
    for edit in _edits(source):
        mutated = source.apply(edit)
        try:
            code = _fingerprint(compile(mutated, "answer", "exec"))
        except (SyntaxError, ValueError):
            out[_INVALID] += 1
            continue
        if code in seen:
            out[_SAME] += 1
            continue
        seen.add(code)
        kept.append(Mutant(mutated, edit.operator, edit.node.lineno, _change(edit)))
    return Mutants(tuple(kept), dict(out))


def _edits(source: Source) -> Iterator[Edit]:
    inside = {index + 1 for index, _ in SOLUTION.split(source.text)[1]}
    for node in ast.walk(source.tree):
        line = getattr(node, "lineno", None)
        if isinstance(node, ast.keyword):
            line = node.value.lineno
        if line is None or (inside and line not in inside) or _is_told(source, node):
            continue
        for operator in (*GENERAL, *DOMAIN):
            yield from operator(source, node)


def _is_told(source: Source, node: ast.AST) -> bool:
    """Whether a node only words what an error says."""
    return any(isinstance(above, ast.Raise | ast.JoinedStr | ast.Assert) for above in source.above(node))


def _change(edit: Edit) -> str:
    return edit.operator if edit.inserted else f"{_one_line(text_of(edit.node))} → {_one_line(edit.text)}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _fingerprint(code: CodeType) -> tuple[object, ...]:
    """Return what a code object does, without where it stands in which file."""
    constants = tuple(
        _fingerprint(value) if isinstance(value, CodeType) else (type(value).__name__, repr(value))
        for value in code.co_consts
    )
    return (code.co_code, constants, code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
