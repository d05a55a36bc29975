"""Records of which some calls may be in the history already.

They go into temporary tables and from there, in one statement, into the history: only the rows of
calls that are not there yet. A record that is there and knows less of its call than the one that
comes makes way for it, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Sequence

import psycopg
from psycopg import sql

from callcore.adapters.postgres import batches, record_copies, rows
from callcore.adapters.postgres.record_copies import Copies
from callcore.adapters.postgres.rows.callers import SURVEY_ANSWERS
from callcore.domain.outcomes import RecordSource
from callcore.domain.records import CallRecord, rank_of


def write(connection: psycopg.Connection, copies: Copies, records_count: int) -> int:
    """Writes what is new, or better than what is there, and counts it."""
    connection.execute(_CREATE_INCOMING)
    record_copies.send_aside(connection, copies)
    count = _moved(connection)
    if count < records_count and connection.execute(_MAKE_WAY).rowcount:
        count += _moved(connection)
    return count


def add_answers(connection: psycopg.Connection, records: Sequence[CallRecord]) -> None:
    """Adds the survey answers of these records to what is there, but for those that are."""
    copies = record_copies.of(records)
    connection.execute(_CREATE_INCOMING)
    answers = {name: data for name, data in copies.items() if name == SURVEY_ANSWERS.name}
    record_copies.send_aside(connection, answers)
    connection.execute(_ADD_ANSWERS)


def _moved(connection: psycopg.Connection) -> int:
    """Moves what is not there yet into the history, and counts it."""
    counted = connection.execute(_MOVE).fetchone()
    return 0 if counted is None else int(counted[0])


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
    """In the order of bytes, which is that of Python: whoever copies takes call ids in it, too."""
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
        ' order by call_id collate "C" on conflict (call_id) do nothing returning call_id),'
        " {moves} select count(*) from new_calls"
    ).format(
        target=sql.Identifier("callcore", calls.name),
        columns=batches.listed(calls.columns),
        incoming=batches.incoming(calls.name),
        moves=sql.SQL(", ").join(moves),
    )


_CREATE_INCOMING = batches.fixed(
    sql.SQL("; ").join(batches.create_incoming(table.name, table.columns) for table in rows.TABLES)
)
_MAKE_WAY = batches.fixed(_make_way())
_MOVE = batches.fixed(_move())
_ADD_ANSWERS = batches.fixed(
    sql.SQL(
        "insert into {target} ({columns}) select {columns} from {incoming} on conflict do nothing"
    ).format(
        target=sql.Identifier("callcore", SURVEY_ANSWERS.name),
        columns=batches.listed(SURVEY_ANSWERS.columns),
        incoming=batches.incoming(SURVEY_ANSWERS.name),
    )
)
