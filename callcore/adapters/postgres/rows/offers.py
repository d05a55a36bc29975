"""The agents who were asked, and why they."""

from __future__ import annotations

import json

from callcore.adapters.postgres.rows.tables import Table, numbered
from callcore.adapters.postgres.scalars import Row, clean, instant, word_or_none
from callcore.domain.records import DecisionRecord, OfferRecord


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
        word_or_none(offer.lost_reason),
        clean(offer.hangup_cause),
        float(offer.hold_seconds),
    )


OFFERS = Table(
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
    rows=numbered(lambda record: record.offers, _offer),
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


DECISIONS = Table(
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
    rows=numbered(lambda record: record.decisions, _decision),
)
