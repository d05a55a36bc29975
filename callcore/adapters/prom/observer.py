"""Facts become numbers: one table from the class of a fact to what it counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from callcore.adapters.prom.metrics import Metrics
from callcore.domain import events
from callcore.domain.outcomes import LeaveReason, RefusalReason

UNKNOWN_QUEUE = "unknown"
WON = "won"

ABANDONS = frozenset({LeaveReason.ABANDONED, LeaveReason.EXIT_KEY})
"""Leaves by the caller's own will."""

_F = TypeVar("_F", bound=events.Fact)


class MetricsObserver:
    """Counts facts."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._counted: dict[type[events.Fact], Callable[[events.Fact], None]] = {}
        self._count(events.CallArrived, self._call_arrived)
        self._count(events.CallRefused, self._call_refused)
        self._count(events.CallerJoined, self._caller_joined)
        self._count(events.PositionAnnounced, lambda fact: metrics.announcements.add(fact.queue))
        self._count(events.PromptMissing, lambda _: metrics.prompts_missing.add())
        self._count(events.OfferMade, lambda fact: metrics.offers_made.add(fact.queue))
        self._count(events.OfferRinging, _nothing)
        self._count(
            events.AgentPickedUp,
            lambda fact: metrics.ring_seconds.observe(fact.rang_seconds, fact.queue),
        )
        self._count(
            events.OfferLost, lambda fact: metrics.offers_ended.add(fact.queue, fact.reason)
        )
        self._count(events.LegsBridged, self._legs_bridged)
        self._count(events.CallerLeft, self._caller_left)
        self._count(
            events.TalkEnded,
            lambda fact: metrics.talk_seconds.observe(fact.talked_seconds, fact.queue),
        )
        self._count(
            events.WrapUpEnded,
            lambda fact: metrics.wrap_up_seconds.observe(fact.wrapped_up_seconds, fact.queue),
        )
        self._count(events.AgentChanged, lambda fact: metrics.agent_changes.add(fact.state))
        self._count(events.CallEnded, self._call_ended)
        self._count(
            events.Decided,
            lambda fact: metrics.decision_seconds.observe(fact.seconds, fact.trigger),
        )
        self._count(events.SelfHealed, lambda fact: metrics.self_heals.add(fact.what))
        # The links count these themselves, also while nobody listens to facts.
        self._count(events.LinkRestored, _nothing)
        self._count(events.LinkLost, _nothing)
        self._count(events.RecordsWritten, self._records_written)
        self._count(events.FlowFailed, lambda fact: metrics.flow_failures.add(fact.flow))
        self._count(events.StoreFailed, lambda fact: metrics.store_failures.add(fact.store))

    def observe(self, fact: events.Fact) -> None:
        """Counts the fact; a class that the table does not know counts nothing."""
        counted = self._counted.get(type(fact))
        if counted is not None:
            counted(fact)

    def knows(self, fact_class: type[events.Fact]) -> bool:
        """True if the table says what facts of the class count, if only nothing."""
        return fact_class in self._counted

    def _count(self, fact_class: type[_F], counted: Callable[[_F], None]) -> None:
        # The key is the exact class of the facts given to the handler.
        self._counted[fact_class] = counted  # type: ignore[assignment]  # see the line above

    def _call_arrived(self, fact: events.CallArrived) -> None:
        if fact.is_adopted:
            self._metrics.calls_adopted.add(fact.node)
        else:
            self._metrics.calls_arrived.add(fact.node)

    def _call_refused(self, fact: events.CallRefused) -> None:
        # What was asked for may be a stranger's text, which must not become a label.
        is_unknown = fact.reason is RefusalReason.UNKNOWN_QUEUE
        queue = UNKNOWN_QUEUE if is_unknown else fact.queue
        self._metrics.calls_refused.add(queue, fact.reason)

    def _caller_joined(self, fact: events.CallerJoined) -> None:
        if not fact.is_adopted:
            self._metrics.joined.add(fact.queue)

    def _legs_bridged(self, fact: events.LegsBridged) -> None:
        metrics = self._metrics
        metrics.offers_ended.add(fact.queue, WON)
        metrics.picked_up.add(fact.queue)
        if fact.is_within_service_level:
            metrics.picked_up_within.add(fact.queue)
        metrics.wait_seconds.observe(fact.waited_seconds, fact.queue)

    def _caller_left(self, fact: events.CallerLeft) -> None:
        metrics = self._metrics
        metrics.left.add(fact.queue, fact.reason)
        if fact.reason in ABANDONS:
            metrics.abandoned.add(fact.queue)
            metrics.abandon_wait_seconds.observe(fact.waited_seconds, fact.queue)
            if fact.is_short:
                metrics.short_abandoned.add(fact.queue)

    def _call_ended(self, fact: events.CallEnded) -> None:
        self._metrics.calls_ended.add(fact.outcome)
        self._metrics.call_seconds.observe(fact.lasted_seconds)

    def _records_written(self, fact: events.RecordsWritten) -> None:
        self._metrics.records_written.add(amount=fact.count)
        self._metrics.records_write_seconds.observe(fact.seconds)


def _nothing(_: events.Fact) -> None:
    """Counts nothing, on purpose."""
