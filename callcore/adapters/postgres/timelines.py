"""The timelines of agents: implements ``ports.timelines.Timelines``.

A change is known by its agent, the id of its entry and its instant: an entry's id alone may come
again once Redis has lost its data. Two workers with the same changes wait for each other row by
row in the order of that key, so they cannot deadlock.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from psycopg import rows as row_factories
from psycopg import sql

from callcore.adapters.postgres import batches
from callcore.adapters.postgres.pool import PostgresPool
from callcore.adapters.postgres.scalars import Row, clean, clean_or_none, instant
from callcore.domain.agents import AgentReason, AgentState, BreakCode, HoldReason
from callcore.domain.ids import AgentId, CallId, Micros, OfferId, QueueName
from callcore.ports.timelines import AgentChange, ChangesRejectedError, PendingChange

TABLE: Final = "agent_changes"

COLUMNS: Final = (
    "agent_id",
    "site",
    "entry_milliseconds",
    "entry_number",
    "changed_at",
    "before",
    "state",
    "reason",
    "actor",
    "note",
    "break_code",
    "holds",
    "queue",
    "call_id",
    "offer_id",
)

# Instants as numbers: psycopg would give them in the session's time zone, which it may not know.
_LAST: Final = """
    select agent_id, (extract(epoch from changed_at) * 1000000)::bigint as changed_at, before,
        state, reason, actor, note, break_code, holds, queue, call_id, offer_id
    from callcore.agent_changes where agent_id = %s and site = %s
    order by entry_milliseconds desc, entry_number desc, changed_at desc limit %s
"""


class PostgresTimelines:
    """The timelines of one site's agents."""

    def __init__(self, pool: PostgresPool, site: str) -> None:
        """``pool`` must be open, and the schema migrated."""
        self._pool = pool
        self._site = clean(site)

    def write(self, changes: Sequence[PendingChange]) -> int:
        """Writes the changes and returns how many were new.

        A batch larger than ``batches.BATCH_LIMIT`` takes several transactions. Raises
        ``RecordsUnavailableError``, and ``ChangesRejectedError`` when everything was written but
        changes that break a constraint.
        """
        new_count, refusals = batches.write(changes, self._write_together)
        if refusals:
            reasons = {pending.entry_id: reason for pending, reason in refusals}
            raise ChangesRejectedError(reasons, new_count)
        return new_count

    def of(self, agent_id: AgentId, count: int) -> list[AgentChange]:
        """The last ``count`` changes of an agent, oldest first.

        Raises ``RecordsUnavailableError``.
        """
        with (
            self._pool.transaction() as connection,
            connection.cursor(row_factory=row_factories.kwargs_row(_change)) as cursor,
        ):
            found = cursor.execute(_LAST, [clean(agent_id), self._site, count]).fetchall()
        return found[::-1]

    def _write_together(self, batch: Sequence[PendingChange]) -> int:
        with self._pool.transaction() as connection:
            connection.execute(_CREATE_INCOMING)
            batches.copy(connection, _COPY, map(self._row, batch))
            return connection.execute(_MOVE).rowcount

    def _row(self, pending: PendingChange) -> Row:
        change = pending.change
        milliseconds, _, number = pending.entry_id.partition("-")
        return (
            clean(change.agent_id),
            self._site,
            clean(milliseconds),
            clean(number),
            instant(change.at),
            change.before.value,
            change.state.value,
            change.reason.value,
            clean(change.actor),
            clean(change.note),
            clean_or_none(change.break_code),
            sorted(hold.value for hold in change.holds),
            clean_or_none(change.queue),
            clean_or_none(change.call_id),
            clean_or_none(change.offer_id),
        )


def _change(  # noqa: PLR0913  one for each column
    *,
    agent_id: str,
    changed_at: int,
    before: str,
    state: str,
    reason: str,
    actor: str,
    note: str,
    break_code: str | None,
    holds: Sequence[str],
    queue: str | None,
    call_id: str | None,
    offer_id: str | None,
) -> AgentChange:
    return AgentChange(
        agent_id=AgentId(agent_id),
        at=Micros(changed_at),
        before=AgentState(before),
        state=AgentState(state),
        reason=AgentReason(reason),
        actor=actor,
        note=note,
        break_code=None if break_code is None else BreakCode(break_code),
        holds=frozenset(map(HoldReason, holds)),
        queue=None if queue is None else QueueName(queue),
        call_id=None if call_id is None else CallId(call_id),
        offer_id=None if offer_id is None else OfferId(offer_id),
    )


_CREATE_INCOMING = batches.fixed(batches.create_incoming(TABLE, COLUMNS))
_COPY = batches.fixed(batches.copy_into(TABLE, COLUMNS))
_MOVE = batches.fixed(
    sql.SQL(
        "insert into {target} ({columns}) select {columns} from {incoming}"
        " order by agent_id, entry_milliseconds, entry_number, changed_at on conflict do nothing"
    ).format(
        target=sql.Identifier("callcore", TABLE),
        columns=batches.listed(COLUMNS),
        incoming=batches.incoming(TABLE),
    )
)
