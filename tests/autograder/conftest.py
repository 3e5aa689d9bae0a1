"""What the tests of grading share: the way to their small course, and one class that is graded once."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from small_course import LESSON, answered, bent, make_course, submit, with_copy, without

from eds_autograder.course import Course
from eds_autograder.grading.grade import ClassReport, grade_class
from eds_autograder.grading.results import Exercise, Result

# what nbgrader can grade too, so that the marks can be compared
BOTH: Mapping[str, Any] = {
    "ada": answered(),
    "bob": answered(total="return 0", share="return 1.5"),
    "cyd": answered(line="print('got', x)\n    return 3"),
    "fay": answered(None, None, None),
    "gus": bent("return 0"),
    "ian": answered(total="import sys\n    print('careful', file=sys.stderr)\n    return sum(numbers)"),
    "joy": answered(total="while True:\n        pass"),
    "ola": answered(share="return -1"),
    "sam": bent("return 0", tags=["skip-execution"]),
}
OURS: Mapping[str, Any] = {
    "dan": answered(total="import os; os._exit(3)"),
    "eve": "hello",
    "hal": without(answered(), "test-total"),
    "lea": with_copy(answered(), "test-total"),
    "max": answered(total="return len([open('/dev/null') for _ in range(5000)])"),
    "ned": answered(line="raise ValueError(In[-1])", share="return 7"),
}
RENAMED = "kim"


@dataclass(frozen=True)
class GradedClass:
    """A course after `eds grade`."""

    folder: Path
    course: Course
    report: ClassReport

    def result(self, student: str) -> Result:
        return next(result for result in self.report.results if result.student == student)

    def exercise(self, student: str, grade_id: str) -> Exercise:
        found = self.result(student).exercises
        return next(exercise for exercise in found if exercise.grade_id == grade_id)

    def marks(self, student: str) -> dict[str, float | None]:
        return {exercise.grade_id: exercise.points for exercise in self.result(student).exercises}

    def problems(self, student: str) -> str:
        return "; ".join(problem.text for problem in self.result(student).problems)


@pytest.fixture(scope="session")
def graded(tmp_path_factory: pytest.TempPathFactory) -> GradedClass:
    """A class with everything that happens in one, graded once for all tests that only look."""
    folder = make_course(tmp_path_factory.mktemp("class") / "course")
    for student, content in {**BOTH, **OURS}.items():
        submit(folder, student, content)
    submit(folder, RENAMED, answered(), name=f"{LESSON} (1).ipynb")
    place = folder / "submitted" / "ada" / LESSON
    (place / "helper.py").write_text("answer = 42\n")
    (place / "timestamp.txt").write_text("2026-01-02 03:04:05 UTC\n")
    (place / "loose").symlink_to("/etc/hostname")
    course = Course.open(folder)
    return GradedClass(folder, course, grade_class(course))
