"""A notebook's cells run in this process, as its kernel would run them; their marks are the engine's."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from eds_autograder.grading.assignment import GradedCell

__all__ = ["Ran", "Shell", "refuse_threads"]

# the allocator of pyarrow stops it before a fork and starts it behind
_FORK_SAFE = {"jemalloc_bg_thd"}


@dataclass(frozen=True)
class Ran:
    """What running a cell gave.

    Attributes
    ----------
    error : str or None
        The exception in one line.
    outputs : tuple
        Of nbformat; those that decide on a mark.
    """

    error: str | None
    outputs: tuple[Any, ...]


class Shell:
    """IPython's shell, so that magics hold; it keeps no history, which would need a thread."""

    def __init__(self) -> None:
        from IPython.core.interactiveshell import InteractiveShell
        from traitlets.config import Config

        config = Config()
        config.HistoryManager.enabled = False
        shell: Any = InteractiveShell.instance(config=config)
        # a traceback costs more than most cells, and nobody reads it here
        shell.showtraceback = lambda *_, **__: None
        self._shell = shell
        # behind the installed packages, as the engine has it
        sys.path.append("")

    @property
    def names(self) -> dict[str, Any]:
        """The notebook's global names."""
        names: dict[str, Any] = self._shell.user_ns
        return names

    def run(self, source: str) -> Ran:
        """Run a cell."""
        from IPython.utils.capture import capture_output
        from nbformat import v4

        with capture_output(display=False) as captured:
            result = self._shell.run_cell(source, store_history=False)
        failed = result.error_before_exec or result.error_in_exec
        outputs = []
        if captured.stderr:
            outputs.append(v4.new_output("stream", name="stderr", text=captured.stderr))
        if result.result is not None:
            data = {"text/plain": repr(result.result)}
            outputs.append(v4.new_output("execute_result", data=data, execution_count=1))
        if failed is not None:
            name, said = type(failed).__name__, str(failed)
            outputs.append(v4.new_output("error", ename=name, evalue=said, traceback=[]))
        self._close_figures()
        return Ran(None if failed is None else f"{type(failed).__name__}: {failed}", tuple(outputs))

    def mark(self, graded: Mapping[str, Any], source: str) -> tuple[bool, str]:
        """Run tests and mark them as the engine does.

        Parameters
        ----------
        graded : mapping
            The fields of the engine's `GradedCell`.
        source : str
            What is run of it.

        Returns
        -------
        full : bool
            Whether all points are given.
        message : str
            What the student is told otherwise.
        """
        import logging

        from nbformat import v4

        from eds_autograder.grading.execute import CellRun
        from eds_autograder.grading.marks import mark_cell

        instructors = replace(GradedCell(**{**graded, "hidden": tuple(graded["hidden"])}), source=source)
        ran = self.run(source)
        cell = v4.new_code_cell(source, outputs=list(ran.outputs))
        cell.metadata["nbgrader"] = {
            "schema_version": 3,
            "grade": True,
            "solution": False,
            "locked": True,
            "points": instructors.points,
            "grade_id": instructors.grade_id,
            "cell_type": "code",
        }
        run = CellRun("done" if ran.error is None else "error")
        exercise = mark_cell(instructors, cell, run, logging.getLogger("eds.audit"))
        return exercise.status == "passed", exercise.message or exercise.detail or ""

    def _close_figures(self) -> None:
        if "matplotlib.pyplot" in sys.modules:
            sys.modules["matplotlib.pyplot"].close("all")


def refuse_threads() -> None:
    """Make sure that this process may be forked: whoever holds a lock in another thread is not in the child.

    Raises
    ------
    RuntimeError
        When there is a second thread.
    """
    names = [path.read_text().strip() for path in Path("/proc/self/task").glob("*/comm")]
    others = [name for name in names[1:] if name not in _FORK_SAFE]
    if others:
        raise RuntimeError(f"another thread runs ({', '.join(others)}): forking is not safe")
