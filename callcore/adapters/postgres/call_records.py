"""Writes call records, each exactly once, however often a batch is repeated.

A batch goes by ``COPY`` into temporary tables and from there, in one statement, into the history:
only the rows of calls that were not there yet. A record that is there and knows less of its call
than the one that comes makes way for it, in the same transaction. Two workers with the same records
wait for each other row by row in the order of call ids, so they cannot deadlock.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence
from typing import Final

import psycopg
from psycopg import sql

from callcore.adapters.postgres import batches, rows
from callcore.adapters.postgres.pool import PostgresPool
from callcore.adapters.postgres.rows.callers import SURVEY_ANSWERS
from callcore.adapters.postgres.scalars import clean
from callcore.domain.ids import CallId
from callcore.domain.outcomes import RecordSource
from callcore.domain.records import CallRecord, rank_of
from callcore.ports.records import RecordsRejectedError

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

        A batch larger than ``batches.BATCH_LIMIT`` takes several transactions. Raises
        ``RecordsUnavailableError``, and ``RecordsRejectedError`` when everything was written but
        records that break a constraint.
        """
        unique = _best_of_each(records)
        new_count, refusals = batches.write(unique, self._write_together)
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
            answers = itertools.chain.from_iterable(map(SURVEY_ANSWERS.rows, lacking))
            connection.cursor().executemany(_ADD_ANSWER, list(answers))
        return frozenset(record.call_id for record in lacking)

    def _write_together(self, batch: Sequence[CallRecord]) -> int:
        with self._pool.transaction() as connection:
            connection.execute(_CREATE_INCOMING)
            for table in rows.TABLES:
                found = itertools.chain.from_iterable(map(table.rows, batch))
                batches.copy(connection, _COPY[table.name], found)
            count = _moved(connection)
            if count < len(batch) and connection.execute(_MAKE_WAY).rowcount:
                count += _moved(connection)
        return count


def _moved(connection: psycopg.Connection) -> int:
    """Moves what is not there yet into the history, and counts it."""
    counted = connection.execute(_MOVE).fetchone()
    return 0 if counted is None else int(counted[0])


def _best_of_each(records: Sequence[CallRecord]) -> list[CallRecord]:
    """One record of each call: of several the best, of equals the first."""
    best: dict[CallId, CallRecord] = {}
    for record in records:
        known = best.get(record.call_id)
        if known is None or record.rank > known.rank:
            best[record.call_id] = record
    return list(best.values())


def _make_way() -> sql.Composed:
    """Takes away what knows less than what comes; rows of the other tables go with it.

    What has been made nobody's stays: a record that comes late must not bring the person back.
    """
    return sql.SQL(
        "delete from {target} as kept using {incoming} as came"
        " where kept.call_id = came.call_id and {rank_kept} < {rank_came}"
        " and kept.forgotten_at is null"
    ).format(
        target=sql.Identifier("callcore", rows.TABLES[0].name),
        incoming=batches.incoming(rows.TABLES[0].name),
        rank_kept=_rank("kept"),
        rank_came=_rank("came"),
    )


def _rank(row: str) -> sql.Composed:
    """``CallRecord.rank`` of a row."""
    source = sql.Identifier(row, "source")
    cases = [
        sql.SQL("when {source} = {word} and {is_adopted} = {adopted} then {rank}").format(
            source=source,
            word=sql.Literal(word.value),
            is_adopted=sql.Identifier(row, "is_adopted"),
            adopted=sql.Literal(is_adopted),
            rank=sql.Literal(rank_of(word, is_adopted=is_adopted)),
        )
        for word in RecordSource
        for is_adopted in (False, True)
    ]
    return sql.SQL("case {} end").format(sql.SQL(" ").join(cases))


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
_ADD_ANSWER = batches.fixed(
    sql.SQL("insert into {target} ({columns}) values ({values}) on conflict do nothing").format(
        target=sql.Identifier("callcore", SURVEY_ANSWERS.name),
        columns=batches.listed(SURVEY_ANSWERS.columns),
        values=sql.SQL(", ").join([sql.SQL("%s")] * len(SURVEY_ANSWERS.columns)),
    )
)
_MAKE_WAY = batches.fixed(_make_way())
_MOVE = batches.fixed(_move())
