"""What stands guard inside a kernel: it is sent there as text before any of the student's code runs.

Whatever it compares with, and all that it calls, is taken down at that moment, so that nothing which is
replaced later can lie to it. It needs the standard library and the kernel, and imports nothing of ours.
Three things are its work:

- *check*: are the functions that tests and the kernel rely on still the same (``guard_watch.py``), does
  anything of the student's stand between a test and its result (a transformer, an event hook, a trace
  function, a live thread)?
- *snapshot and restore* (``guard_state.py``): a test and its altered copies start from the same names,
  contents, random states and history; afterwards all is as the real test left it;
- *neutral ground*: settings that change how a result is shown are put back while a test runs.

The student's code lives in the same process and could find this code and change it: the altered copies
(`eds_autograder.grading.canaries`) are there for whoever does.
"""
# ruff: noqa: S110, SIM105
# mypy: ignore-errors

import builtins
import gc
import hashlib
import hmac
import json
import operator
import pathlib
import random
import site
import sys
import sysconfig
import tempfile
import threading
import types

from ipykernel.compiler import get_tmp_directory

_FREE_BUILTINS = {
    "_",
    "__debug__",
    "__IPYTHON__",
    "breakpoint",
    "copyright",
    "credits",
    "display",
    "exit",
    "get_ipython",
    "help",
    "input",
    "license",
    "open",
    "print",
    "quit",
}
_WATCHED = (
    "math",
    "cmath",
    "operator",
    "ast",
    "codeop",
    "unittest.case",
    "IPython.core.interactiveshell",
    "IPython.core.inputtransformer2",
    "IPython.core.displayhook",
    "IPython.core.compilerop",
    "ipykernel.kernelbase",
    "ipykernel.ipkernel",
    "ipykernel.zmqshell",
    "ipykernel.displayhook",
    "ipykernel.iostream",
    "jupyter_client.session",
    "numpy",
    "numpy._core.numeric",
    "numpy._core.fromnumeric",
    "numpy.core.numeric",
    "numpy.core.fromnumeric",
    "numpy.linalg",
    "numpy.testing",
    "numpy.testing._private.utils",
    "pandas._testing",
    "pandas._testing.asserters",
    "pandas.testing",
)


