"""What the facts of callbacks count: from the wish to the customer on the line, and notices."""

from __future__ import annotations

from functools import partial

from callcore.adapters.prom.callback_families import CallbackFamilies
from callcore.adapters.prom.fact_table import FactTable
from callcore.adapters.prom.metrics import Metrics
from callcore.adapters.prom.notice_families import TAKEN
from callcore.domain import events


def fill(table: FactTable, metrics: Metrics) -> None:
    """Enters the facts of callbacks, but for their talks and ends."""
    callbacks = metrics.callbacks
    table.count(events.CallbackPromised, partial(_promised, callbacks))
    table.count(
        events.CallbackAsked, lambda fact: callbacks.asked.add(fact.queue, fact.origin, fact.end)
    )
    table.count(events.CallbackDialled, lambda fact: callbacks.dialled.add(fact.queue))
    table.count(
        events.CallbackAnswered,
        lambda fact: callbacks.ring_seconds.observe(fact.rang_seconds, fact.queue),
    )
    table.count(
        events.CallbackUnreached,
        lambda fact: callbacks.unreached.add(fact.queue, fact.outcome),
    )
    table.count(
        events.NoticeTold,
        lambda fact: metrics.notices.told.add(fact.hook, fact.kind, fact.failure or TAKEN),
    )


def _promised(callbacks: CallbackFamilies, fact: events.CallbackPromised) -> None:
    if not fact.is_adopted:
        callbacks.promised.add(fact.queue)
