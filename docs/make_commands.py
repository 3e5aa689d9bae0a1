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


def commands(
    command: click.Command, name: str, parent: click.Context | None = None
) -> Iterator[tuple[str, click.Context]]:
    """Yield every command below a group as the words that call it and its context, the group itself first."""
    # with its parent, as in a real call: what a group says of its help options holds below it
    context = click.Context(
        command,
        info_name=name,
        parent=parent,
        terminal_width=100,
        max_content_width=100,
        **command.context_settings,
    )
    yield context.command_path, context
    if isinstance(command, click.Group):
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            assert found is not None
            yield from commands(found, below, context)


def reference() -> str:
    """Return the page."""
    from eds_autograder.cli import main

    parts = [HEAD]
    for path, context in commands(main, "eds"):
        title = f"## {path}" if path.count(" ") < 2 else f"### {path}"
        parts.append(f"{title}\n\n```text\n{context.get_help().rstrip()}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    Path(__file__).with_name("commands.md").write_text(reference(), encoding="utf-8")
