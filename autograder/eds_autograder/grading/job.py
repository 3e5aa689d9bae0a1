"""The folder that a run gets: what to grade, with what, within which limits; plain files and JSON."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from eds_autograder.files import copy_into
from eds_autograder.grading.assignment import Kit
from eds_autograder.grading.kernels.limits import Limits
from eds_autograder.grading.kernels.sandbox import Sandbox
from eds_autograder.grading.submissions import Submission

__all__ = ["Job", "Limits", "lay_out", "sandboxes"]

JOB_FILE = "job.json"
RESULT_FILE = "result.json"


@dataclass(frozen=True)
class Job:
    """One run, as its folder describes it.

    Attributes
    ----------
    folder : Path
        Of the run: ``submission`` and ``kit`` in it are given, ``work``, ``home`` and ``out`` are its own.
    student, assignment, key : str
    refused : tuple of str
        Names in the submission that are no regular file.
    limits : Limits
    isolation : str
        The level, see `eds_autograder.grading.kernels.sandbox`.
    settings : mapping
        nbgrader's, see `eds_autograder.grading.assignment.settings`.
    rehearsal : bool
        Whether this is the reference solution, run to choose canaries.
    """

    folder: Path
    student: str
    assignment: str
    key: str
    refused: tuple[str, ...]
    limits: Limits
    isolation: str
    settings: Mapping[str, Any]
    rehearsal: bool = False

    @property
    def submission(self) -> Path:
        """What was handed in."""
        return self.folder / "submission"

    @property
    def kit(self) -> Path:
        """The instructor's side, a copy."""
        return self.folder / "kit"

    @property
    def work(self) -> Path:
        """Where the notebook runs."""
        return self.folder / "work"

    @property
    def home(self) -> Path:
        """The run's own home folder."""
        return self.folder / "home"

    @property
    def out(self) -> Path:
        """Where executed notebooks and the result go."""
        return self.folder / "out"

    @property
    def result_file(self) -> Path:
        """The result, written last."""
        return self.out / RESULT_FILE

    @classmethod
    def load(cls, folder: Path) -> Job:
        """Read a job from its folder."""
        record = json.loads((folder / JOB_FILE).read_text("utf-8"))
        record["limits"] = Limits.from_dict(record["limits"])
        record["refused"] = tuple(record["refused"])
        return cls(folder=folder, **record)


def lay_out(
    folder: Path,
    submission: Submission,
    kit: Kit,
    key: str,
    limits: Limits,
    isolation: str,
    settings: Mapping[str, Any],
    *,
    rehearsal: bool = False,
) -> Job:
    """Write all that a run needs into an empty folder.

    Parameters
    ----------
    folder : Path
    submission : Submission
        Its regular files are copied; a link is never followed.
    kit : Kit
    key : str
        Under which the result will be found.
    limits : Limits
    isolation : str
    settings : mapping
    rehearsal : bool
        See `Job`.

    Returns
    -------
    Job
    """
    record = {
        "student": submission.student,
        "assignment": submission.assignment,
        "key": key,
        "refused": list(submission.refused),
        "limits": asdict(limits),
        "isolation": isolation,
        "settings": dict(settings),
        "rehearsal": rehearsal,
    }
    (folder / JOB_FILE).write_text(json.dumps(record), "utf-8")
    job = Job.load(folder)
    for place in (job.submission, job.work, job.home, job.out):
        place.mkdir()
    shutil.copytree(kit.folder, job.kit)
    for name, path in submission.run_files:
        copy_into(job.submission, name, path)
    for name, path in submission.run_files:
        if not name.endswith(".ipynb"):
            copy_into(job.work, name, path)
    for path in sorted(kit.files.rglob("*")):
        if path.is_file():
            copy_into(job.work, path.relative_to(kit.files).as_posix(), path)
    return job


def sandboxes(job: Job, readable: Iterable[str]) -> list[Sandbox]:
    """Return the surroundings of the job's kernels, one for each notebook; make the folders of sockets."""
    made = []
    for number in range(len(Kit.load(job.kit).notebooks)):
        sockets = job.folder / f"ipc{number}"
        sockets.mkdir(mode=0o700)
        places = (str(job.work), str(job.home))
        made.append(Sandbox(job.isolation, places, str(sockets), (), tuple(readable), job.limits))
    return made
