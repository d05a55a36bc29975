"""Who waits, read from memory."""

from __future__ import annotations

from collections.abc import Sequence

from callcore.domain.ids import CallId, NodeName, QueueName
from callcore.ports.stores import (
    Candidates,
    FloorCall,
    FloorCallState,
    FloorDemand,
    FloorPromise,
    Look,
    QueueCounts,
)
from tests.fakes.floor_lines import lines
from tests.fakes.floor_memory import FloorMemory
from tests.fakes.floor_memory_calls import Calls

PLACED = (FloorCallState.WAITING, FloorCallState.OFFERED)


class FakeLines:
    """What ``ports.stores.WaitingRoom`` tells of those who wait and of those who talk."""

    def __init__(self, memory: FloorMemory) -> None:
        self._memory = memory

    @property
    def _calls(self) -> Calls:
        return self._memory.calls

    def tail(self, queue: QueueName, count: int) -> list[CallId]:
        self._memory.check()
        return self._calls.last(queue, count)

    def position(self, call_id: CallId, queue: QueueName) -> int | None:
        self._memory.check()
        return self._calls.position(call_id, queue)

    def positions(self, calls: Sequence[tuple[CallId, QueueName]]) -> list[int | None]:
        self._memory.check()
        return [self._calls.position(call_id, queue) for call_id, queue in calls]

    def candidates(
        self, queues: Sequence[QueueName], count: int, rung: Sequence[QueueName] = ()
    ) -> list[Candidates]:
        self._memory.check()
        return lines(self._memory, Look(queues=queues, count=count, rung=rung))

    def demands(self, call_ids: Sequence[CallId]) -> dict[CallId, FloorDemand]:
        self._memory.check()
        found = (self._calls.get(call_id) for call_id in call_ids)
        return {
            call.call_id: FloorDemand(
                call_id=call.call_id,
                node=call.node,
                queue=call.queue,
                score=call.score,
                priority=call.priority,
                own_priority=call.own_priority,
                skills=call.skills,
                first_joined_at=call.first_joined_at,
                joined_at=call.joined_at,
                caller_number=call.caller_number,
                sticky_agent=self._memory.sticky.get(call.call_id),
                last_offered=self._memory.last_offered.get(call.call_id),
                offered_to=frozenset(offer.agent_id for offer in call.offers),
                promise=self._promise(call),
            )
            for call in found
            if call is not None and call.state in PLACED
        }

    def _promise(self, call: FloorCall) -> FloorPromise | None:
        callback = call.callback
        if callback is None:
            return None
        return FloorPromise(
            node=callback.node,
            not_before=callback.not_before,
            is_deferred=self._calls.is_deferred(call.call_id),
            is_on_line=callback.is_on_line,
        )

    def present(self, queues: Sequence[QueueName]) -> list[CallId]:
        self._memory.check()
        return [
            call_id
            for queue in queues
            for places in (self._calls.waiting[queue], self._calls.offered[queue])
            for _, call_id in places.first(len(places))
        ]

    def call(self, call_id: CallId) -> FloorCall | None:
        self._memory.check()
        return self._calls.get(call_id)

    def calls(self, node: NodeName) -> list[FloorCall]:
        self._memory.check()
        return self._calls.of_node(node)

    def counts(self, queues: Sequence[QueueName]) -> list[QueueCounts]:
        self._memory.check()
        return [self._counts(queue) for queue in queues]

    def _counts(self, queue: QueueName) -> QueueCounts:
        head = self._calls.head(queue)
        return QueueCounts(
            queue=queue,
            waiting_count=len(self._calls.waiting[queue]) - len(self._calls.deferred[queue]),
            offered_count=len(self._calls.offered[queue]),
            free_agents_count=len(self._memory.agents.free[queue]),
            staffed_count=len(self._memory.agents.staffed[queue]),
            promises_count=len(self._calls.promised[queue]),
            deferred_count=len(self._calls.deferred[queue]),
            oldest_joined_at=head.first_joined_at if head else None,
        )
