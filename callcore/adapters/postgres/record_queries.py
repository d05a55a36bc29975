"""The queries of ``record_export``: what the tables of a record have, as text and as JSON."""

from __future__ import annotations

from typing import Final

from psycopg import sql

from callcore.adapters.postgres import batches, binary_copy, rows
from callcore.adapters.postgres.rows.tables import Column, Table

CALLS_TABLE, *PARTS = rows.TABLES

COLUMNS: Final = CALLS_TABLE.columns
"""Of a call."""

_ISO = """to_char({} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
_MICROS = "(extract(epoch from {}) * 1000000)::bigint"

# Instants are compared as such, so that the index on them serves.
_ARRIVED = """
    from callcore.call_records as records
    where records.site = %(site)s
        and records.arrived_at >= timestamptz 'epoch' + %(since)s * interval '1 microsecond'
        and records.arrived_at < timestamptz 'epoch' + %(until)s * interval '1 microsecond'
        and (%(queue)s::text is null or exists (
            select from callcore.queue_visits as visits
            where visits.call_id = records.call_id and visits.queue = %(queue)s))
"""

_UNDER_WAY = _ARRIVED.replace(
    "records.arrived_at >= timestamptz", "records.ended_at >= timestamptz"
)

_IN_ORDER = " order by records.arrived_at, records.call_id"

CHANGES: Final = sql.SQL("""
    select agent_id, (extract(epoch from changed_at) * 1000000)::bigint, before, state, reason,
        break_code
    from callcore.agent_changes
    where site = %(site)s
        and changed_at >= timestamptz 'epoch' + %(since)s * interval '1 microsecond'
        and changed_at < timestamptz 'epoch' + %(until)s * interval '1 microsecond'
    order by changed_at, entry_milliseconds, entry_number
""")


def _value(column: Column, owner: str, instant: str) -> sql.Composable:
    found: sql.Composable = sql.Identifier(owner, column.name)
    if column.encode is binary_copy.instant:
        found = sql.SQL(instant).format(found)
    return found


def _text(column: Column) -> sql.Composable:
    found = _value(column, "records", _ISO)
    if column.encode is binary_copy.texts:
        return sql.SQL("array_to_string({}, '; ')").format(found)
    return sql.SQL("({})::text").format(found)


def _object(
    columns: tuple[Column, ...], owner: str, *, by_field: bool, more: list[sql.Composable]
) -> sql.Composed:
    """A JSON object of a row; named as the fields of a record, or as the columns are."""
    instant = _MICROS if by_field else _ISO
    pairs = [
        sql.SQL("{}, {}").format(
            sql.Literal((column.field if by_field else "") or column.name),
            _value(column, owner, instant),
        )
        for column in columns
    ]
    return sql.SQL("json_build_object({})").format(sql.SQL(", ").join([*pairs, *more]))


def _parts(table: Table, *, by_field: bool) -> sql.Composed:
    """The parts of a call in one table, in their order, with the name of the list before them."""
    return sql.SQL(
        "{list}, (select coalesce(json_agg({part} order by parts.{number}), '[]')"
        " from {table} as parts where parts.call_id = records.call_id)"
    ).format(
        list=sql.Literal(table.parts if by_field else table.name),
        part=_object(table.own, "parts", by_field=by_field, more=[]),
        number=sql.Identifier(table.number),
        table=sql.Identifier("callcore", table.name),
    )


def _whole(*, by_field: bool) -> sql.Composed:
    more = [_parts(table, by_field=by_field) for table in PARTS]
    return _object(CALLS_TABLE.own, "records", by_field=by_field, more=list(more))


def _query(what: sql.Composable, of: str) -> sql.SQL:
    return batches.fixed(sql.SQL("select {}").format(what) + sql.SQL(of))


COUNT: Final = _query(sql.SQL("count(*)"), _ARRIVED)
CALLS: Final = _query(sql.SQL(", ").join(map(_text, CALLS_TABLE.own)), _ARRIVED + _IN_ORDER)
WHOLE_CALLS: Final = _query(
    sql.SQL("({})::text").format(_whole(by_field=False)), _ARRIVED + _IN_ORDER
)
RECORDS: Final = _query(sql.SQL("({})::text").format(_whole(by_field=True)), _UNDER_WAY + _IN_ORDER)
