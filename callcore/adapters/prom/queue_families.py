"""What is counted of callers in a queue."""

from __future__ import annotations

from callcore.adapters.prom.buckets import TALK_BUCKETS, WAIT_BUCKETS, WRAP_UP_BUCKETS
from callcore.adapters.prom.families import Families

POSITION = "position"
ESTIMATE = "estimate"
MESSAGE = "message"
ANNOUNCEMENTS = (POSITION, ESTIMATE, MESSAGE)


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
        self.talk_seconds = families.histograms(
            "callcore_queue_talk_seconds",
            "Length of a conversation, in seconds.",
            TALK_BUCKETS,
            "queue",
        )
        self.wrap_up_seconds = families.histograms(
            "callcore_queue_wrap_up_seconds",
            "Length of a wrap-up, in seconds.",
            WRAP_UP_BUCKETS,
            "queue",
        )
        self.wrap_ups = families.counters(
            "callcore_queue_wrap_ups_total",
            "Wrap-ups that are over, by how they ended: `timed_out`, `ended_early`, or either of "
            "them after it was `extended`.",
            "queue",
            "end",
        )
        self.announcements = families.counters(
            "callcore_queue_announcements_total",
            "What waiting callers were told: their `position`, an `estimate` of the wait, a "
            "`message`.",
            "queue",
            "kind",
        )
        self.priority_changes = families.counters(
            "callcore_queue_priority_changes_total",
            "Changes of a waiting caller's priority, by `ageing` or an `operator`.",
            "queue",
            "by",
        )
        self.open = families.gauges(
            "callcore_queue_open",
            "1 if the queue takes callers, 0 if it is closed, by its hours or by command.",
            "queue",
        )
        self.limit = families.gauges(
            "callcore_queue_limit", "How many callers may wait in the queue.", "queue"
        )
