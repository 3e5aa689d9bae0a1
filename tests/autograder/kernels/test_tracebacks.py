"""A traceback of endless recursion is written in little time, however many modules there are."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from eds_autograder.grading.kernels import tracebacks

CODE = """
import inspect, sys, time, types
for number in range(3000):
    sys.modules[f"m{number}"] = types.ModuleType(f"m{number}")
    sys.modules[f"m{number}"].__file__ = f"/nowhere/{number}.py"
from eds_autograder.grading.kernels.tracebacks import know_modules_of_frames
if sys.argv[1] == "quick":
    know_modules_of_frames()
space = {"__name__": "__main__"}
exec(compile("def f(n):\\n    return inspect.currentframe() if n == 0 else f(n - 1)\\nimport inspect", "<cell>", "exec"), space)
frame = space["f"](300)
assert inspect.getmodule(frame) in (sys.modules["__main__"], None)
start = time.process_time()
while frame is not None:
    inspect.getmodule(frame)
    frame = frame.f_back
print(time.process_time() - start)
"""


def seconds(how: str) -> float:
    done = subprocess.run([sys.executable, "-c", CODE, how], capture_output=True, text=True, check=True)
    return float(done.stdout)


def test_modules_of_frames_are_found_without_a_search() -> None:
    assert seconds("quick") < seconds("slow") / 20


@pytest.fixture
def patched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracebacks.inspect, "getmodule", tracebacks.inspect.getmodule)
    tracebacks.know_modules_of_frames()


def test_everything_else_is_found_as_before(patched: None) -> None:
    import inspect

    assert inspect.getmodule(time.sleep) is time
    assert inspect.getmodule(pytest.fixture) is sys.modules[pytest.fixture.__module__]
    assert inspect.getmodule(sys._getframe()) is sys.modules[__name__]
