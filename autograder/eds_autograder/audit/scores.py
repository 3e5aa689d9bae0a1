"""The course's scores as they are committed, each with the hash of what it was measured on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from eds_autograder.audit.report import LessonAudit
from eds_autograder.authoring.lesson import read_lesson
from eds_autograder.course import Course
from eds_autograder.files import shown, write_atomically
from eds_datasets.errors import EdsError

__all__ = ["Score", "content_digest", "lowered", "read_scores", "save_scores", "scores_path", "summary"]

# raise it when the same lesson may get another score: every committed score is then measured again
AUDIT_VERSION = "2"


@dataclass(frozen=True)
class Score:
    """What one lesson's hidden tests are worth.

    Attributes
    ----------
    lesson : str
    content : str
        Hash of the lesson's code and of its answers.
    score : float
    counted, killed_hidden, killed_visible, equivalent : int
        Mutants.
    right, wrong : int
        Answers of the author's.
    exercises : int
    """

    lesson: str
    content: str
    score: float
    counted: int
    killed_hidden: int
    killed_visible: int
    equivalent: int
    right: int
    wrong: int
    exercises: int

    @classmethod
    def of(cls, course: Course, audit: LessonAudit) -> Score:
        """Return the score that an audit gave."""
        exercises = audit.exercises
        return cls(
            lesson=audit.lesson,
            content=content_digest(course, audit.lesson),
            score=round(audit.score, 4),
            counted=audit.total("counted"),
            killed_hidden=audit.total("killed_hidden"),
            killed_visible=audit.total("killed_visible"),
            equivalent=sum(len(exercise.equivalent) for exercise in exercises),
            right=sum(exercise.count("right") + exercise.count("invariant") for exercise in exercises),
            wrong=sum(exercise.count("wrong") for exercise in exercises),
            exercises=len(exercises),
        )


def content_digest(course: Course, lesson: str) -> str:
    """Return the hash of a lesson's code and of its answers: prose changes no score."""
    folder = course.source_folder(lesson)
    cells = read_lesson(folder / f"{lesson}.py").cells
    code = [[cell.kind, cell.grade_id, cell.source] for cell in cells if cell.cell_type == "code"]
    digest = hashlib.sha256(json.dumps([AUDIT_VERSION, code]).encode())
    for path in sorted((folder / "answers").glob("*.py")):
        digest.update(f"\0{path.name}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def scores_path(course: Course) -> Path:
    """Return where the scores are."""
    return course.root / "docs" / "audit.json"


def read_scores(course: Course) -> dict[str, Score]:
    """Return the committed scores by lesson; none where there is no file.

    Raises
    ------
    EdsError
        When the file is something else.
    """
    path = scores_path(course)
    if not path.is_file():
        return {}
    try:
        record = json.loads(path.read_text("utf-8"))
        return {item["lesson"]: Score(**item) for item in record["lessons"]}
    except (ValueError, KeyError, TypeError) as error:
        advice = "delete it and run 'eds course audit --save'"
        raise EdsError(f"{shown(path)}: no scores of an audit ({error})", advice) from error


def save_scores(course: Course, audits: Sequence[LessonAudit]) -> Path:
    """Write the scores of audited lessons beside those that were there; return the file."""
    known = read_scores(course) | {audit.lesson: Score.of(course, audit) for audit in audits}
    lessons = [asdict(known[name]) for name in sorted(known) if name in course.assignments()]
    record: dict[str, Any] = {"score": _share(lessons), "lessons": lessons}
    path = scores_path(course)
    write_atomically(path, json.dumps(record, indent=1) + "\n")
    return path


def _share(lessons: Sequence[dict[str, Any]]) -> float:
    counted = sum(item["counted"] for item in lessons)
    return round(sum(item["killed_hidden"] for item in lessons) / counted, 4) if counted else 1.0


def lowered(course: Course, audits: Sequence[LessonAudit]) -> list[str]:
    """Return a line for each lesson whose score is lower than the committed one."""
    known = read_scores(course)
    return [
        f"{audit.lesson}: {audit.score:.1%} of the mutants are killed, {known[audit.lesson].score:.1%} were"
        for audit in audits
        if audit.lesson in known and round(audit.score, 4) < known[audit.lesson].score
    ]


def summary(scores: Sequence[Score]) -> str:
    """Say in a sentence what the course's tests are worth; the README holds it."""
    counted = sum(score.counted for score in scores)
    killed = sum(score.killed_hidden for score in scores)
    share = killed / counted if counted else 1.0
    return (
        f"hidden tests find {share:.1%} of {counted} planted mistakes, accept {sum(s.right for s in scores)} "
        f"right answers of other kinds, and name {sum(s.wrong for s in scores)} misconceptions"
    )
