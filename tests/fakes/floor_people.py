"""What the floor in memory remembers of numbers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from callcore.domain.ids import QueueName
from callcore.domain.records import CallRecord
from callcore.ports.forgetting import Counts, IsSame
from tests.fakes.floor_memory import FloorMemory


class FakePeople:
    """``ports.forgetting.PeopleOnFloor`` in memory; nothing is ever set aside."""

    def __init__(self, memory: FloorMemory, pending: Callable[[], Iterable[CallRecord]]) -> None:
        self._memory = memory
        self._pending = pending

    def remembered(self, queues: Collection[QueueName], number: str) -> Counts:
        self._memory.check()
        keys = [(queue, self._memory.identified(number)) for queue in queues]
        return {
            "dropped_places": sum(self._memory.dropped.get(key) is not None for key in keys),
            "last_agents": sum(self._memory.last_agents.get(key) is not None for key in keys),
            "promised_numbers": sum(key in self._memory.promises for key in keys),
        }

    def forget(self, queues: Collection[QueueName], number: str) -> Counts:
        counts = self.remembered(queues, number)
        for queue in queues:
            key = (queue, self._memory.identified(number))
            self._memory.dropped.discard(key)
            self._memory.last_agents.discard(key)
            self._memory.promises.pop(key, None)
        return counts

    def pending(self, is_same: IsSame) -> int:
        self._memory.check()
        return sum(
            any(
                map(
                    is_same,
                    (record.caller_number, *(one.number for one in record.callback_askings)),
                )
            )
            for record in self._pending()
        )

    def forget_set_aside(self, is_same: IsSame) -> int:
        self._memory.check()
        return 0
