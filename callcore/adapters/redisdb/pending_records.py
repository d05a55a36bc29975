"""Call records that wait for Postgres: implements ``ports.records.PendingRecords``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from callcore.adapters.redisdb.call_nodes import CallNodes
from callcore.adapters.redisdb.client import Client
from callcore.adapters.redisdb.faults import Fault
from callcore.adapters.redisdb.keys import Keys
from callcore.adapters.redisdb.scripts import Scripts
from callcore.adapters.redisdb.streams import EntryUnreadableError, Fields, Kind, PendingStream
from callcore.domain.records import CallRecord
from callcore.ports.records import Appending, PendingRecord
from callcore.runtime import record_text

RECORDED_MARK_SECONDS: Final = 24 * 3600
"""How long appending again is harmless here; afterwards Postgres still takes a call once."""


class RedisPendingRecords:
    """The pending records of one site."""

    def __init__(self, client: Client, scripts: Scripts, keys: Keys, nodes: CallNodes) -> None:
        self._nodes = nodes
        self._scripts = scripts
        self._keys = keys
        kind = Kind(
            name="records",
            key=keys.records(),
            set_aside_key=keys.set_aside_records(),
            decoded=decoded,
            unreadable=Fault.RECORD_UNREADABLE,
        )
        self._stream = PendingStream(client, scripts, kind)

    def append(self, record: CallRecord) -> Appending:
        """Keeps a record until acknowledged. Appending twice is harmless."""
        return self._scripts.append.run(self._keys_of(record), self._args_of(record))

    def append_and_forget(self, record: CallRecord) -> bool:
        """Appends a record and forgets its call if that has ended; false if that is still to do."""
        call_id, keys = record.call_id, self._keys
        # Of a promise that joined elsewhere the record names another node than the floor.
        node = self._nodes.take(call_id) or record.node
        _, left = self._scripts.append.run_told(
            [*self._keys_of(record), keys.call(call_id), keys.calls_of_node(node)],
            [*self._args_of(record), call_id, node],
        )
        return not left

    def _keys_of(self, record: CallRecord) -> list[str]:
        return [self._keys.recorded(record.call_id), self._keys.records()]

    def _args_of(self, record: CallRecord) -> list[str | int | float]:
        return [RECORDED_MARK_SECONDS, record_text.encoded(record), record.rank]

    def read(self, count: int, wait_seconds: float) -> list[PendingRecord]:
        """Up to ``count`` unacknowledged records, oldest first."""
        found = self._stream.read(count, wait_seconds)
        return [PendingRecord(entry_id=entry_id, record=record) for entry_id, record in found]

    def acknowledge(self, entry_ids: Sequence[str]) -> None:
        """Forgets records that Postgres holds."""
        self._stream.acknowledge(entry_ids)

    def set_aside(self, entry_ids: Sequence[str]) -> None:
        """Moves records out of the way, for a person to look at."""
        self._stream.set_aside(entry_ids)

    def count(self) -> int:
        """How many records wait."""
        return self._stream.count()


def decoded(fields: Fields) -> CallRecord:
    """The record of a stream's entry. Raises ``EntryUnreadableError``."""
    try:
        return record_text.decoded(fields["record"])
    except (KeyError, record_text.UnreadableError) as error:
        raise EntryUnreadableError from error
