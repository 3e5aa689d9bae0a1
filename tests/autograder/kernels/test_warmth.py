"""What is made warm before graders are forked: all that takes long, and nothing that a fork would not bear."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import jupyter_client.session
import pytest
from jupyter_client import jsonutil

from eds_autograder.grading.kernels.processes import run_environment
from eds_autograder.grading.kernels.warmth import _find_dates_quickly

session: Any = jupyter_client.session

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


@pytest.mark.parametrize(
    "date",
    ["2026-10-09T08:07:06.543210Z", "2026-10-09T08:07:06+02:00", "2026-10-09T08:07:06", "2026", "x", 7, None, [1]],
)  # fmt: skip
def test_a_messages_date_is_found_as_jupyter_client_finds_it(
    date: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "extract_dates", jsonutil.extract_dates)
    _find_dates_quickly()
    header = {"msg_id": "1a_2_0", "date": date, "version": "5.4"}
    with warnings.catch_warnings(action="ignore"):
        # it complains about dates without a zone
        assert session.extract_dates(header) == jsonutil.extract_dates(header)
    for other in ({}, [], "x", None):
        assert session.extract_dates(other) == other
