"""The floor in memory: the ports of ``stores`` and ``records`` without a server.

It answers as the scripts in Redis do; ``tests/contract`` holds both to the same suite. Time is
the injected clock's, so leases end when a test says so. Nothing here gives way to another
greenlet except a waiting ``FakePendingRecords.read``, so every verb is atomic. No verb takes longer
with the number of calls of a day, so that one can be played through.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from gevent.event import Event

from callcore.domain.ids import CallId
from callcore.domain.records import CallRecord
from callcore.ports.records import PendingRecord
from tests.fakes.floor_memory import FloorMemory, Instants
from tests.fakes.floor_roster import FakeRoster
from tests.fakes.floor_waiting_room import FakeWaitingRoom


class FakePendingRecords:
    """``ports.records.PendingRecords`` in memory."""

    def __init__(self, memory: FloorMemory) -> None:
        self._memory = memory
        self._records: dict[str, CallRecord] = {}
        self._recorded: set[CallId] = set()
        self._has_appended = Event()
        self._appended_count = 0

    def clear(self) -> None:
        """Forgets everything, as the rest of a floor whose data are lost."""
        self._records.clear()
        self._recorded.clear()

    def append(self, record: CallRecord) -> None:
        self._memory.check()
        if record.call_id in self._recorded:
            return
        self._recorded.add(record.call_id)
        self._appended_count += 1
        self._records[f"{self._appended_count}-0"] = record
        self._has_appended.set()

    def read(self, count: int, wait_seconds: float) -> list[PendingRecord]:
        """Waits in real time, so that a test that appends wakes the reader."""
        self._memory.check()
        if not self._records and wait_seconds > 0:
            self._has_appended.clear()
            self._has_appended.wait(wait_seconds)
            self._memory.check()
        oldest = islice(self._records.items(), count)
        return [PendingRecord(entry_id=entry_id, record=record) for entry_id, record in oldest]

    def acknowledge(self, entry_ids: Sequence[str]) -> None:
        self._memory.check()
        for entry_id in entry_ids:
            self._records.pop(entry_id, None)

    def set_aside(self, entry_ids: Sequence[str]) -> None:
        self.acknowledge(entry_ids)

    def count(self) -> int:
        self._memory.check()
        return len(self._records)


class FakeFloor:
    """The three stores over one memory, as ``callcore.adapters.redisdb.floor.Floor`` has them."""

    def __init__(self, clock: Instants) -> None:
        self._memory = FloorMemory(clock)
        self._epoch = 1
        self.waiting_room = FakeWaitingRoom(self._memory)
        self.roster = FakeRoster(self._memory)
        self.pending_records = FakePendingRecords(self._memory)

    def go_down(self) -> None:
        """From now on every method raises ``StoreUnavailableError``; what is held is kept."""
        self._memory.is_down = True

    def come_up(self) -> None:
        """Ends ``go_down``."""
        self._memory.is_down = False

    def lose_data(self) -> None:
        """Forgets everything, as a Redis that restarted without its file; the epoch changes."""
        self._epoch += 1
        self._memory.clear()
        self.pending_records.clear()

    def ping(self) -> None:
        """Raises ``StoreUnavailableError`` while down."""
        self._memory.check()

    def epoch(self) -> str:
        """A value that changes when the data were lost."""
        self._memory.check()
        return str(self._epoch)

    def close(self) -> None:
        """Nothing to close."""
