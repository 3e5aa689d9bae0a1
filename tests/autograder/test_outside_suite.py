"""nbgrader's own tests of autograding, out of its wheel, with our engine behind `nbgrader autograde`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

SUITE = "nbgrader.tests.apps.test_nbgrader_autograde"
# nbgrader alone passes 40 and skips 2, which need a database server and much memory
ALONE = {"passed": 40, "skipped": 2}
# the tests that fail with our engine, each with the reason why that is meant
EXCEPTIONS = {
    "test_side_effects": "what a student's code writes stays in its sandbox and goes with it; nbgrader keeps it",
}


@pytest.mark.slow
def test_nbgraders_own_suite_passes_on_our_engine(tmp_path: Path) -> None:
    if find_spec(SUITE) is None:
        pytest.skip("this nbgrader came without its tests")
    settings = tmp_path / "settings"
    settings.mkdir()
    (settings / "nbgrader_config.py").write_text(
        "from eds_autograder.wiring import wire\nwire(get_config())\n"
        f"open({str(tmp_path / 'read')!r}, 'a').close()\n"
    )
    options = [
        "-q",
        "-rA",
        "-p",
        "no:cacheprovider",
        "--import-mode=importlib",
        "-W",
        "ignore",
        f"--rootdir={tmp_path}",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "--pyargs", SUITE],
        cwd=tmp_path,
        env=os.environ | {"JUPYTER_CONFIG_DIR": str(settings), "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    told = done.stdout[-4000:]
    assert (tmp_path / "read").is_file(), told
    assert "points (engine" in done.stdout, told
    failed = set(re.findall(r"^FAILED .*?::(test_\w+)", done.stdout, flags=re.MULTILINE))
    assert failed == set(EXCEPTIONS), told
    assert f"{len(failed)} failed, {ALONE['passed'] - len(failed)} passed, {ALONE['skipped']} skipped" in told
