"""Writes call records, each exactly once, however often a batch is repeated.

A batch goes by ``COPY`` into temporary tables and from there, in one statement, into the history:
only the rows of calls that were not there yet. Two workers with the same records wait for each
other row by row in the order of call ids, so they cannot deadlock.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from psycopg import sql

from callcore.adapters.postgres import batches, rows
from callcore.adapters.postgres.pool import PostgresPool
from callcore.domain.records import CallRecord
from callcore.ports.records import RecordsRejectedError


class PostgresCallRecords:
    """Implements ``ports.records.CallRecords``."""

    def __init__(self, pool: PostgresPool) -> None:
        """``pool`` must be open, and the schema migrated."""
        self._pool = pool

    def write(self, records: Sequence[CallRecord]) -> int:
        """Writes the records and returns how many were new.

        A batch larger than ``batches.BATCH_LIMIT`` takes several transactions. Raises
        ``RecordsUnavailableError``, and ``RecordsRejectedError`` when everything was written but
        records that break a constraint.
        """
        # Of several with one id the first counts, as the database would have it.
        unique = list({record.call_id: record for record in reversed(records)}.values())
        new_count, refusals = batches.write(unique, self._write_together)
        if refusals:
            reasons = {record.call_id: reason for record, reason in refusals}
            raise RecordsRejectedError(reasons, new_count)
        return new_count

    def _write_together(self, batch: Sequence[CallRecord]) -> int:
        with self._pool.transaction() as connection:
            connection.execute(_CREATE_INCOMING)
            for table in rows.TABLES:
                found = itertools.chain.from_iterable(map(table.rows, batch))
                batches.copy(connection, _COPY[table.name], found)
            counted = connection.execute(_MOVE).fetchone()
        return 0 if counted is None else int(counted[0])


def _move() -> sql.Composed:
    calls, *children = rows.TABLES
    moves = [
        sql.SQL(
            "new_{name} as (insert into {target} ({columns})"
            " select {columns} from {incoming} join new_calls using (call_id))"
        ).format(
            name=sql.SQL(table.name),  # a name of ours, not from outside
            target=sql.Identifier("callcore", table.name),
            columns=batches.listed(table.columns),
            incoming=batches.incoming(table.name),
        )
        for table in children
    ]
    return sql.SQL(
        "with new_calls as (insert into {target} ({columns}) select {columns} from {incoming}"
        " order by call_id on conflict (call_id) do nothing returning call_id), {moves}"
        " select count(*) from new_calls"
    ).format(
        target=sql.Identifier("callcore", calls.name),
        columns=batches.listed(calls.columns),
        incoming=batches.incoming(calls.name),
        moves=sql.SQL(", ").join(moves),
    )


_CREATE_INCOMING = batches.fixed(
    sql.SQL("; ").join(batches.create_incoming(table.name, table.columns) for table in rows.TABLES)
)
_COPY = {
    table.name: batches.fixed(batches.copy_into(table.name, table.columns)) for table in rows.TABLES
}
_MOVE = batches.fixed(_move())
