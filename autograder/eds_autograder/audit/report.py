"""What an audit found, as plain data: per exercise, per lesson, for the course."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["AssertionUse", "Check", "ExerciseAudit", "LessonAudit", "Survivor", "course_score"]


@dataclass(frozen=True)
class Survivor:
    """A mutant that no hidden test kills.

    Attributes
    ----------
    line : int
        Of the lesson's text.
    operator, change, diff : str
    visible : bool
        Whether a visible test kills it.
    witness : dict of str to str
        ``call``, ``reference``, ``mutant``: an input that tells them apart; empty where none was found.
    reason : str
        Why it is no mistake, by its author; empty where it counts.
    """

    line: int
    operator: str
    change: str
    diff: str
    visible: bool
    witness: dict[str, str] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True)
class Check:
    """An answer of the author's, or a circumstance, and whether it went as it should.

    Attributes
    ----------
    kind : {"right", "wrong", "invariant", "robust"}
    name : str
    fine : bool
    detail : str
        What went wrong.
    """

    kind: str
    name: str
    fine: bool
    detail: str = ""


@dataclass(frozen=True)
class AssertionUse:
    """What one hidden assertion is good for.

    Attributes
    ----------
    line : int
        Of the lesson's text.
    message : str
    kills, alone : int
        Mutants that fail it, and those that fail no other.
    tells : tuple of str
        Misconceptions that it is the first to tell of.
    """

    line: int
    message: str
    kills: int
    alone: int
    tells: tuple[str, ...] = ()

    @property
    def redundant(self) -> bool:
        """Whether the score is the same without it."""
        return self.alone == 0


@dataclass(frozen=True)
class ExerciseAudit:
    """What the tests of one exercise are worth.

    Attributes
    ----------
    exercise : str
    mutants : int
        Those that were graded to the end.
    sorted_out : dict of str to int
    killed_visible, killed_hidden : int
        By either part of the tests alone.
    survivors, equivalent : tuple of Survivor
        What the hidden tests do not kill: by mistake, and rightly so.
    checks : tuple of Check
    assertions : tuple of AssertionUse
    seconds : float
        Of processor time, that the reference and its tests take.
    problems : tuple of str
    """

    exercise: str
    mutants: int
    sorted_out: dict[str, int]
    killed_visible: int
    killed_hidden: int
    survivors: tuple[Survivor, ...]
    equivalent: tuple[Survivor, ...]
    checks: tuple[Check, ...]
    assertions: tuple[AssertionUse, ...]
    seconds: float
    problems: tuple[str, ...] = ()

    @property
    def counted(self) -> int:
        """Mutants that are mistakes."""
        return self.mutants - len(self.equivalent)

    @property
    def score(self) -> float:
        """Share of the mistakes that the hidden tests find; 1 where there is nothing to find."""
        return self.killed_hidden / self.counted if self.counted else 1.0

    @property
    def all_problems(self) -> list[str]:
        """All that somebody has to mend, one line each."""
        failed = [f"{check.kind} {check.name!r}: {check.detail}" for check in self.checks if not check.fine]
        return [*self.problems, *failed]

    def count(self, kind: str) -> int:
        """Return how many answers of a kind there are."""
        return sum(check.kind == kind for check in self.checks)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        record = asdict(self)
        record["assertions"] = [{**asdict(use), "redundant": use.redundant} for use in self.assertions]
        record |= {"score": round(self.score, 4), "counted": self.counted, "problems": self.all_problems}
        return record

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> ExerciseAudit:
        """Read what `asdict` wrote; raises TypeError or KeyError where it is something else."""
        return cls(
            **{
                **record,
                "survivors": tuple(Survivor(**item) for item in record["survivors"]),
                "equivalent": tuple(Survivor(**item) for item in record["equivalent"]),
                "checks": tuple(Check(**item) for item in record["checks"]),
                "assertions": tuple(
                    AssertionUse(**{**item, "tells": tuple(item["tells"])}) for item in record["assertions"]
                ),
                "problems": tuple(record["problems"]),
            }
        )


@dataclass(frozen=True)
class LessonAudit:
    """What the tests of a lesson are worth.

    Attributes
    ----------
    lesson : str
    exercises : tuple of ExerciseAudit
    seconds : float
        Wall time of the audit; of what came from the cache, none.
    graded : int
        Answers that were graded for it.
    """

    lesson: str
    exercises: tuple[ExerciseAudit, ...]
    seconds: float = 0.0
    graded: int = 0

    @property
    def score(self) -> float:
        """Share of all mistakes in the lesson that the hidden tests find."""
        return course_score([self])

    def total(self, name: str) -> int:
        """Return the sum of a count over the exercises."""
        return sum(int(getattr(exercise, name)) for exercise in self.exercises)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data: the fixed form of ``eds course audit --format json``."""
        return {
            "lesson": self.lesson,
            "score": round(self.score, 4),
            "exercises": [exercise.to_dict() for exercise in self.exercises],
            "seconds": round(self.seconds, 1),
            "graded": self.graded,
        }


def course_score(lessons: Sequence[LessonAudit]) -> float:
    """Return the share of all mistakes in some lessons that hidden tests find."""
    counted = sum(lesson.total("counted") for lesson in lessons)
    return sum(lesson.total("killed_hidden") for lesson in lessons) / counted if counted else 1.0
