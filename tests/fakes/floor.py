"""The floor in memory: the ports of ``stores`` and ``records`` without a server.

It answers as the scripts in Redis do; ``tests/contract`` holds both to the same suite. Time is
the injected clock's, so leases end when a test says so. Nothing here gives way to another
greenlet except a ``read`` that waits, so every verb is atomic. No verb takes longer
with the number of calls of a day, so that one can be played through.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from callcore.domain.ids import CallId
from callcore.domain.records import CallRecord
from callcore.ports.records import PendingRecord
from tests.fakes.floor_changes import FakePendingChanges
from tests.fakes.floor_config_versions import FakeConfigVersions
from tests.fakes.floor_lockouts import FakeLockouts
from tests.fakes.floor_memory import FloorMemory, Instants
from tests.fakes.floor_roster import FakeRoster
from tests.fakes.floor_waiting_room import FakeWaitingRoom
from tests.fakes.streams import Stream


class FakePendingRecords:
    """``ports.records.PendingRecords`` in memory."""

    def __init__(self, memory: FloorMemory) -> None:
        self._memory = memory
        self._stream: Stream[CallRecord] = Stream(memory.check)
        self._recorded: set[CallId] = set()

    def clear(self) -> None:
        """Forgets everything, as the rest of a floor whose data are lost."""
        self._stream.clear()
        self._recorded.clear()

    def append(self, record: CallRecord) -> None:
        self._memory.check()
        if record.call_id in self._recorded:
            return
        self._recorded.add(record.call_id)
        self._stream.append(record)

    def read(self, count: int, wait_seconds: float) -> list[PendingRecord]:
        found = self._stream.read(count, wait_seconds)
        return [PendingRecord(entry_id=entry_id, record=record) for entry_id, record in found]

    def acknowledge(self, entry_ids: Sequence[str]) -> None:
        self._stream.acknowledge(entry_ids)

    def set_aside(self, entry_ids: Sequence[str]) -> None:
        self.acknowledge(entry_ids)

    def count(self) -> int:
        return self._stream.count()


class FakeFloor:
    """The stores over one memory, as ``callcore.adapters.redisdb.floor.Floor`` has them."""

    def __init__(self, clock: Instants) -> None:
        self._memory = FloorMemory(clock)
        self._epoch = 1
        self.waiting_room = FakeWaitingRoom(self._memory)
        self.roster = FakeRoster(self._memory)
        self.pending_records = FakePendingRecords(self._memory)
        self.pending_changes = FakePendingChanges(self._memory)
        self.lockouts = FakeLockouts(self._memory)
        self.config_versions = FakeConfigVersions(self._memory)

    def know_by(self, identified: Callable[[str], str]) -> None:
        """By what callers' numbers are known from now on."""
        self._memory.identified = identified

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
        self.config_versions.clear()

    def ping(self) -> None:
        """Raises ``StoreUnavailableError`` while down."""
        self._memory.check()

    def epoch(self) -> str:
        """A value that changes when the data were lost."""
        self._memory.check()
        return str(self._epoch)

    def close(self) -> None:
        """Nothing to close."""
