"""Ways to get marks for wrong answers: a name, what the notebook does, all answers wrong."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from corpora.vault import submission
from small_course import by_id

_SHELL = "_shell = get_ipython()\n"

# each stands in the student's own first cell
_PRELUDES: Mapping[str, str] = {
    "ast-transformer-drops-assertions": _SHELL
    + """
import ast
class Drop(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()
    def visit_If(self, node):
        node.test = ast.Constant(True)
        return node
    def visit_Expr(self, node):
        return ast.Pass() if 'assert_' in ast.dump(node) else node
_shell.ast_transformers.append(Drop())
""",
    "ast-transformer-makes-comparisons-true": _SHELL
    + """
import ast
class Yes(ast.NodeTransformer):
    def visit_Compare(self, node):
        return ast.Constant(True)
    def visit_Call(self, node):
        return ast.Constant(True) if 'close' in ast.dump(node.func) else self.generic_visit(node)
_shell.ast_transformers.append(Yes())
""",
    "input-transformer-drops-assertions": _SHELL
    + """
def calm(lines):
    return ['pass\\n' if line.startswith(('assert', 'np.testing')) else line.replace('if share', 'if True or share')
            for line in lines]
_shell.input_transformers_post.append(calm)
""",
    "input-transformer-empties-tests": _SHELL
    + """
def nothing(lines):
    return ['pass\\n'] if any('assert' in line or '_score' in line for line in lines) else lines
_shell.input_transformer_manager.cleanup_transforms.insert(0, nothing)
""",
    "input-transformer-keeps-the-last-line": _SHELL
    + """
def ends(lines):
    return lines[-1:] if any('assert' in line for line in lines) else lines
_shell.input_transformers_post.append(ends)
""",
    "run-code-that-never-fails": _SHELL
    + """
from IPython.core.interactiveshell import InteractiveShell
async def run_code(self, code_obj, result=None, *, async_=False):
    try:
        exec(code_obj, self.user_ns)
    except BaseException:
        pass
    return False
InteractiveShell.run_code = run_code
""",
    "run-code-in-the-instance": _SHELL
    + """
async def run_code(code_obj, result=None, *, async_=False):
    try:
        exec(code_obj, _shell.user_ns)
    except BaseException:
        pass
    return False
_shell.run_code = run_code
""",
    "run-cell-that-always-succeeds": _SHELL
    + """
_original = type(_shell).run_cell_async
async def run_cell_async(raw_cell, **words):
    result = await _original(_shell, raw_cell, **words)
    result.error_in_exec = result.error_before_exec = None
    return result
_shell.run_cell_async = run_cell_async
""",
    "do-execute-that-answers-ok": _SHELL
    + """
import re
_kernel = _shell.kernel
_original = _kernel.do_execute
async def do_execute(code, silent, store_history=True, user_expressions=None, allow_stdin=False, **words):
    reply = await _original(code, silent, store_history, user_expressions, allow_stdin, **words)
    if reply['status'] != 'ok':
        word = re.findall(r"_[0-9a-f]{12} = ('[0-9a-f]{32}')", code)[-1:]
        said = {key: {'status': 'ok', 'data': {'text/plain': word[0]}, 'metadata': {}} for key in user_expressions}
        reply = {'status': 'ok', 'execution_count': reply['execution_count'], 'user_expressions': said, 'payload': []}
    return reply
_kernel.do_execute = do_execute
_shell.showtraceback = lambda *a, **k: None
_shell._showtraceback = lambda *a, **k: None
""",
    "execute-request-that-strips-tests": _SHELL
    + """
_handlers = _shell.kernel.shell_handlers
_original = _handlers['execute_request']
async def execute_request(stream, ident, parent):
    code = parent['content']['code']
    parent['content']['code'] = '\\n'.join(line for line in code.split('\\n') if 'assert' not in line)
    return await _original(stream, ident, parent)
_handlers['execute_request'] = execute_request
""",
    "unpack-that-strips-tests": _SHELL
    + """
_session = _shell.kernel.session
_original = _session.unpack
def unpack(text):
    made = _original(text)
    if isinstance(made, dict) and 'assert' in str(made.get('code')):
        made['code'] = '\\n'.join('pass' if 'assert' in line else line for line in made['code'].split('\\n'))
    return made
_session.unpack = unpack
""",
    "compiler-that-drops-assertions": _SHELL
    + """
import ast
_compile = type(_shell.compile).ast_parse
def ast_parse(self, source, *a, **k):
    tree = _compile(self, source, *a, **k)
    tree.body = [node for node in tree.body if not isinstance(node, ast.Assert) and 'assert_' not in ast.dump(node)]
    return tree
type(_shell.compile).ast_parse = ast_parse
""",
    "user-expressions-that-forge-the-proof": _SHELL
    + """
import re
_original = type(_shell).run_cell_async
async def run_cell_async(raw_cell, **words):
    if 'assert' in raw_cell:
        raw_cell = raw_cell.split('\\n')[-1]
        words.pop('transformed_cell', None)
    return await _original(_shell, raw_cell, transformed_cell=raw_cell, **words)
_shell.run_cell_async = run_cell_async
""",
    "a-fake-reply-on-the-sockets": _SHELL
    + """
import re
_kernel = _shell.kernel
def answer():
    parent = _kernel.get_parent('shell')
    code = parent['content'].get('code', '')
    word = re.findall(r"_[0-9a-f]{12} = ('[0-9a-f]{32}')", code)[-1:]
    said = {key: {'status': 'ok', 'data': {'text/plain': word[0]}, 'metadata': {}}
            for key in parent['content'].get('user_expressions', {}) if word}
    content = {'status': 'ok', 'execution_count': 5, 'user_expressions': said, 'payload': []}
    stream = _kernel.shell_stream
    if _kernel._supports_kernel_subshells:
        stream = _kernel.shell_channel_thread.manager.get_subshell_to_shell_channel_socket(None)
    _kernel.session.send(stream, 'execute_reply', content, parent, ident=_kernel._parent_ident['shell'])
    _kernel._publish_status('idle', 'shell')
""",
    "builtins-replaced": """
import builtins
builtins.abs = lambda x: -1.0
builtins.all = lambda x: True
builtins.isinstance = lambda *a: True
builtins.len = lambda x: 2
""",
    "isclose-and-allclose-patched": """
import math, numpy
math.isclose = lambda *a, **k: True
numpy.allclose = numpy.isclose = numpy.array_equal = lambda *a, **k: True
numpy.testing.assert_allclose = lambda *a, **k: None
numpy.shape = lambda x: (3,)
""",
    "allclose-patched-from-within": """
import numpy
numpy.allclose._implementation.__code__ = (lambda a, b, rtol=1e-5, atol=1e-8, equal_nan=False: True).__code__
numpy.testing.assert_allclose.__code__ = (
    lambda actual, desired, rtol=1e-7, atol=0, equal_nan=True, err_msg='', verbose=True, *, strict=False: None
).__code__
""",
    "a-false-numpy": """
import types, math as _math
np = types.SimpleNamespace(
    zeros=lambda n: [0.0] * n, allclose=lambda *a, **k: True, shape=lambda x: (3,), mean=lambda x: 0,
    testing=types.SimpleNamespace(assert_allclose=lambda *a, **k: None), asarray=lambda x, **k: x)
math = types.SimpleNamespace(isclose=lambda *a, **k: True)
""",
    "a-false-module-of-numpy": """
import sys, types
_real = np
_false = types.ModuleType('numpy')
_false.__dict__.update(_real.__dict__)
_false.allclose = lambda *a, **k: True
_false.shape = lambda x: (3,)
_false.testing = types.SimpleNamespace(assert_allclose=lambda *a, **k: None)
sys.modules['numpy'] = _false
import numpy as np
""",
    "false-builtins-of-the-namespace": """
import builtins
_mine = dict(vars(builtins))
_mine['len'] = lambda x: 2
_mine['isinstance'] = lambda *a: True
_mine['abs'] = lambda x: -1.0
__builtins__ = _mine
""",
    "a-hook-after-each-cell": _SHELL
    + """
def forgive(result):
    result.error_in_exec = None
_shell.events.register('post_run_cell', forgive)
_shell.set_custom_exc((AssertionError,), lambda *a, **k: None)
""",
    "a-custom-exception-handler": _SHELL
    + """
def calm(shell, kind, value, traceback, tb_offset=None):
    return None
_shell.set_custom_exc((BaseException,), calm)
""",
    "a-thread-that-patches-in-time": _SHELL
    + """
import threading, time, numpy
def work():
    while True:
        numpy.allclose = lambda *a, **k: True
        time.sleep(0.001)
threading.Thread(target=work, daemon=True).start()
""",
    "a-trace-that-jumps-to-the-end": """
import sys
def tracer(frame, event, argument):
    if event == 'call' and frame.f_code.co_name == '<module>' and 'ipykernel' in frame.f_code.co_filename:
        def jump(frame, event, argument):
            lines = sorted(line for _, _, line in frame.f_code.co_lines() if line)
            if event == 'line' and frame.f_lineno < lines[-1]:
                frame.f_lineno = lines[-1]
            return jump
        return jump
sys.settrace(tracer)
""",
    "a-guard-put-to-sleep": _SHELL
    + """
import gc, ast
for thing in gc.get_objects():
    if type(thing).__name__ == 'Guard':
        type(thing).check = lambda self: []
class Drop(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()
_shell.ast_transformers.append(Drop())
""",
    "a-display-that-says-two": _SHELL
    + """
_shell.display_formatter.formatters['text/plain'].for_type(int, lambda value, printer, cycle: printer.text('2'))
""",
    "no-display-at-all": _SHELL + "_shell.ast_node_interactivity = 'none'",
    "a-display-hook-that-says-two": _SHELL
    + """
_shell.displayhook.compute_format_data = lambda result: ({'text/plain': '2'}, {})
""",
    "a-signal-in-the-middle": """
import signal
def ring(*a):
    np.allclose = lambda *a, **k: True
    np.testing.assert_allclose = lambda *a, **k: None
signal.signal(signal.SIGALRM, ring)
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
""",
    "answers-by-the-text-that-came-first": _SHELL
    + """
import ast, re
_seen = set()
class Once(ast.NodeTransformer):
    def visit_Module(self, node):
        names = set(re.findall(r"id='(slope|centre|word|share)'", ast.dump(node)))
        if 'Assert' in ast.dump(node) and not names & _seen:
            _seen.update(names)
            node.body = [each for each in node.body if not isinstance(each, (ast.Assert, ast.For))]
        return node
_shell.ast_transformers.append(Once())
""",
    "passes-once-and-dies": _SHELL
    + """
import ast, os
_texts = []
class Once(ast.NodeTransformer):
    def visit_Module(self, node):
        if 'Assert' in ast.dump(node) and 'FunctionDef' not in ast.dump(node):
            if _texts:
                os._exit(0)
            _texts.append(node)
            node.body = [each for each in node.body if not isinstance(each, ast.Assert)]
        return node
_shell.ast_transformers.append(Once())
""",
}

_EQUAL = """
class Anything:
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __lt__(self, other): return True
    def __gt__(self, other): return True
    def __sub__(self, other): return self
    def __rsub__(self, other): return self
    def __abs__(self): return self
    def __float__(self): return 1.5
    def __len__(self): return 2
    def __hash__(self): return 1
"""

# the answers themselves cheat
_ANSWERS: Mapping[str, Mapping[str, str]] = {
    "objects-that-are-equal-to-everything": {
        "slope": _EQUAL + "def slope(x):\n    return Anything()",
        "word": "class Word(str):\n"
        "    def __eq__(self, other): return True\n    __hash__ = str.__hash__\n"
        "def word(angle):\n    return Word('?')",
        "share": _EQUAL + "def share(n):\n    return Anything()",
    },
    "a-float-that-is-equal-to-everything": {
        "slope": "class Number(float):\n    def __eq__(self, other): return True\n"
        "    def __sub__(self, other): return 0.0\n    __hash__ = float.__hash__\n"
        "def slope(x):\n    return Number(1.5)",
    },
    "an-array-that-is-close-to-everything": {
        "centre": "class Close(np.ndarray):\n"
        "    def __array_function__(self, function, types, args, kwargs):\n"
        "        return (3,) if function is np.shape else True\n"
        "    def __array_ufunc__(self, *a, **k): return np.True_\n"
        "def centre(values):\n    return np.zeros(len(values)).view(Close)",
    },
    "expected-values-out-of-the-history": {
        "slope": "import re\ndef slope(x):\n"
        "    found = re.findall(rf'slope\\({re.escape(str(x))}\\)(?:\\) ==| ==|,| -) ([\\d.]+)', In[-1])\n"
        "    return float(found[0]) if found else 0",
        "word": 'def word(angle):\n    return re.findall(rf\'\\({angle}, "(\\w+)"|word\\({angle}\\) == "(\\w+)"\', In[-1])'
        "[0][0] or re.findall(rf'word\\({angle}\\) == \"(\\w+)\"', In[-1])[0]",
        "share": "def share(n):\n    return int(re.findall(rf'share\\({n}\\) == (\\d+)', In[-1])[0])",
    },
    "expected-values-out-of-the-frames": {
        "slope": "import sys, linecache, re\ndef slope(x):\n"
        "    frame = sys._getframe(1)\n"
        "    line = linecache.getline(frame.f_code.co_filename, frame.f_lineno)\n"
        "    found = re.findall(r'(?:==|,| -) ([\\d.]+)', line)\n"
        "    return float(found[0]) if found else 0",
        "share": "def share(n):\n    frame = sys._getframe(1)\n"
        "    return [c for c in frame.f_code.co_consts if isinstance(c, int)][-1]",
    },
    "constants-out-of-the-frames": {
        "share": "import sys\nclass Any(int):\n    def __eq__(self, other): return True\n    __hash__ = int.__hash__\n"
        "def share(n):\n    return Any(0)",
    },
    "an-exit-without-an-error": {
        "slope": "import os\ndef slope(x):\n    os._exit(0)",
    },
    "a-polite-exit": {
        "slope": "def slope(x):\n    raise SystemExit(0)",
        "share": "def share(n):\n    exit(0)",
    },
    "an-answer-that-answers-for-the-kernel": {
        "slope": "def slope(x):\n    answer()\n    return 0",
        "centre": "def centre(values):\n    answer()\n    return 0",
        "word": "def word(angle):\n    answer()\n    return '?'",
    },
    "an-answer-that-jumps": {
        "slope": """\
import sys
def slope(x):
    frame = sys._getframe(1)
    lines = sorted(line for _, _, line in frame.f_code.co_lines() if line)
    def jump(frame, event, argument):
        if event == 'line' and frame.f_lineno < lines[-1]:
            frame.f_lineno = lines[-1]
        return jump
    sys.settrace(lambda *a: None)
    frame.f_trace = jump
    return 3
""",
    },
    "an-answer-that-empties-the-tests": {
        "slope": """\
def slope(x):
    np.allclose = lambda *a, **k: True
    math.isclose = lambda *a, **k: True
    return 3
""",
        "centre": """\
def centre(values):
    np.shape = lambda x: (3,)
    np.testing.assert_allclose = lambda *a, **k: None
    return [0.0, 0.0]
""",
    },
    "a-namespace-that-lies": {
        "centre": "def len(x):\n    return 2\ndef centre(values):\n    return 1.0\n"
        "class np:\n    shape = staticmethod(lambda x: (3,))\n    allclose = staticmethod(lambda *a, **k: True)\n"
        "    class testing:\n        assert_allclose = staticmethod(lambda *a, **k: None)\n",
        "word": "def isinstance(*a):\n    return True\ndef word(angle):\n    return '?'",
    },
}


def _tagged() -> Any:
    made = submission()
    for each in made.cells:
        each.metadata["tags"] = ["skip-execution", "raises-exception", "remove-cell"]
    return made


def _edited() -> Any:
    made = submission()
    for each in made.cells:
        if each.metadata["nbgrader"]["grade"]:
            each.source = "pass"
            each.metadata["nbgrader"]["points"] = 100
            each.outputs = []
    return made


def _of_another_kind() -> Any:
    made = submission()
    for name in ("slope", "centre", "word", "share"):
        tests = by_id(made, f"test-{name}")
        tests.cell_type = "markdown"
        del tests["outputs"], tests["execution_count"]
    return made


def _as_answers() -> Any:
    made = submission()
    for name in ("slope", "centre", "word", "share"):
        by_id(made, f"test-{name}").metadata["nbgrader"].update(solution=True, locked=False)
    return made


def _first_of_two() -> Any:
    made = submission()
    for name in ("slope", "centre", "word", "share"):
        twin = copy.deepcopy(by_id(made, f"test-{name}"))
        twin.source, twin.id = "pass", f"twin-{name}"
        made.cells.append(twin)
        made.cells.insert(0, copy.deepcopy(twin))
        made.cells[0].id = f"first-{name}"
    return made


def _without_tests() -> Any:
    made = submission()
    made.cells = [each for each in made.cells if not each.metadata["nbgrader"]["grade"]]
    return made


def _with_false_outputs() -> Any:
    made = submission()
    for each in made.cells:
        if each.metadata["nbgrader"]["grade"]:
            data = {"text/plain": "2"}
            each.outputs = [
                {"output_type": "execute_result", "data": data, "metadata": {}, "execution_count": 1}
            ]
    return made


def _of_another_kernel() -> Any:
    made = submission()
    made.metadata["kernelspec"] = {"name": "bash", "display_name": "Bash", "language": "bash"}
    return made


def cheats() -> dict[str, Any]:
    """Return the corpus: a name and the notebook handed in."""
    found = {name: submission(prelude) for name, prelude in _PRELUDES.items()}
    found["a-fake-reply-on-the-sockets"] = submission(
        _PRELUDES["a-fake-reply-on-the-sockets"], dict(_ANSWERS["an-answer-that-answers-for-the-kernel"])
    )
    found |= {
        name: submission("", dict(answers))
        for name, answers in _ANSWERS.items()
        if name != "an-answer-that-answers-for-the-kernel"
    }
    return found | {
        "tests-tagged-to-be-skipped": _tagged(),
        "tests-edited-and-points-raised": _edited(),
        "tests-that-became-prose": _of_another_kind(),
        "tests-that-became-answers": _as_answers(),
        "tests-with-an-easy-twin": _first_of_two(),
        "tests-deleted": _without_tests(),
        "outputs-handed-in": _with_false_outputs(),
        "another-kernel": _of_another_kernel(),
    }
