"""What an audit tries on an exercise: its mutants, its author's answers, other circumstances."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from eds_autograder.audit.answers import Answer
from eds_autograder.audit.assertions import Assertion, names_bound, take_apart
from eds_autograder.audit.exercises import Exercise
from eds_autograder.audit.mutants import Mutant, make_mutants
from eds_autograder.authoring.lesson import Kind
from eds_autograder.grading.assignment import GradedCell
from eds_datasets.errors import EdsError

__all__ = ["SEEDS", "THREADS", "Plan", "Trial", "make_plan"]

SEEDS = range(1, 11)
THREADS = 2


@dataclass(frozen=True)
class Trial:
    """One answer, or one circumstance, that is graded.

    Attributes
    ----------
    kind : {"mutant", "wrong", "right", "robust"}
    about : Mutant, Answer or str
        What it is; of the reference under other circumstances, their name.
    record : dict
        As the audit's process reads it.
    """

    kind: str
    about: Mutant | Answer | str
    record: dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """All trials of an exercise.

    Attributes
    ----------
    exercise : Exercise
    trials : tuple of Trial
    assertions : dict of (int, int) to Assertion
        The hidden ones, by the place of their cell in the exercise and their number.
    sorted_out : dict of str to int
        Mutants that are none, by reason.
    record : dict
        As the audit's process reads it, without the trials.
    """

    exercise: Exercise
    trials: tuple[Trial, ...]
    assertions: dict[tuple[int, int], Assertion]
    sorted_out: dict[str, int]
    record: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """Return the whole as plain data."""
        return {**self.record, "trials": [trial.record for trial in self.trials]}


def make_plan(
    exercise: Exercise, graded: Mapping[str, GradedCell], answers: Sequence[Answer], limit: float
) -> Plan:
    """Plan the audit of an exercise.

    Parameters
    ----------
    exercise : Exercise
    graded : mapping of str to GradedCell
        The engine's own view of the tests, by their id.
    answers : sequence of Answer
    limit : float
        Seconds that a cell may take.
    """
    sources = [cell.source for cell in exercise.cells]
    others = [source for index, source in enumerate(sources) if index not in exercise.tests]
    names = sorted(names_bound(_top(others)))
    segment: list[dict[str, Any]] = []
    assertions: dict[tuple[int, int], Assertion] = {}
    ready = ""
    for place, cell in enumerate(exercise.cells):
        if cell.kind is not Kind.TESTS:
            segment.append({"kind": cell.kind.value, "source": cell.source})
            continue
        parts = take_apart(cell, names)
        assertions |= {(place, found.number): found for found in parts.assertions}
        if len(exercise.tests) == 1:
            ready, hidden = parts.ready, parts.hidden
        else:  # one cell's names may be another's
            hidden = f"{parts.ready}\n{parts.hidden}"
        segment.append(
            {
                "kind": "tests",
                "source": cell.source,
                "hidden": hidden,
                "visible": parts.visible,
                "graded": asdict(graded[cell.grade_id]),
            }
        )
    mutants, sorted_out = _mutants(exercise)
    record = {"start": exercise.start, "segment": segment, "ready": ready, "names": names, "limit": limit}
    trials = (*mutants, *_answers(exercise, answers), *_circumstances())
    return Plan(exercise, trials, assertions, sorted_out, record)


def _top(sources: Sequence[str]) -> list[ast.stmt]:
    """Return what stands at the top of some cells; a cell with IPython's own syntax binds nothing we know."""
    found: list[ast.stmt] = []
    for source in sources:
        try:
            body = ast.parse(source).body
        except SyntaxError:
            continue
        for node in body:
            # what a function binds inside is its own
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                node.body = [ast.Pass()]
            found.append(node)
    return found


def _mutants(exercise: Exercise) -> tuple[list[Trial], dict[str, int]]:
    trials = []
    sorted_out: dict[str, int] = {}
    for place in exercise.answers:
        try:
            made = make_mutants(exercise.cells[place].source)
        except SyntaxError:
            continue  # a cell with a magic is not mutated
        for reason, count in made.sorted_out.items():
            sorted_out[reason] = sorted_out.get(reason, 0) + count
        trials += [
            Trial("mutant", mutant, {"kind": "mutant", "place": place, "text": mutant.text})
            for mutant in made.kept
        ]
    return trials, sorted_out


def _answers(exercise: Exercise, answers: Sequence[Answer]) -> list[Trial]:
    trials = []
    for answer in answers:
        kind = "wrong" if answer.kind == "wrong" else "right"
        record: dict[str, Any] = {"kind": kind, "place": _place(exercise, answer), "text": answer.text}
        if answer.kind == "invariant" or _calls_reference(answer):
            record["reference"] = _function(answer)
        trials.append(Trial(kind, answer, record))
    return trials


def _place(exercise: Exercise, answer: Answer) -> int:
    """Return which cell an answer fills."""
    by_name = {exercise.cells[place].grade_id: place for place in exercise.answers}
    if not answer.answer and len(by_name) == 1:
        return next(iter(by_name.values()))
    if answer.answer not in by_name:
        raise EdsError(
            f"{exercise.name}, {answer.name!r}: no answer cell {answer.answer!r}",
            f"write answer= with one of {', '.join(by_name)}",
        )
    return by_name[answer.answer]


def _calls_reference(answer: Answer) -> bool:
    nodes = ast.walk(ast.parse(answer.text))
    return any(isinstance(node, ast.Name) and node.id == "reference" for node in nodes)


def _function(answer: Answer) -> str:
    body = ast.parse(answer.text).body
    found = next((node.name for node in reversed(body) if isinstance(node, ast.FunctionDef)), None)
    if found is None:
        raise EdsError(f"{answer.kind} {answer.name!r}: defines no function", "call `reference` in one")
    return found


def _circumstances() -> list[Trial]:
    seeds = [Trial("robust", f"seed {seed}", {"kind": "right", "seed": seed}) for seed in SEEDS]
    return [*seeds, Trial("robust", f"{THREADS} threads", {"kind": "right", "threads": THREADS})]
