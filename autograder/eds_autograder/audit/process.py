"""The process of an audit: the reference notebook runs once, and is forked before each exercise.

Run as a program with a folder that holds ``plan.json``; writes ``outcome-<number>.json`` for each exercise.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

from eds_autograder.audit.bench import Slots, grade_trials
from eds_autograder.audit.shell import Shell, refuse_threads
from eds_autograder.imports import import_nbgrader

__all__ = ["main"]


def main(folder: Path) -> int:
    """Run a plan; a cell of the reference that fails is told on standard error, and ends all."""
    plan = json.loads((folder / "plan.json").read_text("utf-8"))
    import_nbgrader()
    _import_once()

    shell, slots = Shell(), Slots(plan["jobs"])
    benches = []
    starts = {exercise["start"]: number for number, exercise in enumerate(plan["exercises"])}
    with slots.one():
        for place, cell in enumerate(plan["cells"]):
            if place in starts:
                number = starts[place]
                path = folder / f"outcome-{number}.json"
                benches.append(_fork_bench(shell, plan["exercises"][number], slots, path))
            ran = shell.run(cell["source"])
            if ran.error:
                print(f"line {cell['line']}: {ran.error}", file=sys.stderr)  # noqa: T201
                return 1
    statuses = [os.waitpid(bench, 0)[1] for bench in benches]
    return 1 if any(statuses) else 0


def _import_once() -> None:
    """Import before the forks what the children use, once for all."""
    import eds_autograder.grading.execute
    import eds_autograder.grading.marks

    with contextlib.suppress(ImportError):
        import eds_autograder.audit.perturb
        import eds_autograder.audit.witness  # noqa: F401


def _fork_bench(shell: Shell, exercise: dict[str, Any], slots: Slots, path: Path) -> int:
    refuse_threads()
    # what is there stays there: a collection would write into every page that the child shares
    gc.collect()
    gc.freeze()
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        outcome = grade_trials(shell, exercise, slots)
        path.write_text(json.dumps(outcome), "utf-8")
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
