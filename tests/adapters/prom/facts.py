"""Facts of one call in one queue."""

from __future__ import annotations

from typing import Any

from callcore.domain import events
from callcore.domain.ids import (
    AgentId,
    CallId,
    LegId,
    Micros,
    NodeName,
    OfferId,
    QueueName,
)
from callcore.domain.outcomes import (
    CallOutcome,
    HungUpBy,
)

NOW = Micros(1_790_000_000_000_000)


CALL = CallId("c0ffee")


SUPPORT = QueueName("support")


ANNA = AgentId("anna")


IN_SUPPORT: dict[str, Any] = {"at": NOW, "call_id": CALL, "queue": SUPPORT}


OFFER: dict[str, Any] = {**IN_SUPPORT, "offer_id": OfferId("o1"), "agent_id": ANNA}


def arrived(*, is_adopted=False):
    return events.CallArrived(
        at=NOW,
        call_id=CALL,
        node=NodeName("fs1"),
        leg_id=LegId("c0ffee"),
        caller_number="+48201234501",
        caller_name="x",
        dialled_number="1",
        is_adopted=is_adopted,
    )


def left(reason, *, waited_seconds, is_short=False, is_callback=False):
    return events.CallerLeft(
        **IN_SUPPORT,
        reason=reason,
        waited_seconds=waited_seconds,
        is_short=is_short,
        is_callback=is_callback,
    )


def ended(*, lasted_seconds, is_callback=False):
    """A served call is over."""
    return events.CallEnded(
        at=NOW,
        call_id=CALL,
        outcome=CallOutcome.SERVED,
        hung_up_by=HungUpBy.CALLER,
        hangup_cause="NORMAL_CLEARING",
        lasted_seconds=lasted_seconds,
        is_callback=is_callback,
    )


def looked(**changes):
    """A worker looks at a queue."""
    seen = {"is_open": True, "limit": 5, "estimate_seconds": 30.0}
    return events.QueueLooked(at=NOW, queue=SUPPORT, **(seen | changes))
