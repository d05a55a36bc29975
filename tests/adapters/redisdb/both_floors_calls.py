"""What callers and promises do on both floors."""

from __future__ import annotations

from dataclasses import replace

import hypothesis.strategies as st
from hypothesis.stateful import rule

from callcore.domain import estimates
from callcore.domain.admission import Closure
from callcore.domain.ids import AgentId, CallId, Micros, NodeName, QueueName
from tests.adapters.redisdb.both_floors import (
    NUMBERS,
    QUEUES,
    BothFloors,
    agents,
    callers,
    calls,
    keeping,
    nodes,
    numbers,
    promises,
    queues,
    requests,
    scores,
)
from tests.contract.floor_builders import LONG_SECONDS, NUMBER, SUPPORT, joining
from tests.contract.promises import CALLBACK, promise


class CallsOnBoth(BothFloors):
    """Callers come, move and leave, and promises are made, moved and kept."""

    @rule(
        call=callers,
        queue=queues,
        node=nodes,
        score=scores,
        maximum=st.integers(1, 3),
        number=numbers,
        resumes=st.booleans(),
        request=requests,
    )
    def join(
        self,
        call: str,
        queue: QueueName,
        node: NodeName,
        score: float,
        maximum: int,
        number: str,
        resumes: bool,
        request: str,
    ) -> None:
        asked = joining(
            call,
            queue=queue,
            node=node,
            score=score,
            maximum_waiting=maximum,
            caller_number=number,
            own_priority=round(score),
            resumes=resumes,
        )
        first, second = (floor.waiting_room.join(asked, request) for floor in self.floors)
        assert first == second

    @rule(
        call=promises,
        queue=queues,
        score=scores,
        most=st.integers(1, 2),
        number=st.sampled_from(NUMBERS[:2]),
        request=requests,
    )
    def make_promise(
        self, call: str, queue: QueueName, score: float, most: int, number: str, request: str
    ) -> None:
        asked = promise(call, most=most, queue=queue, score=score, caller_number=number)
        first, second = (floor.waiting_room.join(asked, request) for floor in self.floors)
        assert first == second

    @rule(call=callers, promised=promises, is_elsewhere=st.booleans(), request=requests)
    def ring_in(self, call: str, promised: str, is_elsewhere: bool, request: str) -> None:
        """Mostly where the promise stands, by its number."""
        known = self.fake.waiting_room.call(CallId(promised))
        queue = known.queue if known is not None else SUPPORT
        if is_elsewhere:
            (queue,) = set(QUEUES) - {queue}
        number = known.caller_number if known is not None else NUMBER
        asked = joining(call, queue=queue, caller_number=number)
        asked = replace(asked, takes_over=CallId(promised))
        first, second = (floor.waiting_room.join(asked, request) for floor in self.floors)
        assert first == second

    @rule(call=calls, seconds=st.integers(0, 9))
    def keep_callback(self, call: str, seconds: int) -> None:
        changed = replace(CALLBACK, attempts=(), not_before=Micros(seconds))
        answers = {f.waiting_room.keep_callback(CallId(call), changed) for f in self.floors}
        assert len(answers) == 1

    @rule(call=calls, queue=queues, is_deferred=st.booleans(), is_there=st.booleans())
    def defer(self, call: str, queue: QueueName, is_deferred: bool, is_there: bool) -> None:
        """Mostly where it stands."""
        known = self.fake.waiting_room.call(CallId(call))
        queue = known.queue if known is not None and is_there else queue
        answers = {
            floor.waiting_room.defer(CallId(call), queue, is_deferred=is_deferred)
            for floor in self.floors
        }
        assert len(answers) == 1

    @rule(call=calls, queue=queues, most=st.integers(1, 2), request=requests)
    def move_promise(self, call: str, queue: QueueName, most: int, request: str) -> None:
        (other,) = set(QUEUES) - {queue}
        known = self.fake.waiting_room.call(CallId(call))
        if known is None or known.callback is None:
            return
        number = known.caller_number
        asked = promise(call, most=most, queue=other, caller_number=number)
        assert len({f.waiting_room.move(asked, queue, request) for f in self.floors}) == 1

    @rule(call=calls, queue=queues, seconds=keeping, request=requests)
    def leave(self, call: str, queue: QueueName, seconds: float, request: str) -> None:
        answers = {
            floor.waiting_room.leave(CallId(call), queue, request, resume_within_seconds=seconds)
            for floor in self.floors
        }
        assert len(answers) == 1

    @rule(call=callers, queue=queues, score=scores, maximum=st.integers(1, 3), request=requests)
    def move(self, call: str, queue: QueueName, score: float, maximum: int, request: str) -> None:
        (other,) = set(QUEUES) - {queue}
        known = self.fake.waiting_room.call(CallId(call))
        if known is not None and known.callback is not None:
            return
        asked = joining(call, queue=other, score=score, maximum_waiting=maximum, first_joined_at=3)
        assert len({f.waiting_room.move(asked, queue, request) for f in self.floors}) == 1

    @rule(call=calls, queue=queues, score=scores)
    def rescore(self, call: str, queue: QueueName, score: float) -> None:
        answers = {
            floor.waiting_room.rescore(
                CallId(call), queue, score=score, priority=round(score), own_priority=round(-score)
            )
            for floor in self.floors
        }
        assert len(answers) == 1

    @rule(queue=queues, is_open=st.booleans())
    def open_or_close(self, queue: QueueName, is_open: bool) -> None:
        closure = Closure(by="ops", reason="drill", at=Micros(1), until=None)
        for floor in self.floors:
            if is_open:
                floor.waiting_room.open_queue(queue)
            else:
                floor.waiting_room.close_queue(queue, closure)

    @rule(queue=queues, number=numbers, agent_id=agents, seconds=st.floats(0, 100))
    def talked(self, queue: QueueName, number: str, agent_id: AgentId, seconds: float) -> None:
        for floor in self.floors:
            floor.waiting_room.remember_agent(queue, number, agent_id, LONG_SECONDS)
            floor.waiting_room.learn(queue, estimates.of_lost_offer(seconds))
            floor.waiting_room.learn_all(
                {each: estimates.of_sharing(is_here=each == queue) for each in QUEUES}
            )
            floor.waiting_room.learn(
                queue,
                estimates.of_wait(
                    seconds,
                    is_served=seconds <= 50,
                    is_abandoned=seconds > 50,
                    is_callback=False,
                    expected=None,
                ),
            )
            floor.waiting_room.learn(
                queue, estimates.of_service(seconds=seconds, answer_seconds=seconds / 9, priority=1)
            )

    @rule(call=calls)
    def forget(self, call: str) -> None:
        for floor in self.floors:
            floor.waiting_room.forget(CallId(call))
