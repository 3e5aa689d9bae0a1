"""A task as bytes, and back again on another machine."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from eds_autograder.grading.assignment import Kit
from eds_autograder.grading.job import Limits
from eds_autograder.grading.results import Result
from eds_autograder.grading.submissions import Submission
from eds_autograder.grading.workplace import Graded, Task

__all__ = ["Parcel", "pack_kit", "pack_result", "unpack_kit", "unpack_result"]


@dataclass(frozen=True)
class Parcel:
    """All of a task but its kit, which is the same for a whole class and travels once.

    Attributes
    ----------
    student, assignment, key, isolation : str
    files : tuple of (str, bytes)
        What was handed in, by name.
    refused : tuple of str
    limits, settings, hashes : mapping
    rehearsal : bool
    """

    student: str
    assignment: str
    key: str
    isolation: str
    files: tuple[tuple[str, bytes], ...]
    refused: tuple[str, ...]
    limits: Mapping[str, Any]
    settings: Mapping[str, Any]
    hashes: Mapping[str, str]
    rehearsal: bool

    @classmethod
    def pack(cls, task: Task) -> Parcel:
        """Read all that a task needs to travel; raises OSError when a file cannot be read."""
        return cls(
            task.submission.student,
            task.submission.assignment,
            task.key,
            task.isolation,
            tuple((name, path.read_bytes()) for name, path in task.submission.run_files),
            task.submission.refused,
            asdict(task.limits),
            dict(task.settings),
            dict(task.hashes),
            task.rehearsal,
        )

    def unpack(self, folder: Path, kit: Kit) -> Task:
        """Write the submission into an empty folder and return the task."""
        files = []
        for name, content in self.files:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            files.append((name, path))
        submission = Submission(self.student, self.assignment, folder, tuple(files), self.refused)
        limits = Limits.from_dict(self.limits)
        return Task(
            self.key, submission, kit, limits, self.isolation, self.settings, self.hashes, self.rehearsal
        )


def pack_kit(kit: Kit) -> bytes:
    """Return a kit as bytes, its files and canaries with it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(kit.folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(kit.folder).as_posix())
    return packed.getvalue()


def unpack_kit(content: bytes, folder: Path) -> Kit:
    """Write a kit into a folder and return it."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(folder)
    # an empty folder does not travel
    (folder / "files").mkdir(exist_ok=True)
    return Kit.load(folder)


def pack_result(graded: Graded) -> dict[str, Any]:
    """Return what a run gave as plain data."""
    return {
        "result": graded.result.to_dict(),
        "notebooks": dict(graded.notebooks),
        "canaries": graded.canaries,
    }


def unpack_result(record: Mapping[str, Any]) -> Graded:
    """Rebuild what a run gave; raises ValueError when it is not of this version."""
    return Graded(Result.from_dict(record["result"]), record["notebooks"], record["canaries"])
