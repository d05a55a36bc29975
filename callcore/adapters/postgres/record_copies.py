"""A batch of records as ``COPY`` takes it: the rows of each table, put together before one is sent.

So a connection is not held while that is done, and nothing is put together twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import psycopg
from psycopg import sql

from callcore.adapters.postgres import batches, binary_copy, rows
from callcore.adapters.postgres.rows.tables import Table
from callcore.domain.records import CallRecord
from callcore.runtime.turns import in_turns

SLICE: Final = 25
"""Records put together in one go, which takes a millisecond."""

Copies = Mapping[str, bytes]
"""Of each table that has rows, what ``COPY`` is sent."""


def of(records: Sequence[CallRecord]) -> Copies:
    """Raises ``OverflowError`` for what no column can hold."""
    found: dict[str, list[bytes]] = {table.name: [] for table in rows.TABLES}
    for start in in_turns(range(0, len(records), SLICE)):
        together = records[start : start + SLICE]
        for table in rows.TABLES:
            found[table.name].append(table.encoded(together))
    return {
        name: b"".join((binary_copy.SIGNATURE, *parts, binary_copy.TRAILER))
        for name, parts in found.items()
        if any(parts)
    }


def send(connection: psycopg.Connection, copies: Copies) -> None:
    """Into the tables themselves."""
    _send(connection, copies, _INTO_TABLES)


def send_aside(connection: psycopg.Connection, copies: Copies) -> None:
    """Into the temporary tables of ``batches.incoming``, which must be there."""
    _send(connection, copies, _INTO_INCOMING)


def _send(
    connection: psycopg.Connection, copies: Copies, statements: Mapping[str, sql.SQL]
) -> None:
    with connection.cursor() as cursor:
        for name, data in copies.items():
            with cursor.copy(statements[name]) as copying:
                copying.write(data)


def _copy_into(target: sql.Identifier, table: Table) -> sql.SQL:
    return batches.fixed(
        sql.SQL("copy {} ({}) from stdin (format binary)").format(
            target, batches.listed(table.columns)
        )
    )


_INTO_TABLES: Final = {
    table.name: _copy_into(sql.Identifier("callcore", table.name), table) for table in rows.TABLES
}
_INTO_INCOMING: Final = {
    table.name: _copy_into(batches.incoming(table.name), table) for table in rows.TABLES
}
