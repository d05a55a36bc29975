"""What the facts of queues themselves count: whether they are open, how many may wait, and
how long.
"""

from __future__ import annotations

from callcore.adapters.prom.fact_table import FactTable
from callcore.adapters.prom.metrics import Metrics
from callcore.domain import events


def fill(table: FactTable, metrics: Metrics) -> None:
    """Enters the facts of queues."""
    doors = metrics.doors
    table.count(events.QueueLooked, doors.looked)
    # One worker tells of them for all; what each sees is above.
    table.count_nothing(events.QueueDoorChanged)
    table.count_nothing(events.LimitChanged)
    table.count(events.QueueGone, lambda fact: metrics.forget_queue(fact.queue))
