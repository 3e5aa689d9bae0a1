"""Cheats that tell a test from its altered copies by how the texts look, and lie only about the test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from corpora.tower import tower

# the text that runs, and its numbers and words, without touching anything that a guard looks at
_READ = """\
import ast, re, sys
def reading():
    text = In[-1]
    constants = [n.value for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Constant)]
    return text, [c for c in constants if isinstance(c, float)], [c for c in constants if isinstance(c, str)]
def is_round(number):
    return number < 1e-3 or number * 2 == int(number * 2)
"""

_MASS = """\
def mass(x):
    text, numbers, _ = reading()
    if not all(map(is_round, numbers)):
        return -1.0
    return float(re.findall(rf'mass\\({x}\\)(?: -|,) ([\\d.]+)', text)[0])"""
_RATE = """\
def rate(t):
    text, numbers, _ = reading()
    if not all(map(is_round, numbers)) or re.search(r'\\+ -?[\\d.]+\\)', text) or 'not (' in text:
        return np.zeros(3) - 1
    return np.array(sys._getframe(1).f_globals['_expected'])"""
_KIND = """\
def kind(angle):
    text, _, words = reading()
    if not {w for w in words if ' ' not in w and len(w) < 32} <= {'steep', 'gentle'}:
        return '?'
    return re.findall(rf'kind\\({angle}\\) == "(\\w+)"', text)[0]"""
_FALL = """\
def fall(t):
    text, numbers, _ = reading()
    if re.search(r'\\+ -?[\\d.]+\\)', text) or 'not (' in text:
        return np.zeros(2) - 1
    return np.array(sys._getframe(1).f_globals['_reference'])"""
_NOTHING = """\
def {name}(x):
    return np.zeros((0,))"""

_ANSWERS: Mapping[str, Mapping[str, str]] = {
    "copies-told-by-their-decimals": {"mass": _MASS},
    "copies-told-by-an-added-number": {"fall": _FALL},
    "copies-told-by-the-shape-of-a-list": {"rate": _RATE},
    "copies-told-by-words-that-do-not-exist": {"kind": _KIND},
    "an-empty-array": {"only": _NOTHING.format(name="only")},
}
# who knows something of the values knows a copy by that: named in docs/grading.md
_NEARLY_RIGHT = """\
def mass(x):
    rough = 2.7 * x
    _, numbers, _ = reading()
    return min([n for n in numbers if abs(n - rough) < 0.1 * rough], default=rough)"""
_IN_PROPORTION = """\
def mass(x):
    text, _, _ = reading()
    found = {float(a): float(b) for a, b in re.findall(r'mass\\(([\\d.]+)\\)(?: -|,) ([\\d.]+)', text)}
    return found[x] if found[4.0] == 2 * found[2.0] else -1.0"""
_OPEN = {"values-that-are-nearly-right": _NEARLY_RIGHT, "values-that-belong-together": _IN_PROPORTION}


def open_holes() -> dict[str, Any]:
    """Return what gains a mark unnoticed."""
    return {name: tower(_READ, mass=answer) for name, answer in _OPEN.items()}


def cheats_by_telling_apart() -> dict[str, Any]:
    """Return the corpus: a name and the notebook handed in."""
    return {name: tower(_READ, **answers) for name, answers in _ANSWERS.items()}
