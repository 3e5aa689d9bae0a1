"""`eds grade`: a table that fits, a line for each problem, nothing run twice, an exit status that means something."""

from __future__ import annotations

import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import pytest
from click.testing import CliRunner
from click.testing import Result as Invoked
from conftest import BOTH, OURS, GradedClass
from small_course import LESSON, answered, make_course, submit

from eds_autograder import gradebook
from eds_autograder.cli.root import main
from eds_autograder.course import Course
from eds_autograder.gradebook import only_writer
from eds_autograder.grading.kernels import isolation
from eds_autograder.grading.kernels.isolation import choose
from eds_autograder.grading.results import Exercise, Problem, Result
from eds_autograder.grading.summary import problem_lines, result_tables


def eds(*arguments: str) -> Invoked:
    return CliRunner().invoke(main, list(arguments))


def made_up(student: str, count: int = 15, **changes: Any) -> Result:
    exercises = tuple(
        Exercise("n", f"test-a-rather-long-name-{number}", 6.5, 6.5, "passed") for number in range(count)
    )
    values: dict[str, Any] = {"outcome": "graded", "exercises": exercises} | changes
    return Result(student, "02-regression", "k", **values)


def printed(results: list[Result], width: int) -> list[str]:
    from rich.console import Console

    console = Console(width=width, file=io.StringIO())
    for table, legend in result_tables(results):
        console.print(table)
        for line in legend:
            console.print(line, markup=False)
    return console.file.getvalue().splitlines()


def test_fifteen_exercises_fit_a_hundred_columns() -> None:
    results = [made_up("a-student-with-a-very-long-name"), made_up("bob", outcome="kernel died")]
    lines = printed(results, 100)
    row = next(line for line in lines if line.lstrip().startswith("bob"))
    assert row.split() == ["bob", *["6.5"] * 15, "97.5/97.5", "kernel", "died"]
    assert all(len(line) <= 100 for line in lines)
    assert any("15 a-rather-long-name-14 (6.5)" in line for line in lines)


def test_a_name_with_brackets_is_no_markup() -> None:
    assert any("[red]ada" in line for line in printed([made_up("[red]ada")], 120))


def test_every_problem_is_one_line_that_names_whose_it_is() -> None:
    problems = (Problem("kernel", "the kernel died in cell 12"), Problem("repair", "BOM removed"))
    assert problem_lines([made_up("bob", problems=problems), made_up("ada")]) == [
        "bob 02-regression: the kernel died in cell 12",
        "bob 02-regression: BOM removed",
    ]


def test_a_second_call_runs_nothing_and_prints_the_same_class(graded: GradedClass) -> None:
    start = time.monotonic()
    done = eds("grade", "--course", str(graded.folder))
    assert time.monotonic() - start < 20
    count = len(BOTH) + len(OURS) + 1
    assert f"{count} submissions ({count} known from before)" in done.output
    assert f"isolation: {choose('auto')}" in done.output
    assert done.exit_code == 1
    for student in [*BOTH, *OURS]:
        assert sum(line.split()[:1] == [student] for line in done.output.splitlines()) >= 1
    assert "dan lines: the kernel died in cell 6 (exit status 3); marks before it are kept" in done.output
    assert "grading ━" not in done.output


def test_a_student_without_problems_gives_exit_status_0(graded: GradedClass) -> None:
    done = eds("grade", LESSON, "--student", "bob", "--course", str(graded.folder))
    assert done.exit_code == 0, done.output
    assert "1 submission (1 known from before)" in done.output


def test_json_holds_every_result(graded: GradedClass) -> None:
    done = eds("grade", "--format", "json", "--course", str(graded.folder))
    records = json.loads(done.stdout)
    assert len(records) == len(graded.report.results)
    for record in records:
        result = graded.result(record["student"])
        assert (record["points"], record["max_points"]) == (result.points, 12.0)
        assert record["schema"] == 2
        assert record["isolation"] == choose("auto")


