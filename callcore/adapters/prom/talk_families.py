"""What is counted of conversations and the wrap-ups after them."""

from __future__ import annotations

from callcore.adapters.prom.buckets import TALK_BUCKETS, WRAP_UP_BUCKETS
from callcore.adapters.prom.families import Families


class TalkFamilies:
    """Families by queue."""

    def __init__(self, families: Families) -> None:
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
