"""The command ``eds``, which finds its groups by name and imports none of them."""

from __future__ import annotations

import click

from eds_datasets.terminal import LazyGroup

__all__ = ["main"]


@click.group(
    cls=LazyGroup,
    lazy={
        "demo": "eds_autograder.cli.demo:demo",
        "course": "eds_autograder.cli.course:course",
        "grade": "eds_autograder.cli.grade:grade",
        "feedback": "eds_autograder.cli.feedback:feedback",
        "export": "eds_autograder.cli.export:export",
        "data": "eds_datasets.cli:main",
        "leaderboard": "eds_leaderboard.cli:main",
    },
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="earth-data-science", prog_name="eds")
def main() -> None:
    """Earth data science: lessons, grading, data and the hackathon."""
