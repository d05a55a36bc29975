"""Whether queues take callers, how many, and how long they would wait."""

from __future__ import annotations

from callcore.adapters.prom.families import Families
from callcore.domain import events


class DoorFamilies:
    """Families by queue, as this worker saw it last."""

    def __init__(self, families: Families) -> None:
        self.open = families.gauges(
            "callcore_queue_open",
            "1 if the queue takes callers, 0 if it is closed, by its hours or by command.",
            "queue",
        )
        self.limit = families.gauges(
            "callcore_queue_limit", "How many callers may wait in the queue.", "queue"
        )
        self.estimate_seconds = families.gauges(
            "callcore_queue_estimate_seconds",
            "Mean wait of a caller who would join now, behind all, in seconds, as this worker saw "
            "it in the last 15; absent while it is unknown.",
            "queue",
        )

    def looked(self, fact: events.QueueLooked) -> None:
        """This worker looked at a queue."""
        self.open.set(fact.is_open, fact.queue)
        self.limit.set(fact.limit, fact.queue)
        if fact.estimate_seconds is None:
            self.estimate_seconds.remove(fact.queue)
        else:
            self.estimate_seconds.set(fact.estimate_seconds, fact.queue)

    def forget(self, queue: str) -> None:
        """Takes a queue off the page."""
        for gauges in (self.open, self.limit, self.estimate_seconds):
            gauges.remove(queue)
