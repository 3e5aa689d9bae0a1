"""``nbgrader zip_collect`` with bounds: a bad archive costs one line, and the class goes on.

nbgrader alone unpacks whatever an archive claims, archives in archives without an end, and stops the class at
the first one that is damaged.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from nbgrader.plugins import ExtractorPlugin
from traitlets import Integer

from eds_autograder.grading.archives import Budget, RefusedArchiveError, unpack

__all__ = ["GuardedExtractor"]


class GuardedExtractor(ExtractorPlugin):  # type: ignore[misc]
    """What nbgrader's zip_collect unpacks with: ``c.ZipCollectApp.extractor_plugin``."""

    max_files = Integer(5_000, help="How many files one student's archive may hold.").tag(config=True)
    max_megabytes = Integer(500, help="How much one student's archive may unpack to.").tag(config=True)
    max_depth = Integer(3, help="How many archives may stick in each other.").tag(config=True)

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Unpack every archive of a folder into a folder of its name, and copy the other files.

        Parameters
        ----------
        archive_path, extracted_path : str
            From where and to where; subfolders stay subfolders.
        """
        refused = 0
        for root, folders, names in os.walk(archive_path):
            folders.sort()
            target = Path(extracted_path) / Path(root).relative_to(archive_path)
            for name in sorted(names):
                try:
                    self._take(Path(root) / name, target)
                except RefusedArchiveError as error:
                    refused += 1
                    self.log.warning("%s: refused, nothing of it was taken: %s", name, error)
        if refused:
            self.log.warning("%d of the files were refused; look at them and ask for others", refused)

    def _take(self, path: Path, target: Path) -> None:
        target.mkdir(parents=True, exist_ok=True)
        if path.is_symlink() or not path.is_file():
            raise RefusedArchiveError("it is no file but a link or a device")
        if path.suffix in self.zip_ext:
            self.log.info("Extracting from: %s", path)
            folder = target / _without_suffixes(path)
            budget = Budget(self.max_files, self.max_megabytes * 1_000_000)
            unpack(path, folder, budget)
            self._take_inner(folder, budget, self.max_depth - 1)
        else:
            self.log.info("Copying from: %s", path)
            shutil.copy(path, target / path.name)

    def _take_inner(self, folder: Path, budget: Budget, depth: int) -> None:
        """Unpack archives in the archive, each into a folder beside it; what is refused stays packed."""
        inner = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix in self.zip_ext]
        for path in inner:
            try:
                if depth <= 0:
                    raise RefusedArchiveError(f"more than {self.max_depth} archives in each other")
                place = path.parent / _without_suffixes(path)
                unpack(path, place, budget)
                self._take_inner(place, budget, depth - 1)
            except RefusedArchiveError as error:
                self.log.warning("%s: an archive in an archive is refused: %s", path.name, error)


def _without_suffixes(path: Path) -> str:
    return path.stem.removesuffix(".tar")
