"""Calls whose key figures can be worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from callcore.domain.ids import AgentId, Micros, OfferId, QueueName
from callcore.domain.outcomes import CallOutcome, HungUpBy, LeaveReason, RefusalReason
from callcore.domain.records import CallRecord, OfferRecord, QueueVisit
from tests.adapters.postgres.agent_stories import at
from tests.adapters.postgres.samples import abandoned_call, after, served_call

DAY = 86_400.0


NO_TALKS = (0, None, None, None, None, 0, None)


NOBODY_CAME = (0, 0, 0, 0, 0, 0, 0, None, None, None, None)


def visit(start: Micros, waited: float, queue: str = "support", **changes: Any) -> QueueVisit:
    """A caller who is picked up, unless told otherwise."""
    values: dict[str, Any] = {
        "queue": QueueName(queue),
        "joined_at": start,
        "left_at": after(waited, start),
        "leave_reason": LeaveReason.PICKED_UP,
        "waited_seconds": waited,
    }
    return QueueVisit(**(values | changes))


def talk(start: Micros, seconds: float, agent: str, queue: str = "support", **more) -> OfferRecord:
    """An offer that was won; it was made two seconds before they talked."""
    values: dict[str, Any] = {
        "offer_id": OfferId(f"{agent} {start}"),
        "queue": QueueName(queue),
        "agent_id": AgentId(agent),
        "leg_id": "leg",
        "reserved_at": after(-2, start),
        "bridged_at": start,
        "unbridged_at": after(seconds, start),
        "ended_at": after(seconds, start),
    }
    return OfferRecord(**(values | more))


def call(start: Micros, *, visits: tuple, offers: tuple = (), **changes: Any) -> CallRecord:
    """A call that ends with its last talk."""
    values: dict[str, Any] = {
        "visits": visits,
        "offers": offers,
        "ended_at": offers[-1].ended_at if offers else visits[-1].left_at or start,
        "decisions": (),
        "survey_answers": (),
        "callback_askings": (),
        "recordings": (),
    }
    return served_call(start=start, **(values | changes))


def a_morning() -> list[CallRecord]:
    """Two hours of a Monday in two queues."""
    nine, ten = at("2026-03-02 09:00:00"), at("2026-03-02 10:10:00")
    anna = talk(after(10, nine), 300, "anna", hold_seconds=20.0)
    at_once = call(
        nine,
        visits=(visit(nine, 10),),
        # made, and known to the timeline, as TWO_DAYS has it
        offers=(replace(anna, offer_id=OfferId("9d1b0b52-4f0a-4f7a-8f4c-c0f2f8f6a1b2")),),
        is_within_service_level=True,
    )
    ten_past = after(600, nine)
    sent_on = call(
        ten_past,
        visits=(visit(ten_past, 30), visit(after(130, ten_past), 20, "sales")),
        offers=(
            talk(after(30, ten_past), 100, "bert"),
            talk(after(150, ten_past), 50, "cora", "sales"),
        ),
    )
    gone = abandoned_call(start=after(1200, nine), waited_seconds=40)
    gone_soon = abandoned_call(start=after(1260, nine), waited_seconds=2, is_short=True)
    too_long = visit(after(1320, nine), 60, leave_reason=LeaveReason.MAXIMUM_WAIT)
    full = visit(
        after(2400, nine),
        0,
        leave_reason=None,
        left_at=None,
        refusal_reason=RefusalReason.QUEUE_FULL,
    )
    called_back = call(
        after(300, nine),
        visits=(visit(after(300, nine), 2700),),
        offers=(talk(after(3000, nine), 60, "bert"),),
        is_callback=True,
        is_within_service_level=None,
    )
    to_a_phone = call(
        ten,
        visits=(visit(ten, 5),),
        offers=(talk(after(5, ten), 30, "bert"),),
        ended_at=after(180, ten),
        hung_up_by=HungUpBy.CALLER,
        is_within_service_level=True,
    )
    none: dict[str, Any] = {"is_within_service_level": None, "agent_id": None}
    return [
        at_once,
        sent_on,
        gone,
        gone_soon,
        call(too_long.joined_at, visits=(too_long,), outcome=CallOutcome.OVERFLOWED, **none),
        call(full.joined_at, visits=(full,), outcome=CallOutcome.REFUSED, **none),
        called_back,
        to_a_phone,
    ]
