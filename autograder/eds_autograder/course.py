"""A course directory: where nbgrader's own configuration says that things are."""

from __future__ import annotations

import difflib
import glob
import os
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eds_autograder.configuration import CONFIG_NAME, read_configuration
from eds_datasets.errors import EdsError, UsageError

__all__ = ["Course"]


@dataclass(frozen=True)
class Course:
    """A folder with an ``nbgrader_config.py``, seen through nbgrader's own settings.

    Open one with `Course.open`. Every path is absolute and obeys ``CourseDirectory.directory_structure``.

    Attributes
    ----------
    root : Path
        The folder that holds ``source``, ``release``, ``submitted`` and the rest.
    config : traitlets.config.Config
        The whole configuration, as nbgrader reads it.
    coursedir : nbgrader.coursedir.CourseDirectory
        nbgrader's object for the folder.
    """

    root: Path
    config: Any = field(repr=False)
    coursedir: Any = field(repr=False)

    @classmethod
    def open(cls, path: str | Path = ".") -> Course:
        """Read the configuration of a course directory.

        Parameters
        ----------
        path : str or Path
            The folder that holds ``nbgrader_config.py``.

        Returns
        -------
        Course

        Raises
        ------
        EdsError
            When the folder is no course directory, or its configuration cannot be read.
        """
        folder = Path(path).expanduser().resolve()
        if not (folder / CONFIG_NAME).is_file():
            raise EdsError(
                f"{folder}: no course directory (there is no {CONFIG_NAME} in it)",
                "change into the course's folder, or name it with --course DIR",
            )
        _find_alembic()
        config, coursedir = read_configuration(folder)
        return cls(root=Path(coursedir.root), config=config, coursedir=coursedir)

    @property
    def course_id(self) -> str:
        """The course's name, ``CourseDirectory.course_id``; may be empty."""
        return str(self.coursedir.course_id)

    @property
    def db_url(self) -> str:
        """The gradebook's SQLAlchemy address."""
        return str(self.coursedir.db_url)

    @property
    def ignore(self) -> list[str]:
        """Globs of the files that are never copied, ``CourseDirectory.ignore``."""
        return list(self.coursedir.ignore)

    @property
    def source_dir(self) -> Path:
        """The folder of the instructor's versions."""
        return self.root / str(self.coursedir.source_directory)

    @property
    def release_dir(self) -> Path:
        """The folder of the students' versions."""
        return self.root / str(self.coursedir.release_directory)

    @property
    def submitted_dir(self) -> Path:
        """The folder of what came back from the students."""
        return self.root / str(self.coursedir.submitted_directory)

    @property
    def autograded_dir(self) -> Path:
        """The folder of the executed submissions."""
        return self.root / str(self.coursedir.autograded_directory)

    @property
    def feedback_dir(self) -> Path:
        """The folder of the students' feedback pages."""
        return self.root / str(self.coursedir.feedback_directory)

    @property
    def state_dir(self) -> Path:
        """The folder of our own working files: cached results, nothing that a student owns."""
        return self.root / ".eds"

    def source_folder(self, assignment: str) -> Path:
        """Return the folder of an assignment's instructor version."""
        return self._folder(self.coursedir.source_directory, ".", assignment)

    def release_folder(self, assignment: str) -> Path:
        """Return the folder of an assignment's student version."""
        return self._folder(self.coursedir.release_directory, ".", assignment)

    def submitted_folder(self, student: str, assignment: str) -> Path:
        """Return the folder of what a student handed in."""
        return self._folder(self.coursedir.submitted_directory, student, assignment)

    def autograded_folder(self, student: str, assignment: str) -> Path:
        """Return the folder of a student's executed submission."""
        return self._folder(self.coursedir.autograded_directory, student, assignment)

    def feedback_folder(self, student: str, assignment: str) -> Path:
        """Return the folder of a student's feedback."""
        return self._folder(self.coursedir.feedback_directory, student, assignment)

    def assignments(self) -> list[str]:
        """Return the names of the assignments that have a source (text or notebook), in order."""
        return sorted(
            name
            for name, folder in self._assignment_folders()
            if any(folder.glob("*.ipynb")) or (folder / f"{name}.py").is_file()
        )

    def check_assignments(self, names: Iterable[str]) -> list[str]:
        """Return the assignments asked for, or all when none is named.

        Raises
        ------
        UsageError
            When a name is no assignment of this course.
        """
        known = self.assignments()
        wanted = list(dict.fromkeys(names)) or known
        for name in wanted:
            if name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                tip = f"did you mean {near[0]}?" if near else f"there are: {', '.join(known) or 'none yet'}"
                raise UsageError(f"{name}: no such assignment in {self.source_dir}", tip)
        return wanted

    def source_notebooks(self, assignment: str) -> list[Path]:
        """Return an assignment's instructor notebooks, in order (most assignments have one)."""
        return sorted(self.source_folder(assignment).glob("*.ipynb"))

    def source_notebook(self, assignment: str) -> Path:
        """Return the instructor's notebook of an assignment.

        Raises
        ------
        EdsError
            When the assignment has none, or more than one and none that bears the assignment's name.
        """
        return _the_one(self.source_folder(assignment), assignment, "eds course build")

    def release_notebook(self, assignment: str) -> Path:
        """Return the students' notebook of an assignment; raises `EdsError` when it is not released."""
        return _the_one(self.release_folder(assignment), assignment, f"eds course release {assignment}")

    def _folder(self, step: str, student: str, assignment: str) -> Path:
        return Path(self.coursedir.format_path(step, student, assignment))

    def _assignment_folders(self) -> Iterable[tuple[str, Path]]:
        step = self.coursedir.source_directory
        pattern = re.compile(self.coursedir.format_path(step, r"\.", "(?P<name>[^/]+)", escape=True))
        # the pattern may be absolute, which Path.glob refuses
        anywhere = glob.escape(self.coursedir.format_path(step, ".", "\0")).replace("\0", "*")
        for found in glob.glob(anywhere):  # noqa: PTH207
            match = pattern.fullmatch(found)
            if match and Path(found).is_dir():
                yield match["name"], Path(found)


def _find_alembic() -> None:
    """Let nbgrader find ``alembic``, which it starts by name to make a gradebook, in our own environment.

    Without it, ``.venv/bin/eds`` fails where the environment was not activated.
    """
    tools = str(Path(sys.executable).parent)
    folders = os.environ.get("PATH", "").split(os.pathsep)
    if tools not in folders:
        os.environ["PATH"] = os.pathsep.join([tools, *folders])


def _the_one(folder: Path, assignment: str, command: str) -> Path:
    named = folder / f"{assignment}.ipynb"
    found = sorted(folder.glob("*.ipynb"))
    if named.is_file():
        return named
    if len(found) == 1:
        return found[0]
    amount = f"{len(found)} notebooks" if found else "no notebook"
    raise EdsError(f"{folder}: {amount}, expected {assignment}.ipynb", f"run '{command}'")
