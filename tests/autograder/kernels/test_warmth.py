"""What is made warm before graders are forked: all that takes long, and nothing that a fork would not bear."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from eds_autograder.grading.kernels.processes import run_environment

CODE = """
import json, os, sys
from eds_autograder.grading.kernels.warmth import keep_for_forks, warm_engine, warm_modules
warm_engine()
warm_modules(["matplotlib.pyplot", "sklearn.linear_model", "pandas", "no_such_module"])
keep_for_forks()
known, threads = set(sys.modules), len(os.listdir("/proc/self/task"))
from ipykernel.kernelapp import IPKernelApp
IPKernelApp.instance().initialize([f"--IPKernelApp.connection_file={sys.argv[1]}"])
seen = {
    "threads": threads,
    "figures": sys.modules["matplotlib.pyplot"].get_fignums(),
    "late": sorted(set(sys.modules) - known),
}
with open(sys.argv[2], "w") as file:
    json.dump(seen, file)
os._exit(0)
"""


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="counts its threads through /proc")
def test_the_server_has_one_thread_and_its_kernels_import_nothing_big(tmp_path: Path) -> None:
    paths = [path for path in sys.path if path]
    environment = run_environment(tmp_path / "home") | {"PYTHONPATH": os.pathsep.join(paths)}
    command = [sys.executable, "-c", CODE, str(tmp_path / "kernel.json"), str(tmp_path / "seen.json")]
    subprocess.run(command, env=environment, check=True, capture_output=True)
    seen = json.loads((tmp_path / "seen.json").read_text())
    assert seen["threads"] == 1
    assert seen["figures"] == []
    packages = {name.partition(".")[0] for name in seen["late"]}
    assert not packages & {"debugpy", "jupyter_client", "matplotlib", "nbformat", "sqlalchemy", "stack_data"}
