"""What is known of a test before a submission's answers meet it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from eds_autograder.grading.canaries import Canary

__all__ = ["Rehearsed", "TestPlan", "from_json", "to_json"]


@dataclass(frozen=True)
class Rehearsed:
    """What the reference solution showed about one test.

    Attributes
    ----------
    canaries : tuple of Canary
        Copies that it fails, as a right answer should.
    valued : bool
        Whether its mark is the number that the cell ends with.
    reason : str or None
        Why there is no copy.
    """

    canaries: tuple[Canary, ...] = ()
    valued: bool = False
    reason: str | None = None

    @classmethod
    def from_dict(cls, record: Any) -> Rehearsed:
        """Read what `dataclasses.asdict` made."""
        canaries = tuple(Canary(**{**item, "said": tuple(item["said"])}) for item in record["canaries"])
        return cls(canaries, record["valued"], record["reason"])


@dataclass(frozen=True)
class TestPlan:
    """What is known of a test before it runs.

    Attributes
    ----------
    source : str
        The instructor's text.
    points : float
        What it is worth.
    hidden : tuple of int
        Its lines that students never see.
    answers : frozenset of str
        Names that the notebook's answers define.
    canaries : tuple of Canary
        Those that the reference solution fails.
    valued : bool
        Whether the reference solution's mark is the value that the cell ends with.
    """

    __test__ = False  # not one of pytest's

    source: str
    points: float = 0.0
    hidden: tuple[int, ...] = ()
    answers: frozenset[str] = frozenset()
    canaries: tuple[Canary, ...] = ()
    valued: bool = False


def to_json(found: Mapping[str, Mapping[str, Rehearsed]]) -> str:
    """Return what lies beside the kit, by notebook and grade id."""
    return json.dumps(
        {
            notebook: {grade_id: asdict(item) for grade_id, item in tests.items()}
            for notebook, tests in found.items()
        }
    )


def from_json(text: str) -> dict[tuple[str, str], Rehearsed]:
    """Read what `to_json` wrote: by notebook and grade id."""
    return {
        (notebook, grade_id): Rehearsed.from_dict(item)
        for notebook, tests in json.loads(text).items()
        for grade_id, item in tests.items()
    }
