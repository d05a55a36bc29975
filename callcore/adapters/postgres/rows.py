"""A call record as rows of the nine tables, in the order of their columns."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from callcore.adapters.postgres.scalars import Row, clean, clean_or_none, instant
from callcore.domain.records import (
    CallbackAsking,
    CallbackAttempt,
    CallRecord,
    DecisionRecord,
    DigitPress,
    OfferRecord,
    QueueVisit,
    Recording,
    SurveyAnswer,
)

_Part = TypeVar("_Part")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table: its columns, and the rows that a record has in it."""

    name: str
    columns: tuple[str, ...]
    rows: Callable[[CallRecord], Iterator[Row]]


def _numbered(
    parts: Callable[[CallRecord], Iterable[_Part]], columns: Callable[[_Part], Row]
) -> Callable[[CallRecord], Iterator[Row]]:
    """The rows of what a call has several of: whose it is, its number from 1, its own columns."""

    def rows(record: CallRecord) -> Iterator[Row]:
        for number, part in enumerate(parts(record), start=1):
            yield (clean(record.call_id), number, *columns(part))

    return rows


def _call_rows(record: CallRecord) -> Iterator[Row]:
    yield (
        clean(record.call_id),
        clean(record.site),
        clean(record.node),
        clean(record.caller_leg_id),
        clean(record.caller_number),
        clean(record.caller_name),
        clean(record.dialled_number),
        instant(record.arrived_at),
        instant(record.line_answered_at),
        instant(record.picked_up_at),
        instant(record.bridged_at),
        instant(record.unbridged_at),
        instant(record.ended_at),
        record.outcome.value,
        record.hung_up_by.value,
        clean(record.hangup_cause),
        clean_or_none(record.queue),
        clean_or_none(record.agent_id),
        float(record.wait_seconds),
        float(record.talk_seconds),
        float(record.hold_seconds),
        record.is_within_service_level,
        record.is_adopted,
        [clean(fault) for fault in record.faults],
        record.is_callback,
        clean_or_none(record.callback_of),
        clean(record.language),
        clean(record.account),
        None if record.callback_origin is None else record.callback_origin.value,
    )


def _visit(visit: QueueVisit) -> Row:
    return (
        clean(visit.queue),
        instant(visit.joined_at),
        visit.priority,
        visit.position_at_join,
        instant(visit.left_at),
        None if visit.leave_reason is None else visit.leave_reason.value,
        None if visit.refusal_reason is None else visit.refusal_reason.value,
        float(visit.waited_seconds),
        visit.is_short_abandon,
        visit.announcements_count,
        visit.limit,
        None if visit.estimate_seconds is None else float(visit.estimate_seconds),
        visit.last_priority,
        instant(visit.came_at),
        visit.is_resumed,
        clean(visit.asked_by),
        clean(visit.treatment),
    )


def _offer(offer: OfferRecord) -> Row:
    return (
        clean(offer.offer_id),
        clean(offer.queue),
        clean(offer.agent_id),
        clean(offer.leg_id),
        instant(offer.reserved_at),
        instant(offer.ringing_at),
        instant(offer.picked_up_at),
        instant(offer.bridged_at),
        instant(offer.unbridged_at),
        instant(offer.ended_at),
        None if offer.lost_reason is None else offer.lost_reason.value,
        clean(offer.hangup_cause),
        float(offer.hold_seconds),
    )


def _decision(decision: DecisionRecord) -> Row:
    return (
        clean(decision.offer_id),
        clean(decision.queue),
        clean(decision.agent_id),
        instant(decision.decided_at),
        clean(decision.trigger),
        float(decision.waited_seconds),
        decision.priority,
        decision.strategy.value,
        decision.open_level,
        clean(decision.skill_rule),
        decision.is_sticky,
        _passed_over(decision),
        _not_free(decision),
    )


def _passed_over(decision: DecisionRecord) -> str:
    return json.dumps(
        [
            {
                "agent_id": clean(other.agent_id),
                "verdict": other.verdict.value,
                "detail": clean(other.detail),
            }
            for other in decision.passed_over
        ]
    )


def _not_free(decision: DecisionRecord) -> str:
    return json.dumps(
        {
            clean(state): [clean(agent_id) for agent_id in agent_ids]
            for state, agent_ids in decision.not_free.items()
        }
    )


def _digit_press(press: DigitPress) -> Row:
    return (instant(press.at), clean(press.digit))


