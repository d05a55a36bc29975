"""Callers and their places, in memory."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

from callcore.domain.admission import Closure, Door, DroppedPlace
from callcore.domain.callbacks import Callback
from callcore.domain.estimates import Lesson
from callcore.domain.ids import MICROS_PER_SECOND, AgentId, CallId, Micros, QueueName
from callcore.domain.outcomes import LeaveReason
from callcore.domain.wait_telling import ToldEstimate
from callcore.ports.stores import (
    SEARCH_SECONDS,
    FloorCall,
    FloorCallState,
    JoinAnswer,
    Joined,
    Joining,
    LeaveAnswer,
    MoveAnswer,
    Outlook,
    RescoreAnswer,
)
from tests.fakes.floor_line_reading import PLACED, FakeLines
from tests.fakes.floor_memory import Told, encodable

UNENDED = (FloorCallState.WAITING, FloorCallState.OFFERED, FloorCallState.TALKING)


class FakeWaitingRoom(FakeLines):
    """``ports.stores.WaitingRoom`` in memory."""

    def door(self, queue: QueueName, caller_number: str = "", score: float = math.inf) -> Door:
        self._memory.check()
        caller = (queue, self._memory.identified(caller_number))
        agents = self._memory.agents
        return Door(
            waiting_count=self._calls.placed_count(queue),
            offered_count=len(self._calls.offered[queue]),
            ahead_count=self._calls.ahead_count(queue, score),
            free_agents_count=len(agents.free[queue]),
            staffed=frozenset(agents.staffed[queue]),
            closure=self._memory.closures.get(queue),
            rates=self._memory.rates(queue),
            head_score=self._head_score(queue),
            promise=self._memory.promises.get(caller),
            dropped=self._memory.dropped.get(caller),
            last_agent=self._memory.last_agents.get(caller),
        )

    def _head_score(self, queue: QueueName) -> float | None:
        """Of the first who waits, counts and is not being offered, unless it is a promise."""
        first = self._calls.first(queue)
        if not first or first[0][1] in self._calls.promised[queue]:
            return None
        return first[0][0]

    def join(self, joining: Joining, request_id: str) -> Joined:
        return self._memory.once("join", request_id, lambda: self._join(joining))

    def _join(self, joining: Joining) -> Joined:
        before = self._calls.get(joining.call_id)
        if before is not None and before.state in UNENDED:
            position = self._calls.position(joining.call_id, joining.queue)
            return Joined(answer=JoinAnswer.ALREADY_JOINED, position=position)
        left_behind = (joining.queue, self._memory.identified(joining.caller_number))
        refusal = self._refusal(joining, left_behind)
        if refusal is not None:
            return Joined(answer=refusal, position=None)
        if joining.callback is not None:
            self._memory.promises[left_behind] = joining.call_id
        elif joining.takes_over is not None:
            self._end_promise(joining.takes_over, left_behind)
        if joining.resumes:
            self._memory.dropped.discard(left_behind)
        lost = () if before is None else before.lost_offers
        self._calls.put(replace(_waiting(joining), lost_offers=lost))
        self._memory.told.pop(joining.call_id, None)
        self._memory.sticky[joining.call_id] = joining.sticky_agent
        self._memory.last_offered.pop(joining.call_id, None)
        position = self._calls.position(joining.call_id, joining.queue)
        return Joined(
            answer=JoinAnswer.JOINED,
            position=position,
            free_agents_count=len(self._memory.agents.free[joining.queue]),
            sought_for_count=self._sought_for_count(joining),
        )

    def _sought_for_count(self, joining: Joining) -> int:
        if self._calls.rank(joining.call_id, joining.queue) == 0:
            return 0
        since = self._memory.clock.now() - round(SEARCH_SECONDS * MICROS_PER_SECOND)
        return self._memory.agents.idle_since_count(joining.queue, since)

    def _refusal(self, joining: Joining, left_behind: tuple[QueueName, str]) -> JoinAnswer | None:
        """Why a call without a place may not have this one; ``None`` if it may."""
        promised, taken_over = self._calls.promised[joining.queue], joining.takes_over
        if joining.resumes and self._memory.dropped.get(left_behind) is None:
            return JoinAnswer.PLACE_GONE
        if taken_over is not None and taken_over not in promised:
            return JoinAnswer.PLACE_GONE
        if self._calls.placed_count(joining.queue) >= joining.maximum_waiting:
            return JoinAnswer.QUEUE_FULL
        if joining.callback is not None and self._has_promise(left_behind):
            return JoinAnswer.ALREADY_PROMISED
        if joining.callback is not None and len(promised) >= joining.maximum_promises:
            return JoinAnswer.TOO_MANY_PROMISES
        return None

    def _has_promise(self, number_of_queue: tuple[QueueName, str]) -> bool:
        """True if the number has a promise there that is not over."""
        call_id = self._memory.promises.get(number_of_queue)
        promised = None if call_id is None else self._calls.get(call_id)
        return promised is not None and promised.state in UNENDED

    def _end_promise(self, call_id: CallId, number_of_queue: tuple[QueueName, str]) -> None:
        """Its place is another call's; so is all that the number had left behind."""
        promise = self._calls.get(call_id)
        assert promise is not None
        self._memory.end(promise, LeaveReason.RANG_IN)
        self._memory.dropped.discard(number_of_queue)
        if self._memory.promises.get(number_of_queue) == call_id:
            del self._memory.promises[number_of_queue]

    def move(self, joining: Joining, from_queue: QueueName, request_id: str) -> MoveAnswer:
        return self._memory.once("move", request_id, lambda: self._move(joining, from_queue))

    def _move(self, joining: Joining, from_queue: QueueName) -> MoveAnswer:
        call = self._calls.get(joining.call_id)
        if call is None or call.queue != from_queue or call.state is not FloorCallState.WAITING:
            return MoveAnswer.NOT_WAITING
        if self._calls.placed_count(joining.queue) >= joining.maximum_waiting:
            return MoveAnswer.QUEUE_FULL
        if joining.callback is not None:
            number = self._memory.identified(joining.caller_number)
            if self._has_promise((joining.queue, number)):
                return MoveAnswer.ALREADY_PROMISED
            if len(self._calls.promised[joining.queue]) >= joining.maximum_promises:
                return MoveAnswer.TOO_MANY_PROMISES
            if self._memory.promises.get((from_queue, number)) == joining.call_id:
                del self._memory.promises[from_queue, number]
            self._memory.promises[joining.queue, number] = joining.call_id
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
            announcements_count=0,
        )
        self._calls.put(moved)
        self._memory.told.pop(joining.call_id, None)
        self._memory.sticky[joining.call_id] = joining.sticky_agent
        self._memory.last_offered.pop(joining.call_id, None)
        return MoveAnswer.MOVED

    def rescore(
        self,
        call_id: CallId,
        queue: QueueName,
        *,
        score: float,
        priority: int,
        own_priority: int,
        first_joined_at: Micros | None = None,
    ) -> RescoreAnswer:
        self._memory.check()
        call = self._calls.get(call_id)
        if call is None or call.queue != queue or call.state not in PLACED:
            return RescoreAnswer.NOT_THERE
        self._calls.put(
            replace(
                call,
                score=score,
                priority=priority,
                own_priority=own_priority,
                first_joined_at=first_joined_at or call.first_joined_at,
            )
        )
        return RescoreAnswer.DONE

    def keep_callback(self, call_id: CallId, callback: Callback) -> RescoreAnswer:
        self._memory.check()
        call = self._calls.get(call_id)
        if call is None or call.callback is None or call.state not in UNENDED:
            return RescoreAnswer.NOT_THERE
        self._calls.put(replace(call, callback=callback))
        return RescoreAnswer.DONE

    def defer(self, call_id: CallId, queue: QueueName, *, is_deferred: bool) -> RescoreAnswer:
        self._memory.check()
        call = self._calls.get(call_id)
        is_placed = call is not None and call.queue == queue and call.state in PLACED
        if call is None or call.callback is None or not is_placed:
            return RescoreAnswer.NOT_THERE
        self._calls.defer(call, is_deferred=is_deferred)
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
        number = self._memory.identified(call.caller_number)
        if number:
            place = DroppedPlace(
                first_joined_at=call.first_joined_at, own_priority=call.own_priority
            )
            self._memory.dropped.put((call.queue, number), place, seconds)

    def close_queue(self, queue: QueueName, closure: Closure) -> None:
        self._memory.check()
        self._memory.closures[queue] = closure

    def open_queue(self, queue: QueueName) -> bool:
        self._memory.check()
        return self._memory.closures.pop(queue, None) is not None

    def learn(self, queue: QueueName, lesson: Lesson) -> None:
        self.learn_all({queue: lesson})

    def learn_all(self, lessons: Mapping[QueueName, Lesson]) -> None:
        self._memory.check()
        for queue, lesson in lessons.items():
            sums = self._memory.sums[queue]
            for term in lesson:
                sums[term.name] = sums.get(term.name, 0.0) * term.kept + term.added

    def remember_agent(
        self, queue: QueueName, caller_number: str, agent_id: AgentId, seconds: float
    ) -> None:
        self._memory.check()
        number = self._memory.identified(caller_number)
        if number:
            self._memory.last_agents.put((queue, number), agent_id, seconds)

    def forget(self, call_id: CallId) -> None:
        self._memory.check()
        self._memory.forget(call_id)

    def outlook(
        self,
        call_id: CallId,
        queue: QueueName,
        *,
        tells_position: bool,
        told_position: int | None = None,
        is_estimated: bool = False,
        announcements_count: int = 0,
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
            self._count_announcements(call_id, announcements_count)
        waiting, offered = self._calls.waiting[queue], self._calls.offered[queue]
        is_waiting = call_id in waiting
        outlook = Outlook(
            position=position,
            ahead_count=self._calls.rank(call_id, queue) if is_waiting else 0,
            score=waiting.score(call_id) if is_waiting else offered.score(call_id),
        )
        if not is_estimated:
            return outlook
        return replace(
            outlook,
            staffed_count=len(self._memory.agents.staffed[queue]),
            rates=self._memory.rates(queue),
            head_score=self._head_score(queue),
            told=told.estimates[-1] if told.estimates else None,
        )

    def note_told_wait(
        self,
        call_id: CallId,
        queue: QueueName,
        told: ToldEstimate,
        *,
        announcements_count: int = 0,
    ) -> RescoreAnswer:
        self._memory.check()
        if self._calls.position(call_id, queue) is None:
            return RescoreAnswer.NOT_THERE
        before = self._memory.told.get(call_id, Told())
        if told not in before.estimates[-1:]:
            estimates = (*before.estimates, told)
            self._memory.told[call_id] = replace(before, estimates=estimates)
        self._count_announcements(call_id, announcements_count)
        return RescoreAnswer.DONE

    def _count_announcements(self, call_id: CallId, count: int) -> None:
        call = self._calls.get(call_id)
        assert call is not None
        self._calls.put(replace(call, announcements_count=count))

    def told_estimates(self, call_id: CallId) -> tuple[ToldEstimate, ...]:
        self._memory.check()
        return self._memory.told.get(call_id, Told()).estimates


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
