"""nbgrader's Execute, kept from losing marks: each cell's end is noted, a dead kernel ends only the rest."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import signal
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from math import ceil
from time import monotonic
from typing import Any

from jupyter_core.utils import ensure_async, run_sync
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.v4 import new_output
from nbgrader.preprocessors import Execute

from eds_autograder.grading.integrity import GuardLink, SilentGuardError
from eds_autograder.grading.kernels.limits import Limits, limit_that_was_hit
from eds_autograder.grading.kernels.manager import SafePathKernelManager
from eds_autograder.grading.kernels.output import OutputMeter, is_reply, is_well_formed
from eds_autograder.grading.kernels.prompt import LostKernelError
from eds_autograder.grading.kernels.waiting import WaitingKernel
from eds_autograder.grading.plans import TestPlan
from eds_autograder.grading.proof import Proof
from eds_autograder.grading.trial import Attempt, CellRun, Trials

__all__ = ["CarefulExecute", "CellRun"]

_ANSWER_SECONDS = 5.0
_GRACE_SECONDS = 0.3
_COMPARED_WITH = {
    "math": "math",
    "numpy": "np.",
    "numpy.testing": "testing",
    "pandas.testing": "pd.",
    "unittest": "unittest",
}

_NO_REPLY = {
    "status": "error",
    "ename": "NoReply",
    "evalue": "the kernel gave no answer that can be read",
    "traceback": [],
}


class CarefulExecute(Execute):  # type: ignore[misc]
    """Run a notebook as nbgrader does, within a time for the whole, and keep what ran before an accident.

    Tests run among altered copies of themselves, see `eds_autograder.grading.trial`.

    Parameters
    ----------
    budget : float
        Seconds for the whole notebook; a cell gets no more than what is left of them.
    plans : mapping of str to TestPlan, optional
        The notebook's tests by grade id: they run among copies, and have to prove that they ran to their end.
    trials : type, optional
        A kind of `Trials` that runs them.
    waiting : WaitingKernel, optional
        Becomes the notebook's kernel, where the notebook wants a Python one.
    limits : Limits, optional
        Of its output; and what they are called when the kernel runs into one.
    **kwargs
        As for nbgrader's Execute.

    Attributes
    ----------
    runs : dict of int to CellRun
        By the cell's place in the notebook.
    outcome : {"graded", "kernel died", "out of time"}
    reason : str or None
        What ended the run early, in one line.
    limit : str or None
        Name of the limit that ended the run early.
    hits : dict of int to str
        Names of the limits that cells ran into, by their places.
    evidence : list of str
        What speaks against the submission.
    guarded : bool
        Whether the kernel had a guard: one that speaks another language than Python cannot.
    """

    extra_arguments: list[str]
    _display_id_map: dict[str, Any]

    def __init__(
        self,
        budget: float,
        plans: Mapping[str, TestPlan] | None = None,
        trials: type[Trials] | None = None,
        waiting: WaitingKernel | None = None,
        limits: Limits | None = None,
        **kwargs: Any,
    ) -> None:
        manager = type("Manager", (SafePathKernelManager,), {"waiting": waiting})
        super().__init__(kernel_manager_class=manager, shutdown_kernel="immediate", **kwargs)
        # a message too large to be taken takes the last word on a cell with it; the reply says how it ended
        self.raise_on_iopub_timeout = False
        # behind the installed packages, so that helper modules can be imported and nothing is shadowed
        self.extra_arguments = [
            *self.extra_arguments,
            "--IPKernelApp.exec_lines=__import__('sys').path.append('')",
            # nobody reads it: each run has a home of its own, that ends with it
            "--HistoryManager.enabled=False",
        ]
        self.timeout_func = self._seconds
        self.deadline = monotonic() + budget
        self.budget = budget
        self.allowed = 0
        self.runs: dict[int, CellRun] = {}
        self.outcome = "graded"
        self.reason: str | None = None
        self.evidence: list[str] = []
        self.guarded = False
        self.limit: str | None = None
        self.hits: dict[int, str] = {}
        self.limits = limits or Limits()
        self._meter = OutputMeter(self.limits.output_bytes)
        self._plans = plans or {}
        self._kind = trials or Trials
        self._trials: Trials | None = None
        self._limit: float | None = None
        self._proven = True
        self._heard_out, self._lost = False, False
        self._number = 0
        self._proof: Proof | None = None

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
        try:
            if self._trials is None and not self.runs:
                self._set_guard()
            grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
            if self._trials is not None and grade_id in self._plans:
                self._run_test(self._trials, cell, index, grade_id)
                return cell, resources
            return self._run(cell, resources, index)
        except DeadKernelError:
            self._die(index)
        except SilentGuardError:
            self._fall_silent(index)
        return cell, resources

    def attempt(self, cell: Any, index: int, source: str, proof: Proof, seconds: float | None) -> Attempt:
        """Run a text in a cell's place and return how it ended; the cell itself is left alone."""
        trial = copy.deepcopy(cell)
        trial.source = proof.mark(source)
        send, start = self.kc.execute, monotonic()
        self._limit, self._proof, self._proven = seconds, proof, False
        # what a test updates is what it displayed itself: no other cell shows what happened in a test
        displayed = self._display_id_map
        self._display_id_map = {}
        self.nb.cells[index] = trial
        self.kc.execute = partial(send, user_expressions=proof.expressions)
        try:
            self._run(trial, None, index)
        finally:
            self.kc.execute = send
            self._limit = self._proof = None
            self._display_id_map = displayed
            self.nb.cells[index] = cell
        trial.source = cell.source
        return Attempt(trial, replace(self.runs[index], proven=self._proven), monotonic() - start)

    def _run(self, cell: Any, resources: Any, index: int) -> Any:
        self.runs[index] = CellRun("done")
        self._heard_out, self._lost = False, False
        self._number += 1
        try:
            super().preprocess_cell(cell, resources, index)
            if self._lost:
                run_sync(self.kc.listen_anew)(_ANSWER_SECONDS)
        except DeadKernelError:
            self._die(index)
        except LostKernelError:
            if self.runs[index].state == "timed out":
                self._never_stop(index)
            else:
                self._die(index)
        except CellTimeoutError:
            self._never_stop(index)
        return cell, resources

    def _run_test(self, trials: Trials, cell: Any, index: int, grade_id: str) -> None:
        try:
            real = trials.run(self, cell, index, grade_id)
            self.runs[index] = real.run
            # a copy: what comes later in the kernel's messages changes no output of a test
            cell.outputs = copy.deepcopy(real.cell.outputs)
            cell.execution_count = real.cell.execution_count
            if "execution" in real.cell.metadata:
                cell.metadata["execution"] = real.cell.metadata["execution"]
        finally:
            self.evidence = list(dict.fromkeys([*trials.evidence, *trials.guard.evidence]))

    @property
    def trials(self) -> Trials | None:
        """What ran the tests; None where the kernel had no guard."""
        return self._trials

    def _set_guard(self) -> None:
        guard = GuardLink(self.kc)
        # tests compare with these, whether the notebook has imported them yet or not
        texts = " ".join(plan.source for plan in self._plans.values())
        modules = [name for name, sign in _COMPARED_WITH.items() if sign in texts]
        self.guarded = guard.install(modules)
        if self.guarded:
            self._trials = self._kind(self._plans, guard)

    def _never_stop(self, index: int) -> None:
        self._stop("out of time", f"cell {index + 1} did not stop when its time was up")
        self.runs[index] = CellRun("timed out", self.reason)

    def _die(self, index: int) -> None:
        self._stop("kernel died", f"the kernel died in cell {index + 1}{self._how_it_died()}")
        self.runs[index] = CellRun("kernel died", self.reason)

    def _fall_silent(self, index: int) -> None:
        """End the run: out of time after a cell that was to stop; else the silence itself is evidence."""
        before = [run.state for place, run in self.runs.items() if place <= index]
        if "timed out" not in before[-2:]:
            self.evidence.append(f"the guard of the kernel did not answer at cell {index + 1}")
        self._stop("out of time", f"the kernel did not answer at cell {index + 1}")
        self.runs[index] = CellRun("timed out", self.reason)

    def on_cell_executed(self, **kwargs: Any) -> None:
        """Note the kernel's own word on how the cell ended; nbgrader adds a missing error to the output."""
        reply = kwargs["execute_reply"]
        if not is_reply(reply["content"]):
            # nbclient takes any message that names the cell's request
            reply["content"] = dict(_NO_REPLY)
        super().on_cell_executed(**kwargs)
        self._proven = self._proof is not None and self._proof.holds(reply)
        content = reply["content"]
        # a reply that came from the kernel has a header; the one made when time is up has none
        timed_out = "header" not in reply
        self._lost = not self._heard_out
        if self._lost and not timed_out:
            self.hits.setdefault(kwargs["cell_index"], "output")
        if content["status"] == "ok":
            return
        hit = limit_that_was_hit(str(content.get("ename")), str(content.get("evalue")))
        if hit is not None:
            self.hits.setdefault(kwargs["cell_index"], hit)
        reason = f"stopped after {self.allowed} s" if timed_out else None
        self.runs[kwargs["cell_index"]] = CellRun("timed out" if timed_out else "error", reason)

    def _seconds(self, _cell: Any) -> int:
        left = max(1, ceil(self.deadline - monotonic()))
        unlimited = not self.timeout or self.timeout < 0
        self.allowed = left if unlimited else min(int(self.timeout), left)
        if self._limit is not None:
            self.allowed = min(self.allowed, ceil(self._limit))
        return self.allowed

    def _stop(self, outcome: str, reason: str) -> None:
        self.outcome, self.reason = outcome, reason

    def process_message(self, msg: Any, cell: Any, cell_index: int) -> Any:
        """Take the kernel's word, but no more output than it may have; who goes on is interrupted."""
        if not is_well_formed(msg):
            return None
        if msg["msg_type"] == "status" and msg["content"].get("execution_state") == "idle":
            self._heard_out = True
        if self._meter.passes(msg, cell_index):
            # nbclient trusts what a kernel says of widgets and states
            with contextlib.suppress(AssertionError, AttributeError, LookupError, TypeError, ValueError):
                return super().process_message(msg, cell, cell_index)
            return None
        if self.hits.get(cell_index) != "output":
            self.hits[cell_index] = "output"
            note = f"[more than {self.limits.describe('output')}: the rest is left out]\n"
            cell.outputs.append(new_output("stream", name="stdout", text=note))
            self._interruption = asyncio.ensure_future(self._interrupt(self._number))
        return None

    async def _interrupt(self, number: int) -> None:
        """Interrupt a cell that goes on; one that ends by itself, and what comes after it, is left alone."""
        await asyncio.sleep(_GRACE_SECONDS)
        if number == self._number and not self._heard_out:
            await ensure_async(self.km.interrupt_kernel())

    def _how_it_died(self) -> str:
        self.limit = getattr(getattr(self.km, "watchdog", None), "hit", None)
        if self.limit is not None:
            return f" (it used more than {self.limits.describe(self.limit)})"
        process = getattr(getattr(self.km, "provisioner", None), "process", None)
        status = process.poll() if process is not None else None
        if status is None:
            return ""
        if status >= 0:
            return f" (exit status {status})"
        name = signal.Signals(-status).name
        return f" ({name}: out of memory?)" if name == "SIGKILL" else f" ({name})"
