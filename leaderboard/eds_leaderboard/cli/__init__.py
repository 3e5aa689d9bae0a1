"""The command ``leaderboard``, also reachable as ``eds leaderboard``."""

from __future__ import annotations

import click

from eds_datasets.terminal import LazyGroup

__all__ = ["main"]

_COMMANDS = {
    "create": "hosting:create",
    "open": "hosting:open_",
    "extend": "hosting:extend",
    "freeze": "hosting:freeze",
    "close": "hosting:close",
    "reveal": "hosting:reveal",
    "team": "team:team",
    "check": "entry:check",
    "submit": "entry:submit",
    "submissions": "entry:submissions",
    "show": "board:show",
    "export": "exporting:export",
    "void": "correcting:void",
    "restore": "correcting:restore",
    "rescore": "correcting:rescore",
    "audit": "correcting:audit",
    "backup": "moving:backup",
    "restore-backup": "moving:restore_backup",
    "migrate-db": "moving:migrate_db",
    "score": "scoring:score",
    "serve": "serve:serve",
}


@click.group(
    cls=LazyGroup,
    lazy={name: f"{__name__}.{place}" for name, place in _COMMANDS.items()},
    context_settings={"help_option_names": ["-h", "--help"]},
    # \b keeps click from wrapping the lines that follow it
    epilog=(
        "\b\n"
        "Hosts:  create EVENT, open --for 4h, team add NAME, close, reveal\n"
        "Teams:  check -f FILE, submit -f FILE -m MESSAGE, show\n"
        "Anyone: score -f FILE --truth FILE"
    ),
)
def main() -> None:
    """Run a hackathon: teams enter predictions, the board ranks them, the reveal decides."""
