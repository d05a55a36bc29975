"""What the facts of queues themselves count: whether they are open, and how many may wait."""

from __future__ import annotations

from callcore.adapters.prom.fact_table import FactTable
from callcore.adapters.prom.metrics import Metrics
from callcore.domain import events


def fill(table: FactTable, metrics: Metrics) -> None:
    """Enters the facts of queues."""
    doors = metrics.doors
    table.count(events.QueueDoorChanged, lambda fact: doors.open.set(fact.is_open, fact.queue))
    table.count(events.LimitChanged, lambda fact: doors.limit.set(fact.limit, fact.queue))
    table.count(events.QueueGone, lambda fact: metrics.forget_queue(fact.queue))
