"""Canaries: copies of a test in which one expected value is another, so that right answers must fail them.

A process that passes such a copy is lying. The copies run in the same kernel as the test, right before or
after it, in an order and with constants that are drawn for each run: whoever replaces the kernel's methods,
removes assertions, or returns what is equal to everything, cannot tell which of the texts is the test. Only
the expected side of an assertion is altered, so that no deterministic code can pass both a test and its copy;
and of the assertions those that the students never saw are preferred, since a copy that differs from what was
released gives itself away.

Passing both a test and its copy is evidence. Who fails the test and passes the copy may have guessed which of
the two is the test, or have a wrong answer that hits the altered value: one in as many as could have been
drawn. A *strong* copy has an altered value, so that it says something by itself or together with those of
other tests (``others``). A *weak* one turns an assertion round (``<`` into ``>``, a truth into its negation),
which honest wrong answers pass as well; a *hollow* one can be passed by an empty array.

Running a copy between the tests could change what they see. So the guard in the kernel puts names, contents,
random states and history back before each text, and leaves everything as the real test did (``guard.py``). A
forked child would keep the state even better, and be useless: the kernel would know in the child that nothing
counts there, and whoever is asked in the order test, copy, test, copy knows which is which.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeGuard

from eds_autograder.grading.altered import (
    other_number,
    other_text,
    others_of_number,
    others_of_shift,
    say,
    shift,
)
from eds_autograder.grading.assertions import (
    compared,
    constants,
    decisive,
    difference,
    given_to,
    handed_names,
    is_literal,
    name_of,
    names_in,
    number_of,
    of_form,
    tested,
    touched_names,
)

__all__ = ["Canary", "find_canaries"]

_FLIPPED = {
    ast.Lt: (">", "<"),
    ast.LtE: (">", "<="),
    ast.Gt: ("<", ">"),
    ast.GtE: ("<", ">="),
    ast.NotEq: ("==", "!="),
    ast.In: ("not in", "in"),
    ast.NotIn: ("in", "not in"),
    ast.Is: ("is not", "is"),
    ast.IsNot: ("is", "is not"),
}
_COMPARING = {"allclose", "isclose", "array_equal", "array_equiv"}
_SWAPPED = {
    "assertTrue": "assertFalse",
    "assertFalse": "assertTrue",
    "assertIn": "assertNotIn",
    "assertIsNone": "assertIsNotNone",
}
_NAMED = ("number", "text")  # a message may name them
_SHORT = 3  # letters: shorter texts are labels, which wrong answers hit
_CERTAIN = 10_000  # others, of a text that no answer has
_HUGE = 1e300
_HOLLOW = 100  # others at most, where an answer without values passes


@dataclass(frozen=True)
class Canary:
    """One place in a test where a copy may differ.

    Attributes
    ----------
    kind : {"number", "text", "shift", "swap", "negate"}
        ``number``, ``text``: a literal gets another value; ``shift``: something is added to an expression;
        ``swap``: an operator or a name becomes its opposite; ``negate``: the whole condition is turned round.
    start, end : int
        The place in the test's text.
    first, last : int
        Lines (from 1) of the assertion: where a right answer fails.
    strong, hollow : bool
        See the module.
    margin : float
        How far an altered number has to lie off, at least.
    other : str
        What stands there instead, of a swap; of a text another one of the same test, where it has one: who
        knows which words there are would know a word that does not exist.
    said : tuple of int
        Place of the assertion's message, which may name the value.
    seconds : float
        How long the reference solution takes to fail it.
    others : int
        Of so many other values one is drawn: a wrong answer hits it by chance once in as many runs, or more
        seldom. 1 where such answers pass the copy anyway.
    """

    kind: str
    start: int
    end: int
    first: int
    last: int
    strong: bool
    hollow: bool = False
    margin: float = 0.0
    other: str = ""
    said: tuple[int, ...] = ()
    seconds: float = 0.0
    others: int = 1

    @property
    def spans(self) -> list[tuple[int, int]]:
        """The parts of the text that a copy writes anew."""
        messages = [self.said] if self.said and self.kind in _NAMED else []
        return [(self.start, self.end), *((start, end) for start, end in messages)]

    def is_apart_from(self, other: Canary) -> bool:
        """Tell whether one copy can differ at both places."""
        return all(a[1] <= b[0] or b[1] <= a[0] for a in self.spans for b in other.spans)

    def changes(self, source: str, chance: random.Random) -> list[Change]:
        """Draw what a copy has in this place, something else each time."""
        old = source[self.start : self.end]
        if self.kind == "number":
            new = other_number(old, self.margin, chance)
        elif self.kind == "text":
            new = old[0] + (self.other or other_text(old[1:-1], chance)) + old[-1]
        elif self.kind == "shift":
            new = f"{old} + {shift(self.margin, chance)}"
        elif self.kind == "negate":
            new = f"not ({old})"
        else:
            new = self.other
        plain_old, plain_new = (text.strip("'\"") for text in (old, new))
        messages = [
            Change(start, end, say(source[start:end], plain_old, plain_new)) for start, end in self.spans[1:]
        ]
        return [Change(self.start, self.end, new), *messages]

    def draw(self, source: str, chance: random.Random) -> str:
        """Return a copy of the test with this place altered."""
        return altered(source, self.changes(source, chance))


class Change(NamedTuple):
    """What stands between two places of a text, anew."""

    start: int
    end: int
    text: str


def altered(source: str, changes: Iterable[Change]) -> str:
    """Return a text with changes made; none of them may overlap."""
    for start, end, text in sorted(changes, reverse=True):
        source = source[:start] + text + source[end:]
    return source


def find_canaries(
    source: str, hidden: Sequence[int] = (), answers: Iterable[str] = (), valued: bool = False
) -> list[Canary]:
    """Return the places of a test cell where a copy may differ, the most useful first.

    Parameters
    ----------
    source : str
        The instructor's test cell.
    hidden : sequence of int
        Its lines (from 1) that students never see. Where assertions stand in them, the others are left alone.
    answers : iterable of str
        Names that the students' cells define. Where good places look at what comes of them, the others are
        left alone: an answer that is equal to everything shows only there.
    valued : bool
        Whether the cell ends in a value that is its mark: then conditions earn points as assertions do.

    Returns
    -------
    list of Canary
        Not tried yet: some of them a right answer may still pass.
    """
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return []
    touched = touched_names(tree, set(answers))
    finder = _Finder(source, tree, touched)
    found = {}
    for node in ast.walk(tree):
        for canary in finder.of_statement(node, valued):
            found[canary.kind, canary.start, canary.end] = (canary, bool(names_in(tested(node)) & touched))
    chosen = list(found.values())
    chosen = [item for item in chosen if finder.lines_of(item[0]) <= set(hidden)] or chosen
    of_answers = [canary for canary, of_answer in chosen if of_answer]
    if not any(canary.strong and not canary.hollow for canary in of_answers):
        of_answers = [canary for canary, _ in chosen]
    return sorted(of_answers, key=_rank)


def _rank(canary: Canary) -> tuple[bool, bool, int, int]:
    kinds = ("number", "text", "shift", "swap", "negate")
    return not canary.strong, canary.hollow, kinds.index(canary.kind) // 2, -canary.first


def _is_usual(number: float | None) -> TypeGuard[float]:
    """Tell whether it is a number that can be reckoned with, no infinite one."""
    return number is not None and abs(number) < _HUGE


def _weakened(canary: Canary) -> Canary:
    return replace(canary, strong=False, others=1)


class _Finder:
    """Finds places in one text."""

    def __init__(self, source: str, tree: ast.Module, touched: set[str]) -> None:
        self.source = source
        self.tree = tree
        self.touched = touched
        self.handed = handed_names(tree, touched)
        self.starts = [0]
        self.lines = source.split("\n")
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)

    def of_statement(self, node: ast.AST, valued: bool) -> Iterator[Canary]:
        if isinstance(node, ast.Assert):
            said = self._place(node.msg) if node.msg is not None else ()
            for canary in self._of_condition(node.test):
                yield self._in(node, canary, said)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            for canary in self._of_assertion(node.value):
                yield self._in(node, canary, ())
        elif isinstance(node, ast.If) and valued:
            for canary in self._of_condition(node.test):
                yield self._in(node.test, canary, ())

    def _in(self, node: Any, canary: Canary, said: tuple[int, ...]) -> Canary:
        return replace(canary, first=node.lineno, last=node.end_lineno or node.lineno, said=said)

    def _of_condition(self, test: ast.expr) -> Iterator[Canary]:
        yield from self._inside(test)
        if isinstance(test, ast.Constant):
            return
        yield self._make("negate", test, False)

    def _inside(self, test: ast.expr) -> Iterator[Canary]:
        if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
            for part in test.values:
                yield from self._inside(part)
        elif isinstance(test, ast.Compare) and len(test.ops) == 1:
            yield from self._of_comparison(test.left, test.ops[0], test.comparators[0])
        elif isinstance(test, ast.Call) and name_of(test) in _COMPARING and len(test.args) >= 2:
            yield from self._of_closeness(test, exact=name_of(test).startswith("array"))

    def _of_comparison(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> Iterator[Canary]:
        if isinstance(op, ast.Eq):
            found = self._expected(left, right, 0.0)
            # an answer that lies about its values has an honest shape
            yield from map(_weakened, found) if of_form(left) else found
            return
        if isinstance(op, ast.Lt | ast.LtE) and (inner := difference(left)) is not None:
            tolerance = number_of(right)
            margin = 1e-6 if tolerance is None else max(abs(tolerance), 1e-12)
            yield from self._expected(inner.left, inner.right, margin)
        yield from self._swap(left, op, right)

    def _swap(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> Iterator[Canary]:
        if type(op) not in _FLIPPED:
            return
        new, old = _FLIPPED[type(op)]
        start, end = self._place(left)[1], self._place(right)[0]
        between = self.source[start:end]
        if between.count(old) == 1 and "#" not in between:
            place = start + between.index(old)
            yield Canary("swap", place, place + len(old), 0, 0, False, other=new)

    def _expected(
        self, left: ast.expr, right: ast.expr, margin: float, hollow: bool = False
    ) -> Iterator[Canary]:
        """Alter the side that is written out; where neither is, add something to the right one."""
        literal = next((side for side in (right, left) if is_literal(side)), None)
        if literal is not None:
            if not (is_literal(left) and is_literal(right)):
                yield from self._in_constants(constants(literal), margin, hollow)
            return
        yield from self._in_assigned(right if not names_in(right) & self.touched else left, margin, hollow)
        # of a - b, adding to b in the text is as far off as adding to the difference
        if isinstance(right, ast.Name | ast.Attribute | ast.Subscript | ast.Call):
            yield self._make("shift", right, True, others_of_shift(margin), margin=margin, hollow=hollow)

    def lines_of(self, canary: Canary) -> set[int]:
        """Return a line of the assertion and that of the altered place: students must have seen neither."""
        return {canary.last, self.source.count("\n", 0, canary.start) + 1}

    def _in_assigned(self, side: ast.expr, margin: float, hollow: bool) -> Iterator[Canary]:
        """Alter a value of what the expected name was given: a copy then looks like the test."""
        if isinstance(side, ast.Name) and side.id not in self.touched | self.handed:
            for node in ast.walk(self.tree):
                for value in given_to(node, side.id):
                    yield from self._in_constants(decisive(value), margin, hollow)

    def _other_label(self, text: str) -> str:
        """Return another word that the test compares with, "" where there is none."""
        words = {
            node.value
            for statement in ast.walk(self.tree)
            for part in compared(statement)
            for node in ast.walk(part)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        alike = [word for word in words if word != text and word.isidentifier() and len(word) >= _SHORT]
        return min(alike, default="", key=lambda word: (abs(len(word) - len(text)), word))

    def _in_constants(self, places: Iterable[ast.expr], margin: float, hollow: bool) -> Iterator[Canary]:
        for node in places:
            value = number_of(node)
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield from self._in_text(node, node.value)
            elif _is_usual(value):
                off = margin if margin or isinstance(value, int) else 1e-9 * (abs(value) or 1.0)
                vague = off > 0.01 * max(abs(value), 0.1)
                start, end = self._place(node)
                others = others_of_number(self.source[start:end], off)
                made = self._make("number", node, True, others, margin=off, hollow=hollow)
                yield _weakened(made) if vague else made

    def _in_text(self, node: ast.Constant, text: str) -> Iterator[Canary]:
        start, end = self._place(node)
        if self.source[start:end] in (f"'{text}'", f'"{text}"') and "\\" not in text:
            other = self._other_label(text)
            strong = len(text) >= _SHORT
            others = _CERTAIN if strong and not other else 1
            yield self._make("text", node, strong, others, other=other)

    def _of_closeness(self, call: ast.Call, exact: bool) -> Iterator[Canary]:
        given = {word.arg: number_of(word.value) for word in call.keywords}
        relative = given.get("rtol", given.get("rel_tol", 1e-5))
        absolute = given.get("atol", given.get("abs_tol", 1e-8))
        if relative is None or absolute is None or relative > 0.1:
            return
        left, right = call.args[:2]
        literal = next((side for side in (right, left) if is_literal(side)), None)
        values = (
            [abs(v) for v in map(number_of, constants(literal)) if _is_usual(v)]
            if literal is not None
            else []
        )
        margin = absolute + relative * max(values, default=1.0)
        single = literal is None or len(list(constants(literal))) < 2
        margin = 0.0 if exact else max(margin, 1e-9)
        yield from self._expected(left, right, margin, hollow=single and not exact)

    def _of_assertion(self, call: ast.Call) -> Iterator[Canary]:
        name = name_of(call)
        if name in _SWAPPED and isinstance(call.func, ast.Attribute):
            end = self._place(call.func)[1]
            yield Canary("swap", end - len(name), end, 0, 0, False, other=_SWAPPED[name])
        elif name.startswith(("assert_", "assertEqual", "assertAlmostEqual")) and len(call.args) >= 2:
            exact = "close" not in name and "almost" not in name.lower()
            if "decimal" in {word.arg for word in call.keywords} or len(call.args) > 2:
                return
            yield from self._of_closeness(call, exact)

    def _make(
        self, kind: str, node: ast.expr, strong: bool, others: int = 1, hollow: bool = False, **known: Any
    ) -> Canary:
        others = min(others, _HOLLOW) if hollow else others
        return Canary(kind, *self._place(node), 0, 0, strong, hollow, others=others, **known)

    def _place(self, node: ast.expr) -> tuple[int, int]:
        return self._offset(node.lineno, node.col_offset), self._offset(
            node.end_lineno or node.lineno, node.end_col_offset or 0
        )

    def _offset(self, line: int, column: int) -> int:
        # columns are counted in bytes
        return self.starts[line - 1] + len(self.lines[line - 1].encode()[:column].decode())
