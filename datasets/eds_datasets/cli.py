"""``eds data``: list, show, fetch, verify and simulate data."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from eds_datasets.errors import EdsError, UsageError
from eds_datasets.terminal import LazyGroup, format_option, print_records

if TYPE_CHECKING:
    from eds_datasets.inventory import InventoryEntry
    from eds_datasets.registry import RegistryEntry

__all__ = ["main"]

_UNITS = ("B", "kB", "MB", "GB")
_FEW = 5
_AT_ONCE = 8  # most files are small, and each costs a round trip


@click.group(cls=LazyGroup)
def main() -> None:
    """Say where the data of the course come from and what is here, and get the rest.

    EDS_DATA_DIR is the folder of the cache, EDS_DATA_MIRROR a folder or an address that holds the files.
    """


@main.command("list")
@click.option("--files", is_flag=True, help="List the files of the registry instead of the data sets.")
@format_option
def list_data(files: bool, format_: str) -> None:
    """List the data sets: where each can come from, what is here, and under which licence."""
    from eds_datasets import registry
    from eds_datasets.inventory import inventory

    if files:
        columns: Sequence[str] = ("key", "dataset", "version", "size", "here", "licence", "hash", "url")
        records = [_file_record(known) for known in registry.entries()]
        shown = columns[:-2]
    else:
        columns = ("name", "title", "sources", "files", "size", "here", "licences")
        records = [_dataset_record(known) for known in inventory().values()]
        shown = ("name", "sources", "files", "size", "here", "licences", "title")
    if format_ == "table":
        records = [{**record, "size": _human(record["size"])} for record in records]
    print_records(records, shown if format_ == "table" else columns, format_)


def _dataset_record(known: InventoryEntry) -> dict[str, Any]:
    from eds_datasets.fetch import cached

    files = known.files()
    return {
        "name": known.name,
        "title": known.title,
        "sources": ", ".join(known.layers),
        "files": len(files),
        "size": sum(file.size for file in files),
        "here": sum(cached(file.key) is not None for file in files),
        "licences": ", ".join(known.licences()),
    }


def _file_record(known: RegistryEntry) -> dict[str, Any]:
    from eds_datasets.fetch import cached

    here = cached(known.key) is not None
    return {**dataclasses.asdict(known), "here": here}


def _human(n_bytes: int) -> str:
    """Write a number of bytes with a unit, in powers of a thousand."""
    value = float(n_bytes)
    for unit in _UNITS:
        if value < 1000 or unit == _UNITS[-1]:
            break
        value /= 1000
    return f"{value:.1f} {unit}" if unit != "B" else f"{n_bytes} B"


@main.command()
@click.argument("name")
@click.option("--source", default="auto", show_default=True, help="The layer to sketch.")
def show(name: str, source: str) -> None:
    """Print the card of a data set, with a sketch of the data."""
    from eds_datasets import cards
    from eds_datasets.inventory import find
    from eds_datasets.sketch import sketch
    from eds_datasets.views import VIEWS

    known = find(name)
    data = cards.sample(known, known.nearest_layer() if source == "auto" else source)
    if data is None:
        raise EdsError(f"{name} is not on this machine", tip=f"run `eds data fetch {name}`")
    _print_markdown(cards.card(known, data))
    for view in VIEWS[known.name](data):
        click.echo(f"\n{data.source}: {sketch(view)}")


def _print_markdown(text: str) -> None:
    """Print Markdown laid out on a terminal, and as it is into a file or a pipe."""
    if not sys.stdout.isatty():
        click.echo(text)
        return
    from rich.console import Console
    from rich.markdown import Markdown

    Console().print(Markdown(text))


@main.command()
@click.argument("names", metavar="NAME…", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Fetch every file of the registry.")
def fetch(names: tuple[str, ...], everything: bool) -> None:
    """Download files into the cache, and verify them.

    NAME is a data set, a key of the registry or the beginning of keys, as in: waveforms, lidar/floor.xyz,
    earthquake/iceland/. What is in the cache already is verified and not fetched again.
    """
    from eds_datasets import registry
    from eds_datasets.fetch import data_dir, sweep_cache
    from eds_datasets.inventory import select_files

    if bool(names) == everything:
        raise UsageError("say what to fetch", tip="give names, or --all; `eds data list` names what there is")
    wanted = registry.entries() if everything else select_files(names)
    sweep_cache()
    outcomes = _fetch_all(wanted)
    fetched = [known for known, error in outcomes if error is None]
    absent = [error for known, error in outcomes if error is not None and _is_expected(known, error)]
    failures = [error for known, error in outcomes if error is not None and not _is_expected(known, error)]
    for problem in absent:
        click.echo(f"note: {problem.message}; {problem.tip}", err=True)
    click.echo(f"{len(fetched)} files, {_human(sum(known.size for known in fetched))}, in {data_dir()}")
    _raise_first(failures, f"{len(failures)} of {len(wanted)} files could not be fetched")
    if not fetched:
        raise EdsError("nothing was fetched", tip="unset EDS_DATA_MIRROR to ask the original addresses")


def _fetch_all(wanted: Sequence[RegistryEntry]) -> list[tuple[RegistryEntry, EdsError | None]]:
    """Fetch files, several at a time; return each with its error, or None."""
    from concurrent.futures import ThreadPoolExecutor

    from eds_datasets.fetch import fetch as fetch_file
    from eds_datasets.progress import ByteBar

    with ByteBar("fetching", sum(known.size for known in wanted)) as bar:

        def outcome(known: RegistryEntry) -> tuple[RegistryEntry, EdsError | None]:
            try:
                fetch_file(known.key, progressbar=bar, copy=True)
            except EdsError as error:
                return known, error
            return known, None

        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return list(pool.map(outcome, wanted))


def _is_expected(known: RegistryEntry, error: EdsError) -> bool:
    """Tell whether a file is absent because the mirror is known not to hold it."""
    from eds_datasets.fetch import NotMirroredError

    return isinstance(error, NotMirroredError) and not known.mirrored


def _raise_first(problems: Sequence[EdsError], summary: str) -> None:
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise EdsError(f"{summary}; the first: {problems[0].message}", tip=problems[0].tip)


@main.command()
@click.argument("names", metavar="[NAME…]", nargs=-1)
@format_option
def verify(names: tuple[str, ...], format_: str) -> None:
    """Hash every copy in the cache and in a mirror folder again, and compare with the registry."""
    from eds_datasets import registry
    from eds_datasets.fetch import sweep_cache
    from eds_datasets.inventory import select_files

    wanted = select_files(names) if names else registry.entries()
    sweep_cache()
    records = [_verified(known) for known in wanted]
    bad = [record for record in records if record["state"] == "corrupted"]
    absent = [record["key"] for record in records if record["state"] == "absent"]
    if format_ == "table":
        n_good = len(records) - len(bad) - len(absent)
        click.echo(f"{n_good} of {len(records)} files are here and good{_named(absent)}")
    else:
        print_records(records, ("key", "state", "copies", "problem"), format_)
    problems = [EdsError(record["problem"], tip=_cure(record["key"])) for record in bad]
    _raise_first(problems, f"{len(bad)} files are corrupted")


def _cure(key: str) -> str:
    """Say what helps against a bad copy: a mirror is someone else's, and no fetch mends it."""
    from eds_datasets.fetch import data_dir, file_problem
    from eds_datasets.registry import entry

    path = data_dir() / key
    if path.is_file() and file_problem(path, entry(key)) is not None:
        return f"`eds data fetch {key}` replaces it"
    return "the copy is the mirror's: put the right file there, or unset EDS_DATA_MIRROR"


