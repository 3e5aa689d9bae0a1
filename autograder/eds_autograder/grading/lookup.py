"""The instructor's cells as nbgrader's sanitizing asks its gradebook for them, answered from the kit.

A database to look up what is in memory already would cost as much as the rest of the sanitizing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from eds_autograder.grading.assignment import GradedCell, Kit

__all__ = ["answered_from"]


@contextmanager
def answered_from(kit: Kit) -> Iterator[None]:
    """Let the kit answer what OverwriteCells and OverwriteKernelspec ask while the block runs."""
    from nbgrader.preprocessors import overwritecells, overwritekernelspec

    modules: list[Any] = [overwritecells, overwritekernelspec]
    before = [module.Gradebook for module in modules]
    for module in modules:
        module.Gradebook = lambda _: _Lookup(kit)
    try:
        yield
    finally:
        for module, gradebook in zip(modules, before, strict=True):
            module.Gradebook = gradebook


class _Lookup:
    """What the two use of `nbgrader.api.Gradebook`."""

    def __init__(self, kit: Kit) -> None:
        self._kit = kit
        self._cells = {(cell.notebook, cell.grade_id): cell for cell in kit.cells}

    def __enter__(self) -> _Lookup:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def find_source_cell(self, name: str, notebook: str, _: str) -> Any:
        return _as_known(self._find(name, notebook))

    def find_graded_cell(self, name: str, notebook: str, _: str) -> Any:
        return _as_known(self._find(name, notebook))

    def find_notebook(self, name: str, _: str) -> Any:
        cells = self._kit.cells_of(name)
        return SimpleNamespace(
            kernelspec=self._kit.kernelspecs[name],
            source_cells=[_as_known(cell) for cell in cells],
            grade_cells=[_as_known(cell) for cell in cells if cell.grade],
            solution_cells=[_as_known(cell) for cell in cells if cell.solution],
            task_cells=[_as_known(cell) for cell in cells if cell.task],
        )

    def _find(self, name: str, notebook: str) -> GradedCell:
        from nbgrader.api import MissingEntry

        if (notebook, name) not in self._cells:
            raise MissingEntry(f"No such cell: {notebook}/{name}")
        return self._cells[notebook, name]


def _as_known(cell: GradedCell) -> Any:
    return SimpleNamespace(
        name=cell.grade_id,
        cell_type=cell.cell_type,
        # nbgrader keeps what the flags amount to, not the flag: a test is locked whatever its notebook says
        locked=cell.restored,
        source=cell.source,
        checksum=cell.checksum,
        max_score=cell.points or 0.0,
    )
