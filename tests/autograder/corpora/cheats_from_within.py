"""Ways to get marks by what an answer does to the test that calls it, without replacing anything before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from corpora.vault import submission

_ALL = ("slope", "centre", "word", "share")
_RESULTS = {"slope": "-1.0", "centre": "np.zeros(len(x)) - 7.0", "word": "'?'", "share": "-1"}


def _each(body: str) -> Mapping[str, str]:
    """Write four answers that first do the same."""
    return {name: f"def {name}(x):\n    {body}\n    return {_RESULTS[name]}" for name in _ALL}


_JUMP = """
import sys
def jump():
    test = sys._getframe(2)
    lines = sorted({line for *_, line in test.f_code.co_lines() if line})
    def leap(frame, event, argument):
        if event == 'line' and frame is test and frame.f_lineno != lines[-1]:
            frame.f_lineno = lines[-1]
            sys.settrace(None)
        return leap
    test.f_trace = leap
    sys.settrace(lambda *a: None)
"""
_PIN = """
import ctypes, sys
def pin(mine):
    # what a constant of the test is becomes what the answer returns
    constants = sys._getframe(2).f_code.co_consts
    place = ctypes.cast(id(constants) + tuple.__basicsize__, ctypes.POINTER(ctypes.py_object))
    for number, value in enumerate(constants):
        if type(value) in (int, float) and value not in (1e-9, 1) or type(value) is str and value in ('steep', 'gentle'):
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(mine))
            place[number] = mine
"""
_NAMES = """
import sys
def rename(mine):
    names = sys._getframe(2).f_globals
    for name in ('_word', '_expected', '_score'):
        if name in names:
            names[name] = mine
"""
_TOLERANT = """
import numpy
for function in (numpy.allclose, numpy.isclose, numpy.testing.assert_allclose):
    function = getattr(function, '_implementation', function)
    function.__defaults__ = tuple(1e300 if type(value) is float else value for value in function.__defaults__)
numpy.testing.assert_allclose.__defaults__ = (1e300, 1e300, True, '', False)
"""
_AUDIT = """
import sys
_real = (np.allclose, np.testing.assert_allclose, np.shape)
def hook(event, arguments):
    if event == 'exec' and 'assert' in In[-1]:
        np.allclose, np.testing.assert_allclose, np.shape = (lambda *a, **k: True), (lambda *a, **k: None), (lambda x: (3,))
    elif event == 'compile':
        np.allclose, np.testing.assert_allclose, np.shape = _real
sys.addaudithook(hook)
"""
_WORDS = """
_kernel = get_ipython().kernel
def say(kind, content):
    _kernel.session.send(_kernel.iopub_socket, kind, content, _kernel.get_parent('shell'))
"""
_SHARE_SAYS = """\
def share(n):
    say('execute_result', {'data': {'text/plain': '2'}, 'metadata': {}, 'execution_count': 9})
    say('status', {'execution_state': 'idle'})
    return -1"""
_THREAD = """
import threading, numpy
_allclose, _assert = numpy.allclose, numpy.testing.assert_allclose
def work():
    numpy.allclose, numpy.testing.assert_allclose = (lambda *a, **k: True), (lambda *a, **k: None)
    threading.Event().wait(0.01)
    numpy.allclose, numpy.testing.assert_allclose = _allclose, _assert
"""
_HEAP = """
import gc
def expected():
    # what the guard keeps of the names before the test
    for thing in gc.get_objects():
        if type(thing).__name__ == 'Snapshot':
            for kept in thing.names.values():
                if isinstance(kept, (int, float)) and kept not in (0, 1):
                    return kept
    return -1
"""
_ITERATOR = """
class Word(str):
    # as the test's own word, which is asked for by turns
    def __eq__(self, other): return str.__eq__(other, other)
    __hash__ = str.__hash__
class Number(int):
    def __eq__(self, other): return int.__eq__(other, other)
    def __sub__(self, other): return 0
    def __rsub__(self, other): return 0
    __hash__ = int.__hash__
"""
_EXITS = """
import contextlib, sys
class Forgiving(dict):
    def __missing__(self, name): return lambda *a, **k: True
get_ipython().user_ns.setdefault('_forgiving', Forgiving())
def leave():
    frame = sys._getframe(2)
    for name in ('AssertionError', 'math', 'np'):
        frame.f_globals[name] = type('Any', (), {'__getattr__': lambda self, n: lambda *a, **k: True})()
"""

_CASES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "an-answer-that-jumps-to-the-end-of-its-test": (_JUMP, _each("jump()")),
    "constants-of-the-test-overwritten": (
        _PIN,
        {name: f"def {name}(x):\n    pin({value})\n    return {value}" for name, value in _RESULTS.items() if name != "centre"},
    ),
    "names-of-the-test-overwritten": (
        _NAMES,
        {"word": "def word(x):\n    rename('?')\n    return '?'", "share": "def share(x):\n    rename(2)\n    return -1"},
    ),
    "tolerances-without-bounds": (_TOLERANT, {}),
    "an-audit-hook": (_AUDIT, {}),
    "an-early-last-word": (_WORDS, {"share": _SHARE_SAYS}),
    "a-thread-of-the-moment": (_THREAD, {"centre": "def centre(x):\n    threading.Thread(target=work).start()\n    return np.zeros(len(x)) - 7.0"}),
    "values-out-of-the-guard": (_HEAP, {"slope": "def slope(x):\n    return expected()"}),
    "values-that-ask-the-other-side": (
        _ITERATOR,
        {"slope": "def slope(x):\n    return Number()", "word": "def word(x):\n    return Word()", "share": "def share(x):\n    return Number()"},
    ),
    "modules-exchanged-in-the-middle": (_EXITS, _each("leave()")),
}  # fmt: skip


def cheats_from_within() -> dict[str, Any]:
    """Return the corpus: a name and the notebook handed in."""
    return {name: submission(prelude, dict(answers)) for name, (prelude, answers) in _CASES.items()}