def _named(absent: Sequence[str]) -> str:
    if not absent:
        return ""
    return f"; no copy of {', '.join(absent)}" if len(absent) <= _FEW else f"; no copy of {len(absent)}"


def _verified(known: RegistryEntry) -> dict[str, Any]:
    from eds_datasets.fetch import copies, file_problem

    found = copies(known.key)
    problems = {path: file_problem(path, known) for path in found}
    bad = [f"{path}: {problem}" for path, problem in problems.items() if problem is not None]
    state = "corrupted" if bad else "good" if found else "absent"
    return {"key": known.key, "state": state, "copies": len(found), "problem": "; ".join(bad) or None}


@main.command()
@click.argument("name")
@click.option("--seed", type=int, required=True, help="The same seed gives the same data.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="File to write: .npz for arrays and tables, .csv for data that are one table.",
)
def simulate(name: str, seed: int, out: Path) -> None:
    """Simulate a data set, and write it to a file with the units of its columns."""
    from eds_datasets.inventory import find, inventory
    from eds_datasets.save import save

    known = find(name)
    if known.simulator is None:
        able = ", ".join(other.name for other in inventory().values() if other.simulator)
        raise UsageError(f"{name} has no simulator", tip=f"these have one: {able}")
    simulated = known.function(known.simulator)(seed=seed)
    click.echo(f"{out}: {save(simulated, out)}")


@main.command()
@click.argument("name")
@click.option(
    "--rows", type=click.IntRange(min=1), help="Held-out rows; by default what the challenge proposes."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="Folder to make: release/ in it is for the teams, the rest for the host.",
)
def challenge(name: str, rows: int | None, out: Path) -> None:
    """Make a fresh held-out set for a hackathon, from a secret of the operating system.

    NAME is volcano, lidar or windows. `leaderboard create EVENT --challenge FOLDER` takes the folder.
    """
    from eds_datasets.challenge import make_challenge

    made = make_challenge(name, n_test=rows)
    made.write(out)
    n_train = len(made.train.labels)
    click.echo(f"{out / 'release'}: for the teams, {n_train:,} rows with labels, {len(made.ids):,} without")
    click.echo(f"{out / 'truth.csv'}, {out / 'secret.json'}: for the host alone")


@main.command("cards")
@click.option("--check", is_flag=True, help="Write nothing; exit with 1 when a card is not what it would be.")
@click.option("--pictures", is_flag=True, help="Draw docs/data/*.png too, real beside simulated.")
@click.option(
    "--root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    help="The clone of the course; by default this folder.",
)
def make_cards(check: bool, pictures: bool, root: Path) -> None:
    """Write datasets/cards/*.md from registry and loaders (for those who work on the course)."""
    from eds_datasets.publish import check_cards, draw_pictures, write_cards

    if check:
        problems = check_cards(root)
        for problem in problems:
            click.echo(problem)
        if problems:
            raise EdsError(f"{len(problems)} cards are not up to date", tip="run `eds data cards`")
        return
    for path in write_cards(root):
        click.echo(path)
    for path in draw_pictures(root) if pictures else ():
        click.echo(path)
