"""What the facts of offers count, from the decision to the end of the wrap-up."""

from __future__ import annotations

from functools import partial

from callcore.adapters.prom.callback_families import CallbackFamilies
from callcore.adapters.prom.fact_table import FactTable
from callcore.adapters.prom.metrics import Metrics
from callcore.adapters.prom.offer_families import WON, OfferFamilies
from callcore.adapters.prom.talk_families import TalkFamilies
from callcore.domain import events


def fill(table: FactTable, metrics: Metrics) -> None:
    """Enters the facts of offers and of the talks they lead to."""
    offers, talks = metrics.offers, metrics.talks
    table.count(
        events.Decided, lambda fact: offers.decision_seconds.observe(fact.seconds, fact.trigger)
    )
    table.count(events.OfferMade, partial(_made, offers))
    table.count_nothing(events.OfferRinging)
    table.count(
        events.AgentPickedUp,
        lambda fact: offers.ring_seconds.observe(fact.rang_seconds, fact.queue),
    )
    table.count(events.OfferLost, lambda fact: offers.ended.add(fact.queue, fact.reason))
    table.count(events.LegsBridged, partial(_bridged, metrics))
    table.count(
        events.TalkEnded,
        lambda fact: talks.talk_seconds.observe(fact.talked_seconds, fact.queue),
    )
    table.count(events.WrapUpEnded, partial(_wrap_up_ended, talks))


def _made(offers: OfferFamilies, fact: events.OfferMade) -> None:
    offers.made.add(fact.queue)
    if fact.is_sticky:
        offers.sticky.add(fact.queue)


def _bridged(metrics: Metrics, fact: events.LegsBridged) -> None:
    metrics.offers.ended.add(fact.queue, WON)
    if fact.is_callback:
        _kept(metrics.callbacks, fact)
        return
    metrics.queues.picked_up.add(fact.queue)
    if fact.is_within_service_level:
        metrics.queues.picked_up_within.add(fact.queue)
    metrics.queues.wait_seconds.observe(fact.waited_seconds, fact.queue)


def _kept(callbacks: CallbackFamilies, fact: events.LegsBridged) -> None:
    callbacks.wait_seconds.observe(fact.waited_seconds, fact.queue)
    if fact.promised_seconds is not None:
        callbacks.promised_seconds.observe(fact.promised_seconds, fact.queue)
    if fact.held_seconds is not None:
        callbacks.held_seconds.observe(fact.held_seconds, fact.queue)


def _wrap_up_ended(talks: TalkFamilies, fact: events.WrapUpEnded) -> None:
    talks.wrap_ups.add(fact.queue, fact.end)
    talks.wrap_up_seconds.observe(fact.wrapped_up_seconds, fact.queue)
