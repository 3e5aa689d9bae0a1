"""More ways to get marks for wrong answers, by whoever has read how the engine works."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from corpora.vault import submission

_SHELL = "_shell = get_ipython()\n_kernel = _shell.kernel\n"
_WORD = r"""
import re
def give_word(code):
    name, word = re.findall(r"(_[0-9a-f]{12}) = '([0-9a-f]{32})'", code)[-1]
    _shell.user_ns[name] = word
"""

_PRELUDES: Mapping[str, str] = {
    "the-guard-found-among-all-objects": _SHELL
    + """
import gc, numpy
for thing in gc.get_objects():
    if type(thing).__name__ == 'Guard':
        thing.check = lambda: []
        thing.obey = lambda order: []
numpy.allclose = lambda *a, **k: True
numpy.testing.assert_allclose = lambda *a, **k: None
""",
    "the-guard-in-the-handler": _SHELL
    + """
guard = _kernel.shell_handlers['eds_guard_request'].__self__
type(guard)._changed_functions = type(guard)._hooks = type(guard)._wrong_answers = lambda self: []
import math, numpy
math.isclose = numpy.allclose = lambda *a, **k: True
numpy.shape = lambda x: (3,)
numpy.testing.assert_allclose = lambda *a, **k: None
""",
    "the-key-used-to-sign": _SHELL
    + """
import hashlib, hmac, json
guard = _kernel.shell_handlers['eds_guard_request'].__self__
def answer(stream, ident, parent):
    text = json.dumps([parent['content']['nonce'], []])
    seal = hmac.new(guard.key, text.encode(), hashlib.sha256).hexdigest()
    _kernel.session.send(stream, 'eds_guard_reply', {'text': text, 'seal': seal}, parent, ident=ident)
