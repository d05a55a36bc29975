"""Values as ``COPY ... (format binary)`` takes them: a length, and the bytes of each type.

From PostgreSQL's documentation of COPY, "Binary Format", and the receive function of each type. The
server has nothing to parse, and an instant is a number here as there.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import msgspec

from callcore.adapters.postgres.scalars import clean
from callcore.domain.ids import Micros

SIGNATURE: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
"""Of the beginning; then the rows, each with the number of its columns."""

TRAILER: Final = b"\xff\xff"

NULL: Final = b"\xff\xff\xff\xff"

_POSTGRES_EPOCH: Final = 946_684_800_000_000
"""Midnight of 1 January 2000, UTC, from which Postgres counts microseconds."""
_FIRST: Final = -62_135_596_800_000_000
_LAST: Final = 253_402_300_799_999_999
"""The years 1 to 9999, beyond which hardly a client reads an instant."""

_TEXT_TYPE: Final = 25
_JSONB_VERSION: Final = 1
_REPLACEMENT: Final = "\ufffd".encode()
_REMEMBERED_COUNT: Final = 4096

_columns = struct.Struct(">h").pack
_length = struct.Struct(">i").pack
_integer = struct.Struct(">ii").pack
_double = struct.Struct(">id").pack
_instant = struct.Struct(">iq").pack
_array = struct.Struct(">iiiii").pack
_no_array = struct.Struct(">iii").pack
_BOOLEANS: Final = {True: _length(1) + b"\1", False: _length(1) + b"\0", None: NULL}


def begun_row(columns_count: int) -> bytes:
    """What a row begins with."""
    return _columns(columns_count)


def text(value: str | None) -> bytes:
    """A text, without what Postgres cannot hold."""
    if value is None:
        return NULL
    try:
        data = value.encode()
    except UnicodeEncodeError:
        data = clean(value).encode()
    if b"\0" in data:
        data = data.replace(b"\0", _REPLACEMENT)
    return _length(len(data)) + data


word = lru_cache(_REMEMBERED_COUNT)(text)
"""A text of which there are few: a word of ours, or a name from the settings."""


def integer(value: int | None) -> bytes:
    """Raises ``struct.error`` if it has more than 32 bits."""
    return NULL if value is None else _integer(4, value)


@lru_cache(_REMEMBERED_COUNT)
def numbers(count: int) -> tuple[bytes, ...]:
    """The integers from 1."""
    return tuple(map(integer, range(1, count + 1)))


def double(value: float | None) -> bytes:
    """A number with a fraction."""
    return NULL if value is None else _double(8, value)


def boolean(value: bool | None) -> bytes:  # noqa: FBT001  a value among values
    """Yes, no or unknown."""
    return _BOOLEANS[value]


def instant(value: Micros | None) -> bytes:
    """A ``timestamptz``. Raises ``OverflowError`` beyond the years 1 to 9999."""
    if value is None:
        return NULL
    if not _FIRST <= value <= _LAST:
        raise OverflowError(f"{value} microseconds are no instant of the years 1 to 9999")
    return _instant(8, value - _POSTGRES_EPOCH)


def texts(values: Sequence[str]) -> bytes:
    """An array of texts."""
    if values:
        data = _array(1, 0, _TEXT_TYPE, len(values), 1) + b"".join(map(text, values))
    else:
        data = _no_array(0, 0, _TEXT_TYPE)
    return _length(len(data)) + data


def json(value: object) -> bytes:
    """A ``jsonb`` of whatever msgspec can encode, its texts without what Postgres cannot hold."""
    try:
        data = msgspec.json.encode(value)
    except UnicodeEncodeError:
        data = msgspec.json.encode(_holdable(msgspec.to_builtins(value)))
    if rb"\u0000" in data:
        data = msgspec.json.encode(_holdable(msgspec.to_builtins(value)))
    return _length(len(data) + 1) + bytes([_JSONB_VERSION]) + data


def _holdable(value: Any) -> Any:  # noqa: ANN401  whatever JSON may hold
    match value:
        case str():
            return clean(value)
        case dict():
            return {clean(key): _holdable(each) for key, each in value.items()}
        case list() | tuple():
            return [_holdable(each) for each in value]
        case _:
            return value
