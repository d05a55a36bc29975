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
        self.overload_share = families.gauges(
            "callcore_overload_share",
            "Of new callers, how many are turned away for there is too much to do: 0 to 1.",
        )
        self.overloads = families.counters(
            "callcore_overloads_total",
            "How often the worker began to turn new callers away, by what was late.",
            "what",
        )
        self.clock_behind_seconds = families.gauges(
            "callcore_clock_behind_seconds",
            "How much the machine's clock was ahead of callcore's when it was last set, in "
            "seconds; 0 once that has been made up for.",
        )
        self.clock_steps = families.counters(
            "callcore_clock_steps_total", "How often the machine's clock was set."
        )
