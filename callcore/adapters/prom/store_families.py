"""What is counted of call records on their way, and of Redis and Postgres."""

from __future__ import annotations

from callcore.adapters.prom.buckets import FAST_BUCKETS
from callcore.adapters.prom.families import Families

STORES = ("redis", "floor", "postgres", "spool")
"""What ``events.StoreFailed`` names."""


class StoreFamilies:
    """Families of records, and by store."""

    def __init__(self, families: Families) -> None:
        self.records_written = families.counters(
            "callcore_records_written_total", "Call records that reached Postgres."
        )
        self.records_write_seconds = families.histograms(
            "callcore_records_write_seconds",
            "Time to write one batch of call records, in seconds.",
            FAST_BUCKETS,
        )
        self.records_in_memory = families.gauges(
            "callcore_records_in_memory",
            "Call records that neither Redis nor the disk takes: lost if this process dies.",
            across="sum",
        )
        self.records_in_memory.set(0)
        self.records_spooled_bytes = families.gauges(
            "callcore_records_spooled_bytes",
            "Size of the call records that wait on this worker's disk, in bytes.",
            across="sum",
        )
        self.records_spooled_bytes.set(0)
        self.seconds = families.histograms(
            "callcore_store_seconds",
            "Time of one step in a store, in seconds: a script or command of `redis`, a "
            "transaction of `postgres`.",
            FAST_BUCKETS,
            "store",
        )
        self.script_seconds = families.summaries(
            "callcore_store_script_seconds",
            "Time of one step, by script, in seconds.",
            "store",
            "script",
        )
        self.faults = families.counters(
            "callcore_store_faults_total",
            "Steps that a store did not do, by reason.",
            "store",
            "reason",
        )
        self.failures = families.counters(
            "callcore_store_failures_total",
            "Work that was put off because a store failed: `redis`, which is the `floor` too, "
            "`postgres`, or the `spool` on this worker's disk.",
            "store",
        )
        for store in STORES:
            self.failures.add(store, amount=0.0)
