"""``score``: two files, no event."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from eds_datasets.terminal import format_option
from eds_leaderboard.cli.options import file_option, print_listing, problems_told

if TYPE_CHECKING:
    from eds_leaderboard.metrics import ConfusionMatrix

__all__ = ["score"]


@click.command()
@file_option
@click.option(
    "--truth",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="CSV file with the true labels.",
)
@click.option("--id-column", default="id", show_default=True, metavar="NAME", help="Heading of the ids.")
@click.option(
    "--label-column", default="label", show_default=True, metavar="NAME", help="Heading of the labels."
)
@format_option
def score(file: Path, truth: Path, id_column: str, label_column: str, format_: str) -> None:
    """Score predictions against a truth; the classes are those of the truth, an empty quotient is 0."""
    from eds_leaderboard.scoring import report, score_files, tidy

    with problems_told():
        matrix = score_files(file, truth, id_column=id_column, label_column=label_column)
    if format_ == "json":
        click.echo(json.dumps(report(matrix), indent=2, ensure_ascii=False))
    elif format_ == "csv":
        print_listing(tidy(matrix), ["metric", "class", "value"], format_)
    else:
        _print_tables(matrix)


def _print_tables(matrix: ConfusionMatrix) -> None:
    from eds_leaderboard.metrics import METRICS, PER_CLASS, per_class_table
    from eds_leaderboard.scoring import scores

    records = [
        {"metric": METRICS[name].title, "score": METRICS[name].text(value)}
        for name, value in scores(matrix).items()
    ]
    print_listing(
        records, ["metric", "score"], "table", title=f"rows: {matrix.total:,}, classes: {len(matrix.labels)}"
    )
    table = [{**row, **{name: f"{row[name]:.4f}" for name in PER_CLASS}} for row in per_class_table(matrix)]
    print_listing(table, ["class", *PER_CLASS, "support", "predicted"], "table")
