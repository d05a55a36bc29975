"""What the facts of callers in a queue count: from joining to leaving."""

from __future__ import annotations

from functools import partial

from callcore.adapters.prom import waiting_families
from callcore.adapters.prom.fact_table import FactTable
from callcore.adapters.prom.metrics import Metrics
from callcore.adapters.prom.queue_families import QueueFamilies
from callcore.adapters.prom.waiting_families import WaitingFamilies
from callcore.domain import events, outcomes

OPERATOR = "operator"
"""By whom a priority was changed: operators are not told apart."""


def fill(table: FactTable, metrics: Metrics) -> None:
    """Enters the facts of callers in a queue."""
    waiting = metrics.waiting
    told = waiting.announcements
    table.count(events.CallerJoined, partial(_joined, metrics.queues))
    table.count(
        events.PositionAnnounced, lambda fact: told.add(fact.queue, waiting_families.POSITION)
    )
    table.count(
        events.EstimateAnnounced, lambda fact: told.add(fact.queue, waiting_families.ESTIMATE)
    )
    table.count(
        events.MessageAnnounced, lambda fact: told.add(fact.queue, waiting_families.MESSAGE)
    )
    table.count(
        events.EstimateLived,
        lambda fact: waiting.count_lived(fact.queue, fact.error_seconds, is_beyond=fact.is_beyond),
    )
    table.count(events.PriorityChanged, partial(_priority_changed, waiting))
    table.count(events.CallerLeft, partial(_left, metrics))


def _joined(queues: QueueFamilies, fact: events.CallerJoined) -> None:
    if not fact.is_adopted and not fact.is_callback:
        queues.joined.add(fact.queue)
        if fact.is_resumed:
            queues.resumed.add(fact.queue)


def _priority_changed(waiting: WaitingFamilies, fact: events.PriorityChanged) -> None:
    by = fact.by if fact.by in {events.BY_AGEING, events.BY_CALLER} else OPERATOR
    waiting.priority_changes.add(fact.queue, by)


def _left(metrics: Metrics, fact: events.CallerLeft) -> None:
    if fact.is_callback:
        metrics.callbacks.ended.add(fact.queue, fact.reason)
        return
    metrics.queues.left.add(fact.queue, fact.reason)
    if fact.reason in outcomes.ABANDONS:
        metrics.queues.abandoned.add(fact.queue)
        metrics.queues.abandon_wait_seconds.observe(fact.waited_seconds, fact.queue)
        if fact.is_short:
            metrics.queues.short_abandoned.add(fact.queue)
