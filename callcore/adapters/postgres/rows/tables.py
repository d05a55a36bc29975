"""A table, and how what a call has one or several of becomes rows of it."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter
from typing import Any

from callcore.adapters.postgres import binary_copy
from callcore.domain.records import CallRecord


@dataclass(frozen=True, slots=True)
class Column:
    """A column, what it is filled from, and how."""

    name: str
    encode: Callable[[Any], bytes]
    field: str = ""
    """Of the record or its part; empty if it has the column's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table with a row for each record; or for each of its parts, with whose it is and the number
    from 1.
    """

    name: str
    own: tuple[Column, ...]
    parts: str = ""
    """The field with the parts; empty if the record itself is the row."""
    number: str = ""
    """The column that numbers them."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of all columns, as they are filled."""
        shared = ("call_id", self.number) if self.parts else ()
        return (*shared, *(column.name for column in self.own))

    def encoded(self, records: Sequence[CallRecord]) -> bytes:
        """The rows of these records, as ``binary_copy`` has them; empty if there is none.

        Column by column, which takes half the time of row by row. Raises ``OverflowError``.
        """
        whole: Sequence[Any] = records
        begun: Sequence[bytes] = [binary_copy.begun_row(len(self.own))] * len(records)
        if self.parts:
            whole, begun = self._parts_of(records)
        if not whole:
            return b""
        fields = attrgetter(*(column.field or column.name for column in self.own))
        values = zip(*map(fields, whole), strict=True)
        try:
            data = [
                list(map(column.encode, found))
                for column, found in zip(self.own, values, strict=True)
            ]
        except struct.error as error:
            raise OverflowError(f"a number is too large for {self.name}: {error}") from error
        return b"".join(chain.from_iterable(zip(begun, *data, strict=True)))

    def _parts_of(self, records: Sequence[CallRecord]) -> tuple[list[Any], list[bytes]]:
        found = attrgetter(self.parts)
        begun_row = binary_copy.begun_row(2 + len(self.own))
        whole: list[Any] = []
        begun: list[bytes] = []
        for record in records:
            parts = found(record)
            if parts:
                whole += parts
                owned = begun_row + binary_copy.text(record.call_id)
                begun += [owned + number for number in binary_copy.numbers(len(parts))]
        return whole, begun
