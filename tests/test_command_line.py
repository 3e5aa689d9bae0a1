"""The contract of the command line: every command has help, stands in the docs, and answers at once."""

from __future__ import annotations

import errno
import importlib.util
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import click
import pytest
from click.testing import CliRunner

from eds_autograder.cli import main
from eds_datasets.terminal import LazyGroup

ROOT = Path(__file__).parents[1]
HEAVY = {
    "numpy",
    "pandas",
    "scipy",
    "sklearn",
    "torch",
    "obspy",
    "matplotlib",
    "nbgrader",
    "nbformat",
    "jupytext",
    "rich",
    "fastapi",
    "uvicorn",
}


def docs_module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_commands", ROOT / "docs" / "make_commands.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


COMMANDS = {path: context.command for path, context in docs_module().commands(main, "eds")}
GROUPS = [path for path, command in COMMANDS.items() if isinstance(command, click.Group)]


def test_the_contract_holds() -> None:
    promised = [
        "demo", "data list", "data show", "data fetch", "data verify", "data simulate",
        "course build", "course release", "course publish", "course topics", "course audit", "grade", "feedback", "export",
        *(f"leaderboard {name}" for name in ("create", "open", "close", "reveal", "team add", "team rotate", "submit",
          "check", "score", "show", "submissions", "export", "serve")),
    ]  # fmt: skip
    assert not [name for name in promised if f"eds {name}" not in COMMANDS]


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_and_option_says_what_it_does(path: str) -> None:
    command = COMMANDS[path]
    assert command.help, f"{path} has no help"
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{path} {parameter.opts[0]} has no help"


def test_the_reference_is_fresh() -> None:
    written = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    # a process of its own: a command that a test called by itself remembers its help without the group's -h
    script = str(ROOT / "docs" / "make_commands.py")
    code = f"import runpy; print(runpy.run_path({script!r})['reference'](), end='')"
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert written == made.stdout, "run: python docs/make_commands.py"


