"""The record of a call that no process followed to its end, from what the switch wrote of it."""

from __future__ import annotations

from dataclasses import replace

from callcore.domain import surveys
from callcore.domain.ids import LegId, QueueName, SurveyName
from callcore.domain.ledger import CallLedger
from callcore.domain.outcomes import HungUpBy, LeaveReason, RecordSource
from callcore.domain.policies import QueuePolicy, SitePolicy
from callcore.domain.records import CallRecord
from callcore.domain.wishes import clamped
from callcore.flows import leg_memory, leg_roles
from callcore.flows.call import SWITCH_CAUSES
from callcore.flows.callback_offer import PROMISED
from callcore.flows.speaking import spoken_language
from callcore.flows.walk_memory import NAMING
from callcore.ports.detail_records import DetailRecord

FAULT = "made from the switch's own record: no process followed the call to its end"


def is_of_a_call(detail: DetailRecord, policy: SitePolicy) -> bool:
    """True of a caller's leg that waited for callcore, and not to dial a feature code."""
    leg = detail.leg
    if not leg.variables or not detail.was_parked or not leg.is_inbound:
        return False
    if leg_roles.is_standing(leg) or "callcore_feature" in leg.variables:
        return False
    is_named = any(map(leg.variables.get, ("callcore_queue", "callcore_menu")))
    number = leg.variables.get("callcore_number") or leg.dialled_number
    return is_named or number not in policy.feature_codes


def record_of(detail: DetailRecord, policy: SitePolicy) -> CallRecord:
    """What can be told of the call: what the leg remembered of it, and how the leg ended."""
    leg = detail.leg
    caller = leg_memory.caller_on(leg, None)
    ledger = CallLedger(caller, policy.site, is_adopted=True)
    ledger.line_answered_at = leg.answered_at
    wishes = leg_memory.wishes_of(leg, None)
    ledger.spoken_in(spoken_language(policy, wishes.language))
    ledger.known_as(wishes.account)
    _note_walk(ledger, detail)
    name = leg_memory.queue_name(leg, None)
    if name:
        queue = policy.queues.get(name, QueuePolicy(name=QueueName(name)))
        place = leg_memory.place_of(leg, None)
        priority = clamped(queue.priority + wishes.own_priority)
        ledger.visits.joined(name, place.first_joined_at, priority=priority, position=None)
        _note_end_of_visit(ledger, detail, queue)
    _note_answers(ledger, detail)
    ledger.fault(FAULT)
    record = ledger.close(detail.ended_at, _hung_up_by(detail, ledger), detail.hangup_cause)
    return replace(record, source=RecordSource.SWITCH)


def _note_walk(ledger: CallLedger, detail: DetailRecord) -> None:
    variables = detail.leg.variables
    if variables.get(PROMISED):
        ledger.promised()
    if detail.is_ended_by_far_end and any(map(variables.get, NAMING)):
        ledger.walked()


def _note_answers(ledger: CallLedger, detail: DetailRecord) -> None:
    """What the caller answered after the last talk, to a process that died then."""
    variables, about = detail.leg.variables, ledger.offers.last_talk()
    survey = SurveyName(variables.get("callcore_survey", ""))
    for given in surveys.found(variables.get("callcore_survey_answers", "")) if survey else ():
        ledger.survey_answered(survey, given.question, given.answer, given.at, about=about)


def _note_end_of_visit(ledger: CallLedger, detail: DetailRecord, queue: QueuePolicy) -> None:
    leg, partner = detail.leg, detail.leg.variables.get("callcore_agent_leg")
    if partner:  # the agent has left: it may have been in other hands since
        leg = replace(leg, bridged_to=LegId(partner))
    talk = leg_memory.reservation_of(leg, None, queue)
    bridged_at = leg_memory.instant(leg.variables.get("callcore_bridged_at"))
    short_seconds = queue.short_abandon_seconds
    if talk is None or bridged_at is None:
        reason = LeaveReason.ABANDONED if detail.is_ended_by_far_end else LeaveReason.SWITCH_LOST
        ledger.visits.left(detail.ended_at, reason, short_abandon_seconds=short_seconds)
        return
    ledger.visits.left(bridged_at, LeaveReason.PICKED_UP, short_abandon_seconds=short_seconds)
    ledger.offers.made(talk.offer_id, queue.name, talk.agent_id, talk.leg_id, bridged_at)
    ledger.offers.bridged(talk.offer_id, bridged_at, is_within_service_level=None)
    over_at = leg_memory.instant(leg.variables.get("callcore_talk_ended_at")) or detail.ended_at
    ledger.offers.unbridged(talk.offer_id, over_at, "")


def _hung_up_by(detail: DetailRecord, ledger: CallLedger) -> HungUpBy:
    if detail.hangup_cause in SWITCH_CAUSES:
        return HungUpBy.SWITCH
    if detail.leg.variables.get("callcore_survey") and ledger.offers.talks():
        return HungUpBy.AGENT  # who has ended the talk
    if detail.is_ended_by_far_end:
        return HungUpBy.CALLER
    return HungUpBy.AGENT if ledger.offers.talks() else HungUpBy.UNKNOWN
