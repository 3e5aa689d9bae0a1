"""A release is nbgrader's own, searched for leaks, swapped into place, and checked fresh."""

from __future__ import annotations

import gzip
import io
import json
import shutil
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from eds_autograder.authoring.leaks import Secrets, find_leaks
from eds_autograder.authoring.notebook import cells_of, read_notebook
from eds_autograder.authoring.release import check_releases, find_release_leaks, release_assignments
from eds_autograder.course import Course
from eds_datasets.errors import EdsError


def notebook(course: Course) -> Path:
    return course.root / "release" / "01-rating" / "01-rating.ipynb"


def test_students_get_the_stub_and_the_visible_tests_alone(released: Course) -> None:
    text = notebook(released).read_text(encoding="utf-8")
    assert "raise NotImplementedError()" in text
    assert "should be 7" in text
    for secret in (
        "stage_in_metres",
        "_secret_stages",
        "on arrays of stages",
        "widens with stage",
        "jupytext",
    ):
        assert secret not in text
    assert [path.name for path in (released.root / "release" / "01-rating").iterdir()] == ["01-rating.ipynb"]
    assert check_releases(released) == []
    assert find_release_leaks(released) == []


def test_the_gradebook_knows_the_hidden_tests(released: Course) -> None:
    with sqlite3.connect(released.root / "gradebook.db") as gradebook:
        sources = [row[0] for row in gradebook.execute("SELECT source FROM source_cell")]
    assert any("_secret_stages" in source for source in sources)


def test_a_release_of_a_stale_notebook_is_refused(released: Course) -> None:
    text = released.root / "source" / "01-rating" / "01-rating.py"
    text.write_text(text.read_text(encoding="utf-8").replace("grows", "rises"), encoding="utf-8")
    with pytest.raises(EdsError, match=r"not what 01-rating\.py builds"):
        release_assignments(released)


def test_a_stale_missing_or_foreign_released_file_is_named(released: Course) -> None:
    notebook(released).write_text("{}", encoding="utf-8")
    (notebook(released).parent / "notes.txt").write_text("mine", encoding="utf-8")
    (released.root / "source" / "01-rating" / "data.csv").write_text("a,b\n", encoding="utf-8")
    lines = "\n".join(check_releases(released))
    assert "01-rating.ipynb: stale (run 'eds course release 01-rating')" in lines
    assert "notes.txt: not made from source/01-rating" in lines
    assert "data.csv: missing" in lines


def test_a_leaking_release_is_refused_and_the_earlier_one_stays(released: Course) -> None:
    before = notebook(released).read_bytes()
    helper = released.root / "source" / "01-rating" / "helper.py"
    helper.write_text(
        "def f(stage):\n    stage_in_metres = np.asarray(stage, dtype=float)\n", encoding="utf-8"
    )
    with pytest.raises(EdsError, match="a solution line of 01-rating: stage_in_metres"):
        release_assignments(released)
    assert notebook(released).read_bytes() == before


def test_a_text_that_is_not_ignored_is_a_leak(released: Course) -> None:
    config = released.root / "nbgrader_config.py"
    config.write_text(
        "c = get_config()\nc.CourseDirectory.root = r'" + str(released.root) + "'\n", encoding="utf-8"
    )
    with pytest.raises(EdsError, match="the text of a lesson, which holds its solutions"):
        release_assignments(Course.open(released.root))


PLANTS = {
    "a solution line in a cell": lambda cells: cells[2]["source"].append("\nstage_in_metres = np.asarray(stage, dtype=float)"),
    "with other spaces": lambda cells: cells[2]["source"].append("\n  stage_in_metres  =  np.asarray(stage,  dtype=float)"),
    "in prose": lambda cells: cells[0]["source"].append("\nHint: `return slope * stage_in_metres + intercept`"),
    "in metadata": lambda cells: cells[0]["metadata"].update(note="return slope * stage_in_metres + intercept"),
    "in an output": lambda cells: cells[1]["outputs"].append(
        {"output_type": "stream", "name": "stdout", "text": ["return slope * stage_in_metres + intercept"]}
    ),
    "a hidden test": lambda cells: cells[3]["source"].append("\n_secret_stages = np.array([0.5, 4.0])"),
    "a hidden message": lambda cells: cells[3]["source"].append("\n# It must work on arrays of stages too.\")"),
    "an essay's answer": lambda cells: cells[5].update(source="Because the cross-section widens with stage."),
    "a marker": lambda cells: cells[2]["source"].append("\n### END SOLUTION"),
    "any output": lambda cells: cells[1]["outputs"].append({"output_type": "stream", "name": "stdout", "text": ["7"]}),
}  # fmt: skip


