"""From what the trials of an exercise gave to what its tests are worth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from eds_autograder.audit.answers import Answer
from eds_autograder.audit.markers import judge_markers, markers_of
from eds_autograder.audit.mutants import Mutant
from eds_autograder.audit.plan import Plan, Trial
from eds_autograder.audit.report import AssertionUse, Check, ExerciseAudit, Survivor

__all__ = ["judge"]

FACTOR = 5

Outcome = dict[str, Any]


def judge(plan: Plan, outcome: Outcome) -> ExerciseAudit:
    """Judge the tests of an exercise.

    Parameters
    ----------
    plan : Plan
    outcome : dict
        As the audit's process wrote it for this plan.
    """
    pairs = list(zip(plan.trials, outcome["trials"], strict=True))
    mutants = [(trial, found) for trial, found in pairs if trial.kind == "mutant"]
    graded = [(trial, found) for trial, found in mutants if found["state"] != "timed out"]
    sorted_out = {**plan.sorted_out, "timed out": len(mutants) - len(graded)}
    survivors, equivalent, problems = _survivors(plan, graded)
    checks = [*_time(plan, outcome["reference"]), *_checks(plan, pairs)]
    return ExerciseAudit(
        exercise=plan.exercise.name,
        mutants=len(graded),
        sorted_out=sorted_out,
        killed_visible=sum(_dead(found) or found["visible"] for _, found in graded),
        killed_hidden=sum(_killed(found) for _, found in graded),
        survivors=tuple(survivors),
        equivalent=tuple(equivalent),
        checks=tuple(checks),
        assertions=tuple(_uses(plan, pairs)),
        seconds=round(outcome["reference"]["whole"].get("seconds", 0.0), 3),
        problems=(*_reference_problems(outcome["reference"]), *problems),
    )


def _dead(found: Outcome) -> bool:
    """Whether an answer ended its process, which costs all marks."""
    return bool(found["state"] == "died")


def _killed(found: Outcome) -> bool:
    return _dead(found) or bool(found["failed"] or found["crashed"])


def _reference_problems(reference: Outcome) -> Iterator[str]:
    whole, parts = reference["whole"], reference["parts"]
    for run in (whole, parts):
        if run["state"] != "done":
            yield f"the reference does not pass its own tests: {run['state']}"
            return
    if not whole["passed"]:
        yield f"the reference does not pass its own tests: {whole['message']}"
    elif parts["failed"] or parts["crashed"]:
        yield f"the hidden tests do not pass without the visible ones: {parts['crashed'] or 'an assertion'}"


def _survivors(
    plan: Plan, graded: Sequence[tuple[Trial, Outcome]]
) -> tuple[list[Survivor], list[Survivor], list[str]]:
    survivors: list[Survivor] = []
    equivalent: list[Survivor] = []
    problems = []
    for place in plan.exercise.answers:
        cell = plan.exercise.cells[place]
        alive = [
            (trial.about, found)
            for trial, found in graded
            if trial.record["place"] == place and not _killed(found) and isinstance(trial.about, Mutant)
        ]
        reasons, wrong = judge_markers(markers_of(cell.source), [mutant for mutant, _ in alive])
        problems += [f"line {cell.line + line}: a marker: {said}" for line, said in wrong]
        for index, (mutant, found) in enumerate(alive):
            survivor = Survivor(
                line=cell.line + mutant.line,
                operator=mutant.operator,
                change=mutant.change,
                diff=mutant.diff(cell.source),
                visible=found["visible"],
                witness=_witness(found),
                reason=reasons.get(index, ""),
            )
            (equivalent if survivor.reason else survivors).append(survivor)
    return survivors, equivalent, problems


def _witness(found: Outcome) -> dict[str, str]:
    searched = found.get("witness", {})
    return {key: searched[key] for key in ("call", "reference", "mutant")} if "call" in searched else {}


def _time(plan: Plan, reference: Outcome) -> Iterator[Check]:
    needed, limit = reference["whole"].get("seconds", 0.0), plan.record["limit"]
    fine = FACTOR * needed <= limit
    said = "" if fine else f"takes {needed:.1f} s of {limit:.0f} s, more than a fifth"
    yield Check("robust", "time", fine, said)


def _checks(plan: Plan, pairs: Sequence[tuple[Trial, Outcome]]) -> Iterator[Check]:
    for trial, found in pairs:
        if trial.kind == "robust":
            yield Check("robust", str(trial.about), *_passed(found))
        elif isinstance(trial.about, Answer):
            told = _told(plan, trial.about, found) if trial.kind == "wrong" else _passed(found)
            yield Check(trial.about.kind, trial.about.name, *told)


def _passed(found: Outcome) -> tuple[bool, str]:
    if found["state"] != "done":
        return False, f"the process {found['state']}"
    return bool(found["passed"]), "" if found["passed"] else f"scores less than full: {found['message']}"


def _told(plan: Plan, answer: Answer, found: Outcome) -> tuple[bool, str]:
    """Whether the first hidden assertion that a misconception fails says what it should."""
    if found["state"] != "done":
        return False, f"the process {found['state']}: nothing is told"
    if not found["failed"]:
        return False, f"no hidden assertion fails: {found['crashed'] or 'it scores full'}"
    first = plan.assertions[tuple(found["failed"][0])]
    if answer.says in first.message:
        return True, ""
    return False, f"is told: {first.message!r}"


def _uses(plan: Plan, pairs: Sequence[tuple[Trial, Outcome]]) -> Iterator[AssertionUse]:
    kills: Counter[tuple[int, int]] = Counter()
    alone: Counter[tuple[int, int]] = Counter()
    tells: dict[tuple[int, int], list[str]] = {}
    for trial, found in pairs:
        if "failed" not in found:
            continue
        failed = [(place, number) for place, number in found["failed"]]
        if trial.kind == "mutant":
            kills.update(failed)
            if len(failed) == 1 and not found["crashed"]:
                alone.update(failed)
        elif failed and isinstance(trial.about, Answer):
            tells.setdefault(failed[0], []).append(trial.about.name)
    for key, assertion in plan.assertions.items():
        line = plan.exercise.cells[key[0]].line + assertion.line
        yield AssertionUse(line, assertion.message, kills[key], alone[key], tuple(tells.get(key, ())))
