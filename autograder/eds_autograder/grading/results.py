"""What grading one submission gives: a result that travels as JSON, and a cache that is keyed by content.

Schema 2 has, beyond schema 1, an exercise's ``held`` and the status "held", and a result's ``evidence``,
``guarded`` and ``unguarded``.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from eds_autograder.files import write_atomically

__all__ = [
    "ENGINE_VERSION",
    "SCHEMA_VERSION",
    "Exercise",
    "Problem",
    "Result",
    "ResultCache",
    "failed_result",
    "points_text",
]

# 2: what is held and why, which tests have canaries
SCHEMA_VERSION = 2

# raise it when the same submission may get another result: every cached result is then run again
ENGINE_VERSION = "4"

RESULT_FILE = "result.json"


@dataclass(frozen=True)
class Problem:
    """One thing about a submission that somebody should know, in one line.

    Attributes
    ----------
    kind : str
        ``repair``: mended without a loss; ``restored``: what was changed and should not be; ``kernel``,
        ``time``: the run did not reach its end; ``file``: there is no notebook to grade; ``marks``: a test
        cell gave no usable mark; ``evidence``: the kernel did not tell the truth about a test, so marks are
        held; ``machinery``: our failure, not the student's; ``memory``, ``processes``, ``file size``,
        ``disk``, ``output``, ``open files``: the limit that the run met.
    text : str
        The reason.
    """

    kind: str
    text: str


@dataclass(frozen=True)
class Exercise:
    """The mark of one graded cell.

    Attributes
    ----------
    notebook, grade_id : str
        Which cell.
    max_points : float
        What it is worth.
    points : float or None
        What it earned; None where a person has to decide.
    status : str
        How it came to that: "passed", "partial", "failed", "timed out", "kernel died", "not run", "manual",
        "no answer" or "held".
    message : str or None
        What the student may read about it.
    detail : str or None
        What the instructor may read: the exception, with values of hidden tests in it.
    held : float or None
        The mark that the machine would give, where `points` waits for a person because of `Result.evidence`.
    """

    notebook: str
    grade_id: str
    max_points: float
    points: float | None
    status: str
    message: str | None = None
    detail: str | None = None
    held: float | None = None


@dataclass(frozen=True)
class Result:
    """Everything that one run of one submission says.

    Attributes
    ----------
    student, assignment : str
        Whose, and of what.
    key : str
        Hash of all that the result depends on.
    outcome : {"graded", "kernel died", "out of time", "invalid", "failed"}
        ``graded``: ran to its end; ``invalid``: no notebook to run; ``failed``: our machinery did.
    exercises : tuple of Exercise
        In the order of the source.
    problems : tuple of Problem
        What somebody should know.
    unanswered : mapping of str to tuple of str
        Notebook to the grade ids of its answer cells that were left as released.
    notebooks : tuple of str
        Names of the executed notebooks that lie beside the result.
    evidence : tuple of str
        Why the marks are held: what shows that the kernel did not tell the truth.
    guarded : tuple of str
        Tests that ran among altered copies of themselves, ``notebook/grade id``.
    unguarded : mapping of str to str
        The other tests, each with its reason.
    seconds : float
        Wall time of the run.
    isolation : str
        What kept the submission apart; "none" so far.
    engine : str
        `ENGINE_VERSION` of the run.
    hashes : mapping of str to str
        Of the submission, the source and the environment.
    cached : bool
        Whether the result was found rather than made; never stored.
    """

    student: str
    assignment: str
    key: str
    outcome: str
    exercises: tuple[Exercise, ...] = ()
    problems: tuple[Problem, ...] = ()
    unanswered: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notebooks: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    guarded: tuple[str, ...] = ()
    unguarded: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    isolation: str = "none"
    engine: str = ENGINE_VERSION
    hashes: Mapping[str, str] = field(default_factory=dict)
    cached: bool = False

    @property
    def flagged(self) -> bool:
        """Whether marks are held until a person has looked."""
        return bool(self.evidence)

    @property
    def points(self) -> float | None:
        """Sum of the marks that are known; None where there was no notebook to grade."""
        if self.outcome in ("invalid", "failed"):
            return None
        return sum(exercise.points or 0.0 for exercise in self.exercises)

    @property
    def max_points(self) -> float:
        """What the whole assignment is worth."""
        return sum(exercise.max_points for exercise in self.exercises)

    @property
    def needs_grading(self) -> bool:
        """Whether a person has to decide on part of it."""
        return any(exercise.points is None for exercise in self.exercises)

    def to_dict(self) -> dict[str, Any]:
        """Return plain lists, dictionaries, strings and numbers, as `docs/grading.md` describes them."""
        record = asdict(self)
        del record["cached"]
        return {"schema": SCHEMA_VERSION, **record}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Result:
        """Rebuild a result; raises ValueError when the record is of another schema or incomplete."""
        values = dict(record)
        schema = values.pop("schema", None)
        if schema != SCHEMA_VERSION:
            raise ValueError(f"result of schema {schema}, expected {SCHEMA_VERSION}")
        try:
            values["exercises"] = tuple(Exercise(**item) for item in values["exercises"])
            values["problems"] = tuple(Problem(**item) for item in values["problems"])
            for name in ("notebooks", "evidence", "guarded"):
                values[name] = tuple(values[name])
            values["unanswered"] = {name: tuple(ids) for name, ids in values["unanswered"].items()}
            return cls(**values)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"incomplete result: {error}") from error

    def write(self, path: Path) -> None:
        """Write the result as JSON; whoever reads sees the whole file or none."""
        write_atomically(path, json.dumps(self.to_dict(), indent=1, ensure_ascii=False))

    @classmethod
    def read(cls, path: Path) -> Result:
        """Read a result; raises ValueError when the file is no result, OSError when there is none."""
        return cls.from_dict(json.loads(path.read_text("utf-8")))


def failed_result(
    student: str, assignment: str, key: str, reason: str, max_points: Mapping[tuple[str, str], float]
) -> Result:
    """Return the row of a submission on which our own machinery failed: no mark, and a reason."""
    exercises = tuple(
        Exercise(notebook, grade_id, worth, None, "not run")
        for (notebook, grade_id), worth in max_points.items()
    )
    return Result(student, assignment, key, "failed", exercises, (Problem("machinery", reason),))


def points_text(points: float | None) -> str:
    """Return a mark as people write it: ``5``, ``2.5``, ``–`` for none."""
    return "–" if points is None else f"{points:.2f}".rstrip("0").rstrip(".")


class ResultCache:
    """Results by the hash of all that they depend on: one folder each, with the executed notebooks beside.

    Parameters
    ----------
    folder : Path
        Where the results lie; made when the first one is kept.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, key: str, student: str) -> Result | None:
        """Return the result of a key, given to a student, or None when there is none that can be read."""
        try:
            result = Result.read(self.folder / key / RESULT_FILE)
        except (OSError, ValueError):
            return None
        if not all(self.notebook(key, name).is_file() for name in result.notebooks):
            return None
        return replace(result, student=student, cached=True)

    def notebook(self, key: str, name: str) -> Path:
        """Return where the executed notebook of a result lies."""
        return self.folder / key / f"{name}.ipynb"

    def keep(self, result: Result, notebooks: Mapping[str, bytes]) -> None:
        """Keep a result and its executed notebooks; a result of our own failure is not kept.

        Parameters
        ----------
        result : Result
            With the key under which it will be found.
        notebooks : mapping of str to bytes
            The executed notebooks by name.
        """
        if result.outcome == "failed":
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=self.folder, prefix=f".{result.key[:12]}."))
        try:
            for name in result.notebooks:
                (fresh / f"{name}.ipynb").write_bytes(notebooks[name])
            result.write(fresh / RESULT_FILE)
            self._put(fresh, self.folder / result.key)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)

    def _put(self, fresh: Path, place: Path) -> None:
        if place.exists():
            old = Path(tempfile.mkdtemp(dir=self.folder, prefix=".old."))
            place.replace(old / "result")
            fresh.replace(place)
            shutil.rmtree(old, ignore_errors=True)
        else:
            fresh.replace(place)
