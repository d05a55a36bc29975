"""Whether queues take callers, and how many."""

from __future__ import annotations

from callcore.adapters.prom.families import Families


class DoorFamilies:
    """Families by queue."""

    def __init__(self, families: Families) -> None:
        self.open = families.gauges(
            "callcore_queue_open",
            "1 if the queue takes callers, 0 if it is closed, by its hours or by command.",
            "queue",
        )
        self.limit = families.gauges(
            "callcore_queue_limit", "How many callers may wait in the queue.", "queue"
        )
