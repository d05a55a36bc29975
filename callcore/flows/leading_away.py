"""Callers who are led to what is not there."""

from __future__ import annotations

from callcore.domain.events import CallRefused
from callcore.domain.ids import QueueName
from callcore.domain.outcomes import RefusalReason
from callcore.flows.call import Call

UNKNOWN_QUEUE_CAUSE = "UNALLOCATED_NUMBER"
UNKNOWN_QUEUE_REMEDY = (
    "add it under queues: or menus: (or its number under numbers:), or correct callcore_queue or "
    "callcore_menu in the dialplan"
)


def turn_away(call: Call, asked_for: str) -> None:
    """Nothing of that name was there when the caller came."""
    now = call.site.clock.now()
    name = QueueName(asked_for)
    call.ledger.visits.refused(name, now, RefusalReason.UNKNOWN_QUEUE)
    call.site.facts.publish(
        CallRefused(
            at=now,
            call_id=call.caller.call_id,
            queue=name,
            reason=RefusalReason.UNKNOWN_QUEUE,
            remedy=UNKNOWN_QUEUE_REMEDY,
        )
    )
    call.hang_up(UNKNOWN_QUEUE_CAUSE)


def lead_away(call: Call, fault: str) -> None:
    """Sends the caller to the fallback, where no setting leads any more."""
    fallback = call.site.policy.fallback
    call.ledger.fault(f"{fault}: sent to the fallback")
    call.hand_to_dialplan(fallback.extension, fallback.context)
