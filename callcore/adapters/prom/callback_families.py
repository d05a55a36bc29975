"""What is counted of promised callbacks, which the families of callers leave out."""

from __future__ import annotations

from callcore.adapters.prom.buckets import CALLBACK_BUCKETS
from callcore.adapters.prom.families import Families


class CallbackFamilies:
    """Families by queue."""

    def __init__(self, families: Families) -> None:
        self.promised = families.counters(
            "callcore_callbacks_promised_total",
            "Callbacks that callers were promised; one who has a promise already gets no other.",
            "queue",
        )
        self.dialled = families.counters(
            "callcore_callbacks_dialled_total",
            "Calls to customers' phones, made when an agent had picked up.",
            "queue",
        )
        self.unreached = families.counters(
            "callcore_callbacks_unreached_total",
            "Of them, those the customer did not answer, was busy, or ended before the two talked.",
            "queue",
        )
        self.ended = families.counters(
            "callcore_callbacks_ended_total",
            "Promises that left the queue, by reason: `picked_up` if they were kept.",
            "queue",
            "reason",
        )
        self.wait_seconds = families.histograms(
            "callcore_callback_wait_seconds",
            "How long kept promises had waited since the caller's first joining, in seconds.",
            CALLBACK_BUCKETS,
            "queue",
        )
