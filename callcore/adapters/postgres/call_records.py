"""Writes call records, each exactly once, however often a batch is repeated.

A batch goes by ``COPY`` into temporary tables and from there, in one statement, into the history:
only the rows of calls that were not there yet. Two workers with the same records wait for each
other row by row in the order of call ids, so they cannot deadlock.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence

import gevent
import psycopg
from psycopg import errors, sql

from callcore.adapters.postgres import rows
from callcore.adapters.postgres.pool import PostgresPool
from callcore.domain.ids import CallId
from callcore.domain.records import CallRecord
from callcore.ports.records import RecordsRejectedError

BATCH_LIMIT = 250
"""Records a transaction: more gain little, and hold the event loop and locks for longer."""

BUDGET_SECONDS = 0.001
"""How long rows are formatted before others get a turn."""

PAUSE_SECONDS = 0.0005
"""A pause of length 0 would let greenlets run but not the sockets they wait for."""

_REJECTIONS = (errors.IntegrityError, errors.DataError, OverflowError)


class PostgresCallRecords:
    """Implements ``ports.records.CallRecords``."""

    def __init__(self, pool: PostgresPool) -> None:
        """``pool`` must be open, and the schema migrated."""
        self._pool = pool

    def write(self, records: Sequence[CallRecord]) -> int:
        """Writes the records and returns how many were new.

        A batch larger than ``BATCH_LIMIT`` takes several transactions. Raises
        ``RecordsUnavailableError``, and ``RecordsRejectedError`` when everything was written but
        records that break a constraint.
        """
        # Of several with one id the first counts, as the database would have it.
        unique = list({record.call_id: record for record in reversed(records)}.values())
        rejected: dict[CallId, str] = {}
        new_count = sum(
            self._write_apart(unique[start : start + BATCH_LIMIT], rejected)
            for start in range(0, len(unique), BATCH_LIMIT)
        )
        if rejected:
            raise RecordsRejectedError(rejected, new_count)
        return new_count

    def _write_apart(self, batch: list[CallRecord], rejected: dict[CallId, str]) -> int:
        """Writes a batch; halves it as often as it takes to set what is refused apart."""
        try:
            return self._write_together(batch)
        except _REJECTIONS as error:
            if len(batch) == 1:
                rejected[batch[0].call_id] = _reason(error)
                return 0
        middle = len(batch) // 2
        return sum(self._write_apart(half, rejected) for half in (batch[:middle], batch[middle:]))

    def _write_together(self, batch: list[CallRecord]) -> int:
        with self._pool.transaction() as connection:
            connection.execute(_CREATE_INCOMING)
            for table in rows.TABLES:
                _copy(connection, table, batch)
            counted = connection.execute(_MOVE).fetchone()
        return 0 if counted is None else int(counted[0])


def _copy(connection: psycopg.Connection, table: rows.Table, batch: Sequence[CallRecord]) -> None:
    found = _yielding(itertools.chain.from_iterable(map(table.rows, batch)))
    first = next(found, None)
    if first is None:
        return
    with connection.cursor() as cursor, cursor.copy(_COPY[table.name]) as copy:
        for row in itertools.chain([first], found):
            copy.write_row(row)


def _yielding(found: Iterator[rows.Row]) -> Iterator[rows.Row]:
    """The rows, with a pause for other greenlets whenever the time budget is spent."""
    turn_ends = time.monotonic() + BUDGET_SECONDS
    for row in found:
        yield row
        if time.monotonic() > turn_ends:
            gevent.sleep(PAUSE_SECONDS)
            turn_ends = time.monotonic() + BUDGET_SECONDS


def _reason(error: Exception) -> str:
    """Why a record was refused, without the row's content, which names a caller."""
    if isinstance(error, psycopg.Error):
        constraint = error.diag.constraint_name
        what = error.diag.message_primary or type(error).__name__
        return f"{what} [{constraint}]" if constraint else what
    return f"{type(error).__name__}: {error}"


def _incoming(table: rows.Table) -> sql.Composable:
    return sql.Identifier("pg_temp", f"incoming_{table.name}")


def _create_incoming() -> sql.Composed:
    """Temporary tables without constraints, so that a refusal names the one of the real table.

    Made once a connection: creating them for each batch would bloat the system catalogues.
    """
    return sql.SQL("; ").join(
        sql.SQL(
            "create temporary table if not exists {} on commit delete rows"
            " as select {} from {} with no data"
        ).format(
            _incoming(table),
            sql.SQL(", ").join(map(sql.Identifier, table.columns)),
            sql.Identifier("callcore", table.name),
        )
        for table in rows.TABLES
    )


def _move() -> sql.Composed:
    calls, *children = rows.TABLES
    moves = [
        sql.SQL(
            "new_{name} as (insert into {target} ({columns})"
            " select {columns} from {incoming} join new_calls using (call_id))"
        ).format(
            name=sql.SQL(table.name),  # a name of ours, not from outside
            target=sql.Identifier("callcore", table.name),
            columns=sql.SQL(", ").join(map(sql.Identifier, table.columns)),
            incoming=_incoming(table),
        )
        for table in children
    ]
    return sql.SQL(
        "with new_calls as (insert into {target} ({columns}) select {columns} from {incoming}"
        " order by call_id on conflict (call_id) do nothing returning call_id), {moves}"
        " select count(*) from new_calls"
    ).format(
        target=sql.Identifier("callcore", calls.name),
        columns=sql.SQL(", ").join(map(sql.Identifier, calls.columns)),
        incoming=_incoming(calls),
        moves=sql.SQL(", ").join(moves),
    )


def _fixed(statement: sql.Composed) -> sql.SQL:
    """A statement of ours put together once: doing so for each batch cost more than sending it."""
    return sql.SQL(statement.as_string())


def _copy_into(table: rows.Table) -> sql.Composed:
    return sql.SQL("copy {} ({}) from stdin").format(
        _incoming(table), sql.SQL(", ").join(map(sql.Identifier, table.columns))
    )


_CREATE_INCOMING = _fixed(_create_incoming())
_COPY = {table.name: _fixed(_copy_into(table)) for table in rows.TABLES}
_MOVE = _fixed(_move())
