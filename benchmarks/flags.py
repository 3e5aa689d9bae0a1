"""How often honest work is flagged: right answers in odd company, wrong ones, the lessons' own, many times.

Usage: ``python benchmarks/flags.py [--runs 20] [--lessons]``; it fails when anybody was wronged: when a right
answer lost a mark, or any answer was flagged.
"""
# ruff: noqa: E402

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from time import monotonic

import nbformat

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "autograder"))

from corpora.honest import honest
from corpora.vault import LESSON, RIGHT, make_vault, submission
from small_course import submit

from eds_autograder.audit.answers import read_answers
from eds_autograder.course import Course
from eds_autograder.grading.grade import grade_class
from eds_autograder.grading.results import Result

_WRONG = "wrong"  # how the names of students begin whose answers are
_NUMBERS = (*range(-5, 60), 0.5, 1.5, 2.5, 0.25, 10.5)


def odd_class(folder: Path) -> Course:
    """Make a course whose students are the corpus of honest oddities."""
    make_vault(folder)
    for name, made in honest().items():
        submit(folder, name, made, f"{LESSON}.ipynb", LESSON)
    return Course.open(folder)


def wrong_class(folder: Path) -> Course:
    """Make a course in which each student answers everything with one number."""
    make_vault(folder)
    for value in _NUMBERS:
        answers = {name: f"{text.partition(':')[0]}:\n    return {value}" for name, text in RIGHT.items()}
        submit(folder, f"{_WRONG}-{value}", submission(answers=answers), f"{LESSON}.ipynb", LESSON)
    return Course.open(folder)


def lessons(folder: Path) -> Course:
    """Make a course of this repository's lessons; handed in are their own solutions and all other answers."""
    shutil.copytree(ROOT / "source", folder / "source")
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    for source in sorted((folder / "source").glob("*/*.ipynb")):
        for kind in ("right", _WRONG):
            for number, answers in enumerate(kept_answers(source.parent, kind)):
                hand_in(source, answers, folder / "submitted" / f"{kind}-{number}")
    return Course.open(folder)


def hand_in(source: Path, answers: dict[str, str], student: Path) -> None:
    """Fill a lesson's answer cells; where there is no other answer, the solution stays."""
    notebook = nbformat.read(source, as_version=4)
    for cell in notebook.cells:
        cell.source = answers.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
    place = student / source.parent.name
    place.mkdir(parents=True)
    nbformat.write(notebook, place / source.name)


def kept_answers(lesson: Path, kind: str) -> list[dict[str, str]]:
    """Return the answers of a kind beside a lesson: the first of each exercise, the second, …"""
    exercises = [path.stem for path in (lesson / "answers").glob("*.py")]
    texts = {
        name: [
            (answer.answer or name, answer.text.strip())
            for answer in answers
            if answer.kind == kind and "reference(" not in answer.text
        ]
        for name, answers in read_answers(lesson, exercises).items()
    }
    most = max(map(len, texts.values()), default=0)
    found = [dict(kept[number] for kept in texts.values() if number < len(kept)) for number in range(most)]
    return found if kind == _WRONG else [{}, *found]


def wronged(results: Iterable[Result]) -> list[str]:
    """Return who was flagged, or lost a mark with right answers."""
    return [
        f"{result.student} {result.assignment}: {result.evidence or result.problems or 'a mark was lost'}"
        for result in results
        if result.flagged
        or any(
            item.points is not None and item.points < item.max_points
            for item in result.exercises
            if not result.student.startswith(_WRONG)
        )
    ]


def main() -> int:
    """Run the corpora and print who was wronged."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--lessons", action="store_true", help="the lessons, too (minutes a run)")
    options = parser.parse_args()
    makers = [odd_class, wrong_class, *([lessons] if options.lessons else [])]
    found: Counter[str] = Counter()
    graded = 0
    with tempfile.TemporaryDirectory() as place:
        courses = [make(Path(place) / make.__name__) for make in makers]
        for run in range(1, options.runs + 1):
            start = monotonic()
            results = [each for course in courses for each in grade_class(course, force=True).results]
            graded += len(results)
            found.update(wronged(results))
            print(
                f"run {run}: {len(results)} submissions in {monotonic() - start:.0f} s, {len(found)} wronged"
            )
    print(f"{graded} honest runs, {sum(found.values())} flagged or short of a mark")
    for text, times in found.most_common():
        print(f"{times} x {text}")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
