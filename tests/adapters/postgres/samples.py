"""Call records and changes of agents as a day of work leaves them."""

from __future__ import annotations

import uuid
from typing import Any

from callcore.domain.agents import CALLCORE, AgentReason, AgentState
from callcore.domain.ids import (
    AgentId,
    CallId,
    LegId,
    Micros,
    NodeName,
    OfferId,
    QueueName,
    SurveyName,
)
from callcore.domain.outcomes import (
    AskingEnd,
    AttemptOutcome,
    CallbackOrigin,
    CallOutcome,
    HungUpBy,
    LeaveReason,
    OfferLostReason,
)
from callcore.domain.policies import Strategy
from callcore.domain.records import (
    CallbackAsking,
    CallbackAttempt,
    CallRecord,
    DecisionRecord,
    DigitPress,
    OfferRecord,
    PassedOver,
    QueueVisit,
    Recording,
    SurveyAnswer,
)
from callcore.domain.routing import Verdict
from callcore.ports.timelines import AgentChange, PendingChange

NOON = Micros(1_790_000_000_000_000)
"""21 September 2026, 14:13:20 UTC."""


def after(seconds: float, start: Micros = NOON) -> Micros:
    return Micros(start + int(seconds * 1_000_000))


def served_call(call_id: str | None = None, *, start: Micros = NOON, **changes) -> CallRecord:
    """A call with one miss, one conversation and a recording."""
    call_id = str(uuid.uuid4()) if call_id is None else call_id
    values: dict[str, Any] = {
        "call_id": CallId(call_id),
        "site": "warsaw",
        "node": NodeName("fs1"),
        "caller_leg_id": LegId(call_id),
        "caller_number": "+48201234501",
        "caller_name": "Łucja Żółć",
        "dialled_number": "+48225550100",
        "arrived_at": start,
        "line_answered_at": after(0.2, start),
        "picked_up_at": after(30, start),
        "bridged_at": after(30.1, start),
        "unbridged_at": after(90.1, start),
        "ended_at": after(90.25, start),
        "outcome": CallOutcome.SERVED,
        "hung_up_by": HungUpBy.CALLER,
        "hangup_cause": "NORMAL_CLEARING",
        "queue": QueueName("support"),
        "agent_id": AgentId("anna"),
        "wait_seconds": 30.0,
        "talk_seconds": 60.0,
        "hold_seconds": 2.5,
        "is_within_service_level": False,
        "visits": (_visit(start),),
        "offers": (_miss(start), _conversation(start)),
        "decisions": (decision(decided_at=after(1, start)), _later_decision(start)),
        "digits": (DigitPress(at=after(3, start), digit="1"),),
        "recordings": (
            Recording(
                path="/var/rec/a.wav", started_at=after(30.1, start), stopped_at=after(90.1, start)
            ),
        ),
        "survey_answers": (
            answer(question="satisfaction", answer="4", at=after(95, start)),
            answer(question="resolved", answer="", at=after(110, start)),
        ),
        "language": "pl",
        "account": "K-4711",
        "callback_askings": (
            asking(at=after(5, start), end=AskingEnd.NUMBER_NOT_ALLOWED, promise=None),
            asking(at=after(20, start), number=""),
        ),
        "faults": ("prompt_missing moh",),
    }
    return CallRecord(**(values | changes))


def _visit(start: Micros) -> QueueVisit:
    """Half a minute in the queue, until picked up."""
    return QueueVisit(
        queue=QueueName("support"),
        joined_at=start,
        position_at_join=2,
        left_at=after(30, start),
        leave_reason=LeaveReason.PICKED_UP,
        waited_seconds=30.0,
        announcements_count=1,
        priority=2,
        limit=20,
        estimate_seconds=45.5,
        last_priority=5,
        is_resumed=True,
        treatment="queue:sales",
    )


def _miss(start: Micros) -> OfferRecord:
    """Bert lets it ring."""
    return OfferRecord(
        offer_id=OfferId(str(uuid.uuid4())),
        queue=QueueName("support"),
        agent_id=AgentId("bert"),
        leg_id=LegId(str(uuid.uuid4())),
        reserved_at=after(1, start),
        ringing_at=after(1.1, start),
        ended_at=after(16, start),
        lost_reason=OfferLostReason.NO_ANSWER,
        hangup_cause="NO_ANSWER",
    )


def _conversation(start: Micros) -> OfferRecord:
    """A minute with Anna."""
    return OfferRecord(
        offer_id=OfferId(str(uuid.uuid4())),
        queue=QueueName("support"),
        agent_id=AgentId("anna"),
        leg_id=LegId(str(uuid.uuid4())),
        reserved_at=after(20, start),
        ringing_at=after(21, start),
        picked_up_at=after(30, start),
        bridged_at=after(30.1, start),
        unbridged_at=after(90.1, start),
        ended_at=after(90.2, start),
        hold_seconds=2.5,
    )


