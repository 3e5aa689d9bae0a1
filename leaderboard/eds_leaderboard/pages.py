"""The sizes of a Parquet file's pages, from their own headers.

A header is a structure in Thrift's compact protocol: fields with a type and a number, of which two matter
here, the size of the page as it is and as it will be unpacked. All others are stepped over.
"""

from __future__ import annotations

__all__ = ["DamagedError", "page_sizes"]

UNPACKED, PACKED = 2, 3
MAX_DEPTH = 8
_STOP, _TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = range(13)
_INTEGERS = (_I16, _I32, _I64)


class DamagedError(ValueError):
    """The bytes are no page."""


def page_sizes(data: bytes, start: int, size: int) -> int:
    """Return how many bytes the pages of a column will be when they are unpacked.

    Parameters
    ----------
    data : bytes
        The whole file.
    start, size : int
        Where the pages begin, and how many bytes they and their headers are.

    Raises
    ------
    DamagedError
        If there is no page where one should be.
    """
    if start < 0 or size < 0 or start + size > len(data):
        raise DamagedError("a column lies outside of the file")
    walker = _Walker(data, start)
    unpacked = 0
    while walker.at < start + size:
        found = walker.page_header()
        if found[UNPACKED] < 0 or found[PACKED] < 0:
            raise DamagedError("a page has a negative size")
        unpacked += found[UNPACKED]
        walker.at += found[PACKED]
    return unpacked


class _Walker:
    def __init__(self, data: bytes, at: int) -> None:
        self.data = data
        self.at = at

    def page_header(self) -> dict[int, int]:
        """Step over a header and return its two sizes by field."""
        sizes: dict[int, int] = {}
        field = 0
        while (kind := self._next_field(field)) is not None:
            field, type_ = kind
            if type_ == _I32 and field in (UNPACKED, PACKED):
                number = self._varint()
                sizes[field] = (number >> 1) ^ -(number & 1)
            else:
                self._skip(type_, 0)
        if len(sizes) != 2:
            raise DamagedError("a page has no size")
        return sizes

    def _byte(self) -> int:
        if self.at >= len(self.data):
            raise DamagedError("the file ends inside of a page's header")
        self.at += 1
        return self.data[self.at - 1]

    def _varint(self) -> int:
        number = 0
        for shift in range(0, 70, 7):
            byte = self._byte()
            number |= (byte & 0x7F) << shift
            if byte < 0x80:
                return number
        raise DamagedError("a number in a page's header has no end")

    def _next_field(self, before: int) -> tuple[int, int] | None:
        head = self._byte()
        if head == _STOP:
            return None
        if head >> 4:
            return before + (head >> 4), head & 0x0F
        number = self._varint()
        return (number >> 1) ^ -(number & 1), head & 0x0F

    def _skip(self, type_: int, depth: int, *, in_list: bool = False) -> None:
        if depth > MAX_DEPTH:
            raise DamagedError("a page's header is nested too deep")
        if type_ in (_TRUE, _FALSE):
            # outside of a list the type itself is the value
            self.at += in_list
        elif type_ == _BYTE:
            self.at += 1
        elif type_ in _INTEGERS:
            self._varint()
        elif type_ == _DOUBLE:
            self.at += 8
        elif type_ == _BINARY:
            size = self._varint()
            self.at += size
        elif type_ in (_LIST, _SET):
            head = self._byte()
            count = head >> 4 if head >> 4 < 15 else self._varint()
            for _ in range(count):
                self._skip(head & 0x0F, depth + 1, in_list=True)
                self._check_inside()
        elif type_ == _STRUCT:
            while (kind := self._next_field(0)) is not None:
                self._skip(kind[1], depth + 1)
        else:
            raise DamagedError("a page's header has an unknown field")
        self._check_inside()

    def _check_inside(self) -> None:
        if self.at > len(self.data):
            raise DamagedError("the file ends inside of a page's header")