class Guard:
    """See the module."""

    def __init__(self, shell, snapshot, watch):
        self.snapshot = snapshot
        self.watch = watch
        self.shell, self.kernel = shell, shell.kernel
        self.session = self.kernel.session
        self.namespace = shell.user_ns
        self.key = None
        self.threads = set(sys._current_frames())
        self.frames, self.trace, self.profile = sys._current_frames, sys.gettrace, sys.getprofile
        self.this_thread = threading.get_ident
        self.modules = sys.modules
        self.places = self._folders()
        self.judged = {}  # file to whether it is foreign
        self.states = (random.getstate, random.setstate)
        manager = shell.history_manager
        # numbers are used again, which its database would complain about in the student's output
        manager.enabled = False
        self.histories = [manager.input_hist_raw, manager.input_hist_parsed, manager.output_hist]
        self.saved = {}
        self.settings = None
        self._take_down()

    def _folders(self):
        paths = sysconfig.get_paths()
        found = {paths[key] for key in ("stdlib", "platstdlib", "purelib", "platlib")}
        found.update([sys.prefix, sys.base_prefix, site.getusersitepackages(), *site.getsitepackages()])
        found.update(path for path in sys.path if path)
        own = {str(pathlib.Path.cwd()), str(pathlib.Path.home()), tempfile.gettempdir(), get_tmp_directory()}
        # the nearer folder decides: packages may lie below a home, a run's folder below a package's
        places = [(path, False) for path in found - own] + [(path, True) for path in own]
        places = [(path.rstrip("/") + "/", is_own) for path, is_own in places if path]
        return sorted(places, key=lambda place: len(place[0]), reverse=True)

    def _take_down(self):
        watch = self.watch
        watch.functions("builtins", builtins.__dict__, _FREE_BUILTINS)
        self.watched_modules = {}
        self.watch_modules(_WATCHED)
        shell, kernel = self.shell, self.kernel
        self.parts = {
            "shell": shell,
            "kernel": kernel,
            "session": self.session,
            "displayhook": shell.displayhook,
            "input transformer": shell.input_transformer_manager,
            "compiler": shell.compile,
            "events": shell.events,
            "iopub": kernel.iopub_thread,
        }
        self.kinds = {name: type(part) for name, part in self.parts.items()}
        for part in self.parts.values():
            watch.class_of(part)
        self.methods = {name: watch.methods_of(part) - set(vars(part)) for name, part in self.parts.items()}
        self.handlers = (dict(kernel.shell_handlers), dict(kernel.control_handlers))
        self.packing = (self.session.pack, self.session.unpack, self.session.key)
        formatters = shell.display_formatter.formatters
        self.plain = formatters["text/plain"]
        self.printers = dict(self.plain.type_printers)

    def watch_modules(self, names):
        """Import what tests will need, and note its functions."""
        for name in names:
            module = self.modules.get(name)
            if module is None or name in self.watched_modules:
                continue
            self.watched_modules[name] = module
            self.watch.functions(name, module.__dict__)
            for cls in [getattr(module, "TestCase", None)] if name == "unittest.case" else []:
                self.watch.functions("TestCase", cls.__dict__)

    def need(self, names):
        """Import what tests compare with, before anybody can change it."""
        for name in names:
            try:
                __import__(name)
            except Exception:
                pass
        self.watch_modules(_WATCHED)

    # -- what is the student's own

    def is_foreign(self, code):
        """Tell code that came with the submission from code that was installed."""
        name = code.co_filename
        if name not in self.judged:
            inside = (is_own for path, is_own in self.places if name.startswith(path))
            self.judged[name] = not name.startswith("<frozen") and next(inside, True)
        return self.judged[name]

    def foreign(self, thing):
        """Tell whether a hook of any kind leads to code of the submission."""
        code = self.watch.code(thing)
        if code is not None:
            return self.is_foreign(code)
        if isinstance(thing, (types.BuiltinFunctionType, type(len))):
            return False
        inner = getattr(thing, "func", None)  # functools.partial
        if inner is not None and inner is not thing and callable(inner):
            return self.foreign(inner)
        kind = thing if isinstance(thing, type) else type(thing)
        own = [value for cls in kind.__mro__[:-1] for value in cls.__dict__.values()]
        own += list(getattr(thing, "__dict__", {}).values())
        return any(code is not None and self.is_foreign(code) for code in map(self.watch.code, own))

    # -- check

    def check(self):
        """Return what is wrong, in words."""
        found = []
        for part in (
            self._changed_functions,
            self._changed_parts,
            self._hooks,
            self._live_threads,
            self._wrong_answers,
        ):
            try:
                found.extend(part())
            except Exception as error:
                found.append(f"a check of the kernel fails ({type(error).__name__})")
        return found[:8]

    def _changed_functions(self):
        for label in self.watch.changed():
            yield f"{label} was replaced"
        for name, module in self.watched_modules.items():
            if self.modules.get(name) is not module:
                yield f"the module {name} was replaced"
        builtin = self.namespace.get("__builtins__", builtins)
        if builtin is not builtins and builtin is not builtins.__dict__:
            yield "__builtins__ was replaced"

    def _changed_parts(self):
        shell = self.shell
        now = {
            "shell": self.kernel.shell,
            "kernel": shell.kernel,
            "session": self.kernel.session,
            "displayhook": shell.displayhook,
            "input transformer": shell.input_transformer_manager,
            "compiler": shell.compile,
            "events": shell.events,
            "iopub": self.kernel.iopub_thread,
        }
        for name, part in self.parts.items():
            if now[name] is not part or type(part) is not self.kinds[name]:
                yield f"the kernel's {name} was replaced"
            own = self.methods[name].intersection(vars(part))
            if own:
                yield f"the kernel's {name} has another {min(own)}"
        if shell.user_ns is not self.namespace:
            yield "the namespace was replaced"
        before, after = self.handlers, (self.kernel.shell_handlers, self.kernel.control_handlers)
        for old, new in zip(before, after, strict=True):
            if any(new.get(key) is not value for key, value in old.items()):
                yield "a message handler of the kernel was replaced"
        packing = (self.session.pack, self.session.unpack, self.session.key)
        if any(a is not b for a, b in zip(packing, self.packing, strict=True)):
            yield "the kernel's messages are packed otherwise"

    def _hooks(self):
        shell = self.shell
        manager = shell.input_transformer_manager
        groups = {
            "an AST transformer": shell.ast_transformers,
            "an input transformer": [
                *manager.cleanup_transforms,
                *manager.line_transforms,
                *manager.token_transformers,
                *shell.input_transformers_post,
            ],
            "an event hook": [hook for hooks in shell.events.callbacks.values() for hook in hooks],
            "a trace function": [hook for hook in (self.trace(), self.profile()) if hook is not None],
            "a hook of the garbage collector": gc.callbacks,
            "an import hook": [*sys.meta_path, *sys.path_hooks],
        }
        for label, things in groups.items():
            if any(self.foreign(thing) for thing in things):
                yield f"{label} of the submission is in place"

    def _live_threads(self):
        here = self.this_thread()
        for number, frame in self.frames().items():
            if number == here or number in self.threads:
                continue
            while frame is not None:
                if self.is_foreign(frame.f_code):
                    yield "a thread of the submission still runs"
                    return
                frame = frame.f_back

    def _wrong_answers(self):
        """Ask what everybody knows: replaced deep inside, a comparison still gives itself away."""
        number = random.SystemRandom().randint(2, 1000)
        answers = {
            "==": number == number + 1 or [number] == [number + 1] or str(number) == str(number + 1),
            "operator.eq": operator.eq(float(number), number + 0.5),
            "bool": not number or bool([]),
        }
        math = self.watched_modules.get("math")
        if math is not None:
            answers["math.isclose"] = math.isclose(number, number + 1)
        numpy = self.watched_modules.get("numpy")
        if numpy is not None:
            answers["numpy.allclose"] = bool(numpy.allclose([number], [number + 1]))
            answers["numpy.array_equal"] = bool(numpy.array_equal([number], [number + 1]))
        for name, wrong in answers.items():
            if wrong:
                yield f"{name} gives wrong answers"

    # -- the same start for all

    def array_types(self):
        """Return NumPy's array and its two kinds of random generators, once there is a NumPy."""
        numpy = self.modules.get("numpy")
        try:
            return (numpy.ndarray, numpy.random.Generator, numpy.random.RandomState)
        except AttributeError:
            return None

    def random_states(self):
        """Return the states of the global random generators."""
        found = {"random": self.states[0]()}
        numpy = self.modules.get("numpy.random")
        if numpy is not None and hasattr(numpy, "mtrand"):
            found["numpy"] = numpy.mtrand._rand._bit_generator.state
        torch = self.modules.get("torch")
        if torch is not None and hasattr(torch, "get_rng_state"):
            found["torch"] = torch.get_rng_state()
        return found

    def set_random_states(self, states):
        """Put them back."""
        self.states[1](states["random"])
        if "numpy" in states:
            self.modules["numpy.random"].mtrand._rand._bit_generator.state = states["numpy"]
        if "torch" in states:
            self.modules["torch"].set_rng_state(states["torch"])

    def neutral_ground(self):
        """Show a result as it is while a test runs, and failures in short."""
        shell, plain = self.shell, self.plain
        formatters = shell.display_formatter.formatters
        self.settings = (
            shell.ast_node_interactivity,
            formatters["text/plain"],
            dict(plain.type_printers),
            shell.InteractiveTB.mode,
        )
        shell.ast_node_interactivity = "last_expr"
        formatters["text/plain"] = plain
        plain.type_printers.clear()
        plain.type_printers.update(self.printers)
        shell.InteractiveTB.set_mode("Plain")

    def own_ground(self):
        """Give the submission its settings back."""
        if self.settings is None:
            return
        shell = self.shell
        (
            shell.ast_node_interactivity,
            shell.display_formatter.formatters["text/plain"],
            printers,
            mode,
        ) = self.settings
        self.plain.type_printers.clear()
        self.plain.type_printers.update(printers)
        shell.InteractiveTB.set_mode(mode)
        self.settings = None

    # -- orders

    def obey(self, order):
        """Do what an order says, in the order in which it makes sense; return what is wrong."""
        if self.key is None:
            self.key = order["key"].encode()
            self.need(order.get("modules", ()))
        found = self.check() if order.get("check") else []
        if order.get("take"):
            self.saved[order["take"]] = self.snapshot(self)
        if order.get("restore"):
            self.saved[order["restore"]].restore()
        if order.get("neutral"):
            self.neutral_ground()
        if order.get("end"):
            self.saved.clear()
            self.own_ground()
            for name in ("last_exc", "last_type", "last_value", "last_traceback"):
                if hasattr(sys, name):
                    delattr(sys, name)
            self.namespace.pop(order.get("forget"), None)
        return found

    def answer(self, stream, ident, parent):
        """Handle the request that only we send."""
        order = parent["content"]
        try:
            found = self.obey(order)
        except Exception as error:
            found = [f"the guard of the kernel fails ({type(error).__name__}: {error})"]
        text = json.dumps([order["nonce"], found])
        seal = hmac.new(self.key, text.encode(), hashlib.sha256).hexdigest()
        content = {"text": text, "seal": seal}
        self.session.send(stream, "eds_guard_reply", content, parent, ident=ident)


def install(shell, snapshot, watch):
    """Set a guard up in a kernel; it answers messages of a kind of its own."""
    guard = Guard(shell, snapshot, watch)
    shell.kernel.shell_handlers["eds_guard_request"] = guard.answer
    guard.handlers[0]["eds_guard_request"] = shell.kernel.shell_handlers["eds_guard_request"]
