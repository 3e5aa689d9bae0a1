"""A kernel that waits becomes a kernel like any other, or goes away unseen."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

from eds_autograder.grading.kernels.isolation import why_not
from eds_autograder.grading.kernels.sandbox import LEVELS

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="graders are forked on Linux only"
)

# in a process of its own: pytest's has threads, which a fork must not have
_RUN = """
import asyncio, json, os, sys, tempfile
from eds_autograder.grading.kernels.waiting import WaitingKernel

from pathlib import Path
from eds_autograder.grading.kernels.places import readable_places
from eds_autograder.grading.kernels.sandbox import Sandbox

folder = tempfile.mkdtemp(prefix="eds-t-", dir="/tmp")
work, home, sockets = (os.path.join(folder, name) for name in ("work", "home", "ipc"))
for place in (work, home, sockets):
    os.mkdir(place)
os.environ |= {"HOME": home, "IPYTHONDIR": home + "/ipython", "MPLCONFIGDIR": home}
kernel = WaitingKernel(Sandbox(sys.argv[1], (work, home), sockets, (), readable_places(os.environ, [Path(folder)])))
import nbformat
from nbclient import NotebookClient
from eds_autograder.grading.kernels.manager import SafePathKernelManager

SafePathKernelManager.waiting = kernel
cells = [nbformat.v4.new_code_cell(source) for source in json.loads(sys.stdin.read())]
notebook = nbformat.v4.new_notebook(cells=cells)
client = NotebookClient(
    notebook, kernel_manager_class=SafePathKernelManager, allow_errors=True, interrupt_on_timeout=True,
    timeout_func=lambda cell: 3 if 'sleep' in cell.source else 60,
    resources={"metadata": {"path": work}},
)
client.execute()
outputs = [[output.get("text") or output.get("ename") or sorted(output.get("data", {})) for output in cell.outputs]
           for cell in notebook.cells]
print(json.dumps({"outputs": outputs, "pid": kernel.pid, "status": kernel.wait(10), "folder": work}))
import shutil; shutil.rmtree(folder)
"""


def run(level: str, *sources: str) -> dict[str, object]:
    import json

    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _RUN, level],
        input=json.dumps([textwrap.dedent(source) for source in sources]),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("level", [level for level in LEVELS if why_not(level) is None])
def test_it_is_the_kernel_in_its_folder_with_magics_plots_and_interrupts(level: str) -> None:
    found = run(
        level,
        "import os\nprint(os.getpid(), os.getcwd(), __name__)",
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])",
        "class Here:\n    pass\nimport pickle\nprint(type(pickle.loads(pickle.dumps(Here()))).__name__)",
        "import multiprocessing\nchild = multiprocessing.get_context('fork').Process(target=print, args=('a child',))\n"
        "child.start()\nchild.join()",
        "!echo a shell",
        "import time\ntime.sleep(60)",
        "print('still here')",
    )
    (first, plot, pickled, child, shell, slept, after) = found["outputs"]
    pid = 2 if level == "namespaces" else found["pid"]
    assert first == [f"{pid} {found['folder']} __main__\n"]
    assert ["image/png", "text/plain"] in plot
    assert pickled == ["Here\n"]
    assert "a child" in "".join(child)
    assert "a shell" in "".join(shell)
    assert "KeyboardInterrupt" in slept
    assert after == ["still here\n"]


def test_its_death_is_told_by_its_status() -> None:
    code = """
        from eds_autograder.grading.kernels.waiting import WaitingKernel
        import os, signal
        from eds_autograder.grading.kernels.sandbox import Sandbox
        sandbox = Sandbox("none", (), "")
        unwanted, killed = WaitingKernel(sandbox), WaitingKernel(sandbox)
        killed.kill()
        unwanted.dismiss()
        print(unwanted.wait(10), killed.wait(10), killed.poll())
        killed.send_signal(signal.SIGINT)  # to nobody: no error
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ,
    )
    assert done.stdout.split() == ["0", "-9", "-9"]
