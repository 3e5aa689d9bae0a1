"""Grades a notebook in the test's own process, so that a test can switch a defence off."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import nbformat

from eds_autograder.course import Course
from eds_autograder.grading.assignment import Kit, prepare, settings
from eds_autograder.grading.job import Limits, lay_out
from eds_autograder.grading.reference_run import rehearse_job
from eds_autograder.grading.results import Result
from eds_autograder.grading.runner import grade_job
from eds_autograder.grading.submissions import Submission


class Bench:
    """A course whose reference solution has been run, and what is needed to grade one notebook.

    Parameters
    ----------
    folder : Path
        Of the course.
    assignment : str
    """

    def __init__(self, folder: Path, assignment: str) -> None:
        self.course = Course.open(folder)
        self.place = folder.parent
        self.assignment = assignment
        self.kit = prepare(self.course, assignment)
        source = self.course.source_notebook(assignment)
        if not self.kit.canaries.is_file():
            job = self._job(self._folder(), [(source.name, source)], rehearsal=True)
            self.kit.canaries.write_text(rehearse_job(job), "utf-8")
            self.kit = Kit.load(self.kit.folder)

    def grade(self, notebook: Any, limits: Limits | None = None) -> Result:
        """Grade a notebook."""
        folder = self._folder()
        path = folder / f"{self.assignment}.ipynb"
        nbformat.write(notebook, path)
        return grade_job(self._job(self._folder(), [(path.name, path)], limits))

    def _folder(self) -> Path:
        return Path(tempfile.mkdtemp(dir=self.place))

    def _job(
        self,
        folder: Path,
        files: list[tuple[str, Path]],
        limits: Limits | None = None,
        *,
        rehearsal: bool = False,
    ) -> Any:
        submission = Submission("ada", self.assignment, folder, tuple(files))
        config = settings(self.course)
        limits = limits or Limits(20, 200)
        return lay_out(folder, submission, self.kit, "key", limits, "none", config, rehearsal=rehearsal)