def test_a_level_that_does_not_work_is_one_line_and_status_2(
    graded: GradedClass, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        isolation, "why_not", {"namespaces": "unshare: no", "landlock": None, "none": None}.get
    )
    done = eds("grade", "--isolation", "namespaces", "--course", str(graded.folder))
    assert done.exit_code == 2
    assert "isolation namespaces: does not work here (unshare: no)" in done.stderr


def test_no_isolation_is_never_taken_silently(graded: GradedClass, monkeypatch: pytest.MonkeyPatch) -> None:
    reasons = {"namespaces": "unshare: no", "landlock": "too old", "none": None}
    monkeypatch.setattr(isolation, "why_not", reasons.get)
    done = eds("grade", "--student", "eve", "--course", str(graded.folder))
    assert "warning: students' code is not isolated; namespaces do not work here (unshare: no)" in done.stderr
    assert "isolation: none (students' code runs with your rights" in done.stdout


def test_the_bar_is_shown_when_asked_for(graded: GradedClass) -> None:
    done = eds("grade", "--progress", "--student", "ada", "--course", str(graded.folder))
    assert "1/1" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "status", "said", "tip"),
    [
        (["linse"], 2, "linse: no such assignment", "did you mean lines?"),
        (["--student", "zoe"], 2, "zoe: handed in nothing", "students did"),
        (["--jobs", "0"], 2, "--jobs", ""),
        (["--timeout", "no"], 2, "--timeout", ""),
    ],
)
def test_a_wrong_command_is_told_in_one_line(
    graded: GradedClass, arguments: list[str], status: int, said: str, tip: str
) -> None:
    done = eds("grade", *arguments, "--course", str(graded.folder))
    assert done.exit_code == status
    assert said in done.stderr
    assert tip in done.stderr
    assert "Traceback" not in done.output


def test_a_class_that_handed_nothing_in_is_told_where_it_goes(tmp_path: Path) -> None:
    done = eds("grade", "--course", str(make_course(tmp_path / "course")))
    assert done.exit_code == 1
    assert "nothing handed in for lines" in done.stderr
    assert "submitted/STUDENT/ASSIGNMENT" in done.stderr


def test_ctrl_c_keeps_what_is_done_and_leaves_nothing_running(tmp_path: Path) -> None:
    folder = make_course(tmp_path / "course")
    submit(folder, "ada", "no notebook")
    submit(folder, "bob", answered(total="while True:\n        pass"))
    done_file = folder / ".eds" / "graded" / LESSON / "ada.json"
    code = "from eds_autograder.cli.root import main; main(prog_name='eds')"
    arguments = ["grade", "--course", str(folder), "--timeout", "300", "--jobs", "2"]
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        deadline = time.monotonic() + 120
        while not done_file.exists() and time.monotonic() < deadline:
            time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert done_file.exists()
    assert process.returncode == 1
    assert "what was graded is kept" in said
    assert "Traceback" not in said
    # the next run goes on from there
    done = eds("grade", "--course", str(folder), "--timeout", "300", "--student", "ada")
    assert "1 submission (1 known from before)" in done.stdout
    assert not list(tmp_path.glob("eds-run-*"))
    assert not [line for line in command_lines() if any(str(tmp_path) in word for word in line)]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="graders are forked on Linux only")
def test_a_grading_that_is_killed_takes_its_runs_and_folders_with_it(tmp_path: Path) -> None:
    folder = make_course(tmp_path / "course")
    started = tmp_path / "started"
    submit(folder, "bob", answered(total=f"open({str(started)!r}, 'w')\n    while True:\n        pass"))
    code = "from eds_autograder.cli.root import main; main(prog_name='eds')"
    arguments = ["grade", "--course", str(folder), "--timeout", "300"]
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", code, *arguments], env=os.environ | {"TMPDIR": str(temporary)}
    ) as process:
        wait_for(started.exists)
        process.kill()
    wait_for(lambda: not any(temporary.iterdir()))
    assert not any(temporary.iterdir())
    assert not [place for place in working_directories() if place.startswith(str(temporary))]


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.1)


