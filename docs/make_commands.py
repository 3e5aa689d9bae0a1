"""Write docs/commands.md from the commands themselves: python docs/make_commands.py"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

HEAD = """\
# The command line

Written by `python docs/make_commands.py` from the commands' own help; a test checks that it is fresh.
Exit status: 0 fine, 1 problems found, 2 wrong usage. Errors are one line on stderr, with a tip.
"""


def commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    """Yield every command below a group with the words that call it, the group itself first."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=path)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from commands(below, f"{path} {name}")


def reference() -> str:
    """Return the page."""
    from eds_autograder.cli import main

    parts = [HEAD]
    for path, command in commands(main, "eds"):
        context = click.Context(command, info_name=path, terminal_width=100, max_content_width=100)
        title = f"## {path}" if path.count(" ") < 2 else f"### {path}"
        parts.append(f"{title}\n\n```text\n{command.get_help(context).rstrip()}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    Path(__file__).with_name("commands.md").write_text(reference(), encoding="utf-8")
