"""Right answers in odd company: a name and the notebook handed in; full marks for all, and no suspicion."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

from corpora.vault import RIGHT, released, submission
from small_course import cell

# each stands in the student's own first cell
_PRELUDES: Mapping[str, str] = {
    "matplotlib": "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()",
    "matplotlib-left-open": "import matplotlib.pyplot as plt\nplt.ioff()\nfigure = plt.figure()\nplt.plot([1, 2])",
    "pandas-options": "import pandas as pd\npd.set_option('display.max_rows', 5)\npd.DataFrame.middle = lambda self: 1\n"
    "pd.DataFrame({'a': [1]})",
    "tqdm": "from tqdm import tqdm\nfor _ in tqdm(range(3)):\n    pass",
    "tqdm-left-open": "from tqdm.auto import tqdm\nbar = tqdm(total=10)\nbar.update(3)",
    "logging-to-stderr": "import logging, sys\nlogging.basicConfig(stream=sys.stderr, level='DEBUG')\n"
    "logging.captureWarnings(True)\nlogging.warning('hm')",
    "warnings-filters": "import warnings\nwarnings.simplefilter('always')\nwarnings.warn('old')",
    "autoreload": "%load_ext autoreload\n%autoreload 2",
    "magics": "%xmode Verbose\n%precision 3\n%config InteractiveShell.ast_node_interactivity = 'all'\n1\n2",
    "everything-displayed": "from IPython.core.interactiveshell import InteractiveShell\n"
    "InteractiveShell.ast_node_interactivity = 'all'\nget_ipython().ast_node_interactivity = 'all'",
    "short-floats": "get_ipython().display_formatter.formatters['text/plain'].for_type("
    "int, lambda n, printer, cycle: printer.text(f'{n:.3f}'))",
    "a-thread-pool-that-ended": "from concurrent.futures import ThreadPoolExecutor\n"
    "with ThreadPoolExecutor(3) as pool:\n    list(pool.map(abs, range(5)))",
    "a-thread-pool-left-open": "from concurrent.futures import ThreadPoolExecutor\npool = ThreadPoolExecutor(2)\n"
    "list(pool.map(lambda n: n + 1, range(5)))",
    "a-thread-that-ended": "import threading\nthread = threading.Thread(target=print, args=('done',))\n"
    "thread.start()\nthread.join()",
    "processes-of-joblib": "from joblib import Parallel, delayed\n"
    "Parallel(n_jobs=2, prefer='threads')(delayed(abs)(n) for n in range(4))",
    "own-class-patched": "class Rock:\n    def weight(self): return 1\nRock.weight = lambda self: 2\n"
    "Rock.__eq__ = lambda self, other: isinstance(other, Rock)\nassert Rock() == Rock()",
    "names-of-builtins-used": "list_ = list\nsum = sum([1, 2])\nmax, min = 3, 4\ninput = 'file.txt'\nid = 7\ntype_ = type",
    "old-names-for-numpy": "np.float = float\nnp.product_of = np.prod\nnp.set_printoptions(precision=2)\nnp.seterr(all='ignore')",
    "global-seeds": "import random\nrandom.seed(1)\nnp.random.seed(1)\nfirst = np.random.rand()",
    "recursion-and-gc": "import sys, gc\nsys.setrecursionlimit(5000)\ngc.disable()\ngc.collect()",
    "print-replaced": "import builtins, functools\nbuiltins.print = functools.partial(print, flush=True)\nprint('hello')",
    "decimal-and-fractions": "from decimal import getcontext\ngetcontext().prec = 50\nfrom fractions import Fraction",
    "a-background-task": "import asyncio\nasync def tick():\n    await asyncio.sleep(0)\ntask = asyncio.create_task(tick())\n"
    "await asyncio.sleep(0)",
    "a-signal-handler": "import signal\nsignal.signal(signal.SIGTERM, lambda *a: None)",
    "an-exit-hook": "import atexit\natexit.register(print, 'bye')",
    "rich-and-pretty": "from rich import pretty, traceback\npretty.install()\ntraceback.install()",
    "an-odd-object": "class Odd:\n    def __getattr__(self, name): raise RuntimeError(name)\n"
    "    def __eq__(self, other): raise RuntimeError('no')\n    __hash__ = None\nodd = Odd()\n"
    "class Slots:\n    __slots__ = ('a',)\nslots = Slots()",
    "large-things": "big = list(range(100_000))\ngrid = np.zeros((800, 800))\nnested = [[[] for _ in range(50)] for _ in range(50)]",
    "generators-and-files": "numbers = (n for n in range(3))\nfile = open('notes.txt', 'w')\nfile.write('x')",
    "last-output": "1 + 1\n_\nOut\nIn[-1]",
    "timing": "%time sum(range(1000))\n%timeit -n 1 -r 1 pass",
    "shell-commands": "!echo hello\nfiles = !ls\n%env LANG=C",
    "dataclasses-and-enums": "from dataclasses import dataclass\nfrom enum import Enum\n@dataclass(order=True)\n"
    "class Point:\n    x: float = 0.0\nclass Colour(Enum):\n    RED = 1\npoint = Point()",
    "unicode": "größe = 'höhe'\nprint('☃', größe)",
    "sympy-free-lambda-cells": "square = lambda n: n * n\ncurry = [lambda n, k=k: n * k for k in range(3)]",
}

# each is right, and remembers
_ANSWERS: Mapping[str, Mapping[str, str]] = {
    "a-call-counter": {
        "slope": "calls = 0\ndef slope(x):\n    global calls\n    calls += 1\n    assert calls <= 4, 'asked too often'\n    return 2 * x + 1"
    },
    "a-mutable-default": {
        "slope": "def slope(x, seen=[]):\n    seen.append(x)\n    assert len(seen) <= 4\n    return 2 * x + 1",
    },
    "a-cache-in-a-dictionary": {
        "slope": "known = {}\ndef slope(x):\n    assert x not in known, 'asked before'\n    known[x] = 2 * x + 1\n    return known[x]",
    },
    "a-counter-on-the-function": {
        "slope": "def slope(x):\n    slope.calls += 1\n    assert slope.calls <= 4\n    return 2 * x + 1\nslope.calls = 0",
    },
    "a-closure-that-counts": {
        "slope": "def make():\n    calls = 0\n    def inner(x):\n        nonlocal calls\n        calls += 1\n"
        "        assert calls <= 4\n        return 2 * x + 1\n    return inner\nslope = make()",
    },
    "a-class-that-counts": {
        "slope": "class Slope:\n    calls = 0\n    def __init__(self): self.log = []\n    def __call__(self, x):\n"
        "        Slope.calls += 1\n        self.log.append(x)\n        assert Slope.calls == len(self.log) <= 4\n"
        "        return 2 * x + 1\nslope = Slope()",
    },
    "an-array-changed-in-place": {
        "slope": "state = np.zeros(3)\ndef slope(x):\n    state[0] += 1\n    assert state[0] <= 4\n    return 2 * x + 1",
    },
    "random-numbers-in-order": {
        "slope": "rng = np.random.default_rng(3)\nexpected = np.random.default_rng(3)\n"
        "draws = [expected.random() for _ in range(4)]\nasked = []\ndef slope(x):\n"
        "    assert rng.random() == draws[len(asked)]\n    asked.append(x)\n    return 2 * x + 1",
    },
    "a-global-seed-in-order": {
        "slope": "import random\nnp.random.seed(2)\nrandom.seed(2)\nfirst = (np.random.rand(), random.random())\n"
        "np.random.seed(2)\nrandom.seed(2)\nasked = 0\ndef slope(x):\n    global asked\n    asked += 1\n"
        "    if asked == 1:\n        assert (np.random.rand(), random.random()) == first\n    return 2 * x + 1",
    },
    "other-types": {
        "slope": "def slope(x):\n    return np.float64(2) * np.asarray(x) + 1",
        "centre": "def centre(values):\n    m = sum(values) / len(values)\n    return [v - m for v in values]",
        "word": "def word(angle):\n    return np.str_('steep' if angle > 45 else 'gentle')",
        "share": "def share(n):\n    return np.int64(n) ** 2",
    },
    "warnings-from-the-answers": {
        "slope": "import warnings, sys\ndef slope(x):\n    warnings.warn('careful')\n    print('hm', file=sys.stderr)\n    return 2 * x + 1",
    },
    "answers-that-print-and-plot": {
        "centre": "import matplotlib.pyplot as plt\ndef centre(values):\n    plt.plot(values)\n    print(values)\n"
        "    return np.asarray(values, dtype=float) - np.mean(values)",
    },
    "a-display-handle-in-an-answer": {
        "slope": "from IPython.display import display\ndef slope(x):\n    return 2 * x + 1\n"
        "handle = display('working', display_id=True)\nhandle.update('done')",
    },
    "a-display-that-a-test-updates": {
        "slope": "from IPython.display import display\nhandle = display('waiting', display_id=True)\n"
        "def slope(x):\n    handle.update(f'asked for {x}')\n    return 2 * x + 1",
        "share": "def share(n):\n    handle.update('shared')\n    return n * n",
    },
    "displays-made-and-updated-in-tests": {
        "centre": "from IPython.display import clear_output, display\ndef centre(values):\n"
        "    mine = display('centring', display_id=True)\n    mine.update('centred')\n    mine.display('again')\n"
        "    return np.asarray(values, dtype=float) - np.mean(values)",
        "word": "same = display('a word', display_id='fixed')\ndef word(angle):\n"
        "    display('a word', display_id='fixed')\n    same.update(angle)\n    clear_output(wait=True)\n"
        "    same.update('?')\n    return 'steep' if angle > 45 else 'gentle'",
        "share": "def share(n):\n    mine.display(n)\n    same.update(n)\n    return n * n\nmine = display(0, display_id=True)",
    },
    "a-slow-answer": {
        "word": "import time\ndef word(angle):\n    time.sleep(0.05)\n    return 'steep' if angle > 45 else 'gentle'"
    },
}


def _with_cells_between() -> Any:
    made = submission("", RIGHT)
    for place in range(len(made.cells) - 1, 0, -1):
        made.cells.insert(place, cell(f"slope_{place} = {place}\nprint(len(In), In[-1][:5])\nslope_{place}"))
    return made


def _updating_cells() -> Any:
    """Return a notebook whose plain cells update what other cells display, before and behind the tests."""
    made = submission("from IPython.display import display\nbar = display('0 %', display_id=True)", RIGHT)
    for place in range(len(made.cells) - 1, 1, -1):
        made.cells.insert(place, cell(f"bar.update('{place} %')"))
    made.cells.append(cell("bar.update('100 %')"))
    return made


def _counting_cells() -> Any:
    """Return a notebook that uses the numbers of its cells, as they are without copies of tests."""
    made = submission("'five'", RIGHT)
    made.cells.append(
        cell("assert Out[2] == 'five' == _2, Out\nassert len(In) == 12, len(In)\nresult = Out[10]")
    )
    made.cells.append(copy.deepcopy(made.cells[-1]))
    made.cells[-1].id = "more"
    made.cells[-1].source = "assert result == 2"
    return made


def honest() -> dict[str, Any]:
    """Return the corpus: a name and the notebook handed in."""
    assert released("a") == "a"
    # tqdm is none of our dependencies
    left_out = "no package" if find_spec("tqdm") else "tqdm"
    preludes = {name: text for name, text in _PRELUDES.items() if left_out not in text}
    found = {name: submission(prelude, dict(RIGHT)) for name, prelude in preludes.items()}
    found |= {name: submission("", {**RIGHT, **answers}) for name, answers in _ANSWERS.items()}
    return found | {
        "as-it-should-be": submission("", dict(RIGHT)),
        "cells-that-update-a-display": _updating_cells(),
        "cells-between": _with_cells_between(),
        "numbers-of-cells": _counting_cells(),
    }
