"""What is counted of callbacks, from the wish to the talk; families of callers leave them out."""

from __future__ import annotations

from callcore.adapters.prom.buckets import CALLBACK_BUCKETS, RING_BUCKETS, WAIT_BUCKETS
from callcore.adapters.prom.families import Families
from callcore.domain.outcomes import ENDS_OF_PROMISES, AttemptOutcome, LeaveReason

ENDS = (
    LeaveReason.PICKED_UP,
    *(reason for reason in LeaveReason if reason in ENDS_OF_PROMISES),
    LeaveReason.WITHDRAWN,
)
"""Of promises, if nothing goes wrong on our side."""

UNREACHED = tuple(outcome for outcome in AttemptOutcome if outcome is not AttemptOutcome.TALKED)


class CallbackFamilies:
    """Families by queue."""

    def __init__(self, families: Families) -> None:
        self.promised = families.counters(
            "callcore_callbacks_promised_total",
            "Callbacks that callers were promised; one who has a promise already gets no other.",
            "queue",
        )
        self.asked = families.counters(
            "callcore_callback_askings_total",
            "Callbacks that were offered or asked for, by how it came to it and what came of it: "
            "`promised`, or why not.",
            "queue",
            "origin",
            "outcome",
        )
        self.dialled = families.counters(
            "callcore_callbacks_dialled_total",
            "Calls to customers' phones, made when an agent had picked up or was about to be free.",
            "queue",
        )
        self.ring_seconds = families.histograms(
            "callcore_callback_ring_seconds",
            "How long customers' phones rang until they were answered, in seconds.",
            RING_BUCKETS,
            "queue",
        )
        self.unreached = families.counters(
            "callcore_callbacks_unreached_total",
            "Of the calls to customers' phones, those in which the two did not talk, by what came "
            "of them.",
            "queue",
            "outcome",
        )
        self.ended = families.counters(
            "callcore_callbacks_ended_total",
            "Promises that left the queue, by reason: `picked_up` if an agent was put through. If "
            "that was to a machine (the metric before), the promise stands in the queue again.",
            "queue",
            "reason",
        )
        self.wait_seconds = families.histograms(
            "callcore_callback_wait_seconds",
            "How long kept promises had waited since the caller's first joining, in seconds.",
            CALLBACK_BUCKETS,
            "queue",
        )
        self.promised_seconds = families.histograms(
            "callcore_callback_promised_seconds",
            "Time from the promise to the talk, in seconds.",
            CALLBACK_BUCKETS,
            "queue",
        )
        self.held_seconds = families.histograms(
            "callcore_callback_held_seconds",
            "Time from the customer's answering to the talk, with what is asked in between, in "
            "seconds.",
            WAIT_BUCKETS,
            "queue",
        )
