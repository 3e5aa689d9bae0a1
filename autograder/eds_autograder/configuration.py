"""nbgrader's configuration of a course, read as nbgrader reads it, without importing its applications."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from eds_autograder.imports import import_nbgrader
from eds_datasets.errors import EdsError

__all__ = ["CONFIG_NAME", "read_configuration"]

CONFIG_NAME = "nbgrader_config.py"

# names of older versions, which nbgrader's own application translates
_OLD_SECTIONS = {
    "BaseApp",
    "BaseNbConvertApp",
    "BaseNbGraderApp",
    "BasicConfig",
    "NbGrader",
    "NbGraderConfig",
    "TransferApp",
}


def read_configuration(folder: Path) -> tuple[Any, Any]:
    """Read the configuration of a course.

    Parameters
    ----------
    folder : Path
        Absolute; holds ``nbgrader_config.py``.

    Returns
    -------
    config : traitlets.config.Config
    coursedir : nbgrader.coursedir.CourseDirectory
        Its root and its gradebook's address are absolute.

    Raises
    ------
    EdsError
        When the configuration cannot be read.
    """
    import_nbgrader()
    try:
        config, coursedir = _read(folder)
        if _OLD_SECTIONS & set(config) or "course_id" in config.get("Exchange", {}):
            config, coursedir = _read_with_nbgrader(folder)
    except (Exception, SystemExit) as error:
        raise EdsError(
            f"{folder / CONFIG_NAME}: nbgrader cannot read it ({type(error).__name__}: {error})",
            "run nbgrader in the course's folder to see where it fails",
        ) from error
    configured = config.CourseDirectory.get("root")
    coursedir.root = str((folder / configured).resolve()) if isinstance(configured, str) else str(folder)
    coursedir.db_url = _absolute_address(coursedir.db_url, folder)
    return config, coursedir


def _read(folder: Path) -> tuple[Any, Any]:
    import sys

    from jupyter_core.application import JupyterApp
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Application

    class Reader(JupyterApp):
        """Looks for settings of the user and of the machine."""

        @property
        def config_file_paths(self) -> list[str]:
            # not the working directory's configuration: it may belong to another course
            return [path for path in super().config_file_paths if path != str(Path.cwd())]

    app = Reader(log_level=logging.ERROR, config_file_name="nbgrader_config")
    app.raise_config_file_errors = True
    # as nbgrader does: a configuration may import what lies beside it
    sys.path.insert(0, str(Path.cwd()))
    app.load_config_file()
    Application.load_config_file(app, CONFIG_NAME, path=str(folder))
    return app.config, CourseDirectory(config=app.config)


def _read_with_nbgrader(folder: Path) -> tuple[Any, Any]:
    from nbgrader.apps.baseapp import NbGrader

    app = NbGrader(log_level=logging.ERROR)
    app.load_cwd_config = False
    app.raise_config_file_errors = True
    app.initialize([], root=str(folder))
    return app.config, app.coursedir


def _absolute_address(url: str, folder: Path) -> str:
    """Anchor a relative SQLite file at the course, not at wherever the command was called."""
    prefix = "sqlite:///"
    if not url.startswith(prefix) or url.startswith(prefix + "/") or url == prefix:
        return url
    return prefix + str(folder / url.removeprefix(prefix))
