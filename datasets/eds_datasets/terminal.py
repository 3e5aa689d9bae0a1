"""What every command line of the house shares: lazy groups, one exit for errors, listings."""

from __future__ import annotations

import csv
import difflib
import errno
import importlib
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import click

from eds_datasets.errors import EdsError

__all__ = ["LazyGroup", "format_option", "print_records"]

F = TypeVar("F", bound=Callable[..., Any])


class LazyGroup(click.Group):
    """A click group that imports a command when it is asked for, and turns an error into one line.

    Errors are `EdsError`, what the system refuses (`OSError`: a full disk, a folder that may not be
    written), and a command line that click cannot read.

    Parameters
    ----------
    lazy : mapping of str to str
        Command name to ``"module:attribute"``, in the order in which help lists them.
    """

    def __init__(self, *args: Any, lazy: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lazy = dict(lazy or {})

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order in which they were declared."""
        return [*self.lazy, *(name for name in self.commands if name not in self.lazy)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return the command, or None when there is no such name."""
        if cmd_name not in self.lazy:
            return self.commands.get(cmd_name)
        module, _, attribute = self.lazy[cmd_name].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{self.lazy[cmd_name]} is no click command")
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command of the first argument; a near miss is answered with the name that was meant."""
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            near = difflib.get_close_matches(name, self.list_commands(ctx), n=1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            ctx.fail(f"No such command '{name}'.{hint}")
        return super().resolve_command(ctx, args)

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Read the group's own part of the line; what is wrong with it leaves through the same door."""
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            _report_usage(error, click.Context(self, parent, info_name))
            raise click.exceptions.Exit(error.exit_code) from error

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an error leaves through one door."""
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            name = ctx.invoked_subcommand
            command = self.get_command(ctx, name) if name else None
            _report_usage(error, click.Context(command, ctx, name) if command else ctx)
            ctx.exit(error.exit_code)
        except EdsError as error:
            _report(error, ctx.find_root().info_name or "eds")
            ctx.exit(error.exit_code)
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise  # whoever reads our output has enough: click leaves quietly
            _report(_of_the_system(error), ctx.find_root().info_name or "eds")
            ctx.exit(EdsError.exit_code)


def _of_the_system(error: OSError) -> EdsError:
    """Say what the system refused, and where, when it told."""
    said = error.strerror or str(error)
    if error.filename:
        said = f"{error.filename}: {said}"
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return EdsError(said, "make room on the disk, then run the command again" if full else None)


def _report_usage(error: click.UsageError, read: click.Context) -> None:
    """Say what was wrong with the command line, which click itself does not always know the command of."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return
    ctx = error.ctx or read
    # the choices of a missing option come on lines of their own
    said = " ".join(error.format_message().split()).removesuffix(".")
    tip = f"write '{_form(ctx)}'; '{ctx.command_path} --help' tells the rest"
    _report(EdsError(said[:1].lower() + said[1:], tip), ctx.find_root().info_name or "eds")


def _form(ctx: click.Context) -> str:
    needed = [
        f"{max(option.opts, key=len)} {option.make_metavar(ctx)}"
        for option in ctx.command.params
        if isinstance(option, click.Option) and option.required
    ]
    return " ".join([ctx.command_path, *needed, *ctx.command.collect_usage_pieces(ctx)])


def _report(error: EdsError, program: str) -> None:
    click.echo(f"{program}: {click.style('error', fg='red')}: {error.message}", err=True)
    if error.tip:
        click.echo(f"  tip: {error.tip}", err=True)


def format_option(function: F) -> F:
    """Add ``--format table|csv|json``, which every listing takes."""
    return click.option(
        "--format",
        "format_",
        type=click.Choice(["table", "csv", "json"]),
        default="table",
        show_default=True,
        help="How to print the listing.",
    )(function)


def print_records(
    records: Iterable[Mapping[str, Any]],
    columns: Sequence[str],
    format_: str = "table",
    *,
    title: str | None = None,
    footer: str | None = None,
) -> None:
    """Print records as a table for people, or as CSV or JSON for programs.

    Parameters
    ----------
    records : iterable of mappings
        One mapping a row; a key that is missing is an empty cell.
    columns : sequence of str
        The keys to print, in order; they are the headings too.
    format_ : {"table", "csv", "json"}
        ``json`` prints a list of objects with the records' own types.
    title, footer : str, optional
        Printed above and below a table, never into CSV or JSON.
    """
    rows = [{column: record.get(column) for column in columns} for record in records]
    if format_ == "json":
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    elif format_ == "csv":
        writer = csv.DictWriter(sys.stdout, fieldnames=list(columns), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    else:
        _print_table(rows, columns, title, footer)


def _print_table(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[str], title: str | None, footer: str | None
) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title=title, caption=footer, box=box.SIMPLE_HEAD, title_justify="left", caption_justify="left"
    )
    for column in columns:
        values = [row[column] for row in rows if row[column] is not None]
        numeric = bool(values) and all(isinstance(value, int | float) for value in values)
        table.add_column(column, justify="right" if numeric else "left")
    for row in rows:
        # Text: a student's name with brackets in it is no markup
        table.add_row(*(Text("" if row[column] is None else str(row[column])) for column in columns))
    Console(width=None if sys.stdout.isatty() else 120).print(table)
