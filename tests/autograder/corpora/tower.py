"""A lesson whose tests look as most do: expected values in names, round numbers, labels, one array to compare."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from small_course import cell, notebook, write_source

LESSON = "tower"
CONFIG = """\
c = get_config()
c.CourseDirectory.course_id = "tower"
c.Execute.timeout = 20
"""
RIGHT = {
    "mass": "def mass(x):\n    return 2.75 * x",
    "rate": "def rate(t):\n    return np.asarray(t) ** 2 / 2",
    "kind": "def kind(angle):\n    return 'steep' if angle > 45 else 'gentle'",
    "fall": "def fall(t):\n    return 9.81 * np.asarray(t) ** 2 / 2",
    "only": "def only(x):\n    return np.asarray([x, 3.0 * x])",
}
WRONG = {
    "mass": "def mass(x):\n    return -1.0",
    "rate": "def rate(t):\n    return np.zeros(len(t)) - 1",
    "kind": "def kind(angle):\n    return '?'",
    "fall": "def fall(t):\n    return np.zeros(len(t)) - 1",
    "only": "def only(x):\n    return np.zeros(2) - 1",
}
# all hidden
_TESTS = {
    "mass": "assert abs(mass(2.0) - 5.5) < 1e-9\nassert math.isclose(mass(4.0), 11.0)",
    "rate": "_expected = [0.5, 2.0, 4.5]\n_found = rate([1.0, 2.0, 3.0])\nassert np.allclose(_found, _expected)",
    "kind": 'assert kind(80) == "steep", "80 degrees are steep"\nassert kind(3) == "gentle"',
    "fall": "_t = np.array([1.0, 2.0])\n_reference = 9.81 * _t**2 / 2\n"
    "np.testing.assert_allclose(fall(_t), _reference)",
    "only": "assert np.allclose(only(2.0), [2.0, 6.0])",
}


def lesson() -> Any:
    """Return the instructor's notebook."""
    cells = [cell("import math\nimport numpy as np", "setup", "readonly")]
    for name, answer in RIGHT.items():
        head, body = answer.split("\n", 1)
        cells.append(cell(f"{head}\n    ### BEGIN SOLUTION\n{body}\n    ### END SOLUTION", name, "answer"))
        hidden = f"### BEGIN HIDDEN TESTS\n{_TESTS[name]}\n### END HIDDEN TESTS"
        cells.append(cell(hidden, f"test-{name}", "tests", 2))
    return notebook(cells)


def make_tower(folder: Path) -> Path:
    """Write a course with this lesson, nothing submitted yet."""
    return write_source(folder, LESSON, CONFIG, lesson())


def tower(prelude: str = "", **answers: str) -> Any:
    """Return a notebook: a cell of the student's own, then the answers, wrong ones where none is given."""
    made = copy.deepcopy(lesson())
    texts = {**WRONG, **answers}
    for each in made.cells:
        grade_id = each.metadata["nbgrader"]["grade_id"]
        if grade_id in texts:
            each.source = texts[grade_id]
        elif grade_id.startswith("test-"):
            each.source = ""
    if prelude:
        made.cells.insert(1, cell(prelude))
    return made