def working_directories() -> list[str]:
    found = []
    for process in psutil.process_iter():
        try:
            found.append(process.cwd())
        except psutil.Error:
            continue
    return found


def test_a_second_grading_of_a_course_is_kept_out(tmp_path: Path) -> None:
    folder = make_course(tmp_path / "course")
    submit(folder, "ada", "no notebook")
    with only_writer(Course.open(folder)):
        done = eds("grade", "--course", str(folder))
    assert done.exit_code == 1
    assert "another 'eds grade' is at work in this course" in done.stderr
    done = eds("grade", "--course", str(folder))
    assert "1 submission" in done.stdout


def test_a_place_that_cannot_be_written_is_the_problem_of_one(tmp_path: Path) -> None:
    folder = make_course(tmp_path / "course")
    for student in ("ada", "bob"):
        submit(folder, student, answered())
    (folder / "autograded").mkdir()
    (folder / "autograded" / "ada").write_text("a file where a folder should be")
    done = eds("grade", "--course", str(folder))
    assert done.exit_code == 1
    (said,) = [line for line in done.stdout.splitlines() if line.startswith(("ada lines:", "bob lines:"))]
    assert said.startswith("ada lines: not wholly recorded")
    assert (folder / "autograded" / "bob" / LESSON).is_dir()


def test_a_course_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    folder = make_course(tmp_path / "course")
    submit(folder, "ada", answered())
    (folder / ".eds").write_text("no folder")
    done = eds("grade", "--course", str(folder))
    assert done.exit_code == 1
    assert "cannot be written" in done.stderr


def test_a_locked_gradebook_is_waited_for_and_then_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gradebook, "_PATIENCE_SECONDS", 1)
    folder = make_course(tmp_path / "course")
    submit(folder, "ada", "no notebook")
    with closing(sqlite3.connect(folder / "gradebook.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        done = eds("grade", "--course", str(folder))
    assert done.exit_code == 1
    assert "another program keeps the gradebook locked" in done.stderr
    assert "what was graded is kept" in done.stderr


def command_lines() -> list[list[str]]:
    found = []
    for process in psutil.process_iter():
        try:
            found.append(process.cmdline())
        except psutil.Error:
            continue
    return found


def test_a_broken_gradebook_is_left_alone_and_said(tmp_path: Path) -> None:
    course = make_course(tmp_path / "course")
    submit(course, "ada", answered())
    broken = b"no SQLite " * 300
    (course / "gradebook.db").write_bytes(broken)
    done = CliRunner().invoke(main, ["export", "--course", str(course), "--to", str(tmp_path / "x.csv")])
    assert done.exit_code == 1
    assert "file is not a database" in done.stderr
    assert "put a backup in its place" in done.stderr
    assert (course / "gradebook.db").read_bytes() == broken


def test_a_folder_that_is_no_course_is_told(tmp_path: Path) -> None:
    done = eds("grade", "--course", str(tmp_path))
    assert done.exit_code == 1
    assert "no course directory" in done.stderr


def test_feedback_of_who_was_not_graded_is_a_problem(graded: GradedClass, tmp_path: Path) -> None:
    done = eds("feedback", "--course", str(graded.folder), "--student", "ada", "--student", "bob")
    assert (done.exit_code, "2 pages" in done.output) == (0, True)
    folder = make_course(tmp_path / "course")
    (folder / "submitted" / "ada" / LESSON).mkdir(parents=True)
    done = eds("feedback", "--course", str(folder))
    assert done.exit_code == 1
    assert "ada lines: not graded yet" in done.stderr


@pytest.mark.parametrize("command", ["grade", "feedback", "export"])
def test_help_imports_nothing_heavy(command: str) -> None:
    code = (
        "import sys; from click.testing import CliRunner; from eds_autograder.cli.root import main; "
        f"done = CliRunner().invoke(main, [{command!r}, '--help']); assert done.exit_code == 0; "
        "print([name for name in ('nbgrader', 'nbformat', 'rich', 'pandas', 'numpy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
