"""A gradebook that cannot be used is told with a tip that fits: a full disk, one that is only read, no database."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from small_course import make_course

from eds_autograder.course import Course
from eds_autograder.gradebook import open_gradebook
from eds_datasets.errors import EdsError

TEXT = "x" * 2**16


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one mebibyte."""
    point = tmp_path / "disk"
    point.mkdir()
    options = ["-t", "tmpfs", "-o", "size=1m", "tmpfs", str(point)]
    if not sys.platform.startswith("linux") or os.geteuid() != 0 or not mounts(options):
        pytest.skip("mounting a tmpfs needs rights that this machine does not give")
    try:
        yield point
    finally:
        # lazily: what was raised still holds the connection
        subprocess.run(["umount", "-l", str(point)], check=True)


def mounts(options: list[str]) -> bool:
    return subprocess.run(["mount", *options], check=False, capture_output=True).returncode == 0


@pytest.fixture
def course(disk: Path, tmp_path: Path) -> Course:
    opened = Course.open(make_course(tmp_path / "course"))
    opened.config.CourseDirectory.db_url = f"sqlite:///{disk / 'gradebook.db'}"
    opened.coursedir.db_url = opened.config.CourseDirectory.db_url
    return opened


def add_students(course: Course) -> None:
    """Write more than fits on the disk."""
    from nbgrader.api import Student

    with open_gradebook(course) as gradebook:
        gradebook.db.add_all(Student(id=f"student-{number}", email=TEXT) for number in range(40))
        gradebook.db.commit()


def tip_of(action: Callable[[], None], said: str) -> str:
    with pytest.raises(EdsError, match=said) as raised:
        action()
    assert raised.value.tip is not None
    return raised.value.tip


def test_a_full_disk_asks_for_room(course: Course) -> None:
    assert tip_of(lambda: add_students(course), "disk is full").startswith("make room on its disk")


def test_a_gradebook_that_is_only_read_asks_for_the_right_to_write(course: Course, disk: Path) -> None:
    with open_gradebook(course):
        pass
    assert mounts(["-o", "remount,ro", str(disk)])
    assert tip_of(lambda: add_students(course), "readonly database").startswith(
        "let yourself write this file"
    )


def test_a_gradebook_that_cannot_be_made_asks_for_it_too(course: Course, disk: Path) -> None:
    assert mounts(["-o", "remount,ro", str(disk)])
    assert tip_of(lambda: add_students(course), "unable to open").startswith("let yourself write this file")


def test_what_is_no_database_asks_for_a_backup(course: Course, disk: Path) -> None:
    (disk / "gradebook.db").write_text("no database, but long enough to look at" * 100)
    assert tip_of(lambda: add_students(course), "not a database").startswith("put a backup in its place")
