"""Callers and their places: implements ``ports.stores.WaitingRoom``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from callcore.adapters.redisdb import rows
from callcore.adapters.redisdb.call_nodes import CallNodes
from callcore.adapters.redisdb.client import Client
from callcore.adapters.redisdb.durations import expiry_milliseconds
from callcore.adapters.redisdb.faults import Fault, UnexpectedAnswerError
from callcore.adapters.redisdb.keys import Keys
from callcore.adapters.redisdb.lines import RedisLines
from callcore.adapters.redisdb.parts import some_together
from callcore.adapters.redisdb.reread import until_current
from callcore.adapters.redisdb.scripts import (
    REMEMBER_ANSWER_SECONDS,
    ForgetAnswer,
    OutdatedError,
    Scripts,
)
from callcore.domain.callbacks import Callback
from callcore.domain.ids import CallId, Micros, NodeName, QueueName
from callcore.ports.stores import (
    SEARCH_SECONDS,
    FloorCall,
    Joined,
    Joining,
    LeaveAnswer,
    MoveAnswer,
    RescoreAnswer,
)

PROMISE_KEPT_MILLISECONDS: Final = 8 * 86_400 * 1000
"""Longer than a promise may live (``CallbackPolicy``); which of them is over, its call says."""


class RedisWaitingRoom(RedisLines):
    """The waiting room of one site."""

    def __init__(
        self,
        client: Client,
        scripts: Scripts,
        keys: Keys,
        identified: Callable[[str], str],
        nodes: CallNodes,
    ) -> None:
        super().__init__(client, scripts, keys, identified)
        self._nodes = nodes

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
        answer, counts = self._scripts.join.run_counted(
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
                *(keys.promises(joining.queue), keys.deferred(joining.queue)),
                keys.free_agents(joining.queue),
            ],
            [
                REMEMBER_ANSWER_SECONDS,
                joining.call_id,
                repr(float(joining.score)),
                joining.maximum_waiting,
                *(node_before, int(joining.resumes)),
                *(other, PROMISE_KEPT_MILLISECONDS if is_promise else 0),
                *(joining.maximum_promises, SEARCH_SECONDS * 1000),
                *rows.call_fields(joining),
            ],
        )
        self._nodes.remember(joining.call_id, joining.node)
        position, free_count, sought_for_count, *_ = (*counts, None, None, None)
        return Joined(
            answer=answer,
            position=position,
            free_agents_count=free_count,
            sought_for_count=sought_for_count,
        )

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
                *(keys.deferred(from_queue), keys.deferred(joining.queue)),
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
                *(keys.call(call_id), keys.promises(queue), keys.deferred(queue)),
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

    def defer(self, call_id: CallId, queue: QueueName, *, is_deferred: bool) -> RescoreAnswer:
        """Notes of a promise that waits or is being offered whether it is due."""
        keys = self._keys
        return self._scripts.defer.run(
            [
                *(keys.waiting(queue), keys.offered(queue)),
                *(keys.deferred(queue), keys.call(call_id)),
            ],
            [call_id, int(is_deferred)],
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
                *(keys.promises(queue), keys.deferred(queue)),
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
            node = self._nodes.take(call_id) or self._node_of(call_id)
            return self._scripts.forget.run(
                [keys.call(call_id), keys.calls_of_node(node)], [call_id, node]
            )

        until_current(attempt)

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
        return [call for part in some_together(ids) for call in self._some_calls(part)]

    def _some_calls(self, ids: Sequence[CallId]) -> Iterator[FloorCall]:
        found = self._client.send("calls", [("HGETALL", self._keys.call(each)) for each in ids])
        for call_id, row in zip(ids, found, strict=True):
            if not row:  # forgotten between the two reads
                continue
            try:
                yield rows.call(call_id, row)
            except UnexpectedAnswerError:
                self._client.note_fault(Fault.UNEXPECTED_ANSWER)

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
