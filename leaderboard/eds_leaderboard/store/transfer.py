"""All rows of one database into another, and the sums that show that they arrived."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from eds_leaderboard.errors import EdsError, UsageError
from eds_leaderboard.store.backend import Row
from eds_leaderboard.store.database import Database
from eds_leaderboard.store.schema import COLUMNS, KEYS, TABLES

__all__ = ["TableSum", "check_empty", "check_same", "copy_rows", "table_sums"]

# a row may hold a whole file
AT_ONCE = 64


@dataclass(frozen=True)
class TableSum:
    """How many rows a table has, and the SHA-256 of all of them in the order of their keys."""

    rows: int
    sha256: str


def _all_rows(db: Database, table: str) -> Iterator[list[Row]]:
    """Yield the rows of a table in the order of their keys, some at a time."""
    key, columns = ", ".join(KEYS[table]), ", ".join(COLUMNS[table])
    marks = ", ".join("?" for _ in KEYS[table])
    # the names are those of the schema
    first = f"SELECT {columns} FROM {table} ORDER BY {key} LIMIT {AT_ONCE}"  # noqa: S608
    later = (
        f"SELECT {columns} FROM {table} WHERE ({key}) > ({marks})"  # noqa: S608
        f" ORDER BY {key} LIMIT {AT_ONCE}"
    )
    rows = db.rows(first)
    while rows:
        yield rows
        rows = db.rows(later, [rows[-1][column] for column in KEYS[table]])


def copy_rows(source: Database, target: Database) -> None:
    """Put all rows of a database into an empty one; both are inside of a transaction."""
    for table in TABLES:
        columns = COLUMNS[table]
        marks = ", ".join("?" for _ in columns)
        statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608
        for rows in _all_rows(source, table):
            target.write_many(statement, [tuple(row) for row in rows])
        if target.dialect == "postgresql" and KEYS[table] == ("id",):
            # the next row that is given a number gets one that is free
            following = f"(SELECT coalesce(max(id), 0) FROM {table}) + 1"  # noqa: S608
            target.write(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {following}, false)")


def _written(value: Any) -> bytes:
    """Return a value in one form whatever the database, its type in front."""
    if value is None:
        return b"n"
    if isinstance(value, bytes):
        return b"b%d:%b" % (len(value), value)
    if isinstance(value, float):
        return b"f" + value.hex().encode()
    text = str(value).encode()
    return (b"i" if isinstance(value, int) else b"s") + b"%d:%b" % (len(text), text)


def table_sums(db: Database) -> dict[str, TableSum]:
    """Return the sum of each table."""
    sums = {}
    for table in TABLES:
        digest, count = hashlib.sha256(), 0
        for rows in _all_rows(db, table):
            count += len(rows)
            for row in rows:
                digest.update(b"|".join(map(_written, row)) + b"\n")
        sums[table] = TableSum(count, digest.hexdigest())
    return sums


def check_same(source: Database, target: Database) -> dict[str, TableSum]:
    """Return the sums of two databases that hold the same rows.

    Raises
    ------
    EdsError
        If they do not.
    """
    before, after = table_sums(source), table_sums(target)
    different = [table for table in TABLES if before[table] != after[table]]
    if different:
        raise EdsError(
            f"{', '.join(different)} of {target.shown} and {source.shown} differ; nothing was changed",
            "this should not happen: please report it",
        )
    return after


def check_empty(db: Database) -> None:
    """Raise unless a database holds no event.

    Raises
    ------
    UsageError
        If it does: numbers of entries are kept, and two databases may have given the same ones.
    """
    if db.value("SELECT count(*) FROM event"):
        raise UsageError(f"{db.shown} holds events already", "give an empty database")
