"""An audit as one HTML page, without scripts."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources

from eds_autograder.audit.report import LessonAudit, course_score

__all__ = ["audit_page"]


def audit_page(audits: Sequence[LessonAudit]) -> str:
    """Return the page.

    It shows solutions and hidden tests: it is for instructors alone.
    """
    import jinja2

    text = resources.files(__package__).joinpath("audit.html.j2").read_text(encoding="utf-8")
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(text).render(audits=audits, score=course_score(audits)) + "\n"
