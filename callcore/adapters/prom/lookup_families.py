"""What is counted of the questions that other systems are asked about callers."""

from __future__ import annotations

from callcore.adapters.prom.buckets import FAST_BUCKETS
from callcore.adapters.prom.families import Families
from callcore.domain.lookups import LookupFailure

ANSWERED = "answered"

NOT_ASKED = frozenset({LookupFailure.TOO_MANY, LookupFailure.UNKNOWN_LOOKUP})
"""Failures of questions that were never put: they took no time."""


class LookupFamilies:
    """Families by lookup."""

    def __init__(self, families: Families) -> None:
        self.made = families.counters(
            "callcore_lookups_total",
            "Questions to other systems about callers: `answered`, or why there is no answer of "
            "use.",
            "lookup",
            "outcome",
        )
        self.seconds = families.histograms(
            "callcore_lookup_seconds",
            "Time of a question to another system, with or without an answer, in seconds.",
            FAST_BUCKETS,
            "lookup",
        )
