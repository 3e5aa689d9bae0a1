"""How often honest work is flagged: right answers in odd company and the lessons' own solutions, many times.

Usage: ``python benchmarks/flags.py [--runs 20] [--lessons]``; it fails when anybody was wronged.
"""
# ruff: noqa: E402

from __future__ import annotations

import argparse
import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from time import monotonic

import nbformat

ROOT = Path(__file__).parents[1]
_RIGHT = r'^# %% right="[^"]*".*\n((?:(?!# %%).*\n?)*)'
sys.path.insert(0, str(ROOT / "tests" / "autograder"))

from corpora.honest import honest
from corpora.vault import LESSON, make_vault
from small_course import submit

from eds_autograder.course import Course
from eds_autograder.grading.grade import grade_class
from eds_autograder.grading.results import Result


def odd_class(folder: Path) -> Course:
    """Make a course whose students are the corpus of honest oddities."""
    make_vault(folder)
    for name, made in honest().items():
        submit(folder, name, made, f"{LESSON}.ipynb", LESSON)
    return Course.open(folder)


def lessons(folder: Path) -> Course:
    """Make a course of this repository's lessons; handed in are their own solutions and the others."""
    shutil.copytree(ROOT / "source", folder / "source")
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    for source in sorted((folder / "source").glob("*/*.ipynb")):
        notebook = nbformat.read(source, as_version=4)
        for number, answers in enumerate([{}, *alternatives(source.parent / "answers")]):
            for cell in notebook.cells:
                cell.source = answers.get(cell.metadata.get("nbgrader", {}).get("grade_id"), cell.source)
            place = folder / "submitted" / f"answers-{number}" / source.parent.name
            place.mkdir(parents=True)
            nbformat.write(notebook, place / source.name)
    return Course.open(folder)


def alternatives(folder: Path) -> list[dict[str, str]]:
    """Return a lesson's right answers that are written differently: the first of each, the second, …"""
    found = {
        path.stem: re.findall(
            r'^# %% right="[^"]*".*\n((?:(?!# %%).*\n?)*)', path.read_text("utf-8"), re.MULTILINE
        )
        for path in sorted(folder.glob("*.py"))
    }
    most = max(map(len, found.values()), default=0)
    return [
        {name: texts[number].strip() for name, texts in found.items() if number < len(texts)}
        for number in range(most)
    ]


def wrong(results: Iterable[Result]) -> list[str]:
    """Return who was flagged or lost a mark."""
    return [
        f"{result.student} {result.assignment}: {result.evidence or result.problems or 'a mark was lost'}"
        for result in results
        if result.flagged
        or any(item.points is not None and item.points < item.max_points for item in result.exercises)
    ]


def main() -> int:
    """Run the corpora and print who was wronged."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--lessons", action="store_true", help="the lessons, too (minutes a run)")
    options = parser.parse_args()
    makers = [odd_class, lessons] if options.lessons else [odd_class]
    found: Counter[str] = Counter()
    graded = 0
    with tempfile.TemporaryDirectory() as place:
        courses = [make(Path(place) / make.__name__) for make in makers]
        for run in range(1, options.runs + 1):
            start = monotonic()
            results = [each for course in courses for each in grade_class(course, force=True).results]
            graded += len(results)
            found.update(wrong(results))
            print(
                f"run {run}: {len(results)} submissions in {monotonic() - start:.0f} s, {len(found)} wronged"
            )
    print(f"{graded} honest runs, {sum(found.values())} flagged or short of a mark")
    for text, times in found.most_common():
        print(f"{times} x {text}")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
