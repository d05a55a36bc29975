"""Takes people, and what is old, out of the history. Implements ``PersonalHistory``.

Works as ``callcore_keeper`` (migration 0008). Numbers are looked for by their last digits, which
all forms of a number have in common, and compared where it is known how they are written at home.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, LiteralString

import psycopg
from psycopg.types.json import Jsonb

from callcore.adapters.postgres.pool import PostgresPool
from callcore.adapters.postgres.scalars import clean, instant
from callcore.domain.ids import MICROS_PER_SECOND, CallId, Micros
from callcore.ports.forgetting import Counts, IsSame, KeptRecording, Traces

_NUMBERS: Final = """
    with stored as (
        select distinct caller_number as number from callcore.call_records where site = %(site)s
        union
        select askings.number from callcore.callback_askings as askings
        join callcore.call_records as records using (call_id) where records.site = %(site)s
        union
        select offers.transferred_to from callcore.offers as offers
        join callcore.call_records as records using (call_id)
        where records.site = %(site)s and offers.transferred_to <> ''
    )
    select number from stored
    where right(regexp_replace(number, '[^0-9]', '', 'g'), length(%(digits)s)) = %(digits)s
"""

_CALLS: Final = """
    create temporary table forgotten_calls on commit drop as
    select call_id, true as is_theirs from callcore.call_records
    where site = %(site)s and caller_number = any(%(numbers)s)
    union
    select askings.call_id, false from callcore.callback_askings as askings
    join callcore.call_records as records using (call_id)
    where records.site = %(site)s and askings.number = any(%(numbers)s)
        and records.caller_number <> all(%(numbers)s)
"""
"""The calls of the person, and those in which somebody else gave the number, keyed in."""

_COUNTS: Final[Mapping[str, LiteralString]] = {
    "call_records": "select count(*) from forgotten_calls where is_theirs",
    "digit_presses": (
        "select count(*) from callcore.digit_presses join forgotten_calls using (call_id)"
    ),
    "callback_askings": """
        select count(*) from callcore.callback_askings join forgotten_calls using (call_id)
        where number = any(%(numbers)s)
    """,
    "transfers": """
        select count(*) from callcore.offers join callcore.call_records as records using (call_id)
        where records.site = %(site)s and transferred_to = any(%(numbers)s)
    """,
    "recordings": (
        "select count(*) from callcore.recordings join forgotten_calls using (call_id)"
        " where is_theirs"
    ),
}

_RECORDINGS: Final = """
    select call_id, recording_number, path, (extract(epoch from started_at) * 1000000)::bigint
    from callcore.recordings join forgotten_calls using (call_id)
    where is_theirs order by started_at, call_id, recording_number
"""

_CHANGES: Final[Mapping[str, LiteralString]] = {
    "call_records": """
        update callcore.call_records as records
        set caller_number = '', caller_name = '', account = '', faults = '{}',
            forgotten_at = now()
        from forgotten_calls as theirs
        where records.call_id = theirs.call_id and theirs.is_theirs
    """,
    "digit_presses": """
        delete from callcore.digit_presses as presses using forgotten_calls as theirs
        where presses.call_id = theirs.call_id
    """,
    "callback_askings": """
        update callcore.callback_askings as askings set number = '' from forgotten_calls as theirs
        where askings.call_id = theirs.call_id and askings.number = any(%(numbers)s)
    """,
    "transfers": """
        update callcore.offers as offers set transferred_to = ''
        from callcore.call_records as records
        where records.call_id = offers.call_id and records.site = %(site)s
            and offers.transferred_to = any(%(numbers)s)
    """,
}

_FORGET_RECORDINGS: Final = """
    delete from callcore.recordings using unnest(%s::text[], %s::integer[]) as removed (id, number)
    where call_id = removed.id and recording_number = removed.number
"""

_NOTE: Final = """
    insert into callcore.audit (site, actor, action, subject, counts)
    values (%s, %s, %s, %s, %s)
"""

_OLD_RECORDINGS: Final = """
    select call_id, recording_number, path, (extract(epoch from started_at) * 1000000)::bigint
    from callcore.recordings join callcore.call_records using (call_id)
    where site = %(site)s and started_at < %(before)s
        and (%(after_at)s::timestamptz is null
            or (started_at, call_id, recording_number)
                > (%(after_at)s, %(after_id)s, %(after_number)s))
    order by started_at, call_id, recording_number limit %(count)s
"""

_DELETE_RECORDS: Final = """
    delete from callcore.call_records where call_id in (
        select call_id from callcore.call_records where site = %s and ended_at < %s
        order by ended_at limit %s)