def _recording(recording: Recording) -> Row:
    return (
        clean(recording.path),
        instant(recording.started_at),
        instant(recording.stopped_at),
    )


def _survey_answer(answer: SurveyAnswer) -> Row:
    return (
        instant(answer.at),
        clean(answer.survey),
        clean(answer.question),
        clean(answer.answer),
        clean_or_none(answer.queue),
        clean_or_none(answer.agent_id),
        clean_or_none(answer.offer_id),
    )


def _callback_attempt(attempt: CallbackAttempt) -> Row:
    return (
        instant(attempt.at),
        instant(attempt.answered_at),
        attempt.outcome.value,
        clean(attempt.hangup_cause),
        clean_or_none(attempt.leg_id),
    )


def _callback_asking(asking: CallbackAsking) -> Row:
    return (
        instant(asking.at),
        clean(asking.queue),
        asking.origin.value,
        asking.end.value,
        clean(asking.number),
        clean_or_none(asking.promise),
    )


TABLES = (
    Table(
        name="call_records",
        columns=(
            "call_id",
            "site",
            "node",
            "caller_leg_id",
            "caller_number",
            "caller_name",
            "dialled_number",
            "arrived_at",
            "line_answered_at",
            "picked_up_at",
            "bridged_at",
            "unbridged_at",
            "ended_at",
            "outcome",
            "hung_up_by",
            "hangup_cause",
            "queue",
            "agent_id",
            "wait_seconds",
            "talk_seconds",
            "hold_seconds",
            "is_within_service_level",
            "is_adopted",
            "faults",
            "is_callback",
            "callback_of",
            "language",
            "account",
            "callback_origin",
        ),
        rows=_call_rows,
    ),
    Table(
        name="queue_visits",
        columns=(
            "call_id",
            "visit_number",
            "queue",
            "joined_at",
            "priority",
            "position_at_join",
            "left_at",
            "leave_reason",
            "refusal_reason",
            "waited_seconds",
            "is_short_abandon",
            "announcements_count",
            "waiting_limit",
            "estimate_seconds",
            "last_priority",
            "came_at",
            "is_resumed",
            "asked_by",
            "treatment",
        ),
        rows=_numbered(lambda record: record.visits, _visit),
    ),
    Table(
        name="offers",
        columns=(
            "call_id",
            "offer_number",
            "offer_id",
            "queue",
            "agent_id",
            "leg_id",
            "reserved_at",
            "ringing_at",
            "picked_up_at",
            "bridged_at",
            "unbridged_at",
            "ended_at",
            "lost_reason",
            "hangup_cause",
            "hold_seconds",
        ),
        rows=_numbered(lambda record: record.offers, _offer),
    ),
    Table(
        name="decisions",
        columns=(
            "call_id",
            "decision_number",
            "offer_id",
            "queue",
            "agent_id",
            "decided_at",
            "trigger",
            "waited_seconds",
            "priority",
            "strategy",
            "open_level",
            "skill_rule",
            "is_sticky",
            "passed_over",
            "not_free",
        ),
        rows=_numbered(lambda record: record.decisions, _decision),
    ),
    Table(
        name="digit_presses",
        columns=("call_id", "press_number", "pressed_at", "digit"),
        rows=_numbered(lambda record: record.digits, _digit_press),
    ),
    Table(
        name="recordings",
        columns=("call_id", "recording_number", "path", "started_at", "stopped_at"),
        rows=_numbered(lambda record: record.recordings, _recording),
    ),
    Table(
        name="survey_answers",
        columns=(
            "call_id",
            "answer_number",
            "answered_at",
            "survey",
            "question",
            "answer",
            "queue",
            "agent_id",
            "offer_id",
        ),
        rows=_numbered(lambda record: record.survey_answers, _survey_answer),
    ),
    Table(
        name="callback_attempts",
        columns=(
            "call_id",
            "attempt_number",
            "dialled_at",
            "answered_at",
            "outcome",
            "hangup_cause",
            "leg_id",
        ),
        rows=_numbered(lambda record: record.callback_attempts, _callback_attempt),
    ),
    Table(
        name="callback_askings",
        columns=(
            "call_id",
            "asking_number",
            "asked_at",
            "queue",
            "origin",
            "outcome",
            "number",
            "promise",
        ),
        rows=_numbered(lambda record: record.callback_askings, _callback_asking),
    ),
)
"""The calls first: the others refer to them."""
