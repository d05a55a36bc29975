"""Writes call records, each exactly once, however often a batch is repeated.

A batch goes by ``COPY`` straight into the tables. If one of its calls is there already, nothing of
it does, and it goes the longer way of ``known_calls``. Two workers with the same records wait for
each other row by row in the order of call ids, so they cannot deadlock.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from psycopg import errors

from callcore.adapters.postgres import batches, known_calls, record_copies
from callcore.adapters.postgres.pool import PostgresPool
from callcore.adapters.postgres.scalars import clean
from callcore.domain.ids import CallId
from callcore.domain.outcomes import RecordSource
from callcore.domain.records import CallRecord, rank_of
from callcore.ports.records import RecordsRejectedError

AT_ONCE: Final = 2
"""Transactions: one is put together here while Postgres works on the other."""

_RANKS: Final = """
    select call_id, source, is_adopted from callcore.call_records where call_id = any(%s)
"""

_WITHOUT_ANSWERS: Final = """
    select call_id from callcore.call_records as kept
    where source = %s and call_id = any(%s) and forgotten_at is null
        and not exists (select from callcore.survey_answers where call_id = kept.call_id)
    order by call_id
"""


class PostgresCallRecords:
    """Implements ``ports.records.MendableRecords``."""

    def __init__(self, pool: PostgresPool) -> None:
        """``pool`` must be open, and the schema migrated."""
        self._pool = pool

    def write(self, records: Sequence[CallRecord]) -> int:
        """Writes the records and returns how many were new, or better than what was there.

        A batch larger than ``batches.BATCH_LIMIT`` takes several transactions, ``AT_ONCE`` of them
        at a time. Raises ``RecordsUnavailableError``, and ``RecordsRejectedError`` when everything
        was written but records that break a constraint.
        """
        unique = sorted(_best_of_each(records), key=lambda record: record.call_id)
        new_count, refusals = batches.write(unique, self._write_together, at_once=AT_ONCE)
        if refusals:
            reasons = {record.call_id: reason for record, reason in refusals}
            raise RecordsRejectedError(reasons, new_count)
        return new_count

    def ranks(self, call_ids: Collection[CallId]) -> Mapping[CallId, int]:
        """Of those calls that have a record, the rank of it.

        Raises ``RecordsUnavailableError``.
        """
        known = {clean(call_id): call_id for call_id in call_ids}
        with self._pool.transaction() as connection:
            found = connection.execute(_RANKS, [list(known)]).fetchall()
        return {
            known[call_id]: rank_of(RecordSource(source), is_adopted=is_adopted)
            for call_id, source, is_adopted in found
        }

    def add_answers(self, records: Sequence[CallRecord]) -> frozenset[CallId]:
        """Gives the survey answers of these records to those made from the floor that have none.

        Raises ``RecordsUnavailableError``.
        """
        by_id = {clean(record.call_id): record for record in records if record.survey_answers}
        if not by_id:
            return frozenset()
        with self._pool.transaction() as connection:
            found = connection.execute(_WITHOUT_ANSWERS, [RecordSource.FLOOR, sorted(by_id)])
            lacking = [by_id[call_id] for (call_id,) in found.fetchall()]
            known_calls.add_answers(connection, lacking)
        return frozenset(record.call_id for record in lacking)

    def _write_together(self, batch: Sequence[CallRecord]) -> int:
        copies = record_copies.of(batch)
        try:
            with self._pool.transaction() as connection:
                record_copies.send(connection, copies)
            return len(batch)
        except errors.UniqueViolation:
            with self._pool.transaction() as connection:
                return known_calls.write(connection, copies, len(batch))


def _best_of_each(records: Sequence[CallRecord]) -> list[CallRecord]:
    """One record of each call: of several the best, of equals the first."""
    best: dict[CallId, CallRecord] = {}
    for record in records:
        known = best.get(record.call_id)
        if known is None or record.rank > known.rank:
            best[record.call_id] = record
    return list(best.values())
