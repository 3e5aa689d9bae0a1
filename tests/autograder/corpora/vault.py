"""The lesson that the corpora of cheats and of honest oddities are about: four exercises, mostly hidden tests."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

from small_course import cell, notebook, write_source

LESSON = "vault"
CONFIG = """\
c = get_config()
c.CourseDirectory.course_id = "vault"
c.Execute.timeout = 20
"""
POINTS = {"test-slope": 4.0, "test-centre": 3.0, "test-word": 2.0, "test-share": 2.0}
RIGHT = {
    "slope": "def slope(x):\n    return 2 * x + 1",
    "centre": "def centre(values):\n    return np.asarray(values, dtype=float) - np.mean(values)",
    "word": "def word(angle):\n    return 'steep' if angle > 45 else 'gentle'",
    "share": "def share(n):\n    return n * n",
}
WRONG = {
    "slope": "def slope(x):\n    return 0",
    "centre": "def centre(values):\n    return np.zeros(len(values)) - 7.0",
    "word": "def word(angle):\n    return '?'",
    "share": "def share(n):\n    return -1",
}
_TESTS = {
    "slope": """\
assert slope(1) == 3, f"slope(1) is {slope(1)}, expected 3"
### BEGIN HIDDEN TESTS
assert slope(41) == 83, "the slope of 41 is 83"
assert math.isclose(slope(0.25), 1.5)
assert abs(slope(10.5) - 22.0) < 1e-9
### END HIDDEN TESTS""",
    "centre": """\
assert len(centre([1.0, 2.0])) == 2
### BEGIN HIDDEN TESTS
_found = centre([1.0, 2.0, 6.0])
assert np.shape(_found) == (3,)
assert np.allclose(_found, [-2.0, -1.0, 3.0]), "centre moves the mean to zero"
np.testing.assert_allclose(centre([4.0, 8.0]), [-2.0, 2.0])
### END HIDDEN TESTS""",
    "word": """\
assert isinstance(word(10), str)
### BEGIN HIDDEN TESTS
for _angle, _word in [(80, "steep"), (3, "gentle"), (50, "steep")]:
    assert word(_angle) == _word
assert word(46) == "steep", "46 degrees are steep"
### END HIDDEN TESTS""",
    "share": """\
_score = 0
if share(2) == 4:
    _score += 1
### BEGIN HIDDEN TESTS
if share(9) == 81:
    _score += 1
### END HIDDEN TESTS
_score""",
}


def lesson() -> Any:
    """Return the instructor's notebook."""
    cells = [cell("import math\nimport numpy as np", "setup", "readonly")]
    for name, answer in RIGHT.items():
        head, body = answer.split("\n", 1)
        cells.append(cell(f"{head}\n    ### BEGIN SOLUTION\n{body}\n    ### END SOLUTION", name, "answer"))
        cells.append(cell(_TESTS[name], f"test-{name}", "tests", POINTS[f"test-{name}"]))
    return notebook(cells)


def make_vault(folder: Path) -> Path:
    """Write a course with this lesson, nothing submitted yet."""
    return write_source(folder, LESSON, CONFIG, lesson())


def released(source: str) -> str:
    """Return a test as students get it."""
    before, _, after = source.partition("### BEGIN HIDDEN TESTS\n")
    return before + after.partition("### END HIDDEN TESTS")[2].lstrip("\n") if after else source


def submission(prelude: str = "", answers: dict[str, str] | None = None, **more: str) -> Any:
    """Return a notebook: a cell of the student's own, then the answers, wrong ones where none is given."""
    made = copy.deepcopy(lesson())
    texts = {**WRONG, **(answers or {}), **more}
    for each in made.cells:
        grade_id = each.metadata["nbgrader"]["grade_id"]
        if grade_id in texts:
            each.source = texts[grade_id]
        elif grade_id.startswith("test-"):
            each.source = released(each.source)
    if prelude:
        made.cells.insert(1, cell(prelude))
    return made
