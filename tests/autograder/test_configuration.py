"""A course's configuration is read as nbgrader reads it, old names and errors included."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from eds_autograder.configuration import read_configuration
from eds_datasets.errors import EdsError


def write(folder: Path, text: str) -> Path:
    (folder / "nbgrader_config.py").write_text(f"c = get_config()\n{text}")
    return folder


def with_nbgrader(folder: Path) -> dict[str, object]:
    """What nbgrader's own application makes of a configuration."""
    from nbgrader.apps.baseapp import NbGrader

    app = NbGrader(log_level=50)
    app.load_cwd_config = False
    app.initialize([], root=str(folder))
    return settings(app.coursedir)


def settings(coursedir: object) -> dict[str, object]:
    names = ("course_id", "db_url", "ignore", "student_id_exclude", "submitted_directory", "groupshared")
    return {name: getattr(coursedir, name) for name in names}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "c.CourseDirectory.course_id = 'geo'\nc.CourseDirectory.ignore = ['*.tmp']\n",
        "c.CourseDirectory.groupshared = True\nc.CourseDirectory.submitted_directory = 'in'\n",
        # as courses of nbgrader 0.4 have them
        "c.NbGrader.course_id = 'old'\nc.NbGrader.submitted_directory = 'in'\n",
        "c.Exchange.course_id = 'exchanged'\n",
    ],
)
def test_a_configuration_means_what_it_means_to_nbgrader(tmp_path: Path, text: str) -> None:
    config, coursedir = read_configuration(write(tmp_path, text))
    assert settings(coursedir) == with_nbgrader(tmp_path)
    assert coursedir.root == str(tmp_path)
    assert config.CourseDirectory.get("course_id", "") == coursedir.course_id


def test_a_configuration_that_fails_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(EdsError, match=r"nbgrader_config.py: nbgrader cannot read it \(ZeroDivisionError"):
        read_configuration(write(tmp_path, "c.CourseDirectory.course_id = str(1 / 0)\n"))


def test_reading_imports_no_application_and_leaves_the_extensions_to_who_wants_them(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; "
        "from eds_autograder.configuration import read_configuration; read_configuration(Path(sys.argv[1])); "
        "heavy = ('jupyter_server', 'nbconvert', 'nbgrader.apps', 'rfc3987_syntax', 'sqlalchemy'); "
        "assert not [name for name in heavy if name in sys.modules]; "
        "from nbgrader.server_extensions.formgrader import load_jupyter_server_extension as load; "
        "assert callable(load)"
    )
    command = [sys.executable, "-c", code, str(write(tmp_path, ""))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