"""

_DELETE_CHANGES: Final = """
    delete from callcore.agent_changes where (site, entry_milliseconds, entry_number) in (
        select site, entry_milliseconds, entry_number from callcore.agent_changes
        where site = %s and changed_at < %s order by changed_at limit %s)
"""

_LAST_RETENTION: Final = """
    select (extract(epoch from max(at)) * 1000000)::bigint from callcore.audit
    where site = %s and action = 'retention'
"""


class PostgresKeeper:
    """The past of one site, for who may take from it."""

    def __init__(self, pool: PostgresPool, site: str) -> None:
        """``pool`` must be open, and the schema migrated."""
        self._pool = pool
        self._site = clean(site)

    def traces(self, digits: str, is_same: IsSame) -> Traces:
        """What there is of a person."""
        with self._pool.transaction() as connection:
            found = connection.execute(_NUMBERS, {"site": self._site, "digits": digits})
            numbers = frozenset(number for (number,) in found if is_same(number))
            if not numbers:
                return Traces()
            values = self._gather(connection, numbers)
            return Traces(
                numbers=numbers,
                counts={
                    name: _number(connection.execute(query, values))
                    for name, query in _COUNTS.items()
                },
                recordings=tuple(map(_recording, connection.execute(_RECORDINGS).fetchall())),
            )

    def make_nobodys(
        self, traces: Traces, removed: Sequence[KeptRecording], *, by: str, subject: str
    ) -> Counts:
        """Takes the person out, and notes it."""
        counts: dict[str, int] = {}
        with self._pool.transaction() as connection:
            if traces.numbers:
                values = self._gather(connection, traces.numbers)
                for name, query in _CHANGES.items():
                    counts[name] = connection.execute(query, values).rowcount
                counts["recordings"] = _forget(connection, removed)
            note = [self._site, clean(by), "forget", clean(subject), Jsonb(counts)]
            connection.execute(_NOTE, note)
        return counts

    def old_recordings(
        self, before: Micros, after: KeptRecording | None, count: int
    ) -> list[KeptRecording]:
        """Those that are old enough."""
        values = {
            "site": self._site,
            "before": instant(before),
            "after_at": None if after is None else instant(after.started_at),
            "after_id": None if after is None else after.call_id,
            "after_number": None if after is None else after.recording_number,
            "count": count,
        }
        with self._pool.transaction() as connection:
            return list(map(_recording, connection.execute(_OLD_RECORDINGS, values).fetchall()))

    def forget_recordings(self, removed: Sequence[KeptRecording]) -> int:
        """Takes away their rows."""
        with self._pool.transaction() as connection:
            return _forget(connection, removed)

    def delete_records(self, before: Micros, count: int) -> int:
        """Deletes what is old enough."""
        return self._delete(_DELETE_RECORDS, before, count)

    def delete_changes(self, before: Micros, count: int) -> int:
        """Deletes what is old enough."""
        return self._delete(_DELETE_CHANGES, before, count)

    def note_retention(self, before: Mapping[str, Micros], counts: Counts) -> None:
        """Notes what was deleted."""
        subject = ", ".join(
            f"{name} of before {datetime.fromtimestamp(at // MICROS_PER_SECOND, UTC).isoformat()}"
            for name, at in before.items()
        )
        note = [self._site, "callcore", "retention", subject, Jsonb(dict(counts))]
        with self._pool.transaction() as connection:
            connection.execute(_NOTE, note)

    def last_retention_at(self) -> Micros | None:
        """When that was done last."""
        with self._pool.transaction() as connection:
            found = connection.execute(_LAST_RETENTION, [self._site]).fetchone()
        return None if found is None or found[0] is None else Micros(found[0])

    def _gather(self, connection: psycopg.Connection, numbers: frozenset[str]) -> dict[str, object]:
        values: dict[str, object] = {"site": self._site, "numbers": sorted(numbers)}
        connection.execute(_CALLS, values)
        return values

    def _delete(self, query: LiteralString, before: Micros, count: int) -> int:
        with self._pool.transaction() as connection:
            return connection.execute(query, [self._site, instant(before), count]).rowcount


def _forget(connection: psycopg.Connection, removed: Sequence[KeptRecording]) -> int:
    if not removed:
        return 0
    ids = [recording.call_id for recording in removed]
    numbers = [recording.recording_number for recording in removed]
    return connection.execute(_FORGET_RECORDINGS, [ids, numbers]).rowcount


def _recording(row: tuple[str, int, str, int]) -> KeptRecording:
    call_id, number, path, started_at = row
    return KeptRecording(
        call_id=CallId(call_id), recording_number=number, path=path, started_at=Micros(started_at)
    )


def _number(cursor: psycopg.Cursor[tuple[int]]) -> int:
    row = cursor.fetchone()
    return 0 if row is None else row[0]
