"""Callers and their places, in memory."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from callcore.domain import phone_numbers
from callcore.domain.admission import Closure, Door, DroppedPlace
from callcore.domain.callbacks import Callback
from callcore.domain.ids import AgentId, CallId, Micros, NodeName, QueueName
from callcore.ports.stores import (
    Candidates,
    FloorCall,
    FloorCallState,
    FreeAgent,
    JoinAnswer,
    Joined,
    Joining,
    LeaveAnswer,
    MoveAnswer,
    Outlook,
    QueueCounts,
    RescoreAnswer,
    WaitingCaller,
)
from tests.fakes.floor_memory import Calls, FloorMemory, Told, encodable

KEPT_SHARE = 0.99
"""What is left of a lesson's weight when the next one of its kind comes."""

UNENDED = (FloorCallState.WAITING, FloorCallState.OFFERED, FloorCallState.TALKING)
PLACED = (FloorCallState.WAITING, FloorCallState.OFFERED)


class FakeWaitingRoom:
    """``ports.stores.WaitingRoom`` in memory."""

    def __init__(self, memory: FloorMemory) -> None:
        self._memory = memory

    @property
    def _calls(self) -> Calls:
        return self._memory.calls

    def door(self, queue: QueueName, caller_number: str = "", score: float = math.inf) -> Door:
        self._memory.check()
        caller = (queue, phone_numbers.normalised(caller_number))
        agents = self._memory.agents
        return Door(
            waiting_count=self._calls.placed_count(queue),
            offered_count=len(self._calls.offered[queue]),
            ahead_count=self._calls.waiting[queue].count_below(score),
            free_agents_count=len(agents.free[queue]),
            staffed=frozenset(agents.staffed[queue]),
            closure=self._memory.closures.get(queue),
            rates=self._memory.rates[queue],
            dropped=self._memory.dropped.get(caller),
            last_agent=self._memory.last_agents.get(caller),
        )

    def join(self, joining: Joining, request_id: str) -> Joined:
        return self._memory.once("join", request_id, lambda: self._join(joining))

    def _join(self, joining: Joining) -> Joined:
        before = self._calls.get(joining.call_id)
        if before is not None and before.state in UNENDED:
            position = self._calls.position(joining.call_id, joining.queue)
            return Joined(answer=JoinAnswer.ALREADY_JOINED, position=position)
        left_behind = (joining.queue, phone_numbers.normalised(joining.caller_number))
        if joining.resumes and self._memory.dropped.get(left_behind) is None:
            return Joined(answer=JoinAnswer.PLACE_GONE, position=None)
        if self._calls.placed_count(joining.queue) >= joining.maximum_waiting:
            return Joined(answer=JoinAnswer.QUEUE_FULL, position=None)
        if joining.callback is not None:
            promised = self._calls.get(self._memory.promises.get(left_behind, joining.call_id))
            if promised is not None and promised.state in UNENDED:
                return Joined(answer=JoinAnswer.ALREADY_PROMISED, position=None)
            self._memory.promises[left_behind] = joining.call_id
        if joining.resumes:
            self._memory.dropped.discard(left_behind)
        self._calls.put(_waiting(joining))
        self._memory.told.pop(joining.call_id, None)
        position = self._calls.position(joining.call_id, joining.queue)
        return Joined(answer=JoinAnswer.JOINED, position=position)

    def move(self, joining: Joining, from_queue: QueueName, request_id: str) -> MoveAnswer:
        return self._memory.once("move", request_id, lambda: self._move(joining, from_queue))

    def _move(self, joining: Joining, from_queue: QueueName) -> MoveAnswer:
        call = self._calls.get(joining.call_id)
        if call is None or call.queue != from_queue or call.state is not FloorCallState.WAITING:
            return MoveAnswer.NOT_WAITING
        if self._calls.placed_count(joining.queue) >= joining.maximum_waiting:
            return MoveAnswer.QUEUE_FULL
        # What is of the call and not of the place stays: node, leg, arrival, numbers and name.
        moved = replace(
            call,
            queue=joining.queue,
            score=joining.score,
            priority=joining.priority,
            own_priority=joining.own_priority,
            skills=joining.skills,
            first_joined_at=joining.first_joined_at,
            joined_at=joining.joined_at,
            language=joining.language,
            account=encodable(joining.account),
        )
        self._calls.put(moved)
        self._memory.told.pop(joining.call_id, None)
        return MoveAnswer.MOVED

    def rescore(
        self,
        call_id: CallId,
        queue: QueueName,
        *,
        score: float,
        priority: int,
        own_priority: int,
    ) -> RescoreAnswer:
        self._memory.check()
        call = self._calls.get(call_id)
        if call is None or call.queue != queue or call.state not in PLACED:
            return RescoreAnswer.NOT_THERE
        self._calls.put(replace(call, score=score, priority=priority, own_priority=own_priority))
        return RescoreAnswer.DONE

    def keep_callback(self, call_id: CallId, callback: Callback) -> RescoreAnswer:
        self._memory.check()
        call = self._calls.get(call_id)
        if call is None or call.callback is None or call.state not in UNENDED:
            return RescoreAnswer.NOT_THERE
        self._calls.put(replace(call, callback=callback))
        return RescoreAnswer.DONE

    def leave(
        self,
        call_id: CallId,
        queue: QueueName,
        request_id: str,
        *,
        resume_within_seconds: float = 0.0,
    ) -> LeaveAnswer:
        return self._memory.once(
            "leave", request_id, lambda: self._leave(call_id, queue, resume_within_seconds)
        )

    def _leave(
        self, call_id: CallId, queue: QueueName, resume_within_seconds: float
    ) -> LeaveAnswer:
        call = self._calls.get(call_id)
        if call is None or call.queue != queue or call.state not in UNENDED:
            return LeaveAnswer.NOT_THERE
        if call.state in PLACED and resume_within_seconds > 0:
            self._keep_place(call, resume_within_seconds)
        self._memory.end(call)
        return LeaveAnswer.LEFT

    def _keep_place(self, call: FloorCall, seconds: float) -> None:
        number = phone_numbers.normalised(call.caller_number)
        if number:
            place = DroppedPlace(
                first_joined_at=call.first_joined_at, own_priority=call.own_priority
            )
            self._memory.dropped.put((call.queue, number), place, seconds)

    def tail(self, queue: QueueName, count: int) -> list[CallId]:
        self._memory.check()
        return [call_id for _, call_id in self._calls.waiting[queue].last(count)]

    def close_queue(self, queue: QueueName, closure: Closure) -> None:
        self._memory.check()
        self._memory.closures[queue] = closure

    def open_queue(self, queue: QueueName) -> bool:
        self._memory.check()
        return self._memory.closures.pop(queue, None) is not None

    def learn_service(self, queue: QueueName, seconds: float) -> None:
        self._memory.check()
        rates = self._memory.rates[queue]
        self._memory.rates[queue] = replace(
            rates,
            served_weight=rates.served_weight * KEPT_SHARE + 1,
            served_seconds=rates.served_seconds * KEPT_SHARE + seconds,
        )

    def learn_wait(self, queue: QueueName, seconds: float, *, is_abandoned: bool) -> None:
        self._memory.check()
        rates = self._memory.rates[queue]
        self._memory.rates[queue] = replace(
            rates,
            abandoned_weight=rates.abandoned_weight * KEPT_SHARE + is_abandoned,
            waited_seconds=rates.waited_seconds * KEPT_SHARE + seconds,
        )

    def remember_agent(
        self, queue: QueueName, caller_number: str, agent_id: AgentId, seconds: float
    ) -> None:
        self._memory.check()
        number = phone_numbers.normalised(caller_number)
        if number:
            self._memory.last_agents.put((queue, number), agent_id, seconds)

    def forget(self, call_id: CallId) -> None:
        self._memory.check()
        call = self._calls.get(call_id)
        if call is not None and call.state is FloorCallState.ENDED:
            self._calls.forget(call)
            self._memory.told.pop(call_id, None)

    def position(self, call_id: CallId, queue: QueueName) -> int | None:
        self._memory.check()
        return self._calls.position(call_id, queue)

    def outlook(
        self,
        call_id: CallId,
        queue: QueueName,
        *,
        tells_position: bool,
        told_position: int | None = None,
        is_estimated: bool = False,
    ) -> Outlook | None:
        self._memory.check()
        position = self._calls.position(call_id, queue)
        if position is None:
            return None
        told = self._memory.told.get(call_id, Told())
        known = [number for number in (told.position, told_position) if number is not None]
        position = min(position, *known) if known else position
        if tells_position:
            self._memory.told[call_id] = replace(told, position=position)
        waiting = self._calls.waiting[queue]
        outlook = Outlook(
            position=position,
            ahead_count=waiting.rank(call_id) if call_id in waiting else 0,
            told_until=told.until,
        )
        if not is_estimated:
            return outlook
        staffed = frozenset(self._memory.agents.staffed[queue])
        return replace(outlook, staffed=staffed, rates=self._memory.rates[queue])

    def note_told_wait(self, call_id: CallId, queue: QueueName, until: Micros) -> RescoreAnswer:
        self._memory.check()
        if self._calls.position(call_id, queue) is None:
            return RescoreAnswer.NOT_THERE
        told = self._memory.told.get(call_id, Told())
        self._memory.told[call_id] = replace(told, until=until)
        return RescoreAnswer.DONE

    def candidates(self, queues: Sequence[QueueName], count: int) -> list[Candidates]:
        self._memory.check()
        return [
            Candidates(
                callers=tuple(
                    WaitingCaller(call_id=call_id, score=score)
                    for score, call_id in self._calls.waiting[queue].first(count)
                ),
                agents=tuple(
                    FreeAgent(agent_id=agent_id, score=score)
                    for score, agent_id in self._memory.agents.free[queue].first(count)
                ),
            )
            for queue in queues
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
            waiting_count=len(self._calls.waiting[queue]),
            offered_count=len(self._calls.offered[queue]),
            free_agents_count=len(self._memory.agents.free[queue]),
            staffed_count=len(self._memory.agents.staffed[queue]),
            oldest_joined_at=head.first_joined_at if head else None,
        )


def _waiting(joining: Joining) -> FloorCall:
    """A caller who has just taken a place; nothing of an earlier one is left."""
    return FloorCall(
        call_id=joining.call_id,
        leg_id=joining.leg_id,
        node=joining.node,
        queue=joining.queue,
        state=FloorCallState.WAITING,
        score=joining.score,
        priority=joining.priority,
        arrived_at=joining.arrived_at,
        first_joined_at=joining.first_joined_at,
        own_priority=joining.own_priority,
        skills=joining.skills,
        joined_at=joining.joined_at,
        offers=(),
        offer_id=None,
        agent_id=None,
        agent_leg_id=None,
        bridged_at=None,
        ended_at=None,
        callback=joining.callback,
        caller_number=joining.caller_number,
        caller_name=joining.caller_name,
        dialled_number=joining.dialled_number,
        language=joining.language,
        account=encodable(joining.account),
    )
