"""Every lesson runs from top to bottom with its solution: quickly, quietly, on simulated and on real data."""

from __future__ import annotations

import os
import resource
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]
LESSONS = sorted(path.parent.name for path in ROOT.glob("source/*/*.py"))
# what these lessons load exists in the mirror and is simulated without it
WITH_REAL_DATA = ("01-introduction", "03-turbidity-calibration")
SECONDS = 30


def run(lesson: str, folder: Path) -> tuple[nbformat.NotebookNode, float]:
    """Execute a lesson in a folder; return it with the processor time that it took."""
    notebook = nbformat.read(ROOT / "source" / lesson / f"{lesson}.ipynb", as_version=4)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(folder)}})
    client.execute()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return notebook, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def complaints(notebook: nbformat.NotebookNode) -> list[str]:
    """What the cells wrote to stderr, the kernel's own greeting aside."""
    return [
        output.text
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if output.output_type == "stream" and output.name == "stderr"
    ]


@pytest.mark.slow
@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_runs_without_any_file(lesson: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EDS_DATA_MIRROR", raising=False)
    monkeypatch.setenv("EDS_DATA_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    notebook, seconds = run(lesson, tmp_path)
    assert complaints(notebook) == []
    assert seconds < SECONDS


@pytest.mark.slow
@pytest.mark.parametrize("lesson", WITH_REAL_DATA)
def test_a_lesson_runs_on_real_data(lesson: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if "EDS_DATA_MIRROR" not in os.environ:
        pytest.skip("no mirror of the real data: set EDS_DATA_MIRROR")
    monkeypatch.setenv("EDS_DATA_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    notebook, _ = run(lesson, tmp_path)
    assert complaints(notebook) == []
    if lesson == "03-turbidity-calibration":
        printed = "".join(
            output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", ())
        )
        assert "116 samples of 13 storms (real flasks)" in printed
