"""An assignment in nbgrader's gradebook: made from its kit, changed by nbgrader itself."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from eds_autograder.course import Course
from eds_autograder.grading.assignment import Kit, generate
from eds_datasets.errors import EdsError

__all__ = ["register"]


def register(course: Course, gradebook: Any, kit: Kit) -> None:
    """Make the gradebook know the assignment as its source is now, the way generate_assignment does.

    Raises
    ------
    EdsError
        When graded cells were added or removed while the gradebook holds submissions: nbgrader cannot
        change that.
    """
    from nbgrader.api import MissingEntry

    try:
        assignment = gradebook.find_assignment(kit.assignment)
    except MissingEntry:
        _copy(gradebook, kit)
        return
    if _is_current(assignment, kit):
        return
    gradebook.db.close()
    with tempfile.TemporaryDirectory(prefix="eds-release-") as release:
        try:
            generate(course, kit.assignment, course.db_url, Path(release))
        except EdsError as error:
            if "Cannot" not in error.message:
                raise
            raise EdsError(
                f"{kit.assignment}: graded cells were added or removed after submissions were recorded",
                f"back up the gradebook, then 'nbgrader db assignment remove {kit.assignment} --force' "
                "and grade again",
            ) from error


def _copy(gradebook: Any, kit: Kit) -> None:
    """Copy what nbgrader made of the source into the kit's own gradebook, in one transaction."""
    from nbgrader.api import Assignment, Gradebook, Notebook

    assignment = Assignment(name=kit.assignment, course_id=gradebook.course_id)
    with Gradebook(f"sqlite:///{kit.gradebook}") as made:
        for known in made.find_assignment(kit.assignment).notebooks:
            notebook = Notebook(name=known.name, kernelspec=known.kernelspec, assignment=assignment)
            for cell in [*known._base_cells, *known.source_cells]:
                _twin(cell, notebook)
    gradebook.db.add(assignment)
    gradebook.db.commit()


def _twin(cell: Any, notebook: Any) -> None:
    """Make a cell like one of another gradebook, of this notebook."""
    from sqlalchemy import Column, inspect

    columns = [item.key for item in inspect(type(cell)).column_attrs if isinstance(item.expression, Column)]
    values = {key: getattr(cell, key) for key in columns if key not in ("id", "notebook_id", "type")}
    type(cell)(notebook=notebook, **values)


def _is_current(assignment: Any, kit: Kit) -> bool:
    known = {
        (notebook.name, cell.name): (cell.checksum, cell.source)
        for notebook in assignment.notebooks
        for cell in notebook.source_cells
    }
    points = {
        (notebook.name, cell.name): float(cell.max_score)
        for notebook in assignment.notebooks
        for cell in [*notebook.grade_cells, *notebook.task_cells]
    }
    wanted = {(cell.notebook, cell.grade_id): (cell.checksum, cell.source) for cell in kit.cells}
    return known == wanted and points == kit.max_points
