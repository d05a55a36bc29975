"""The calls the floor in memory holds, and the sorted sets that follow from them."""

from __future__ import annotations

from collections import defaultdict

from callcore.domain.ids import CallId, NodeName, QueueName
from callcore.ports.stores import FloorCall, FloorCallState
from tests.fakes.ranked import Ranked


class Calls:
    """The calls, and where each has its place."""

    def __init__(self) -> None:
        self.waiting: defaultdict[QueueName, Ranked[CallId]] = defaultdict(Ranked)
        self.offered: defaultdict[QueueName, Ranked[CallId]] = defaultdict(Ranked)
        self.promised: defaultdict[QueueName, set[CallId]] = defaultdict(set)
        """Callbacks that are not kept yet."""
        self.deferred: defaultdict[QueueName, Ranked[CallId]] = defaultdict(Ranked)
        """Those of them that wait and are not due."""
        self._not_due: set[CallId] = set()
        """With those that are being offered."""
        self._calls: dict[CallId, FloorCall] = {}
        # A dict for its order.
        self._of_node: defaultdict[NodeName, dict[CallId, None]] = defaultdict(dict)

    def get(self, call_id: CallId) -> FloorCall | None:
        return self._calls.get(call_id)

    def of_node(self, node: NodeName) -> list[FloorCall]:
        return [self._calls[call_id] for call_id in self._of_node[node]]

    def put(self, call: FloorCall) -> None:
        """Keeps a call, in place of what was known of it."""
        before = self._calls.get(call.call_id)
        places, places_before = self._places(call), self._places(before)
        if places_before is not None and places_before is not places:
            places_before.discard(call.call_id)
        if places is not None:
            places.put(call.call_id, call.score)
        if before is not None:
            self.promised[before.queue].discard(call.call_id)
            self.deferred[before.queue].discard(call.call_id)
        if places is not None and call.callback is not None:
            self.promised[call.queue].add(call.call_id)
        if places is None:
            self._not_due.discard(call.call_id)
        elif call.call_id in self._not_due and call.state is FloorCallState.WAITING:
            self.deferred[call.queue].put(call.call_id, call.score)
        if before is not None and before.node != call.node:
            del self._of_node[before.node][call.call_id]
        self._of_node[call.node][call.call_id] = None
        self._calls[call.call_id] = call

    def defer(self, call: FloorCall, *, is_deferred: bool) -> None:
        """Notes of a promise whether it is due."""
        (self._not_due.add if is_deferred else self._not_due.discard)(call.call_id)
        self.put(call)

    def is_deferred(self, call_id: CallId) -> bool:
        """True of a promise that is not due."""
        return call_id in self._not_due

    def forget(self, call: FloorCall) -> None:
        """Forgets an ended call."""
        del self._calls[call.call_id], self._of_node[call.node][call.call_id]

    def _places(self, call: FloorCall | None) -> Ranked[CallId] | None:
        if call is None or call.state in {FloorCallState.TALKING, FloorCallState.ENDED}:
            return None
        is_offered = call.state is FloorCallState.OFFERED
        return self.offered[call.queue] if is_offered else self.waiting[call.queue]

    def placed_count(self, queue: QueueName) -> int:
        """How many wait in a queue and count, those being offered included."""
        present_count = len(self.waiting[queue]) + len(self.offered[queue])
        return present_count - len(self.deferred[queue])

    def ahead_count(self, queue: QueueName, score: float) -> int:
        """How many wait with a lower score and count."""
        return self.waiting[queue].count_below(score) - self.deferred[queue].count_below(score)

    def rank(self, call_id: CallId, queue: QueueName) -> int:
        """How many wait before a call that waits, and count."""
        waiting, deferred = self.waiting[queue], self.deferred[queue]
        return waiting.rank(call_id) - deferred.count_before(call_id, waiting.score(call_id))

    def position(self, call_id: CallId, queue: QueueName) -> int | None:
        """The place in the order of service; of equal scores those being offered are ahead."""
        waiting, offered = self.waiting[queue], self.offered[queue]
        if call_id in waiting:
            score = waiting.score(call_id)
            return self.rank(call_id, queue) + offered.count_up_to(score) + 1
        if call_id in offered:
            score = offered.score(call_id)
            return offered.rank(call_id) + self.ahead_count(queue, score) + 1
        return None

    def first(self, queue: QueueName) -> list[tuple[float, CallId]]:
        """The first who waits and counts, with the score; empty if there is none."""
        deferred = self.deferred[queue]
        found = self.waiting[queue].first(len(deferred) + 1)
        return [entry for entry in found if entry[1] not in deferred][:1]

    def last(self, queue: QueueName, count: int) -> list[CallId]:
        """Up to ``count`` who wait on the line, last ones first."""
        promised = self.promised[queue]
        found = self.waiting[queue].last(count + len(promised)) if count > 0 else []
        return [call_id for _, call_id in found if call_id not in promised][:count]

    def head(self, queue: QueueName) -> FloorCall | None:
        """Who is first in the order of service, of those who count."""
        heads = self.offered[queue].first(1) + self.first(queue)
        # Of equal ones ``min`` takes the first.
        return self._calls[min(heads, key=lambda entry: entry[0])[1]] if heads else None