@pytest.mark.parametrize("plant", ["none", *PLANTS])
def test_whatever_is_planted_in_a_released_notebook_is_found(released: Course, plant: str) -> None:
    path = notebook(released)
    content = json.loads(path.read_text(encoding="utf-8"))
    if plant != "none":
        PLANTS[plant](content["cells"])
    path.write_text(json.dumps(content), encoding="utf-8")
    found = find_release_leaks(released)
    if plant == "a hidden message":
        # the message alone is a part of a hidden line: the whole line is what is searched for
        assert not found
    else:
        assert bool(found) == (plant != "none"), found


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("notes.md", b"## Solution\n\n    return slope * stage_in_metres + intercept\n"),
        ("data.bin", b"\x00\x01return slope * stage_in_metres + intercept\xff"),
        ("01-rating.py", b"pass\n"),
        ("other.py", b'# %% answer="x"\n'),
        ("gradebook.db", b"SQLite format 3\x00"),
        ("answers/loop.py", b"pass\n"),
        ("more.md", b"    # audit: equivalent because I say so\n"),
        ("more.txt", b'# %% wrong="sum" says="the mean"\n'),
        ("x.ipynb", b'{"cells": [], "metadata": {"jupytext": {"formats": "ipynb,py"}}}'),
    ],
)
def test_every_other_file_is_read_too(released: Course, name: str, content: bytes) -> None:
    path = notebook(released).parent / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    assert [leak.path for leak in find_release_leaks(released)].count(path) >= 1


def test_the_authors_other_answers_stay_at_home_and_their_lines_are_secrets(released: Course) -> None:
    answers = released.source_folder("01-rating") / "answers"
    answers.mkdir()
    text = '# %% right="looped"\ndef discharge(stage, slope, intercept):\n    return [slope * one for one in stage]\n'
    (answers / "discharge.py").write_text(text, encoding="utf-8")
    release_assignments(released)
    assert [path.name for path in notebook(released).parent.iterdir()] == ["01-rating.ipynb"]
    (notebook(released).parent / "hint.md").write_text(
        "return [slope * one for one in stage]", encoding="utf-8"
    )
    (leak,) = find_release_leaks(released)
    assert leak.what == "an author's answer of 01-rating"


def test_what_is_also_visible_is_no_secret(released: Course) -> None:
    cells = cells_of(read_notebook(released.source_notebook("01-rating")))
    visible = "import numpy as np"
    shown_too = [cell if cell.grade_id != "discharge" else cell.__class__(
        cell.cell_type, cell.source.replace("stage_in_metres = np.asarray(stage, dtype=float)", visible),
        cell.line, cell.kind, cell.grade_id,
    ) for cell in cells]  # fmt: skip
    secrets = Secrets.of("01-rating", shown_too)
    assert visible not in secrets.lines
    assert find_leaks(released.release_dir / "01-rating", [secrets]) == []


def test_a_line_of_another_lesson_counts_when_it_tells_something(released: Course) -> None:
    path = notebook(released)
    own = Secrets.of("01-rating", cells_of(read_notebook(released.source_notebook("01-rating"))))
    shown_here = "assert _got == 7.0, f"
    other = Secrets("02-other", {"return x": "a solution line", "return the_other_lessons * answer": "a solution line",
                                 shown_here: "a hidden test"}, "")  # fmt: skip
    assert find_leaks(path.parent, [own, other]) == []
    notes = path.with_name("notes.md")
    notes.write_text("return x\nreturn the_other_lessons * answer\n", encoding="utf-8")
    assert [leak.line for leak in find_leaks(path.parent, [own, other])] == [
        "return the_other_lessons * answer"
    ]


def test_a_file_that_is_no_json_is_searched_as_text(released: Course) -> None:
    secrets = [Secrets.of("01-rating", cells_of(read_notebook(released.source_notebook("01-rating"))))]
    folder = notebook(released).parent
    (folder / "stages.json").write_text('{"stage": 1}\n{"stage": 2}\n', encoding="utf-8")
    assert find_leaks(folder, secrets) == []
    (folder / "stages.json").write_text("{_secret_stages = np.array([0.5, 4.0])", encoding="utf-8")
    assert {leak.what for leak in find_leaks(folder, secrets)} == {"a hidden test of 01-rating"}


def test_a_notebook_that_cannot_be_read_is_no_clean_one(released: Course) -> None:
    notebook(released).write_text("<<<<<<< HEAD\n", encoding="utf-8")
    (leak,) = find_release_leaks(released)
    assert "cannot be read" in leak.what


def test_brackets_in_the_path_of_a_course_are_no_pattern(released: Course, tmp_path: Path) -> None:
    course = Course.open(shutil.copytree(released.root, tmp_path / "autumn [2]"))
    assert course.assignments() == ["01-rating"]


def zipped(text: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("notes.txt", text)
    return packed.getvalue()


@pytest.mark.parametrize(
    "pack",
    [zipped, lambda text: gzip.compress(text.encode()), lambda text: text.encode("utf-16")],
    ids=["zip", "gzip", "UTF-16"],
)
def test_a_packed_file_hides_no_solution(released: Course, pack: Callable[[str], bytes]) -> None:
    secrets = [Secrets.of("01-rating", cells_of(read_notebook(released.source_notebook("01-rating"))))]
    folder = notebook(released).parent
    (folder / "extra.bin").write_bytes(pack("The stages are in metres."))
    assert find_leaks(folder, secrets) == []
    (folder / "extra.bin").write_bytes(pack("    return slope * stage_in_metres + intercept\n"))
    (leak,) = find_leaks(folder, secrets)
    assert leak.line == "return slope * stage_in_metres + intercept"


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04 and no more", b"\x1f\x8b and no more", zipped("text")[:-30]]
)
def test_a_broken_archive_is_searched_as_it_stands(released: Course, content: bytes) -> None:
    folder = notebook(released).parent
    (folder / "extra.bin").write_bytes(content)
    assert find_leaks(folder, []) == []
