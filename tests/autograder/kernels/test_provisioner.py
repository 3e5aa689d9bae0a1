"""Warm kernels for programs that know only jupyter_client: a kernelspec that names the provisioner."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from eds_autograder.grading.kernels.isolation import why_not
from eds_autograder.grading.kernels.sandbox import LEVELS

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="kernels are forked on Linux only"
)

PROVISIONER = "eds_autograder.grading.kernels.provisioner:WarmProvisioner"

# a program of its own, as nbgrader or papermill is; the entry point is made here where the package is not installed
_RUN = f"""
import json, sys, time
from importlib.metadata import EntryPoint
from jupyter_client.provisioning.factory import KernelProvisionerFactory as Factory
Factory.instance().provisioners["eds-warm-provisioner"] = EntryPoint(
    "eds-warm-provisioner", "{PROVISIONER}", Factory.GROUP_NAME)
import nbformat
from nbclient import NotebookClient
from jupyter_client.manager import KernelManager
cells = [nbformat.v4.new_code_cell(source) for source in json.load(sys.stdin)]
notebook = nbformat.v4.new_notebook(cells=cells)
seconds = []
for _ in range(2):
    start = time.perf_counter()
    first = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("import numpy, pandas, scipy.signal")])
    NotebookClient(first, kernel_name="warm").execute()
    seconds.append(round(time.perf_counter() - start, 2))
client = NotebookClient(notebook, kernel_name="warm", allow_errors=True, interrupt_on_timeout=True,
    timeout_func=lambda cell: 3 if "sleep" in cell.source else 60)
client.execute()
manager = KernelManager(kernel_name="warm")
manager.start_kernel()
before = manager.provisioner.pid
manager.restart_kernel(now=True)
kernel = manager.blocking_client()
kernel.start_channels()
kernel.wait_for_ready(timeout=60)
answer = kernel.execute_interactive("print('again')", timeout=60, output_hook=lambda message: None)
kernel.stop_channels()
restarted = manager.provisioner.pid != before and answer["content"]["status"]
manager.shutdown_kernel(now=True)
left_running = KernelManager(kernel_name="warm")
left_running.start_kernel()
outputs = [[output.get("text") or output.get("ename") or sorted(output.get("data", {{}})) for output in cell.outputs]
           for cell in notebook.cells]
print(json.dumps({{"outputs": outputs, "seconds": seconds, "restarted": restarted}}))
"""


def execute(folder: Path, isolation: str, *sources: str) -> Any:
    spec = {
        "argv": ["python", "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "warm",
        "language": "python",
        "metadata": {
            "kernel_provisioner": {
                "provisioner_name": "eds-warm-provisioner",
                "config": {
                    "isolation": isolation,
                    "modules": ["numpy", "scipy.signal", "pandas", "matplotlib"],
                },
            }
        },
    }
    place = folder / "jupyter" / "kernels" / "warm"
    place.mkdir(parents=True)
    (place / "kernel.json").write_text(json.dumps(spec))
    work = folder / "work"
    work.mkdir()
    # a short name: there, and not in the system's own folder, are the kernels' places
    with tempfile.TemporaryDirectory(prefix="eds-warm-") as temporary:
        done = run_in(work, temporary, folder / "jupyter", sources)
        left = list(Path(temporary).iterdir())
    assert done.returncode == 0, done.stderr
    assert not left, "the program is over, and so is what was made for its kernels"
    return json.loads(done.stdout.splitlines()[-1])


def run_in(
    work: Path, temporary: str, jupyter: Path, sources: tuple[str, ...]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", _RUN],
        input=json.dumps(sources),
        capture_output=True,
        text=True,
        check=False,
        cwd=work,
        env={**os.environ, "JUPYTER_PATH": str(jupyter), "TMPDIR": temporary},
    )


@pytest.mark.parametrize("level", [level for level in LEVELS if why_not(level) is None])
def test_nbclient_gets_a_warm_kernel_that_behaves(tmp_path: Path, level: str) -> None:
    (tmp_path / "secret.txt").write_text("not in the notebook's folder")
    found = execute(
        tmp_path,
        level,
        "import sys, random, numpy\nprint('scipy.signal' in sys.modules, random.random(), numpy.random.rand())",
        "from IPython.display import HTML\nHTML('<b>rich</b>')",
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])",
        "%timeit -n1 -r1 pass",
        "import time\ntime.sleep(60)",
        "open('kept.txt', 'w').write('yes')\nopen('../secret.txt').read()",
    )
    warm, rich, plot, magic, slept, read = found["outputs"]
    assert warm[0].startswith("True ")
    assert ["text/html", "text/plain"] in rich
    assert ["image/png", "text/plain"] in plot
    assert "per loop" in magic[0]
    assert "KeyboardInterrupt" in slept
    assert found["restarted"] == "ok"
    # what is written into the notebook's folder stays, what lies beside it is out of sight
    assert (tmp_path / "work" / "kept.txt").read_text() == "yes"
    assert (read == ["'not in the notebook\\'s folder'"] or ["text/plain"] in read) == (level == "none")
    sys.stdout.write(f"{level}: first kernel {found['seconds'][0]} s, second {found['seconds'][1]} s\n")


def test_the_package_offers_the_provisioner() -> None:
    import tomllib

    project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())["project"]
    offered = project["entry-points"]["jupyter_client.kernel_provisioners"]
    assert offered == {"eds-warm-provisioner": PROVISIONER}
    assert EntryPoint("x", PROVISIONER, "x").load().__name__ == "WarmProvisioner"
