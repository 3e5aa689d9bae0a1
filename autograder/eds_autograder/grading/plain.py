"""Plain ``nbgrader autograde`` and formgrader's button, with our engine behind them.

nbgrader's loop asks its exporter twice for each notebook: sanitized, then executed. `EngineExporter` answers
with what the engine made of the whole submission, and puts the marks into the gradebook. It is an exporter
and not one more preprocessor: a file that cannot be read, or a copied cell, stops nbgrader before those.
"""

from __future__ import annotations

from copy import deepcopy
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbgrader.converters import Autograde
from nbgrader.preprocessors import Execute

from eds_autograder.course import Course
from eds_autograder.gradebook import only_writer, open_gradebook
from eds_autograder.grading.matching import recognizer
from eds_autograder.grading.pool import Engine
from eds_autograder.grading.reading import UnreadableNotebookError, choose_notebook
from eds_autograder.grading.recorder import Recorder
from eds_autograder.grading.results import Result, points_text
from eds_autograder.grading.submissions import Submission, find_submissions
from eds_datasets.errors import EdsError

__all__ = ["EngineExporter", "Replay"]

# whom and what a command line picks out is for nbgrader's loop: an assignment is made ready as a whole
_PICKED = ("student_id", "assignment_id", "notebook_id")


class EngineExporter(NotebookExporter):
    """What nbgrader's Autograde takes for its exporter: ``c.Autograde.exporter_class``.

    With ``--no-execute`` no student's code runs, and nbgrader does it all by itself.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)  # type: ignore[no-untyped-call]
        self.replay: Replay | None = None
        if isinstance(self.parent, Autograde) and Execute(config=self.config).enabled:
            self.replay = Replay(self.parent)
            self.replay.offer_renamed()

    def from_filename(self, filename: str, resources: Any = None, **kw: Any) -> tuple[Any, dict[str, Any]]:
        """Return the executed notebook as text; nbgrader's preprocessors have been at work on it already."""
        if self.replay is None:
            return super().from_filename(filename, resources, **kw)
        asked = resources["nbgrader"]
        notebook = self.replay.notebook(asked["assignment"], asked["student"], asked["notebook"])
        resources["metadata"] = {"name": asked["notebook"], "path": str(Path(filename).parent)}
        self._preprocessors: list[Any] = []
        return self.from_notebook_node(notebook, resources, **kw)  # type: ignore[no-untyped-call, no-any-return]


class Replay:
    """The class that nbgrader's loop walks through, graded by the engine before the loop gets to it.

    Parameters
    ----------
    converter : nbgrader.converters.Autograde
        As its loop starts: it knows which submissions it found.
    """

    def __init__(self, converter: Any) -> None:
        self.converter = converter
        self.course = _course(converter)
        self._results: dict[Path, tuple[Submission, Result]] = {}
        self._recorded: set[Path] = set()

    @cached_property
    def engine(self) -> Engine:
        """The engine, within the limits of nbgrader's configuration."""
        return Engine(self.course)

    def offer_renamed(self) -> None:
        """Have nbgrader ask also for what was handed in under another name or in a subfolder."""
        picked = self.converter.coursedir
        if picked.notebook_id != "*" or picked.assignment_id not in self.course.assignments():
            return
        expected = [path.stem for path in self.course.source_notebooks(picked.assignment_id)]
        for submission in find_submissions(self.course, [picked.assignment_id]):
            if not fnmatchcase(submission.student, picked.student_id):
                continue
            found = self.converter.assignments.get(str(submission.folder), [])
            names = {Path(path).stem for path in found}
            missing = [name for name in expected if name not in names]
            offered = [name for name in missing if self._is_there(submission, name, expected)]
            if offered:
                paths = [str(submission.folder / f"{name}.ipynb") for name in offered]
                self.converter.assignments[str(submission.folder)] = [*found, *paths]

    def _is_there(self, submission: Submission, name: str, expected: list[str]) -> bool:
        files = dict(submission.files)
        if not any(".ipynb" in file for file in files):
            return False
        cells = self.engine.kit(submission.assignment).cells_of(name)
        try:
            choose_notebook(name, files, expected, recognizer(cells))
        except UnreadableNotebookError:
            return False
        return True

    def notebook(self, assignment: str, student: str, name: str) -> Any:
        """Return an executed notebook; the first time for a student, the marks are recorded as well.

        Raises
        ------
        EdsError
            With the reason why there is none.
        """
        folder = self.course.submitted_folder(student, assignment)
        if folder not in self._results:
            self._grade(assignment, folder)
        if folder not in self._results:
            raise EdsError(f"{folder}: no submission that can be read", "see who may read the folder")
        submission, result = self._results[folder]
        if folder not in self._recorded:
            self._record(submission, result)
            self._recorded.add(folder)
        if name not in result.notebooks:
            reasons = "; ".join(problem.text for problem in result.problems)
            raise EdsError(f"{student} {assignment}: {name} was not graded ({reasons})", "look at the file")
        return nbformat.read(self.engine.cache.notebook(result.key, name), as_version=4)

    def _grade(self, assignment: str, folder: Path) -> None:
        """Grade this submission, and at once all others that the loop will most likely ask for."""
        asked = {Path(place) for place in self.converter.assignments}
        wanted = [
            submission
            for submission in find_submissions(self.course, [assignment])
            if submission.folder == folder or (submission.folder in asked and self._is_due(submission))
        ]
        for submission, result in self.engine.grade(wanted):
            self._results[submission.folder] = (submission, result)

    def _is_due(self, submission: Submission) -> bool:
        place = self.course.autograded_folder(submission.student, submission.assignment)
        return bool(self.converter.force) or not place.exists()

    def _record(self, submission: Submission, result: Result) -> None:
        kit = self.engine.kit(submission.assignment)
        with only_writer(self.course), open_gradebook(self.course) as gradebook:
            recorder = Recorder(self.course, gradebook, self.engine.cache)
            more = recorder.record(submission, result, kit, write_folder=False)
        log = self.converter.log
        who = f"{result.student} {result.assignment}"
        log.info(
            "%s: %s of %s points (engine %s, isolation: %s)",
            who,
            points_text(result.points),
            points_text(result.max_points),
            result.engine,
            result.isolation,
        )
        for problem in (*result.problems, *more):
            log.warning("%s: %s", who, problem.text)


def _course(converter: Any) -> Course:
    config = deepcopy(converter.config)
    for name in _PICKED:
        config.CourseDirectory.pop(name, None)
    return Course(root=Path(converter.coursedir.root), config=config, coursedir=converter.coursedir)