def documented() -> list[tuple[str, str]]:
    """Every command line of ours inside a code block of the docs."""
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
    blocks = [
        (page.name, block)
        for page in pages
        for block in re.findall(r"```(?:\w*)\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    ]
    # two spaces end a command: what follows explains it
    lines = [
        (name, re.split(r"\s{2,}", line.strip().removeprefix("$ "))[0])
        for name, block in blocks
        for text in block.split("\n")
        for line in text.split(" && ")
    ]
    return [(name, line) for name, line in lines if re.match(r"(eds|leaderboard) [a-z]", line)]


@pytest.mark.parametrize(("page", "line"), documented())
def test_every_command_line_in_the_docs_exists(page: str, line: str) -> None:
    words = shlex.split(re.sub(r"[…\[\]|]", " ", line), comments=True)
    words = ["eds", *words] if words[0] == "leaderboard" else words
    path, command = "eds", COMMANDS["eds"]
    for word in words[1:]:
        if f"{path} {word}" in COMMANDS:
            path = f"{path} {word}"
            command = COMMANDS[path]
    known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    options = {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}
    assert options <= known | {"--help", "-h"}, f"{page}: {line}"
    assert path != "eds", f"{page}: {line}"


@pytest.mark.parametrize("path", GROUPS)
def test_help_imports_nothing_heavy(path: str) -> None:
    arguments = [*path.split()[1:], "--help"]
    code = (
        "import sys, json, contextlib, io\n"
        "from eds_autograder.cli import main\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        f"    main({arguments!r}, standalone_mode=False)\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not HEAVY & set(json.loads(done.stdout))


def test_both_console_scripts_are_the_same_board() -> None:
    from eds_leaderboard.cli import main as board

    assert COMMANDS["eds leaderboard"] is board


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["cours"], 2, "Did you mean 'course'?"),
        (["course", "biuld"], 2, "Did you mean 'build'?"),
        (["course", "build", "--check", "--force"], 2, "--check writes nothing"),
        (["course", "build", "--course", "nowhere"], 1, "no course directory"),
        (["demo", "--course", "nowhere"], 1, "the lessons of the demo are not here"),
    ],
)
def test_a_wrong_command_is_one_clear_line_and_a_status(
    arguments: list[str], status: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = CliRunner().invoke(main, arguments)
    assert outcome.exit_code == status
    assert said in outcome.output
    assert "Traceback" not in outcome.output


@pytest.mark.parametrize("path", COMMANDS)
def test_an_option_that_does_not_exist_is_one_line_and_a_tip(path: str) -> None:
    outcome = CliRunner().invoke(main, [*path.split()[1:], "--no-such"], prog_name="eds")
    assert outcome.exit_code == 2
    said, tip = outcome.stderr.splitlines()
    assert said == "eds: error: no such option '--no-such'"
    assert tip.startswith(f"  tip: write '{path} ")
    assert f"'{path} --help'" in tip


@pytest.mark.parametrize(
    ("line", "said", "form"),
    [
        ("leaderboard open", "missing option '--for'", "leaderboard open --for DURATION [OPTIONS]"),
        ("leaderboard open --for", "option '--for' requires an argument", "leaderboard open --for DURATION"),
        ("leaderboard close now", "got unexpected extra argument (now)", "leaderboard close [OPTIONS]"),
        ("leaderboard migrate-db", "missing argument 'URL'", "leaderboard migrate-db [OPTIONS] URL"),
        ("leaderboard migrate-db --to x", "no such option '--to'", "leaderboard migrate-db [OPTIONS] URL"),
        (
            "leaderboard freeze",
            "expected one of --last DURATION and --off, got neither",
            "leaderboard freeze",
        ),
        ("leaderboard submissions --format x", "'x' is not one of 'table', 'csv', 'json'", "leaderboard sub"),
        ("data list --format", "option '--format' requires an argument", "data list [OPTIONS]"),
        ("grade --jobs many", "invalid value for '--jobs': 'many'", "grade [OPTIONS]"),
    ],
)
def test_a_line_that_cannot_be_read_is_one_line_and_the_form_it_has(line: str, said: str, form: str) -> None:
    outcome = CliRunner().invoke(main, line.split(), prog_name="eds")
    assert outcome.exit_code == 2
    first, tip = outcome.stderr.splitlines()
    assert first.startswith("eds: error: ")
    assert said in first
    assert tip.startswith(f"  tip: write 'eds {form}")


@pytest.mark.parametrize("path", GROUPS)
def test_a_group_alone_shows_its_help(path: str) -> None:
    outcome = CliRunner().invoke(main, path.split()[1:], prog_name="eds")
    assert outcome.exit_code == 2
    assert outcome.stderr.startswith(f"Usage: {path} ")


def test_what_the_system_refuses_is_one_line_and_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "topics.toml").mkdir()

    @click.group(cls=LazyGroup)
    def group() -> None:
        """Hold a command."""

    @group.command()
    def read() -> None:
        """Read what cannot be read."""
        (tmp_path / "topics.toml").read_text(encoding="utf-8")

    result = CliRunner().invoke(group, ["read"], prog_name="eds")
    assert result.exit_code == 1
    assert result.output == f"eds: error: {tmp_path / 'topics.toml'}: Is a directory\n"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            OSError(errno.ENOSPC, "No space left on device"),
            "eds: error: No space left on device\n  tip: make room on the disk, then run the command again\n",
        ),
        (PermissionError(errno.EACCES, "Permission denied", "a.db"), "eds: error: a.db: Permission denied\n"),
    ],
)
def test_what_the_system_refuses_is_one_line_and_a_full_disk_has_a_tip(error: OSError, said: str) -> None:
    group = LazyGroup("eds")

    @group.command()
    def write() -> None:
        raise error

    done = CliRunner().invoke(group, ["write"], prog_name="eds")
    assert (done.exit_code, done.stderr) == (1, said)
