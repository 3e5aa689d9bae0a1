"""A team's Parquet file, turned into the CSV that says the same, so that one reading decides what is right.

Nothing is decoded before it is known how much it will be: rows and columns stand in the footer, and the size
of every page in its header, which is read here because a footer can lie. Repeated texts stay references.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from eds_leaderboard.csvfile import Limits
from eds_leaderboard.errors import InvalidFileError, UsageError
from eds_leaderboard.pages import DamagedError, page_sizes
from eds_leaderboard.problems import Problems, counted, shown

__all__ = ["MAGIC", "as_csv", "tell_damage"]

MAGIC = b"PAR1"
MAX_COLUMNS = 20
# an id and a label become a number of bytes of their own; a page may hold a whole column
MAX_DECODED = 4
_UNPLAIN = frozenset('",\r\n')


def as_csv(data: bytes, header: Sequence[str], source: str, limits: Limits) -> bytes:
    """Return the CSV file with the columns of a Parquet file.

    Parameters
    ----------
    data : bytes
        The whole file.
    header : sequence of str
        The two columns that are expected, in any order.
    source : str
        The file's name in messages.
    limits : Limits
        What the file may measure, here and as CSV.

    Raises
    ------
    InvalidFileError
        If it is damaged, too large, or has other columns or types.
    UsageError
        If Parquet cannot be read here.
    """
    problems = Problems(source)
    if len(data) > limits.max_bytes:
        _too_large(problems, f"More than {limits.max_bytes:,} bytes")
    else:
        damage: tuple[type[Exception], ...] = (DamagedError, *_arrow_errors())
        try:
            columns = _columns(data, header, limits, problems)
        except damage as error:
            tell_damage(str(error).partition("\n")[0] or type(error).__name__, problems)
    if problems:
        raise InvalidFileError(problems)
    return _csv(header, columns)


def _arrow_errors() -> tuple[type[Exception], ...]:
    try:
        import pyarrow
    except ImportError as error:
        raise UsageError(
            "Parquet cannot be read here: pyarrow is not installed",
            "send CSV, or install earth-data-science[parquet]",
        ) from error
    return (pyarrow.ArrowException, OSError, ValueError, LookupError, OverflowError, MemoryError)


def tell_damage(reason: str, problems: Problems) -> None:
    """Note that a file is damaged."""
    problems.add(
        "parquet",
        1,
        f"The Parquet file is damaged: {shown(reason)}",
        "expected a whole file",
        "write it again, in pandas: to_parquet(…, index=False), or send CSV",
    )


def _too_large(problems: Problems, what: str) -> None:
    problems.add(
        "too-large", 1, what, "a file of ids and labels is far smaller", "write the two columns only"
    )


def _columns(data: bytes, header: Sequence[str], limits: Limits, problems: Problems) -> list[list[str]]:
    import pyarrow
    from pyarrow import parquet

    caps = {
        "thrift_string_size_limit": limits.max_bytes,
        "thrift_container_size_limit": limits.max_rows,
    }
    file = parquet.ParquetFile(pyarrow.BufferReader(data), **caps)
    _check_footer(file, header, limits, problems)
    if problems or file.metadata.num_rows == 0:
        return [[] for _ in header]
    decoded = sum(page_sizes(data, start, size) for start, size in _chunks(file.metadata))
    if decoded > MAX_DECODED * limits.max_bytes:
        _too_large(problems, f"{decoded:,} bytes when unpacked")
        return []
    of_texts = [name for name in header if not pyarrow.types.is_integer(file.schema_arrow.field(name).type)]
    file = parquet.ParquetFile(pyarrow.BufferReader(data), read_dictionary=of_texts, **caps)
    table = file.read(columns=list(header), use_threads=False)
    texts = [_texts(table.column(name), name, limits, problems) for name in header]
    return [] if problems else texts


def _check_footer(file: Any, header: Sequence[str], limits: Limits, problems: Problems) -> None:
    schema, n_rows = file.schema_arrow, file.metadata.num_rows
    names = list(schema.names)
    if sorted(names) != sorted(header):
        told = ",".join(names[:MAX_COLUMNS]) + (",…" if len(names) > MAX_COLUMNS else "")
        wanted = ", ".join(f"'{name}'" for name in header)
        problems.add(
            "header",
            1,
            f"{counted(len(names), 'column')} {shown(told)}",
            f"expected '{','.join(header)}'",
            f"write these two only, in pandas: df[[{wanted}]].to_parquet(…, index=False)",
        )
        return
    for name in header:
        kind = schema.field(name).type
        if not _is_text_or_number(kind):
            problems.add(
                "type",
                1,
                f"Column '{name}' holds {shown(str(kind))}",
                "expected text or whole numbers",
                f"in pandas: df['{name}'] = df['{name}'].astype(str)",
            )
    if n_rows > limits.max_rows:
        problems.add(
            "too-many-rows",
            limits.max_rows + 2,
            f"{n_rows:,} rows",
            f"at most {limits.max_rows:,} are read",
            "write one row per id",
        )


def _is_text_or_number(kind: Any) -> bool:
    from pyarrow import types

    if types.is_dictionary(kind):
        kind = kind.value_type
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_integer(kind))


def _chunks(metadata: Any) -> Iterator[tuple[int, int]]:
    """Yield where the pages of each column begin and how many bytes they are."""
    for group in range(metadata.num_row_groups):
        for number in range(metadata.num_columns):
            chunk = metadata.row_group(group).column(number)
            starts = [chunk.data_page_offset]
            if chunk.has_dictionary_page and chunk.dictionary_page_offset is not None:
                starts.append(chunk.dictionary_page_offset)
            yield min(starts), chunk.total_compressed_size


def _texts(column: Any, name: str, limits: Limits, problems: Problems) -> list[str]:
    """Return the cells as CSV would have them, an empty one for a null; none where they are too large."""
    import pyarrow
    from pyarrow import compute

    if pyarrow.types.is_dictionary(column.type):
        # the length of each cell is that of the text it refers to: nothing is repeated yet
        size = 0
        for chunk in column.chunks:
            lengths = compute.binary_length(chunk.dictionary.cast(pyarrow.large_string()))
            size += compute.sum(lengths.take(chunk.indices)).as_py() or 0
        if size > limits.max_bytes:
            _too_large(problems, f"{size:,} bytes of text in column '{name}'")
            return []
    return ["" if cell is None else str(cell) for cell in column.to_pylist()]


def _csv(header: Sequence[str], columns: Sequence[Sequence[str]]) -> bytes:
    if not any(_UNPLAIN & set("".join(column)) for column in columns):
        lines = map(",".join, zip(*columns, strict=True))
        return "\n".join([",".join(header), *lines, ""]).encode()
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(zip(*columns, strict=True))
    return stream.getvalue().encode()
