"""Facts become numbers: one table from the class of a fact to what it counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from callcore.adapters.prom import lookup_families, queue_families, survey_families
from callcore.adapters.prom.agent_families import STAYING, TAKEN_BACK
from callcore.adapters.prom.call_families import UNKNOWN_QUEUE
from callcore.adapters.prom.metrics import Metrics
from callcore.adapters.prom.offer_families import WON
from callcore.domain import events, outcomes
from callcore.domain.outcomes import RefusalReason

OPERATOR = "operator"
"""By whom a priority was changed: operators are not told apart."""

NOWHERE = "nowhere"

_F = TypeVar("_F", bound=events.Fact)


class MetricsObserver:
    """Counts facts."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._counted: dict[type[events.Fact], Callable[[events.Fact], None]] = {}
        self._count(events.CallArrived, self._call_arrived)
        self._count(events.CallRefused, self._call_refused)
        self._count(events.CallerJoined, self._caller_joined)
        self._count(
            events.PositionAnnounced,
            lambda fact: metrics.queues.announcements.add(fact.queue, queue_families.POSITION),
        )
        self._count(
            events.EstimateAnnounced,
            lambda fact: metrics.queues.announcements.add(fact.queue, queue_families.ESTIMATE),
        )
        self._count(
            events.MessageAnnounced,
            lambda fact: metrics.queues.announcements.add(fact.queue, queue_families.MESSAGE),
        )
        self._count(events.LookupMade, self._lookup_made)
        self._count(events.SurveyAnswered, self._survey_answered)
        self._count(events.SurveyEnded, self._survey_ended)
        self._count(events.PromptMissing, lambda _: metrics.calls.prompts_missing.add())
        self._count(
            events.SoundNotFound, lambda fact: metrics.calls.prompts_not_found.add(fact.node)
        )
        self._count(events.OfferMade, self._offer_made)
        self._count(
            events.AgentPickedUp,
            lambda fact: metrics.offers.ring_seconds.observe(fact.rang_seconds, fact.queue),
        )
        self._count(
            events.OfferLost, lambda fact: metrics.offers.ended.add(fact.queue, fact.reason)
        )
        self._count(events.LegsBridged, self._legs_bridged)
        self._count(events.CallerLeft, self._caller_left)
        self._count(
            events.CallSentOn,
            lambda fact: metrics.calls.sent_on.add(fact.queue, fact.reason, kind_of(fact.to)),
        )
        self._count(events.CallbackPromised, self._callback_promised)
        self._count(events.CallbackDialled, lambda fact: metrics.callbacks.dialled.add(fact.queue))
        self._count(
            events.CallbackUnreached, lambda fact: metrics.callbacks.unreached.add(fact.queue)
        )
        self._count(
            events.PriorityChanged,
            lambda fact: metrics.queues.priority_changes.add(
                fact.queue, fact.by if fact.by == events.BY_AGEING else OPERATOR
            ),
        )
        self._count(events.MenuAnswered, self._menu_answered)
        self._count(
            events.QueueDoorChanged, lambda fact: metrics.queues.open.set(fact.is_open, fact.queue)
        )
        self._count(events.QueueGone, lambda fact: metrics.forget_queue(fact.queue))
        self._count(events.ConfigurationApplied, self._configuration_applied)
        self._count(
            events.ConfigurationUnchanged, lambda _: metrics.config.reloads.add("unchanged")
        )
        self._count(events.ConfigurationRefused, lambda _: metrics.config.reloads.add("refused"))
        self._count(
            events.ConfigurationDiffers, lambda fact: metrics.config.drift.set(fact.is_different)
        )
        self._count(
            events.LimitChanged, lambda fact: metrics.queues.limit.set(fact.limit, fact.queue)
        )
        self._count(
            events.TalkEnded,
            lambda fact: metrics.queues.talk_seconds.observe(fact.talked_seconds, fact.queue),
        )
        self._count(events.WrapUpEnded, self._wrap_up_ended)
        self._count(events.AgentChanged, self._agent_changed)
        self._count(
            events.AgentWished,
            lambda fact: metrics.agents.wishes.add(fact.wish.state if fact.wish else TAKEN_BACK),
        )
        self._count(
            events.AgentMissedTooMany, lambda fact: metrics.agents.missed_too_many.add(fact.queue)
        )
        self._count(events.BreakOverrun, lambda fact: metrics.agents.overruns.add(fact.break_code))
        self._count(events.WrapUpExtended, lambda _: metrics.agents.wrap_up_extensions.add())
        self._count(events.AgentLockedOut, lambda _: metrics.agents.lockouts.add())
        self._count(
            events.FeatureCodeDialled,
            lambda fact: metrics.agents.feature_codes.add(fact.code, fact.answer),
        )
        self._count(events.CallEnded, self._call_ended)
        self._count(
            events.Decided,
            lambda fact: metrics.offers.decision_seconds.observe(fact.seconds, fact.trigger),
        )
        self._count(events.SelfHealed, lambda fact: metrics.process.self_heals.add(fact.what))
        self._count(events.RecordsWritten, self._records_written)
        self._count(events.FlowFailed, lambda fact: metrics.process.flow_failures.add(fact.flow))
        self._count(events.StoreFailed, lambda fact: metrics.stores.failures.add(fact.store))
        of_no_number: tuple[type[events.Fact], ...] = (
            events.OfferRinging,
            events.LanguageChanged,  # the call's record has the language
            events.AgentHeld,  # who is held now is read from the floor
            events.LinkRestored,  # the links count these themselves,
            events.LinkLost,  # also while nobody listens to facts
        )
        for fact_class in of_no_number:
            self._count(fact_class, _nothing)

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
            self._metrics.calls.adopted.add(fact.node)
        else:
            self._metrics.calls.arrived.add(fact.node)

    def _call_refused(self, fact: events.CallRefused) -> None:
        is_unknown = fact.reason is RefusalReason.UNKNOWN_QUEUE
        queue = UNKNOWN_QUEUE if is_unknown else fact.queue
        self._metrics.calls.refused.add(queue, fact.reason)

    def _lookup_made(self, fact: events.LookupMade) -> None:
        outcome = fact.failure or lookup_families.ANSWERED
        self._metrics.lookups.made.add(fact.lookup, outcome)
        if fact.failure not in lookup_families.NOT_ASKED:
            self._metrics.lookups.seconds.observe(fact.seconds, fact.lookup)

    def _menu_answered(self, fact: events.MenuAnswered) -> None:
        if fact.branch:
            self._metrics.calls.menu_branches.add(fact.menu, fact.branch)
        else:
            self._metrics.calls.menu_answers.add(fact.menu, kind_of(fact.to))

    def _survey_answered(self, fact: events.SurveyAnswered) -> None:
        queue = fact.queue or survey_families.NONE
        answer = fact.answer or survey_families.NONE
        self._metrics.surveys.answers.add(queue, fact.survey, fact.question, answer)

    def _survey_ended(self, fact: events.SurveyEnded) -> None:
        queue = fact.queue or survey_families.NONE
        completeness = survey_families.completeness(fact)
        self._metrics.surveys.ended.add(queue, fact.survey, completeness)

    def _callback_promised(self, fact: events.CallbackPromised) -> None:
        if not fact.is_adopted:
            self._metrics.callbacks.promised.add(fact.queue)

    def _configuration_applied(self, fact: events.ConfigurationApplied) -> None:
        self._metrics.config.applied(fact.version, fact.at)
        self._metrics.expect_queues(fact.new_queues)
        if fact.by != events.BY_START:
            self._metrics.config.reloads.add("applied")

    def _caller_joined(self, fact: events.CallerJoined) -> None:
        if not fact.is_adopted and not fact.is_callback:
            self._metrics.queues.joined.add(fact.queue)
            if fact.is_resumed:
                self._metrics.queues.resumed.add(fact.queue)

    def _offer_made(self, fact: events.OfferMade) -> None:
        self._metrics.offers.made.add(fact.queue)
        if fact.is_sticky:
            self._metrics.offers.sticky.add(fact.queue)

    def _legs_bridged(self, fact: events.LegsBridged) -> None:
        metrics = self._metrics
        metrics.offers.ended.add(fact.queue, WON)
        if fact.is_callback:
            metrics.callbacks.wait_seconds.observe(fact.waited_seconds, fact.queue)
            return
        metrics.queues.picked_up.add(fact.queue)
        if fact.is_within_service_level:
            metrics.queues.picked_up_within.add(fact.queue)
        metrics.queues.wait_seconds.observe(fact.waited_seconds, fact.queue)

    def _agent_changed(self, fact: events.AgentChanged) -> None:
        if fact.reason not in STAYING:
            self._metrics.agents.changes.add(fact.state)

    def _wrap_up_ended(self, fact: events.WrapUpEnded) -> None:
        self._metrics.queues.wrap_ups.add(fact.queue, fact.end)
        self._metrics.queues.wrap_up_seconds.observe(fact.wrapped_up_seconds, fact.queue)

    def _caller_left(self, fact: events.CallerLeft) -> None:
        metrics = self._metrics
        if fact.is_callback:
            metrics.callbacks.ended.add(fact.queue, fact.reason)
            return
        metrics.queues.left.add(fact.queue, fact.reason)
        if fact.reason in outcomes.ABANDONS:
            metrics.queues.abandoned.add(fact.queue)
            metrics.queues.abandon_wait_seconds.observe(fact.waited_seconds, fact.queue)
            if fact.is_short:
                metrics.queues.short_abandoned.add(fact.queue)

    def _call_ended(self, fact: events.CallEnded) -> None:
        self._metrics.calls.ended.add(fact.outcome)
        if not fact.is_callback:
            self._metrics.calls.seconds.observe(fact.lasted_seconds)

    def _records_written(self, fact: events.RecordsWritten) -> None:
        self._metrics.stores.records_written.add(amount=fact.count)
        self._metrics.stores.records_write_seconds.observe(fact.seconds)


def kind_of(target: str) -> str:
    """Of ``number:+48225550100`` the word ``number``: whereto exactly is in the call's record."""
    return target.partition(":")[0] or NOWHERE


def _nothing(_: events.Fact) -> None:
    """Counts nothing, on purpose."""
