"""What ``eds course audit`` does: audit, print, write, check."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from eds_autograder.audit.page import audit_page
from eds_autograder.audit.report import LessonAudit
from eds_autograder.audit.run import audit_lesson
from eds_autograder.audit.scores import lowered, save_scores
from eds_autograder.audit.show import COLUMNS, rows_of, show_audits
from eds_autograder.authoring.build import check_sources, lessons_as_text
from eds_autograder.course import Course
from eds_autograder.files import write_atomically
from eds_datasets.errors import EdsError

__all__ = ["audit_course", "problems_of"]


def audit_course(
    course: Course,
    names: Iterable[str],
    format_: str,
    *,
    jobs: int | None = None,
    force: bool = False,
    redundant: bool = False,
    html: Path | None = None,
    save: bool = False,
    check: bool = False,
) -> list[str]:
    """Audit lessons and print what was found.

    Returns
    -------
    list of str
        What has to be mended, one line each.
    """
    wanted = lessons_as_text(course, names)
    if stale := check_sources(course, wanted):
        raise EdsError("\n".join(stale), "build before you audit")
    audits = [audit_lesson(course, name, jobs=jobs or _cores(), force=force) for name in wanted]
    _print(audits, format_, redundant)
    if html is not None:
        write_atomically(html, audit_page(audits))
    worse = lowered(course, audits) if check else []
    if save:
        save_scores(course, audits)
    return [*problems_of(audits), *worse]


def problems_of(audits: Sequence[LessonAudit]) -> list[str]:
    """Return what has to be mended: answers judged wrongly, markers about nothing, a fragile reference."""
    return [
        f"{audit.lesson}, {exercise.exercise}: {problem}"
        for audit in audits
        for exercise in audit.exercises
        for problem in exercise.all_problems
    ]


def _print(audits: Sequence[LessonAudit], format_: str, redundant: bool) -> None:
    if format_ == "json":
        record = {"lessons": [audit.to_dict() for audit in audits]}
        sys.stdout.write(json.dumps(record, indent=2, ensure_ascii=False) + "\n")
    elif format_ == "csv":
        writer = csv.DictWriter(sys.stdout, ["lesson", *COLUMNS], lineterminator="\n")
        writer.writeheader()
        writer.writerows(row for audit in audits for row in rows_of(audit))
    else:
        show_audits(audits, redundant=redundant)


def _cores() -> int:
    import os

    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
