"""The board in a notebook: ``score``, ``check`` and ``submit`` of files, tables and arrays.

A table or an array is turned into the CSV file that it would be saved as, so that what is right here is right
on the board.
"""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from eds_leaderboard.csvfile import ENTRY_LIMITS, FILE_LIMITS, Limits, read_capped
from eds_leaderboard.entries import Expected, validate
from eds_leaderboard.errors import EdsError, InvalidFileError, UsageError
from eds_leaderboard.folder import find_event, find_release
from eds_leaderboard.release import read_expected
from eds_leaderboard.reports import Check, Receipt, Score
from eds_leaderboard.truth import parse_truth

__all__ = ["check", "score", "submit"]

# what predictions may be: a path, a data frame, a mapping of columns, or one label per row
Predictions = Any
TOKEN, SERVER = "LEADERBOARD_TOKEN", "LEADERBOARD_SERVER"


@contextmanager
def _noted() -> Iterator[None]:
    """Write the tip and the problems below an error, where a notebook shows them."""
    try:
        yield
    except EdsError as error:
        for line in error.problems.lines() if isinstance(error, InvalidFileError) else ():
            error.add_note(line)
        if error.tip:
            error.add_note(f"tip: {error.tip}")
        raise


@_noted()
def score(
    predictions: Predictions, truth: Predictions, *, id_column: str = "id", label_column: str = "label"
) -> Score:
    """Score predictions against a truth.

    Parameters
    ----------
    predictions, truth : path, data frame, mapping of columns, or sequence of labels
        Rows are matched by id. Two sequences of labels are matched by their order.
    id_column, label_column : str
        The two columns that count.

    Returns
    -------
    Score
        All metrics with their intervals; a notebook shows it as a table.

    Raises
    ------
    InvalidFileError
        If one of the two has problems; ``error.problems.shown`` holds them.
    """
    header = (id_column, label_column)
    true = _data(truth, header, None, "truth", FILE_LIMITS)
    known = parse_truth(*true, id_column=id_column, label_column=label_column)
    names = known.expected.ids if _is_labels(truth) else None
    data, source = _data(predictions, header, names, "predictions", FILE_LIMITS)
    return Score(known.confusion(validate(data, known.expected, source)))


@_noted()
def check(predictions: Predictions, event: str | Path | None = None) -> Check:
    """Tell all problems of predictions, without scoring them.

    Parameters
    ----------
    predictions : path, data frame, mapping of columns, or sequence of labels
        Labels alone are taken in the order of the sample submission.
    event : path, optional
        The folder that the teams got, or the event's; by default this folder, or the only event in it.

    Returns
    -------
    Check
        True when there is no problem; a notebook shows the problems as a table.
    """
    expected = read_expected(find_release(None if event is None else Path(event)))
    data, source = _entry(predictions, expected)
    try:
        validate(data, expected, source, ENTRY_LIMITS)
    except InvalidFileError as error:
        return Check(source, len(expected.ids), error.problems)
    return Check(source, len(expected.ids))


@_noted()
def submit(
    predictions: Predictions,
    message: str,
    *,
    token: str | None = None,
    event: str | Path | None = None,
    server: str | None = None,
) -> Receipt:
    """Enter predictions: they are checked, scored on the public rows and ranked.

    Parameters
    ----------
    predictions : path, data frame, mapping of columns, or sequence of labels
        Labels alone are taken in the order of the sample submission, which `event` must hold.
    message : str
        What is new in the entry.
    token : str, optional
        The team's token; by default that of the variable ``LEADERBOARD_TOKEN``, kept out of notebooks.
    event : path, optional
        The event's folder, where it lies on this machine; with a server the folder that the teams got.
    server : str, optional
        The address of the board; by default that of the variable ``LEADERBOARD_SERVER``.

    Returns
    -------
    Receipt
        The public scores, the rank and how many entries are left.

    Raises
    ------
    InvalidFileError
        If the predictions have problems.
    RefusedError
        If the rules do not admit the entry.
    EdsError
        If the token is none of the event's, or the server cannot be reached.
    """
    token = token or os.environ.get(TOKEN)
    if not token:
        raise UsageError("no token", f"set {TOKEN} to the token that the host gave to your team")
    server = server or (os.environ.get(SERVER) if event is None else None)
    folder = None if event is None else Path(event)
    expected = read_expected(find_release(folder)) if _is_labels(predictions) else None
    data, source = _entry(predictions, expected)
    if server is not None:
        return _sent_in(server, token, data, source, message)
    return _entered(folder, token, data, source, message)


def _sent_in(server: str, token: str, data: bytes, source: str, message: str) -> Receipt:
    from eds_leaderboard.client import Client

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / source
        file.write_bytes(data)
        told = Client(server, token).submit(file, message)
    names = ("team", "entry", "scores", "rank", "left", "is_best")
    return Receipt(*(told[name] for name in names))


def _entered(folder: Path | None, token: str, data: bytes, source: str, message: str) -> Receipt:
    from eds_leaderboard.board import Board
    from eds_leaderboard.listing import score_cells
    from eds_leaderboard.standings import metric_order

    with Board(find_event(folder)) as board:
        told = board.enter(board.team_of_token(token), data, source, message)
        order = metric_order(board.event.rules.metric)
    scores = score_cells(dict(told.entry.scores), order)
    return Receipt(told.team.name, told.entry.seq, scores, told.rank, told.left, told.is_best)


def _entry(predictions: Predictions, expected: Expected | None) -> tuple[bytes, str]:
    names = None if expected is None else expected.ids
    header = ("id", "label") if expected is None else (expected.id_column, expected.label_column)
    return _data(predictions, header, names, "predictions", ENTRY_LIMITS)


def _is_labels(given: Predictions) -> bool:
    """Tell whether there are labels alone."""
    is_table = isinstance(given, str | os.PathLike | Mapping) or hasattr(given, "columns")
    return not is_table


def _data(
    given: Predictions, header: tuple[str, str], names: Iterable[str] | None, what: str, limits: Limits
) -> tuple[bytes, str]:
    """Return the bytes of the file that was given or would be, and its name."""
    if isinstance(given, str | os.PathLike):
        path = Path(given)
        return read_capped(path, limits), path.name
    if hasattr(given, "write_csv"):
        return str(given.write_csv()).encode(), f"{what}.csv"
    if hasattr(given, "to_csv") and hasattr(given, "columns"):
        return str(given.to_csv(index=False)).encode(), f"{what}.csv"
    if isinstance(given, Mapping):
        columns = {str(name): list(column) for name, column in given.items()}
        return _written(list(columns), list(columns.values()), what), f"{what}.csv"
    labels = _labels(given, what)
    names = [str(number) for number in range(len(labels))] if names is None else list(names)
    return _written(list(header), [names, labels], what), f"{what}.csv"


def _labels(given: Predictions, what: str) -> list[Any]:
    try:
        labels = list(given.tolist() if hasattr(given, "tolist") else given)
    except TypeError:
        labels = [[]]
    if any(isinstance(label, list | tuple | dict) for label in labels):
        raise UsageError(
            f"the {what} are no column of labels", "give a path, a table, or one label for each row"
        )
    return labels


def _written(header: list[str], columns: list[list[Any]], what: str) -> bytes:
    lengths = {len(column) for column in columns}
    if len(lengths) > 1:
        told = " and ".join(str(len(column)) for column in columns)
        raise UsageError(f"the {what} have columns of {told} rows", "give one label for each id")
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(zip(*columns, strict=True))
    return stream.getvalue().encode()
