"""What is counted of how well the process itself does."""

from __future__ import annotations

from callcore.adapters.prom.buckets import FAST_BUCKETS
from callcore.adapters.prom.families import Families


class ProcessFamilies:
    """Families of the process."""

    def __init__(self, families: Families) -> None:
        self.self_heals = families.counters(
            "callcore_self_heals_total",
            "Differences between floor and switch that were found and mended.",
            "what",
        )
        self.flow_failures = families.counters(
            "callcore_flow_failures_total",
            "Faults of callcore itself that a flow survived; the log has the reason.",
            "flow",
        )
        self.loop_lag_seconds = families.histograms(
            "callcore_loop_lag_seconds",
            "How much later than asked the event loop turned, in seconds.",
            FAST_BUCKETS,
        )
