"""What a call's script notes down as the call goes on, and the record made of it at the end."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from callcore.domain import outcomes, visits
from callcore.domain.ids import (
    AgentId,
    CallId,
    Language,
    LegId,
    Micros,
    NodeName,
    OfferId,
    QueueName,
    SurveyName,
)
from callcore.domain.ids import seconds_between as between
from callcore.domain.outcomes import (
    CallOutcome,
    HungUpBy,
    LeaveReason,
    OfferLostReason,
    RefusalReason,
)
from callcore.domain.records import (
    CallRecord,
    CallStory,
    DecisionRecord,
    DigitPress,
    OfferRecord,
    PassedOver,
    QueueVisit,
    Recording,
    SurveyAnswer,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who called, when and how, as known from the arrival."""

    call_id: CallId
    leg_id: LegId
    node: NodeName
    number: str
    name: str
    dialled_number: str
    arrived_at: Micros
    is_callback: bool = False
    """True for one who is called back; the call arrived when it was promised."""
    callback_of: CallId | None = None
    """The call in which it was promised."""


class CallLedger:
    """Notes of one call. Visits, decisions and offers are kept in the order in which they began.

    Several offers may be open at once.
    """

    def __init__(self, caller: Caller, site: str, *, is_adopted: bool = False) -> None:
        self.caller = caller
        self.line_answered_at: Micros | None = None
        self._site = site
        self.is_adopted = is_adopted
        self._visits: list[QueueVisit] = []
        self._offers: dict[OfferId, OfferRecord] = {}
        self._decisions: dict[OfferId, DecisionRecord] = {}
        self._digits: list[DigitPress] = []
        self._recordings: dict[str, Recording] = {}
        self._faults: list[str] = []
        self._survey_answers: list[SurveyAnswer] = []
        self._language = ""
        self._account = ""
        self._has_walked = False
        self._is_promised = False
        self._held_since: Micros | None = None
        self._within_service_level: bool | None = None

    def joined(
        self,
        queue: QueueName,
        at: Micros,
        *,
        priority: int,
        position: int | None,
        limit: int | None = None,
        estimate_seconds: float | None = None,
        came_at: Micros | None = None,
        is_resumed: bool = False,
    ) -> None:
        """The caller took a place, which counts from ``at``: the first joining, where the wait in
        another queue or of an earlier call was kept; then the caller came at ``came_at``.
        """
        self._visits.append(
            QueueVisit(
                queue=queue,
                joined_at=at,
                priority=priority,
                last_priority=priority,
                position_at_join=position,
                limit=limit,
                estimate_seconds=estimate_seconds,
                came_at=came_at,
                is_resumed=is_resumed,
            )
        )

    def refused(
        self,
        queue: QueueName,
        at: Micros,
        reason: RefusalReason,
        *,
        limit: int | None = None,
        estimate_seconds: float | None = None,
    ) -> None:
        """The caller was not admitted."""
        self._visits.append(
            QueueVisit(
                queue=queue,
                joined_at=at,
                left_at=at,
                refusal_reason=reason,
                limit=limit,
                estimate_seconds=estimate_seconds,
            )
        )

    def priority_changed(self, priority: int) -> None:
        """The caller's priority in the queue of the last visit is another one now."""
        self._visits[-1] = replace(self._visits[-1], last_priority=priority)

    def asked_by(self, operator: str) -> None:
        """The caller leaves the queue of the last visit because this operator said so."""
        self._visits[-1] = replace(self._visits[-1], asked_by=operator)

    def sent_on(self, to: str) -> None:
        """The caller goes from the queue of the last visit to ``to``, as ``treatments.in_words``
        has it.
        """
        self._visits[-1] = replace(self._visits[-1], treatment=to)

    def announced(self) -> None:
        """The caller was told something while waiting."""
        visit = self._visits[-1]
        self._visits[-1] = replace(visit, announcements_count=visit.announcements_count + 1)

    def left(
        self,
        at: Micros,
        reason: LeaveReason,
        *,
        short_abandon_seconds: float,
        limit: int | None = None,
    ) -> QueueVisit:
        """The caller left the queue of the last visit; the visit as it is recorded.

        ``limit`` is how many may wait, if the caller had to leave for it.
        """
        visit = self._visits[-1]
        waited = between(visit.joined_at, at)
        self._visits[-1] = replace(
            visit,
            left_at=at,
            leave_reason=reason,
            waited_seconds=waited,
            is_short_abandon=reason in outcomes.ABANDONS
            and outcomes.is_short(waited, short_abandon_seconds),
            limit=visit.limit if limit is None else limit,
        )
        return self._visits[-1]

    def decided(self, decision: DecisionRecord) -> None:
        """It was decided to whom the caller is offered, before the offer itself."""
        self._decisions[decision.offer_id] = decision

    @property
    def decisions(self) -> tuple[DecisionRecord, ...]:
        """The decisions so far."""
        return tuple(self._decisions.values())

    @property
    def story(self) -> CallStory:
        """What can be told of the call so far."""
        return CallStory(
            decisions=self.decisions,
            language=self._language,
            account=self._account,
            survey_answers=tuple(self._survey_answers),
        )

    def decision(self, offer_id: OfferId) -> DecisionRecord:
        """The decision that led to an offer."""
        return self._decisions[offer_id]

    def decision_completed(
        self,
        offer_id: OfferId,
        not_free: Mapping[str, tuple[AgentId, ...]],
        passed_over: Iterable[PassedOver] = (),
    ) -> None:
        """The queue's agents who were not free at a decision, by state, and others who were."""
        decision = self._decisions[offer_id]
        self._decisions[offer_id] = replace(
            decision,
            not_free=dict(not_free),
            passed_over=(*decision.passed_over, *passed_over),
        )

    def offered(
        self, offer_id: OfferId, queue: QueueName, agent_id: AgentId, leg_id: LegId, at: Micros
    ) -> None:
        """The caller is promised to an agent."""
        self._offers[offer_id] = OfferRecord(
            offer_id=offer_id, queue=queue, agent_id=agent_id, leg_id=leg_id, reserved_at=at
        )

    def ringing(self, offer_id: OfferId, at: Micros) -> None:
        """The agent's phone rings."""
        self._offers[offer_id] = replace(self._offers[offer_id], ringing_at=at)

    def picked_up(self, offer_id: OfferId, at: Micros) -> None:
        """The agent's phone was picked up."""
        self._offers[offer_id] = replace(self._offers[offer_id], picked_up_at=at)

    def offer_lost(
        self, offer_id: OfferId, at: Micros, reason: OfferLostReason, hangup_cause: str
    ) -> None:
        """The offer ended without a conversation."""
        self._offers[offer_id] = replace(
            self._offers[offer_id], ended_at=at, lost_reason=reason, hangup_cause=hangup_cause
        )

    def bridged(
        self, offer_id: OfferId, at: Micros, *, is_within_service_level: bool | None
    ) -> None:
        """Caller and agent talk; ``None`` if it is not known how long the caller waited."""
        self._offers[offer_id] = replace(self._offers[offer_id], bridged_at=at)
        self._within_service_level = is_within_service_level

    def held(self, at: Micros) -> None:
        """The caller was put on hold."""
        if self._held_since is None:
            self._held_since = at

    def unheld(self, offer_id: OfferId, at: Micros) -> None:
        """The caller was taken off hold; harmless when not on hold."""
        if self._held_since is None:
            return
        offer = self._offers[offer_id]
        held = offer.hold_seconds + between(self._held_since, at)
        self._offers[offer_id] = replace(offer, hold_seconds=held)
        self._held_since = None

    def unbridged(self, offer_id: OfferId, at: Micros, hangup_cause: str) -> OfferRecord:
        """The conversation ended; the offer as it is recorded."""
        self.unheld(offer_id, at)
        self._offers[offer_id] = replace(
            self._offers[offer_id], unbridged_at=at, ended_at=at, hangup_cause=hangup_cause
        )
        return self._offers[offer_id]

    def walked(self) -> None:
        """The caller was led into a menu: one who joins no queue after it has left by choice."""
        self._has_walked = True

    def promised(self) -> None:
        """The caller was promised a callback."""
        self._is_promised = True

    def pressed(self, digit: str, at: Micros) -> None:
        """The caller pressed a key."""
        self._digits.append(DigitPress(at=at, digit=digit))

    @property
    def pressed_count(self) -> int:
        """How many keys have been noted."""
        return len(self._digits)

    def forget_pressed(self, kept_count: int) -> None:
        """Those after the first ``kept_count`` keys are to be in no record."""
        del self._digits[kept_count:]

    def spoken_in(self, language: Language) -> None:
        """From now on the caller is spoken to in this language."""
        self._language = language

    def known_as(self, account: str) -> None:
        """A list or a lookup knows the caller by this."""
        self._account = account

    def survey_answered(
        self,
        survey: SurveyName,
        question: str,
        answer: str,
        at: Micros,
        *,
        about: OfferRecord | None,
    ) -> SurveyAnswer:
        """The caller answered a question (or did not: empty) ``about`` the talk of an offer."""
        kept = SurveyAnswer(
            at=at,
            survey=survey,
            question=question,
            answer=answer,
            queue=about.queue if about else None,
            agent_id=about.agent_id if about else None,
            offer_id=about.offer_id if about else None,
        )
        self._survey_answers.append(kept)
        return kept

    def last_talk(self) -> OfferRecord | None:
        """The offer of the caller's last talk; ``None`` if there was none."""
        talks = _talks(self._offers.values())
        return talks[-1] if talks else None

    def recording_started(self, path: str, at: Micros) -> None:
        """A recording began."""
        self._recordings[path] = Recording(path=path, started_at=at)

    def recording_stopped(self, path: str, at: Micros) -> None:
        """A recording is complete; one whose beginning was not seen begins and ends at once."""
        begun = self._recordings.get(path, Recording(path=path, started_at=at))
        self._recordings[path] = replace(begun, stopped_at=at)

    def fault(self, what: str) -> None:
        """Something on our side went wrong."""
        self._faults.append(what)

    @property
    def is_waiting(self) -> bool:
        """True between joining a queue and leaving it."""
        return bool(self._visits) and self._visits[-1].left_at is None

    def outcome(self) -> CallOutcome:
        """How the call ended, from what has been noted."""
        if self._is_promised:
            return CallOutcome.CALLBACK_PROMISED
        if not self._visits and self._has_walked:
            return CallOutcome.EXITED
        return visits.outcome(self._visits)

    def close(self, at: Micros, hung_up_by: HungUpBy, hangup_cause: str) -> CallRecord:
        """The record of the call, which ended at ``at``."""
        talks = _talks(self._offers.values())
        last = talks[-1] if talks else None
        return CallRecord(
            call_id=self.caller.call_id,
            site=self._site,
            node=self.caller.node,
            caller_leg_id=self.caller.leg_id,
            caller_number=self.caller.number,
            caller_name=self.caller.name,
            dialled_number=self.caller.dialled_number,
            arrived_at=self.caller.arrived_at,
            line_answered_at=self.line_answered_at,
            picked_up_at=talks[0].picked_up_at if talks else None,
            bridged_at=talks[0].bridged_at if talks else None,
            unbridged_at=last.unbridged_at if last else None,
            ended_at=at,
            outcome=self.outcome(),
            hung_up_by=hung_up_by,
            hangup_cause=hangup_cause,
            queue=self._visits[-1].queue if self._visits else None,
            agent_id=last.agent_id if last else None,
            wait_seconds=visits.wait_seconds(self._visits, self.caller.arrived_at),
            talk_seconds=sum(_talk_seconds(offer) for offer in talks),
            hold_seconds=sum(offer.hold_seconds for offer in talks),
            is_within_service_level=self._within_service_level,
            is_adopted=self.is_adopted,
            is_callback=self.caller.is_callback,
            callback_of=self.caller.callback_of,
            visits=tuple(self._visits),
            offers=tuple(self._offers.values()),
            decisions=tuple(self._decisions.values()),
            survey_answers=tuple(self._survey_answers),
            language=self._language,
            account=self._account,
            digits=tuple(self._digits),
            recordings=tuple(
                replace(one, stopped_at=one.stopped_at or at) for one in self._recordings.values()
            ),
            faults=tuple(self._faults),
        )


def _talks(offers: Iterable[OfferRecord]) -> list[OfferRecord]:
    """Those that were won, in the order of their conversations: of several open at once a later
    one may be quicker.
    """
    won = [(offer.bridged_at, offer) for offer in offers if offer.bridged_at is not None]
    return [offer for _, offer in sorted(won, key=operator.itemgetter(0))]


def _talk_seconds(offer: OfferRecord) -> float:
    if offer.bridged_at is None or offer.unbridged_at is None:
        return 0.0
    return between(offer.bridged_at, offer.unbridged_at)
