"""What operators do to whole queues."""

from __future__ import annotations

from callcore.domain import admission
from callcore.domain.admission import Closure
from callcore.domain.ids import Micros, QueueName
from callcore.flows import expecting
from callcore.flows.queue_watch import QueueWatch
from callcore.flows.site import Site
from callcore.flows.waiting_views import ready
from callcore.ports.operations import OutOfRangeError, QueueView, UnknownQueueError
from callcore.ports.stores import QueueCounts


class QueueOperations:
    """The part of ``ports.operations.Operations`` that is about queues."""

    def __init__(self, site: Site, queue_watch: QueueWatch) -> None:
        self._site = site
        self._queue_watch = queue_watch

    def queues(self) -> list[QueueView]:
        """Every queue, by name."""
        names = sorted(self._site.policy.queues)
        counts = ready(lambda: self._site.waiting_room.counts(names))
        views = (self._view(one) for one in counts)
        return [view for view in views if view is not None]

    def close(self, queue: QueueName, *, until: Micros | None, reason: str, by: str) -> None:
        """Closes a queue to new callers; those who wait are treated as at closing time."""
        self.known(queue)
        now = self._site.clock.now()
        if until is not None and until <= now:
            message = f"until lies in the past: queue {queue} is not closed; give a later time"
            raise OutOfRangeError(message)
        closure = Closure(by=by, reason=reason, at=now, until=until)
        ready(lambda: self._site.waiting_room.close_queue(queue, closure))
        self._queue_watch.touch([queue])

    def open(self, queue: QueueName, *, by: str) -> bool:
        """Ends a closure by command; false if there was none."""
        self.known(queue)
        was_closed = ready(lambda: self._site.waiting_room.open_queue(queue))
        self._queue_watch.touch([queue], by)
        return was_closed

    def known(self, queue: QueueName) -> None:
        """Raises ``UnknownQueueError`` unless there is such a queue."""
        if queue not in self._site.policy.queues:
            known = ", ".join(sorted(self._site.policy.queues))
            message = f"there is no queue {queue}: the queues are {known}"
            raise UnknownQueueError(message)

    def _view(self, counts: QueueCounts) -> QueueView | None:
        """``None`` for a queue that has gone since it was counted."""
        queue = self._site.policy.queues.get(counts.queue)
        if queue is None:
            return None
        now = self._site.clock.now()
        door = ready(lambda: self._site.waiting_room.door(counts.queue, ""))
        count = len(door.staffed)
        agents = expecting.effective_agents(self._site, counts.queue, count, door.rates)
        is_closed = admission.is_closed(queue, door.closure, now)
        is_open = not is_closed and self._site.policy.admits_to(queue.name)
        closure = door.closure
        if closure is not None and closure.until is not None and closure.until <= now:
            closure = None
        return QueueView(
            queue=counts.queue,
            is_open=is_open,
            closure=closure,
            opens_at=queue.hours.opens_at(now) if queue.hours else None,
            closes_at=queue.hours.closes_at(now) if queue.hours else None,
            waiting_count=counts.waiting_count + counts.offered_count,
            free_agents_count=counts.free_agents_count,
            staffed_count=counts.staffed_count,
            promises_count=counts.promises_count,
            deferred_count=counts.deferred_count,
            limit=admission.limit(queue, count, agents, door.rates),
            oldest_joined_at=counts.oldest_joined_at,
        )
