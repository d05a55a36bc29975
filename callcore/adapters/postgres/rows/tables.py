"""A table, and how what a call has several of becomes rows of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from callcore.adapters.postgres.scalars import Row, clean
from callcore.domain.records import CallRecord

_Part = TypeVar("_Part")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table: its columns, and the rows that a record has in it."""

    name: str
    columns: tuple[str, ...]
    rows: Callable[[CallRecord], Iterator[Row]]


def numbered(
    parts: Callable[[CallRecord], Iterable[_Part]], columns: Callable[[_Part], Row]
) -> Callable[[CallRecord], Iterator[Row]]:
    """The rows of what a call has several of: whose it is, its number from 1, its own columns."""

    def rows(record: CallRecord) -> Iterator[Row]:
        for number, part in enumerate(parts(record), start=1):
            yield (clean(record.call_id), number, *columns(part))

    return rows
