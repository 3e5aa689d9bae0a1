"""nbgrader's Execute, kept from losing marks: each cell's end is noted, a dead kernel ends only the rest."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from math import ceil
from time import monotonic
from typing import Any

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbgrader.preprocessors import Execute

from eds_autograder.grading.kernels.manager import SafePathKernelManager
from eds_autograder.grading.kernels.waiting import WaitingKernel

__all__ = ["CarefulExecute", "CellRun"]


@dataclass(frozen=True)
class CellRun:
    """How the run of one cell ended.

    Attributes
    ----------
    state : {"done", "error", "timed out", "kernel died", "not run"}
        ``done``: the kernel said that the cell ran to its end; a cell without code is done too.
    reason : str or None
        Why it did not, where that is not in the cell's output.
    """

    state: str
    reason: str | None = None


class CarefulExecute(Execute):  # type: ignore[misc]
    """Run a notebook as nbgrader does, within a time for the whole, and keep what ran before an accident.

    Parameters
    ----------
    budget : float
        Seconds for the whole notebook; a cell gets no more than what is left of them.
    waiting : WaitingKernel, optional
        Becomes the notebook's kernel, where the notebook wants a Python one.
    **kwargs
        As for nbgrader's Execute.

    Attributes
    ----------
    runs : dict of int to CellRun
        By the cell's place in the notebook.
    outcome : {"graded", "kernel died", "out of time"}
    reason : str or None
        What ended the run early, in one line.
    """

    extra_arguments: list[str]

    def __init__(self, budget: float, waiting: WaitingKernel | None = None, **kwargs: Any) -> None:
        manager = type("Manager", (SafePathKernelManager,), {"waiting": waiting})
        super().__init__(kernel_manager_class=manager, shutdown_kernel="immediate", **kwargs)
        # behind the installed packages, so that helper modules can be imported and nothing is shadowed
        self.extra_arguments = [
            *self.extra_arguments,
            "--IPKernelApp.exec_lines=__import__('sys').path.append('')",
        ]
        self.timeout_func = self._seconds
        self.deadline = monotonic() + budget
        self.budget = budget
        self.allowed = 0
        self.runs: dict[int, CellRun] = {}
        self.outcome = "graded"
        self.reason: str | None = None

    def preprocess_cell(self, cell: Any, resources: Any, index: int) -> Any:
        """Run one cell; after an accident, note that it was not run."""
        if cell.cell_type != "code":
            return cell, resources
        if self.outcome == "graded" and monotonic() >= self.deadline:
            self._stop(
                "out of time", f"the notebook's {self.budget:.0f} s were used up before cell {index + 1}"
            )
        if self.outcome != "graded":
            self.runs[index] = CellRun("not run", f"not run: {self.reason}")
            return cell, resources
        self.runs[index] = CellRun("done")
        try:
            return super().preprocess_cell(cell, resources, index)
        except DeadKernelError:
            self._stop("kernel died", f"the kernel died in cell {index + 1}{self._how_it_died()}")
            self.runs[index] = CellRun("kernel died", self.reason)
        except CellTimeoutError:
            self._stop("out of time", f"cell {index + 1} did not stop when its time was up")
            self.runs[index] = CellRun("timed out", self.reason)
        return cell, resources

    def on_cell_executed(self, **kwargs: Any) -> None:
        """Note the kernel's own word on how the cell ended; nbgrader adds a missing error to the output."""
        super().on_cell_executed(**kwargs)
        reply = kwargs["execute_reply"]
        if reply["content"]["status"] == "ok":
            return
        # a reply that came from the kernel has a header; the one made when time is up has none
        timed_out = "header" not in reply
        reason = f"stopped after {self.allowed} s" if timed_out else None
        self.runs[kwargs["cell_index"]] = CellRun("timed out" if timed_out else "error", reason)

    def _seconds(self, _cell: Any) -> int:
        left = max(1, ceil(self.deadline - monotonic()))
        unlimited = not self.timeout or self.timeout < 0
        self.allowed = left if unlimited else min(int(self.timeout), left)
        return self.allowed

    def _stop(self, outcome: str, reason: str) -> None:
        self.outcome, self.reason = outcome, reason

    def _how_it_died(self) -> str:
        process = getattr(getattr(self.km, "provisioner", None), "process", None)
        status = process.poll() if process is not None else None
        if status is None:
            return ""
        if status >= 0:
            return f" (exit status {status})"
        name = signal.Signals(-status).name
        return f" ({name}: out of memory?)" if name == "SIGKILL" else f" ({name})"
