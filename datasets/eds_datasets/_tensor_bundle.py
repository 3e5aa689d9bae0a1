"""Read the tensors of a TensorFlow checkpoint, and need no TensorFlow for it.

A checkpoint is a "tensor bundle" (tensorflow/core/util/tensor_bundle): an index that is a LevelDB table of
protocol-buffer entries, one a tensor, and a data file that the entries point into. Nothing in it is executed.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eds_datasets.errors import EdsError

__all__ = ["read_tensor_bundle"]

_MAGIC = 0xDB4775248B80FB57
_FOOTER_BYTES = 48
_BLOCK_TRAILER_BYTES = 5  # a type of compression and a checksum
_UNCOMPRESSED = 0
_TYPES = {1: "<f4", 2: "<f8", 3: "<i4", 9: "<i8"}  # tensorflow's DataType
_DTYPE, _SHAPE, _SHARD, _OFFSET, _SIZE = 1, 2, 3, 4, 5  # fields of BundleEntryProto
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5  # wire types


def read_tensor_bundle(index: Path, data: Path) -> dict[str, NDArray[Any]]:
    """Return the tensors of a checkpoint with one data file.

    Parameters
    ----------
    index, data : Path
        The files ``*.index`` and ``*.data-00000-of-00001``.

    Returns
    -------
    dict of str to array
        Tensors by their names, sorted.

    Raises
    ------
    EdsError
        The index is none, is compressed, or does not fit the data.
    """
    content, values = index.read_bytes(), data.read_bytes()
    try:
        entries = dict(_table_entries(content))
    except IndexError as error:
        raise EdsError(f"{index.name} is cut short: it is no index of a TensorFlow checkpoint") from error
    # the empty key holds the header
    return {
        key.decode(): _tensor(key.decode(), entry, values, data.name) for key, entry in entries.items() if key
    }


def _table_entries(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield keys and values of a LevelDB table (leveldb/doc/table_format.md)."""
    footer = content[-_FOOTER_BYTES:]
    if int.from_bytes(footer[-8:], "little") != _MAGIC:
        raise EdsError("this is no index of a TensorFlow checkpoint: it does not end in the magic number")
    _, place = _handle(footer, 0)
    (offset, size), _ = _handle(footer, place)
    for _, handle in _block_entries(content, offset, size):
        (block_offset, block_size), _ = _handle(handle, 0)
        yield from _block_entries(content, block_offset, block_size)


def _handle(content: bytes, place: int) -> tuple[tuple[int, int], int]:
    offset, place = _varint(content, place)
    size, place = _varint(content, place)
    return (offset, size), place


def _block_entries(content: bytes, offset: int, size: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield keys and values of one block; a key repeats the beginning of the one before it."""
    if len(content) < offset + size + _BLOCK_TRAILER_BYTES:
        raise IndexError("block beyond the end of the file")
    if content[offset + size] != _UNCOMPRESSED:
        raise EdsError("this index of a TensorFlow checkpoint is compressed, which is not supported")
    block = content[offset : offset + size]
    n_restarts = int.from_bytes(block[-4:], "little")
    end, place, key = size - 4 - 4 * n_restarts, 0, b""
    while place < end:
        shared, place = _varint(block, place)
        own, place = _varint(block, place)
        length, place = _varint(block, place)
        key = key[:shared] + block[place : place + own]
        place += own
        yield key, block[place : place + length]
        place += length


def _varint(content: bytes, place: int) -> tuple[int, int]:
    """Return a number of seven bits a byte, lowest first, and the place behind it."""
    value = shift = 0
    while True:
        byte = content[place]
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            return value, place


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield the numbers and values of a protocol-buffer message."""
    place = 0
    while place < len(message):
        tag, place = _varint(message, place)
        wire = tag & 7
        if wire == _VARINT:
            value: int | bytes
            value, place = _varint(message, place)
        else:
            length, place = (
                _varint(message, place) if wire == _BYTES else ({_FIXED64: 8, _FIXED32: 4}[wire], place)
            )
            value, place = message[place : place + length], place + length
        yield tag >> 3, value


def _tensor(name: str, entry: bytes, values: bytes, data_name: str) -> NDArray[Any]:
    found = dict(_fields(entry))
    dtype = found.get(_DTYPE)
    if dtype not in _TYPES:
        raise EdsError(f"tensor {name} has TensorFlow's type {dtype!r}: expected one of {sorted(_TYPES)}")
    shape = [_dimension(value) for _, value in _fields(_as_bytes(found.get(_SHAPE, b"")))]
    offset, size = found.get(_OFFSET, 0), found.get(_SIZE, 0)
    if found.get(_SHARD, 0) != 0 or not isinstance(offset, int) or not isinstance(size, int):
        raise EdsError(f"tensor {name} is not in {data_name}: expected a checkpoint with one data file")
    count = int(np.prod(shape, dtype=int))
    expected = count * np.dtype(_TYPES[dtype]).itemsize
    if size != expected or offset + size > len(values):
        raise EdsError(f"tensor {name} does not fit {data_name}: expected {expected} bytes, got {size}")
    # a copy, because an array on top of bytes cannot be written to
    return np.frombuffer(values, _TYPES[dtype], count, offset).reshape(shape).copy()


def _as_bytes(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise EdsError("an entry of the checkpoint's index is not what it should be: expected a message")
    return value


def _dimension(message: int | bytes) -> int:
    size = dict(_fields(_as_bytes(message))).get(1, 0)
    return size if isinstance(size, int) else 0
