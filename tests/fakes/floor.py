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
from callcore.ports.records import Appending, PendingRecord
from tests.fakes.floor_changes import FakePendingChanges
from tests.fakes.floor_config_versions import FakeConfigVersions
from tests.fakes.floor_left_ledgers import FakeLeftLedgers
from tests.fakes.floor_lockouts import FakeLockouts
from tests.fakes.floor_memory import FloorMemory, Instants
from tests.fakes.floor_node_drains import FakeNodeDrains
from tests.fakes.floor_people import FakePeople
from tests.fakes.floor_roster import FakeRoster
from tests.fakes.floor_shards import FakeShardLeases, FakeWorkerPost
from tests.fakes.floor_waiting_room import FakeWaitingRoom
from tests.fakes.streams import Stream


class FakePendingRecords:
    """``ports.records.PendingRecords`` in memory."""

    def __init__(self, memory: FloorMemory) -> None:
        self._memory = memory
        self._stream: Stream[CallRecord] = Stream(memory.check)
        self._recorded: dict[CallId, tuple[int, str]] = {}

    def clear(self) -> None:
        """Forgets everything, as the rest of a floor whose data are lost."""
        self._stream.clear()
        self._recorded.clear()

    def snapshot(self) -> object:
        return self._stream.snapshot(), dict(self._recorded)

    def go_back(self, snapshot: object) -> None:
        assert isinstance(snapshot, tuple)
        self._stream.go_back(snapshot[0])
        self._recorded = dict(snapshot[1])

    def append(self, record: CallRecord) -> Appending:
        self._memory.check()
        rank, entry_id = self._recorded.get(record.call_id, (-1, ""))
        if rank >= record.rank:
            return Appending.WAITING if self._stream.holds(entry_id) else Appending.TAKEN
        self._recorded[record.call_id] = (record.rank, self._stream.append(record))
        return Appending.APPENDED

    def append_and_forget(self, record: CallRecord) -> bool:
        self.append(record)
        self._memory.forget(record.call_id)
        return True

    def waiting(self) -> list[CallRecord]:
        """Everything that waits."""
        return [record for _, record in self._stream.read(1_000_000, 0)]

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
        self.people = FakePeople(self._memory, self.pending_records.waiting)
        self.pending_changes = FakePendingChanges(self._memory)
        self.lockouts = FakeLockouts(self._memory)
        self.config_versions = FakeConfigVersions(self._memory)
        self.node_drains = FakeNodeDrains(self._memory)
        self.left_ledgers = FakeLeftLedgers(self._memory)
        self.shards = FakeShardLeases(self._memory, lambda: str(self._epoch))
        self.worker_post = FakeWorkerPost(self._memory.check)

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
        self.node_drains.clear()
        self.left_ledgers.clear()
        self.shards.clear()
        self.worker_post.clear()

    def snapshot(self) -> object:
        """What is held now, but for the timeline of agents and the leases of workers."""
        return self._memory.snapshot(), self.pending_records.snapshot()

    def go_back(self, snapshot: object) -> None:
        """Is as it was then, as a Redis that lost its last writes; the epoch changes."""
        assert isinstance(snapshot, tuple)
        self._epoch += 1
        self._memory.go_back(snapshot[0])
        self.pending_records.go_back(snapshot[1])

    def begin_anew(self) -> None:
        """As a Redis that was restarted with all it knew; the epoch changes."""
        self._epoch += 1

    def ping(self) -> None:
        """Raises ``StoreUnavailableError`` while down."""
        self._memory.check()

    def epoch(self) -> str:
        """A value that changes when the data were lost."""
        self._memory.check()
        return str(self._epoch)

    def close(self) -> None:
        """Nothing to close."""
