"""What is counted of how workers share the calls of the site."""

from __future__ import annotations

from callcore.adapters.prom.buckets import TAKING_OVER_BUCKETS
from callcore.adapters.prom.families import Families


class WorkerFamilies:
    """Families of this worker and its colleagues."""

    def __init__(self, families: Families) -> None:
        self.workers = families.gauges(
            "callcore_workers", "Workers of the site that live, as this one knows it.", across="min"
        )
        self.workers.set(1)
        self.draining = families.gauges(
            "callcore_draining",
            "1 while this worker is drained: it takes no new calls, and ends when its last one "
            "has ended.",
            across="sum",
        )
        self.draining.set(0)
        self.shards_held = families.gauges(
            "callcore_shards_held", "Shards whose calls this worker follows.", across="sum"
        )
        self.shards_held.set(0)
        self.shards = families.gauges(
            "callcore_shards",
            "Shards of the site: 16 of each node, 16 of promised callbacks, one for each duty.",
        )
        self.shard_changes = families.counters(
            "callcore_shard_changes_total",
            "Shards that this worker gained, gave to another, or lost because it did not beat.",
            "change",
        )
        self.lease_lapses = families.counters(
            "callcore_lease_lapses_total",
            "Times this worker could not renew its lease in time, and acted for nobody until it "
            "knew what it still held.",
        )
        self.taking_over_seconds = families.histograms(
            "callcore_shards_taking_over_seconds",
            "From gaining shards to following all their calls, in seconds.",
            TAKING_OVER_BUCKETS,
        )
        self.calls_handed_over = families.counters(
            "callcore_calls_handed_over_total",
            "Calls that another worker handed over to this one as planned.",
            "node",
        )
        self.letters = families.counters(
            "callcore_letters_total", "Letters between workers: `sent` or `received`.", "direction"
        )
