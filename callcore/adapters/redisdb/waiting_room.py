"""Callers and their places: implements ``ports.stores.WaitingRoom``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from callcore.adapters.redisdb import rows
from callcore.adapters.redisdb.durations import expiry_milliseconds
from callcore.adapters.redisdb.faults import Fault, UnexpectedAnswerError
from callcore.adapters.redisdb.outlooks import RedisOutlooks
from callcore.adapters.redisdb.reread import until_current
from callcore.adapters.redisdb.scripts import (
    REMEMBER_ANSWER_SECONDS,
    ForgetAnswer,
    OutdatedError,
)
from callcore.domain.callbacks import Callback
from callcore.domain.ids import AgentId, CallId, Micros, NodeName, QueueName
from callcore.ports.stores import (
    Candidates,
    FloorCall,
    FreeAgent,
    Joined,
    Joining,
    LeaveAnswer,
    MoveAnswer,
    QueueCounts,
    RescoreAnswer,
    WaitingCaller,
)

PROMISE_KEPT_MILLISECONDS: Final = 8 * 86_400 * 1000
"""Longer than a promise may live (``CallbackPolicy``); which of them is over, its call says."""


class RedisWaitingRoom(RedisOutlooks):
    """The waiting room of one site."""

    def join(self, joining: Joining, request_id: str) -> Joined:
        """Takes a place in the queue unless it is full; a place once taken is kept.

        A call that has a place in another queue is told ``ALREADY_JOINED`` without a position.
        """
        try:
            # A new call has no other node, and one that ended hardly ever has; a number that was
            # promised a callback, hardly ever another promise.
            return self._join(joining, request_id, joining.node, CallId(""))
        except OutdatedError:
            return until_current(
                lambda: self._join(
                    joining,
                    request_id,
                    self._node_of(joining.call_id),
                    self._promised(joining),
                )
            )

    def _join(
        self, joining: Joining, request_id: str, node_before: NodeName, promised: CallId
    ) -> Joined:
        keys = self._keys
        number = self._identified(joining.caller_number)
        is_promise = joining.callback is not None
        other = promised if is_promise else joining.takes_over or CallId("")
        answer, position = self._scripts.join.run_counted(
            [
                keys.request("join", request_id),
                keys.waiting(joining.queue),
                keys.offered(joining.queue),
                keys.call(joining.call_id),
                keys.calls_of_node(joining.node),
                keys.calls_of_node(node_before),
                keys.dropped(joining.queue, number),
                keys.promise(joining.queue, number),
                keys.call(other),
                keys.promises(joining.queue),
            ],
            [
                REMEMBER_ANSWER_SECONDS,
                joining.call_id,
                repr(float(joining.score)),
                joining.maximum_waiting,
                *(node_before, int(joining.resumes)),
                *(other, PROMISE_KEPT_MILLISECONDS if is_promise else 0),
                joining.maximum_promises,
                *rows.call_fields(joining),
            ],
        )
        return Joined(answer=answer, position=position)

    def move(self, joining: Joining, from_queue: QueueName, request_id: str) -> MoveAnswer:
        """Gives up a waiting caller's place in one queue for one in another, both or neither.

        What is of the call and not of the place stays: node, leg, arrival, numbers and name.
        """
        try:
            return self._move(joining, from_queue, request_id, CallId(""))
        except OutdatedError:
            return until_current(
                lambda: self._move(joining, from_queue, request_id, self._promised(joining))
            )

    def _move(
        self, joining: Joining, from_queue: QueueName, request_id: str, promised: CallId
    ) -> MoveAnswer:
        keys = self._keys
        number = self._identified(joining.caller_number)
        is_promise = joining.callback is not None
        return self._scripts.move.run(
            [
                keys.request("move", request_id),
                keys.waiting(from_queue),
                keys.waiting(joining.queue),
                keys.offered(joining.queue),
                keys.call(joining.call_id),
                *(keys.promises(from_queue), keys.promises(joining.queue)),
                *(keys.promise(from_queue, number), keys.promise(joining.queue, number)),
                keys.call(promised),
            ],
            [
                *(REMEMBER_ANSWER_SECONDS, joining.call_id, repr(float(joining.score))),
                joining.maximum_waiting,
                *(promised, PROMISE_KEPT_MILLISECONDS if is_promise else 0),
                joining.maximum_promises,
                *rows.place_fields(joining),
            ],
        )

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
        """Gives a caller who waits or is being offered another place in the order of service."""
        keys = self._keys
        return self._scripts.rescore.run(
            [
                *(keys.waiting(queue), keys.offered(queue)),
                *(keys.call(call_id), keys.promises(queue)),
            ],
            [
                *(call_id, repr(float(score)), priority, own_priority),
                *(() if first_joined_at is None else ("first_joined_at", first_joined_at)),
            ],
        )

    def keep_callback(self, call_id: CallId, callback: Callback) -> RescoreAnswer:
        """Notes what has changed of a promise that is not over."""
        return self._scripts.keep_callback.run(
            [self._keys.call(call_id)], rows.callback_fields(callback)
        )

    def leave(
        self,
        call_id: CallId,
        queue: QueueName,
        request_id: str,
        *,
        resume_within_seconds: float = 0.0,
    ) -> LeaveAnswer:
        """Gives up the place (waiting, offered or talking); the call is ``ended`` from then on.

        The place of who waited may be had again within ``resume_within_seconds``.
        """
        if resume_within_seconds <= 0:
            return self._leave(call_id, queue, request_id, "", 0)
        keep_milliseconds = expiry_milliseconds(resume_within_seconds)
        return until_current(
            lambda: self._leave(
                call_id, queue, request_id, self._number_of(call_id), keep_milliseconds
            )
        )

    def _leave(
        self,
        call_id: CallId,
        queue: QueueName,
        request_id: str,
        caller_number: str,
        keep_milliseconds: int,
    ) -> LeaveAnswer:
        keys = self._keys
        number = self._identified(caller_number)
        return self._scripts.leave.run(
            [
                keys.request("leave", request_id),
                keys.waiting(queue),
                keys.offered(queue),
                keys.call(call_id),
                keys.dropped(queue, number),
                keys.promises(queue),
            ],
            [
                *(REMEMBER_ANSWER_SECONDS, call_id, queue),
                *(keep_milliseconds if number else 0, caller_number),
            ],
        )

    def forget(self, call_id: CallId) -> None:
        """Forgets an ended call; changes nothing when it is unknown or has a place."""
        keys = self._keys

        def attempt() -> ForgetAnswer:
            node = self._node_of(call_id)
            return self._scripts.forget.run(
                [keys.call(call_id), keys.calls_of_node(node)], [call_id, node]
            )

        until_current(attempt)

    def tail(self, queue: QueueName, count: int) -> list[CallId]:
        """Up to ``count`` callers who wait and are not being offered, last in the order first."""
        if count < 1:
            return []
        (found,) = self._client.send(
            "tail", [("ZRANGE", self._keys.waiting(queue), 0, count - 1, "REV")]
        )
        return [CallId(member) for member in found]

    def candidates(self, queues: Sequence[QueueName], count: int) -> list[Candidates]:
        """Up to ``count`` of each side of each queue, in the order asked."""
        if count < 1:
            return [Candidates(callers=(), agents=()) for _ in queues]
        found = self._client.send(
            "candidates",
            [
                ("ZRANGE", key, 0, count - 1, "WITHSCORES")
                for queue in queues
                for key in (self._keys.waiting(queue), self._keys.free_agents(queue))
            ],
        )
        return [
            Candidates(
                callers=tuple(
                    WaitingCaller(call_id=CallId(member), score=score) for member, score in callers
                ),
                agents=tuple(
                    FreeAgent(agent_id=AgentId(member), score=score) for member, score in agents
                ),
            )
            for callers, agents in zip(found[::2], found[1::2], strict=True)
        ]

    def call(self, call_id: CallId) -> FloorCall | None:
        """What is known of a call."""
        (row,) = self._client.send("call", [("HGETALL", self._keys.call(call_id))])
        return rows.call(call_id, row) if row else None

    def calls(self, node: NodeName) -> list[FloorCall]:
        """Every call of a node, ended ones included.

        A hash that is not one of ours is counted and left out: the others are to be mended.
        """
        (members,) = self._client.send("calls", [("SMEMBERS", self._keys.calls_of_node(node))])
        ids = [CallId(member) for member in members]
        found = self._client.send("calls", [("HGETALL", self._keys.call(each)) for each in ids])
        calls = []
        for call_id, row in zip(ids, found, strict=True):
            if not row:  # forgotten between the two reads
                continue
            try:
                calls.append(rows.call(call_id, row))
            except UnexpectedAnswerError:
                self._client.note_fault(Fault.UNEXPECTED_ANSWER)
        return calls

    def counts(self, queues: Sequence[QueueName]) -> list[QueueCounts]:
        """The queues at this instant, in the order asked.

        The head may leave while it is looked up; then ``oldest_joined_at`` is ``None``.
        """
        keys = self._keys
        sizes = self._client.send(
            "counts",
            [
                command
                for queue in queues
                for command in (
                    ("ZCARD", keys.waiting(queue)),
                    ("ZCARD", keys.offered(queue)),
                    ("ZCARD", keys.free_agents(queue)),
                    ("SCARD", keys.staffed(queue)),
                    ("SCARD", keys.promises(queue)),
                    ("ZRANGE", keys.offered(queue), 0, 0, "WITHSCORES"),
                    ("ZRANGE", keys.waiting(queue), 0, 0, "WITHSCORES"),
                )
            ],
        )
        answers = [sizes[start : start + 7] for start in range(0, len(sizes), 7)]
        heads = [
            min(offered + waiting, key=_score, default=None) for *_, offered, waiting in answers
        ]
        known = [CallId(head[0]) for head in heads if head]
        joined = iter(
            self._client.send(
                "counts", [("HGET", keys.call(call_id), "first_joined_at") for call_id in known]
            )
        )
        oldest = [next(joined) if head else None for head in heads]
        return [
            QueueCounts(
                queue=queue,
                waiting_count=found[0],
                offered_count=found[1],
                free_agents_count=found[2],
                staffed_count=found[3],
                promises_count=found[4],
                oldest_joined_at=Micros(int(instant)) if instant is not None else None,
            )
            for queue, found, instant in zip(queues, answers, oldest, strict=True)
        ]

    def _node_of(self, call_id: CallId) -> NodeName:
        """The node of a call; empty if it is unknown."""
        (node,) = self._client.send("node_of", [("HGET", self._keys.call(call_id), "node")])
        return NodeName(node or "")

    def _promised(self, joining: Joining) -> CallId:
        """The latest promise to a caller's number; empty if there is none."""
        number = self._identified(joining.caller_number)
        key = self._keys.promise(joining.queue, number)
        (promised,) = self._client.send("promised", [("GET", key)])
        return CallId(promised or "")

    def _number_of(self, call_id: CallId) -> str:
        """The caller's number as the call has it; empty if the call is unknown."""
        key = self._keys.call(call_id)
        (number,) = self._client.send("number_of", [("HGET", key, "caller_number")])
        return str(number or "")


def _score(entry: tuple[str, float]) -> float:
    return entry[1]
