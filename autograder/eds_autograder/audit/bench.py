"""The answers of one exercise, graded one by one, each in a child of a shell that stands before it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from eds_autograder.audit.assertions import RECORD
from eds_autograder.audit.child import in_child
from eds_autograder.audit.shell import Shell

__all__ = ["Slots", "grade_trials"]

_AT_LEAST = 1.0
_TIMES_THE_REFERENCE = 10
_SEARCH_SECONDS = 2.0

Plain = dict[str, Any]


class Slots:
    """Leave to use a processor, for several processes: a pipe with a byte in it for each that may run."""

    def __init__(self, count: int) -> None:
        self._take, self._give = os.pipe()
        os.write(self._give, b"x" * count)

    @contextmanager
    def one(self) -> Iterator[None]:
        """Wait for a slot, and keep it while the block runs."""
        os.read(self._take, 1)
        try:
            yield
        finally:
            os.write(self._give, b"x")


def grade_trials(shell: Shell, exercise: Plain, slots: Slots) -> Plain:
    """Grade every trial of an exercise.

    Parameters
    ----------
    shell : Shell
        Has run all cells before the exercise.
    exercise : dict
        As `plan` writes it.
    slots : Slots

    Returns
    -------
    dict
        ``reference``: how the solution itself does; ``trials``: an outcome for each trial.
    """
    with slots.one():
        shell.run(exercise["ready"])
        reference = _reference(shell, exercise)
    needed = max(run.get("seconds", 0.0) for run in reference.values())
    limit = min(exercise["limit"], max(_AT_LEAST, _TIMES_THE_REFERENCE * needed))
    outcomes = []
    for trial in exercise["trials"]:
        with slots.one():
            outcomes.append(_grade(shell, exercise, trial, limit))
    return {"reference": reference, "trials": outcomes}


def _grade(shell: Shell, exercise: Plain, trial: Plain, limit: float) -> Plain:
    if trial["kind"] == "right":
        return in_child(lambda: _whole(shell, exercise, trial), limit)
    outcome = in_child(lambda: _parts(shell, exercise, trial), limit)
    survived = outcome["state"] == "done" and not outcome["failed"] and not outcome["crashed"]
    if survived and trial["kind"] == "mutant":
        from eds_autograder.audit.witness import find_witness

        outcome["witness"] = in_child(lambda: find_witness(shell, exercise, trial), _SEARCH_SECONDS)
    return outcome


def _reference(shell: Shell, exercise: Plain) -> Plain:
    """Grade the solution itself, whole and in parts, each in a child: one run leaves names to the next."""

    def timed(work: Callable[[Shell, Plain, Plain], Plain]) -> Plain:
        start = time.process_time()
        told = work(shell, exercise, {})
        return {**told, "seconds": time.process_time() - start}

    whole = in_child(lambda: timed(_whole), exercise["limit"])
    parts = in_child(lambda: timed(_parts), exercise["limit"])
    return {"whole": whole, "parts": parts}


def _whole(shell: Shell, exercise: Plain, trial: Plain) -> Plain:
    """Grade an answer as a student's is graded."""
    from eds_autograder.audit.conditions import under

    with under(shell, trial):
        for place, cell in enumerate(exercise["segment"]):
            if cell["kind"] == "tests":
                full, message = shell.mark(cell["graded"], cell["source"])
                if not full:
                    return {"passed": False, "message": message}
            else:
                _run(shell, cell, place, trial)
    return {"passed": True, "message": ""}


def _parts(shell: Shell, exercise: Plain, trial: Plain) -> Plain:
    """Grade an answer by the hidden tests alone, each assertion by itself, and by the visible tests alone."""
    failed: list[list[int]] = []
    crashed = ""
    for place, cell in enumerate(exercise["segment"]):
        if cell["kind"] != "tests":
            _run(shell, cell, place, trial)
            continue
        shell.names[RECORD] = _recorder(failed, place)
        full, message = shell.mark(cell["graded"], cell["hidden"])
        crashed = crashed or ("" if full else message or "failed")
    visible = any(
        not shell.mark(cell["graded"], cell["visible"])[0]
        for cell in exercise["segment"]
        if cell["kind"] == "tests"
    )
    return {"failed": failed, "crashed": crashed, "visible": visible}


def _recorder(failed: list[list[int]], place: int) -> Any:
    def record(number: int) -> None:
        if [place, number] not in failed:
            failed.append([place, number])

    return record


def _run(shell: Shell, cell: Mapping[str, Any], place: int, trial: Plain) -> None:
    """Run the cell of an answer, or what the trial has in its place."""
    if trial.get("place") != place:
        shell.run(cell["source"])
        return
    if trial.get("reference"):
        shell.run(cell["source"])
        shell.names["reference"] = shell.names[trial["reference"]]
    shell.run(trial["text"])
