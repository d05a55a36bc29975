"""What a leg that nobody follows tells of its call, and what the floor knows better."""

from __future__ import annotations

import re

from callcore.domain import brought
from callcore.domain.ids import AgentId, CallId, Micros, OfferId, QueueName
from callcore.domain.ledger import Caller
from callcore.domain.policies import QueuePolicy
from callcore.domain.wishes import Wishes
from callcore.flows import leg_roles
from callcore.flows.callback_calls import caller_of
from callcore.flows.standing import Place, wishes_on_floor
from callcore.ports.stores import FloorCall, Reservation
from callcore.ports.switch_events import LegSnapshot

_OF_A_TALK = ("callcore_bridged_at", "callcore_talk_ended_at", "callcore_survey")

_INSTANT = re.compile(r"[0-9]{1,18}")
_PRIORITY = re.compile(r"-?[0-9]{1,4}")


def caller_of_ended(floor_call: FloorCall) -> Caller:
    """The caller of a call that has no leg any more."""
    if floor_call.callback is not None:
        return caller_of(floor_call, floor_call.callback)
    return Caller(
        call_id=floor_call.call_id,
        leg_id=floor_call.leg_id,
        node=floor_call.node,
        number=floor_call.caller_number,
        name=floor_call.caller_name,
        dialled_number=floor_call.dialled_number,
        arrived_at=floor_call.arrived_at,
    )


def caller_on(leg: LegSnapshot, floor_call: FloorCall | None) -> Caller:
    """The caller on a leg; who was called back is known to the floor and by what the leg remembers.

    The switch has the two ends of such a leg the other way round.
    """
    if leg_roles.is_customers(leg):
        number, variables = leg.variables.get("callcore_customer", ""), leg.variables
        return Caller(
            call_id=leg_roles.call_of(leg),
            leg_id=leg.leg_id,
            node=leg.node,
            number=floor_call.caller_number if floor_call else number,
            name=floor_call.caller_name if floor_call else "",
            dialled_number=floor_call.dialled_number if floor_call else "",
            arrived_at=instant(variables.get("callcore_arrived_at")) or leg.created_at,
            is_callback=True,
            callback_of=CallId(variables.get("callcore_callback_of", "")) or None,
        )
    return Caller(
        call_id=CallId(leg.leg_id),
        leg_id=leg.leg_id,
        node=leg.node,
        number=leg.caller_number,
        name=leg.caller_name,
        dialled_number=leg.dialled_number,
        arrived_at=instant(leg.variables.get("callcore_arrived_at")) or leg.created_at,
    )


def queue_name(leg: LegSnapshot, floor_call: FloorCall | None) -> QueueName:
    """The queue of a caller who waits or talks; empty if nothing tells."""
    if floor_call is not None:
        return floor_call.queue
    variables = leg.variables
    return QueueName(variables.get("callcore_waits_in") or variables.get("callcore_talks_in") or "")


def place_of(leg: LegSnapshot, floor_call: FloorCall | None) -> Place:
    """The caller's place in that queue."""
    if floor_call is not None:
        return Place(first_joined_at=floor_call.first_joined_at, joined_at=floor_call.joined_at)
    first_joined_at = instant(leg.variables.get("callcore_joined_at")) or leg.created_at
    came_at = instant(leg.variables.get("callcore_came_at"))
    return Place(first_joined_at=first_joined_at, joined_at=came_at or first_joined_at)


def wishes_of(leg: LegSnapshot, floor_call: FloorCall | None) -> Wishes:
    """What the caller brings along.

    Of language, music and account the leg knows more: it was told at once of each change.
    """
    if floor_call is not None:
        wishes = wishes_on_floor(floor_call)
    else:
        priority = leg.variables.get("callcore_wished_priority", "")
        texts = Wishes.split(leg.variables.get("callcore_wished_skills", ""))
        wishes = Wishes.of(int(priority) if _PRIORITY.fullmatch(priority) else 0, texts)
    return brought.brought(wishes, leg.variables)[0]


def promise_of(leg: LegSnapshot) -> CallId | None:
    """The callback that was about to be promised to the caller, or was."""
    return CallId(leg.variables.get("callcore_promising", "")) or None


def reservation_of(
    leg: LegSnapshot, floor_call: FloorCall | None, queue: QueuePolicy
) -> Reservation | None:
    """The agent whom the caller talks with: the floor may know of others who were rung besides."""
    if floor_call is not None:
        return floor_call.talk or next(
            (offer for offer in floor_call.offers if offer.leg_id == leg.bridged_to), None
        )
    offer_id, agent_id = leg.variables.get("callcore_offer"), leg.variables.get("callcore_agent")
    if leg.bridged_to is None or not offer_id or not agent_id:
        return None
    return Reservation(
        offer_id=OfferId(offer_id),
        call_id=leg_roles.call_of(leg),
        agent_id=AgentId(agent_id),
        queue=queue.name,
        leg_id=leg.bridged_to,
        lease_seconds=0.0,
    )


def has_talked(leg: LegSnapshot, floor_call: FloorCall | None) -> bool:
    """True of a customer who was called back and talks or has talked: what the floor holds of the
    promise is gone by then.
    """
    is_known = floor_call is not None and (
        floor_call.callback is None or floor_call.bridged_at is not None
    )
    is_remembered = leg.is_after_talk or any(map(leg.variables.get, _OF_A_TALK))
    return leg.bridged_to is not None or is_known or is_remembered


def instant(text: str | None) -> Micros | None:
    """An instant as a leg keeps it; ``None`` if it is none."""
    return Micros(int(text)) if text and _INSTANT.fullmatch(text) else None
