"""What a lesson must obey before it is built: each rule is a function from a lesson to its problems."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from typing import TypeGuard

from eds_autograder.authoring.lesson import HIDDEN, SOLUTION, Cell, Kind, Lesson, Problem, Region

__all__ = ["check_lesson"]

# nbgrader's own rule for grade ids, and nbformat's for cell ids
_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_PRINTERS = {"print", "display", "pprint", "printf", "help"}
_MAGIC = re.compile(r"^\s*[%!?]|=\s*[%!]|\?\s*$", re.MULTILINE)
_STREAMS = {"stdout", "stderr"}
# what was meant as a delimiter and is none, so that nbgrader would show what stands behind it
_ALMOST = re.compile(r"\s*#+\s*(begin|end)\W+(hidden|solution|test)", re.IGNORECASE)

Found = Iterator[tuple[Cell, int, str]]  # the cell, a line inside of it (0: its marker), the message


def check_lesson(lesson: Lesson, topics: Collection[str]) -> list[Problem]:
    """Return all that is wrong with a lesson, in the order of its text.

    Parameters
    ----------
    lesson : Lesson
    topics : collection of str
        The ids that a graded cell may name.

    Returns
    -------
    list of Problem
        Empty when the lesson can be built.
    """
    found = [
        Problem(lesson.path, cell.line + offset, message)
        for rule in _RULES
        for cell, offset, message in rule(lesson)
    ]
    found += [
        Problem(lesson.path, cell.line, f"unknown topic {topic!r} (see eds course topics)")
        for cell in lesson.graded()
        for topic in cell.topics
        if topic not in topics
    ]
    return sorted(found, key=lambda problem: problem.line)


def _ids(lesson: Lesson) -> Found:
    marked = [cell for cell in lesson.cells if cell.kind is not Kind.PLAIN]
    counts = Counter(cell.grade_id for cell in marked if cell.grade_id)
    for cell in marked:
        if not cell.grade_id:
            yield cell, 0, f'missing id: write {cell.kind}="some-name"'
        elif not _ID.fullmatch(cell.grade_id):
            yield cell, 0, f"id {cell.grade_id!r}: only letters, digits, - and _, at most 64"
        elif counts[cell.grade_id] > 1:
            yield cell, 0, f"doubled id {cell.grade_id!r}: {counts[cell.grade_id]} cells bear it"


def _points_and_topics(lesson: Lesson) -> Found:
    for cell in lesson.cells:
        if not cell.kind.graded:
            if cell.points is not None:
                yield cell, 0, "points where nothing is graded (only tests and essays have points)"
            if cell.topics:
                yield cell, 0, "topics where nothing is graded (only tests and essays have topics)"
            continue
        if cell.points is None or cell.points <= 0:
            yield cell, 0, "graded cell without points: write points=2"
        if not cell.topics:
            yield cell, 0, 'graded cell without topics: write topics="reg.linear" (see eds course topics)'


def _cell_types(lesson: Lesson) -> Found:
    for cell in lesson.cells:
        if cell.kind in (Kind.ANSWER, Kind.TESTS) and cell.cell_type != "code":
            yield cell, 0, f"{cell.kind} on a {cell.cell_type} cell: it must be code"
        if cell.kind is Kind.ESSAY and cell.cell_type != "markdown":
            yield cell, 0, f"essay on a {cell.cell_type} cell: it must be markdown (# %% [markdown] essay=…)"


def _regions(lesson: Lesson) -> Found:
    homes = {SOLUTION: (Kind.ANSWER, Kind.ESSAY), HIDDEN: (Kind.TESTS,)}
    for cell in lesson.cells:
        for region, kinds in homes.items():
            yield from _balanced(cell, region)
            if cell.kind not in kinds and any(map(region.begins, cell.source.split("\n"))):
                allowed = " or ".join(kinds)
                yield cell, 0, f"{region.name} in a cell that is no {allowed} cell: students would see it"


def _delimiters(lesson: Lesson) -> Found:
    for cell in lesson.cells:
        for offset, line in enumerate(cell.source.split("\n"), 1):
            known = any(region.begins(line) or region.ends(line) for region in (SOLUTION, HIDDEN))
            if not known and _ALMOST.match(line):
                yield (
                    cell,
                    offset,
                    f"{line.strip()!r} delimits nothing: write BEGIN or END, and SOLUTION or HIDDEN TESTS",
                )


def _balanced(cell: Cell, region: Region) -> Found:
    opened = 0
    for offset, line in enumerate(cell.source.split("\n"), 1):
        if region.begins(line):
            if opened:
                yield cell, offset, f"BEGIN {region.name} again before its END"
            opened = offset
        elif region.ends(line):
            if not opened:
                yield cell, offset, f"END {region.name} without its BEGIN"
            opened = 0
    if opened:
        yield cell, opened, f"BEGIN {region.name} without its END"


def _answers(lesson: Lesson) -> Found:
    """Every tests cell needs something to grade, and every answer someone who grades it."""
    waiting: list[Cell] = []
    answered = False
    for cell in lesson.cells:
        if cell.kind is Kind.ANSWER:
            waiting.append(cell)
            answered = True
        elif cell.kind is Kind.TESTS:
            waiting = []
            if not answered:
                yield cell, 0, "points where nothing is graded: no answer stands above these tests"
    for cell in waiting:
        yield cell, 0, f"answer {cell.grade_id!r} is graded by no tests cell below it"


def _solutions(lesson: Lesson) -> Found:
    for cell in lesson.cells:
        # IPython's own syntax is no Python; such a cell is left to whoever runs it
        if cell.kind is Kind.ANSWER and cell.cell_type == "code" and not _MAGIC.search(cell.source):
            try:
                ast.parse(cell.source)
            except SyntaxError as error:
                yield cell, error.lineno or 0, f"the solution is not valid Python: {error.msg}"


def _tests(lesson: Lesson) -> Found:
    for cell in lesson.cells:
        if cell.kind is Kind.TESTS and cell.cell_type == "code":
            try:
                tree = ast.parse(cell.source)
            except SyntaxError as error:
                yield cell, error.lineno or 0, f"tests are not valid Python: {error.msg}"
                continue
            hidden = {offset + 1 for offset, _ in HIDDEN.split(cell.source)[1]}
            yield from _assertions(cell, tree, hidden)
            yield from _silence(cell, tree)


def _assertions(cell: Cell, tree: ast.Module, hidden: set[int]) -> Found:
    checks = [node for node in ast.walk(tree) if _is_check(node)]
    if not checks:
        yield cell, 0, "points where nothing is graded: the tests assert nothing"
    elif hidden and all(node.lineno in hidden for node in checks):
        yield cell, 0, "hidden tests without visible ones: show the student one assertion"
    for node in checks:
        if isinstance(node, ast.Assert) and node.lineno in hidden:
            if node.msg is None:
                yield cell, node.lineno, "a hidden assertion without a message for the student"
            elif not (isinstance(node.msg, ast.Constant) and isinstance(node.msg.value, str)):
                yield (
                    cell,
                    node.lineno,
                    "a hidden assertion's message must be a plain string: a computed one can leak",
                )


def _silence(cell: Cell, tree: ast.Module) -> Found:
    """Refuse output, which can cost the mark: stderr fails a test cell, a last value sets partial credit."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) in _PRINTERS:
            yield cell, node.lineno, f"a test cell that prints: {_called(node)}()"
        if isinstance(node, ast.Attribute) and node.attr == "write" and _name(node.value) in _STREAMS:
            yield cell, node.lineno, f"a test cell that prints: {_name(node.value)}.write()"
    last = tree.body[-1] if tree.body else None
    if isinstance(last, ast.Expr) and not _is_check(last.value):
        yield cell, last.lineno, "a test cell that prints: its last line is a bare expression"


def _is_check(node: ast.AST) -> TypeGuard[ast.Assert | ast.Call]:
    if isinstance(node, ast.Assert):
        return True
    return isinstance(node, ast.Call) and _called(node).lower().startswith("assert")


def _called(node: ast.Call) -> str:
    return _name(node.func)


def _name(node: ast.expr) -> str:
    """Return the last part of a dotted name."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


_RULES: tuple[Callable[[Lesson], Found], ...] = (
    _ids,
    _points_and_topics,
    _cell_types,
    _regions,
    _delimiters,
    _answers,
    _solutions,
    _tests,
)