def _later_decision(start: Micros) -> DecisionRecord:
    """Anna is asked, for reasons that leave others out."""
    return decision(
        decided_at=after(20, start),
        trigger="relaxation",
        passed_over=(
            PassedOver(
                agent_id=AgentId("cora"),
                verdict=Verdict.LACKS_SKILL,
                detail="english >= 50",
            ),
            PassedOver(agent_id=AgentId("dora"), verdict=Verdict.RANKED_LATER),
        ),
        not_free={
            "talking": (AgentId("emil"), AgentId("finn")),
            "logged_out": (AgentId("gina"),),
        },
    )


def answer(**changes) -> SurveyAnswer:
    """What was said of the talk with Anna."""
    values: dict[str, Any] = {
        "at": NOON,
        "survey": SurveyName("csat"),
        "question": "satisfaction",
        "answer": "5",
        "queue": QueueName("support"),
        "agent_id": AgentId("anna"),
        "offer_id": OfferId("9d1b0b52-4f0a-4f7a-8f4c-c0f2f8f6a1b2"),
    }
    return SurveyAnswer(**(values | changes))


def asking(**changes) -> CallbackAsking:
    """A wish of a caller who waited, which was granted."""
    values: dict[str, Any] = {
        "at": NOON,
        "queue": QueueName("support"),
        "origin": CallbackOrigin.WAITING,
        "end": AskingEnd.PROMISED,
        "number": "+48201234501",
        "promise": CallId("b6a0a9a4-7d7b-4f4b-9f4d-0d8d4f9e6c11"),
    }
    return CallbackAsking(**(values | changes))


def attempt(**changes) -> CallbackAttempt:
    """A call to a customer who was there."""
    values: dict[str, Any] = {
        "at": NOON,
        "outcome": AttemptOutcome.TALKED,
        "leg_id": LegId("f2b3f1c0-4f0a-4f7a-8f4c-c0f2f8f6a1b2"),
        "answered_at": after(8),
    }
    return CallbackAttempt(**(values | changes))


def kept_callback(*, start: Micros = NOON, **changes) -> CallRecord:
    """A promise: busy at first, then they talked."""
    values: dict[str, Any] = {
        "is_callback": True,
        "is_within_service_level": None,
        "callback_of": CallId("5f6b7d1a-0c57-4f1e-9a58-0f3f7e3b1c11"),
        "callback_origin": CallbackOrigin.WAITING,
        "callback_askings": (),
        "callback_attempts": (
            attempt(
                at=after(2, start),
                outcome=AttemptOutcome.BUSY,
                hangup_cause="USER_BUSY",
                answered_at=None,
                leg_id=None,
            ),
            attempt(at=after(21, start), answered_at=after(26.1, start)),
        ),
    }
    return served_call(start=start, **(values | changes))


def decision(**changes) -> DecisionRecord:
    """A decision for an agent whom nobody else was free to replace."""
    values: dict[str, Any] = {
        "offer_id": OfferId(str(uuid.uuid4())),
        "queue": QueueName("support"),
        "agent_id": AgentId("bert"),
        "decided_at": NOON,
        "trigger": "agent_free",
        "waited_seconds": 1.5,
        "priority": -3,
        "strategy": Strategy.RING_PROGRESSIVELY,
        "open_level": 2,
        "skill_rule": "english >= 50 and (billing or sales)",
    }
    return DecisionRecord(**(values | changes))


def abandoned_call(*, waited_seconds: float, start: Micros = NOON, is_short=False) -> CallRecord:
    """A caller who hung up in the queue."""
    left_at = after(waited_seconds, start)
    return served_call(
        start=start,
        picked_up_at=None,
        bridged_at=None,
        unbridged_at=None,
        ended_at=left_at,
        outcome=CallOutcome.SHORT_ABANDONED if is_short else CallOutcome.ABANDONED,
        agent_id=None,
        wait_seconds=waited_seconds,
        talk_seconds=0.0,
        hold_seconds=0.0,
        is_within_service_level=None,
        visits=(
            QueueVisit(
                queue=QueueName("support"),
                joined_at=start,
                position_at_join=1,
                left_at=left_at,
                leave_reason=LeaveReason.ABANDONED,
                waited_seconds=waited_seconds,
                is_short_abandon=is_short,
            ),
        ),
        offers=(),
        decisions=(),
        recordings=(),
        digits=(),
        survey_answers=(),
        callback_askings=(),
        faults=(),
    )


def change(entry_id: str = "1790000000000-0", *, at: Micros = NOON, **changes) -> PendingChange:
    """An agent's phone begins to ring, unless told otherwise."""
    values: dict[str, Any] = {
        "agent_id": AgentId("anna"),
        "at": at,
        "before": AgentState.RESERVED,
        "state": AgentState.RINGING,
        "reason": AgentReason.RINGING,
        "actor": CALLCORE,
        "queue": QueueName("support"),
        "call_id": CallId("5f6b7d1a-0c57-4f1e-9a58-0f3f7e3b1c11"),
        "offer_id": OfferId("9d1b0b52-4f0a-4f7a-8f4c-c0f2f8f6a1b2"),
    }
    return PendingChange(entry_id=entry_id, change=AgentChange(**(values | changes)))


def many_changes(count: int) -> list[PendingChange]:
    """So many changes in one second, the entries of a floor that was busy."""
    return [
        change(f"1790000000{number // 2:03}-{number % 2}", at=Micros(NOON + number * 500))
        for number in range(count)
    ]
