from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from eds_leaderboard.cli import main
from eds_leaderboard.csvfile import ENTRY_LIMITS
from eds_leaderboard.problems import MAX_SHOWN_PER_KIND

PAGE = (Path(__file__).parents[2] / "docs" / "leaderboard.md").read_text(encoding="utf-8")


def names(group: click.Group) -> list[str]:
    context = click.Context(group)
    found = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        found += [f"{name} {sub}" for sub in command.commands] if isinstance(command, click.Group) else [name]
    return found


@pytest.mark.parametrize("name", names(main))
def test_every_command_is_on_the_page(name: str) -> None:
    assert re.search(rf"(leaderboard |`){name}\b", PAGE)


def test_every_option_on_the_page_exists(run) -> None:
    helps = "".join(run(*name.split(), "--help").stdout for name in names(main))
    for option in set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", PAGE)):
        assert option in helps, option


def test_the_numbers_on_the_page_are_those_of_the_program() -> None:
    assert f"more than {ENTRY_LIMITS.max_bytes // 2**20} MiB, {ENTRY_LIMITS.max_rows:,} rows" in PAGE
    assert f"or {ENTRY_LIMITS.max_line:,} bytes in a line" in PAGE
    assert MAX_SHOWN_PER_KIND == 10
    assert "ten of each kind are shown" in PAGE


def test_the_example_of_two_files_gives_the_output_on_the_page(tmp_path, run, monkeypatch) -> None:
    block = next(part for part in PAGE.split("```") if "$ cat truth.csv" in part)
    said = {}
    for step in block.split("\n$ ")[1:]:
        command, _, output = step.partition("\n")
        said[command] = [line.rstrip() for line in output.splitlines()]
    monkeypatch.chdir(tmp_path)
    for name in ("truth.csv", "predictions.csv"):
        Path(name).write_text("\n".join(said[f"cat {name}"]) + "\n")
    command = "leaderboard score -f predictions.csv --truth truth.csv"
    assert [line.rstrip() for line in run(*command.split()[1:]).stdout.splitlines()] == said[command]