_kernel.shell_handlers['eds_guard_request'] = answer
import ast
class Drop(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()
_shell.ast_transformers.append(Drop())
""",
    "an-assertion-error-that-is-none": """
import builtins
class AssertionError(SystemExit): pass
builtins.AssertionError = AssertionError
""",
    "a-class-builder-replaced": """
import builtins
_build = builtins.__build_class__
builtins.__build_class__ = lambda *a, **k: _build(*a, **k)
builtins.abs = lambda x: -1
""",
    "compile-and-parse-replaced": """
import ast, builtins
_compile, _parse = builtins.compile, ast.parse
def compile(source, *a, **k):
    if isinstance(source, ast.AST):
        source.body = [n for n in source.body if not isinstance(n, ast.Assert)]
    return _compile(source, *a, **k)
builtins.compile = compile
ast.parse = lambda s, *a, **k: _parse(re.sub('assert', '0 and', s) if isinstance(s, str) else s, *a, **k)
import re
""",
    "exec-replaced-in-the-shell": """
import IPython.core.interactiveshell as place
def exec(code, *spaces):
    try:
        __builtins__.exec(code, *spaces)
    except BaseException:
        pass
place.exec = exec
""",
    "standard-output-that-forges-messages": _SHELL
    + """
import sys
class Out:
    def write(self, text): return len(text)
    def flush(self): pass
sys.stdout = sys.stderr = Out()
sys.displayhook = lambda value: None
_shell.display_pub.publish = lambda *a, **k: None
_shell._showtraceback = lambda *a, **k: None
""",
    "an-excepthook": _SHELL
    + """
import sys
sys.excepthook = lambda *a: None
sys.unraisablehook = lambda *a: None
_shell.showtraceback = lambda *a, **k: None
_shell._get_exc_info = lambda *a, **k: (None, None, None)
""",
    "an-exit-handler": """
import atexit, os
@atexit.register
def last():
    for place in ('../out/result.json', 'result.json'):
        try:
            open(place, 'w').write('{"outcome": "graded"}')
        except OSError:
            pass
""",
    "a-timer-that-starts-threads": """
import signal, threading, numpy
def ring(*a):
    def work():
        numpy.allclose = lambda *a, **k: True
        numpy.testing.assert_allclose = lambda *a, **k: None
    threading.Thread(target=work).start()
signal.signal(signal.SIGVTALRM, ring)
signal.setitimer(signal.ITIMER_VIRTUAL, 0.01, 0.01)
""",
    "a-callback-of-the-event-loop": _SHELL
    + """
import asyncio, numpy
def soon():
    numpy.allclose = lambda *a, **k: True
    numpy.testing.assert_allclose = lambda *a, **k: None
    _loop.call_later(0.001, soon)
_loop = asyncio.get_event_loop()
_loop.call_soon(soon)
""",
    "code-of-python-s-functions": """
import math, numpy, unittest.case
def yes(a, b, rtol=1e-5, atol=1e-8, equal_nan=False):
    return numpy.True_
for function in (numpy._core.numeric.isclose, numpy._core.numeric.allclose):
    inner = getattr(function, '__wrapped__', function)
    inner.__code__ = yes.__code__
numpy.testing._private.utils.assert_array_compare.__code__ = (lambda *a, **k: None).__code__
""",
    "memory-poked": """
import ctypes, sys
# the type of True and False says yes to everything
table = ctypes.cast(id(bool) + bool.__dictoffset__, ctypes.POINTER(ctypes.py_object))
import gc
for space in gc.get_referents(float.__dict__):
    if isinstance(space, dict):
        space['__eq__'] = lambda a, b: True
for space in gc.get_referents(int.__dict__):
    if isinstance(space, dict):
        space['__eq__'] = lambda a, b: True
ctypes.pythonapi.PyType_Modified(ctypes.py_object(int))
ctypes.pythonapi.PyType_Modified(ctypes.py_object(float))
""",
    "false-became-true": """
import ctypes
ctypes.memmove(id(False) + 16, id(True) + 16, 8)
""",
    "next-cells-set": _SHELL
    + """
_shell.set_next_input('pass', replace=True)
_shell.payload_manager.write_payload({'source': 'set_next_input', 'text': 'slope = lambda x: 3', 'replace': True})
_shell.run_line_magic('load_ext', 'autoreload')
""",
    "a-magic-that-captures": _SHELL
    + """
from IPython.core.magic import register_line_magic
_shell.ast_node_interactivity = 'all'
_shell.run_line_magic('xmode', 'Minimal')
_shell.run_line_magic('pdb', 'on')
_shell.run_line_magic('autocall', '2')
""",
    "input-and-breakpoint": """
import builtins, sys
builtins.input = lambda *a: '2'
sys.breakpointhook = lambda *a: None
import pdb
""",
    "the-connection-file": """
import glob, json, os
from ipykernel.connect import get_connection_file
place = get_connection_file()
try:
    made = json.load(open(place))
    made['key'] = 'mine'
    json.dump(made, open(place, 'w'))
except OSError:
    pass
""",
    "a-client-of-its-own-kernel": """
import subprocess, sys
from ipykernel.connect import get_connection_file
subprocess.Popen([sys.executable, '-c', '''
import sys, time
from jupyter_client import BlockingKernelClient
client = BlockingKernelClient(connection_file=sys.argv[1])
client.load_connection_file()
client.start_channels()
for _ in range(100):
    client.execute("import numpy as _n; _n.allclose = lambda *a, **k: True; _n.testing.assert_allclose = lambda *a, **k: None;"
                   "slope = lambda x: 3", silent=True)
    time.sleep(0.1)
''', get_connection_file()], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
import time
time.sleep(3)
""",
    "a-child-that-answers": _SHELL
    + """
import os
if os.fork():
    pass  # both go on and answer
""",
    "expressions-answered-otherwise": _SHELL
    + _WORD
    + """
_shell.user_expressions = lambda expressions: {key: {'status': 'ok', 'data': {'text/plain': repr(_shell.user_ns.get(name))}, 'metadata': {}}
    for key, name in expressions.items()}
""",
    "weird-names-in-the-namespace": """
import builtins
_ = __ = ___ = 2
_score = 2
def __build_class__(*a): return None
__name__ = 'numpy'
""",
    "a-reply-before-the-question": _SHELL
    + """
parent = _kernel.get_parent('shell')
head, _, number = parent['header']['msg_id'].rpartition('_')
stream = _kernel.shell_stream
if _kernel._supports_kernel_subshells:
    stream = _kernel.shell_channel_thread.manager.get_subshell_to_shell_channel_socket(None)
for later in range(1, 60):
    false = {**parent, 'header': {**parent['header'], 'msg_id': f'{head}_{int(number) + later}'}}
    content = {'status': 'ok', 'execution_count': 5, 'user_expressions': {}, 'payload': []}
    _kernel.session.send(stream, 'execute_reply', content, false, ident=_kernel._parent_ident['shell'])
    _kernel.session.send(_kernel.iopub_socket, 'execute_result', {'data': {'text/plain': '2'}, 'metadata': {},
        'execution_count': 1}, false)
    _kernel.session.send(_kernel.iopub_socket, 'status', {'execution_state': 'idle'}, false)
""",
}

_EXCEPTION = """\
class Gone(BaseException):
    pass
def {name}(x):
    raise Gone
"""
_WORD_THEN = """\
def {name}(x):
    give_word(In[-1])
    raise {how}
"""
_ANSWERS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "an-exception-of-its-own": (
        "",
        {name: _EXCEPTION.format(name=name) for name in ("slope", "centre", "word", "share")},
    ),
    "the-word-and-an-exit": (
        _SHELL + _WORD,
        {"slope": _WORD_THEN.format(name="slope", how="SystemExit(0)"), "share": "def share(n):\n    exit()"},
    ),
    "the-word-and-a-cancelled-task": (
        _SHELL + _WORD + "import asyncio, bdb",
        {
            "slope": _WORD_THEN.format(name="slope", how="asyncio.CancelledError"),
            "centre": _WORD_THEN.format(name="centre", how="bdb.BdbQuit"),
            "word": _WORD_THEN.format(name="word", how="KeyboardInterrupt"),
            "share": _WORD_THEN.format(name="share", how="GeneratorExit"),
        },
    ),
    "an-answer-that-shows-the-mark": (
        _SHELL,
        {
            "share": """\
def share(n):
    _kernel.session.send(_kernel.iopub_socket, 'execute_result', {'data': {'text/plain': '2'}, 'metadata': {},
        'execution_count': 1, 'transient': {'display_id': 'mark'}}, _kernel.get_parent('shell'))
    return -1"""
        },
    ),
    "an-answer-that-changes-what-was-shown": (
        _SHELL,
        {
            "share": """\
def share(n):
    for kind, text in (('display_data', '0'), ('update_display_data', '2')):
        _kernel.session.send(_kernel.iopub_socket, kind, {'data': {'text/plain': text}, 'metadata': {},
            'transient': {'display_id': 'mark'}}, _kernel.get_parent('shell'))
    return -1"""
        },
    ),
    "an-answer-with-an-array-protocol": (
        "",
        {
            "slope": """\
class Sure:
    __array_priority__ = 1e9
    def __float__(self):
        import sys
        numbers = [c for c in sys._getframe(1).f_code.co_consts if isinstance(c, float)]
        return numbers[-1] if numbers else 0.0
    def __eq__(self, other): return True
    def __sub__(self, other): return 0.0
def slope(x):
    return Sure()""",
            "centre": """\
class Sure(np.ndarray):
    def __array_function__(self, function, types, args, kwargs):
        if function is np.shape: return (3,)
        if function is np.allclose: return True
        return np.asarray(args[1])
    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        return np.ones(3, bool)
    def __len__(self): return 2
def centre(values):
    return np.zeros(len(values)).view(Sure)""",
        },
    ),
    "an-answer-that-patches-and-mends": (
        "import weakref, signal",
        {
            "centre": """\
_real = (np.allclose, np.testing.assert_allclose, np.shape)
def mend(*a):
    np.allclose, np.testing.assert_allclose, np.shape = _real
signal.signal(signal.SIGALRM, mend)
class Mender(list):
    def __del__(self): signal.setitimer(signal.ITIMER_REAL, 0.003)
def centre(values):
    np.allclose, np.testing.assert_allclose, np.shape = (lambda *a, **k: True), (lambda *a, **k: None), (lambda x: (3,))
    return Mender([0.0] * len(values))"""
        },
    ),
    "an-answer-that-looks-at-who-asks": (
        "import dis, sys",
        {
            "share": """\
def share(n):
    frame = sys._getframe(1)
    later = [i.argval for i in dis.get_instructions(frame.f_code) if i.opname == 'LOAD_CONST' and i.offset > frame.f_lasti]
    return later[0]""",
            "word": """\
def word(angle):
    frame = sys._getframe(1)
    later = [i.argval for i in dis.get_instructions(frame.f_code) if i.offset > frame.f_lasti]
    return next((c for c in later if isinstance(c, str) and c in ('steep', 'gentle')), frame.f_globals.get('_word', ''))""",
        },
    ),
}


def cheats_more() -> dict[str, Any]:
    """Return the corpus: a name and the notebook handed in."""
    return {name: submission(prelude) for name, prelude in _PRELUDES.items()} | {
        name: submission(prelude, dict(answers)) for name, (prelude, answers) in _ANSWERS.items()
    }
