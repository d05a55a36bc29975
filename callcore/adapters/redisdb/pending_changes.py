"""Changes of agents that wait for Postgres: implements ``ports.timelines.PendingChanges``.

The scripts that change agents append them.
"""

from __future__ import annotations

from collections.abc import Sequence

from callcore.adapters.redisdb import agent_rows
from callcore.adapters.redisdb.client import Client
from callcore.adapters.redisdb.faults import Fault
from callcore.adapters.redisdb.keys import Keys
from callcore.adapters.redisdb.scripts import Scripts
from callcore.adapters.redisdb.streams import EntryUnreadableError, Fields, Kind, PendingStream
from callcore.domain.agents import AgentReason, AgentState, BreakCode
from callcore.domain.ids import AgentId, CallId, Micros, OfferId, QueueName
from callcore.ports.timelines import AgentChange, PendingChange


class RedisPendingChanges:
    """The pending changes of one site."""

    def __init__(self, client: Client, scripts: Scripts, keys: Keys) -> None:
        kind = Kind(
            name="agent_changes",
            key=keys.agent_changes(),
            set_aside_key=keys.set_aside_agent_changes(),
            decoded=decoded,
            unreadable=Fault.CHANGE_UNREADABLE,
        )
        self._stream = PendingStream(client, scripts, kind)

    def read(self, count: int, wait_seconds: float) -> list[PendingChange]:
        """Up to ``count`` unacknowledged changes, oldest first."""
        found = self._stream.read(count, wait_seconds)
        return [PendingChange(entry_id=entry_id, change=change) for entry_id, change in found]

    def acknowledge(self, entry_ids: Sequence[str]) -> None:
        """Forgets changes that Postgres holds."""
        self._stream.acknowledge(entry_ids)

    def set_aside(self, entry_ids: Sequence[str]) -> None:
        """Moves changes out of the way, for a person to look at."""
        self._stream.set_aside(entry_ids)

    def count(self) -> int:
        """How many changes wait."""
        return self._stream.count()


def decoded(fields: Fields) -> AgentChange:
    """The change of a stream's entry. Raises ``EntryUnreadableError``."""
    try:
        return AgentChange(
            agent_id=AgentId(fields["agent_id"]),
            at=Micros(int(fields["at"])),
            before=AgentState(fields["before"]),
            state=AgentState(fields["state"]),
            reason=AgentReason(fields["reason"]),
            actor=fields["actor"],
            note=fields["note"],
            break_code=BreakCode(fields["break_code"]) if fields["break_code"] else None,
            holds=agent_rows.holds_of(fields["holds"]),
            queue=QueueName(fields["queue"]) if fields["queue"] else None,
            call_id=CallId(fields["call_id"]) if fields["call_id"] else None,
            offer_id=OfferId(fields["offer_id"]) if fields["offer_id"] else None,
        )
    except (KeyError, ValueError) as error:
        raise EntryUnreadableError from error
