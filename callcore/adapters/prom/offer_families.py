"""What is counted of offers and of the decisions that lead to them."""

from __future__ import annotations

from callcore.adapters.prom.buckets import FAST_BUCKETS, RING_BUCKETS
from callcore.adapters.prom.families import Families

WON = "won"


class OfferFamilies:
    """Families by queue or trigger."""

    def __init__(self, families: Families) -> None:
        self.made = families.counters(
            "callcore_offers_made_total", "Offers of a caller to an agent.", "queue"
        )
        self.sticky = families.counters(
            "callcore_offers_sticky_total",
            "Of them, those to the agent who talked with the caller last (`sticky_agent`).",
            "queue",
        )
        self.ended = families.counters(
            "callcore_offers_ended_total",
            "Offers by what became of them: `won`, or the reason they were lost for.",
            "queue",
            "outcome",
        )
        self.ring_seconds = families.histograms(
            "callcore_offer_ring_seconds",
            "How long agents' phones rang until picked up, in seconds.",
            RING_BUCKETS,
            "queue",
        )
        self.decision_seconds = families.histograms(
            "callcore_decision_seconds",
            "From the event that called for a dispatch decision (`caller_joined`, `agent_free`, "
            "`relaxation`, `callback_due`) until its command was on the wire, in seconds.",
            FAST_BUCKETS,
            "trigger",
        )
