"""What the facts of workers count."""

from __future__ import annotations

from functools import partial

from callcore.adapters.prom.fact_table import FactTable
from callcore.adapters.prom.metrics import Metrics
from callcore.adapters.prom.worker_families import WorkerFamilies
from callcore.domain import events
from callcore.domain.sharding import WorkerId


def fill(table: FactTable, metrics: Metrics) -> None:
    """Enters the facts of workers."""
    workers = metrics.workers
    colleagues: set[WorkerId] = set()
    table.count(events.ShardsChanged, partial(_changed, workers))
    table.count(
        events.ShardsTakenOver, lambda fact: workers.taking_over_seconds.observe(fact.seconds)
    )
    table.count(events.CallTakenOver, lambda fact: workers.calls_handed_over.add(fact.node))
    table.count(events.DrainBegan, lambda _: workers.draining.set(1))
    table.count(events.DrainCancelled, lambda _: workers.draining.set(0))
    table.count(events.LeaseLapsed, lambda _: workers.lease_lapses.add())
    table.count(events.ColleagueCame, lambda fact: _came(workers, colleagues, fact.worker_id))
    table.count(events.ColleagueGone, lambda fact: _gone(workers, colleagues, fact.worker_id))


def _changed(workers: WorkerFamilies, fact: events.ShardsChanged) -> None:
    workers.shard_changes.add(fact.change, amount=len(fact.shards))
    workers.shards_held.set(fact.held_count)
    workers.shards.set(fact.all_count)


def _came(workers: WorkerFamilies, colleagues: set[WorkerId], worker_id: WorkerId) -> None:
    colleagues.add(worker_id)
    workers.workers.set(1 + len(colleagues))


def _gone(workers: WorkerFamilies, colleagues: set[WorkerId], worker_id: WorkerId) -> None:
    colleagues.discard(worker_id)
    workers.workers.set(1 + len(colleagues))
