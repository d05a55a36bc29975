"""What is counted of callers who join and leave a queue."""

from __future__ import annotations

from callcore.adapters.prom.buckets import WAIT_BUCKETS
from callcore.adapters.prom.families import Families


class QueueFamilies:
    """Families by queue."""

    def __init__(self, families: Families) -> None:
        self.joined = families.counters(
            "callcore_queue_joined_total", "Callers who joined a queue.", "queue"
        )
        self.resumed = families.counters(
            "callcore_queue_resumed_total",
            "Of them, those who rang back and had their old place again.",
            "queue",
        )
        self.left = families.counters(
            "callcore_queue_left_total", "Callers who left a queue, by reason.", "queue", "reason"
        )
        self.picked_up = families.counters(
            "callcore_queue_picked_up_total", "Callers who got to talk with an agent.", "queue"
        )
        self.picked_up_within = families.counters(
            "callcore_queue_picked_up_within_total",
            "Of them, those picked up within the queue's service level time.",
            "queue",
        )
        self.abandoned = families.counters(
            "callcore_queue_abandoned_total",
            "Callers who left by their own will: hung up or pressed the exit key.",
            "queue",
        )
        self.short_abandoned = families.counters(
            "callcore_queue_short_abandoned_total",
            "Of them, those who left too early to count against the service level.",
            "queue",
        )
        self.wait_seconds = families.histograms(
            "callcore_queue_wait_seconds",
            "Wait of callers who were picked up, in seconds since joining.",
            WAIT_BUCKETS,
            "queue",
        )
        self.abandon_wait_seconds = families.histograms(
            "callcore_queue_abandon_wait_seconds",
            "Wait of callers who abandoned, in seconds since joining.",
            WAIT_BUCKETS,
            "queue",
        )
