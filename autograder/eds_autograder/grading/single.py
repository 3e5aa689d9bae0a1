"""One notebook graded against its instructor's version, without a course, a gradebook or a class."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from eds_autograder.course import Course
from eds_autograder.grading.job import Limits
from eds_autograder.grading.kernels.places import roomy_folder
from eds_autograder.grading.pool import Engine
from eds_autograder.grading.results import Result
from eds_autograder.grading.submissions import find_submissions
from eds_datasets.errors import EdsError

__all__ = ["grade"]

_CONFIG = """\
c = get_config()
c.OverwriteCells.add_missing_cells = True
"""
_STUDENT = "student"


def grade(
    source: str | Path,
    submission: str | Path,
    *,
    files: Iterable[str | Path] = (),
    limits: Limits | None = None,
    isolation: str = "auto",
) -> Result:
    """Grade a notebook, as `eds grade` grades it: sandboxed, within limits, its tests among canaries.

    Parameters
    ----------
    source : str or Path
        The instructor's notebook, with nbgrader's metadata, solutions and hidden tests.
    submission : str or Path
        The student's notebook, whatever its file is called.
    files : iterable of str or Path, optional
        What lies beside both when they run, such as data.
    limits : Limits, optional
        By default 30 s for a cell and 600 s for the notebook, see `Limits`.
    isolation : str
        ``auto`` for the strongest level that works here, or one by name.

    Returns
    -------
    Result
        Its ``student`` is ``"student"``; ``result.points`` of ``result.max_points`` and
        ``result.exercises`` hold the marks.

    Raises
    ------
    EdsError
        When a file is missing, or nbgrader cannot use the source.

    Examples
    --------
    >>> from eds_autograder import grade
    >>> result = grade("source/lines.ipynb", "ada/lines.ipynb")  # doctest: +SKIP
    >>> result.points, result.max_points  # doctest: +SKIP
    (10.0, 12.0)
    """
    for path in (source, submission, *files):
        if not Path(path).is_file():
            raise EdsError(
                f"{path}: there is no such file", "expected the path of a notebook or of a data file"
            )
    name = Path(source).stem
    with tempfile.TemporaryDirectory(
        prefix="eds-single-", dir=roomy_folder(), ignore_cleanup_errors=True
    ) as place:
        folder = Path(place)
        (folder / "nbgrader_config.py").write_text(_CONFIG, "utf-8")
        _put(folder / "source" / name, {f"{name}.ipynb": source, **{Path(path).name: path for path in files}})
        _put(folder / "submitted" / _STUDENT / name, {f"{name}.ipynb": submission})
        course = Course.open(folder)
        engine = Engine(course, limits, jobs=1, isolation=isolation)
        ((_, result),) = engine.grade(find_submissions(course, [name]))
    return result


def _put(folder: Path, files: dict[str, str | Path]) -> None:
    folder.mkdir(parents=True)
    for name, path in files.items():
        shutil.copyfile(path, folder / name)
