"""Whose leg it is that nobody follows, from what callcore had set on it when it was called."""

from __future__ import annotations

from callcore.domain.ids import CallId
from callcore.ports.switch_events import LegSnapshot


def is_customers(leg: LegSnapshot) -> bool:
    """True for the leg of a customer who was called back."""
    return not leg.is_inbound and "callcore_customer" in leg.variables


def is_holding_customers(leg: LegSnapshot) -> bool:
    """True for the leg of a customer who has answered and talks to nobody yet."""
    return is_customers(leg) and leg.is_line_answered and leg.bridged_to is None


def is_waiting_customers(leg: LegSnapshot) -> bool:
    """True for the leg of a customer who is being called, or has answered, and talks to nobody."""
    return is_customers(leg) and leg.bridged_to is None


def is_ready_customers(leg: LegSnapshot) -> bool:
    """True if that customer has been asked all there was to ask."""
    return is_holding_customers(leg) and "callcore_customer_ready" in leg.variables


def is_standing(leg: LegSnapshot) -> bool:
    """True for the line on which an agent stays connected."""
    return leg.is_inbound and "callcore_standing" in leg.variables


def is_callers(leg: LegSnapshot) -> bool:
    """True for a leg that a call of ours is about: of who called, or was called back."""
    return (leg.is_inbound and not is_standing(leg)) or is_customers(leg)


def call_of(leg: LegSnapshot) -> CallId:
    """The call of a caller's leg: one that came in has the leg's own id."""
    if is_customers(leg):
        return CallId(leg.variables.get("callcore_call", leg.leg_id))
    return CallId(leg.leg_id)


def is_agents(leg: LegSnapshot) -> bool:
    """True for the leg of an agent who was rung for a caller."""
    return not leg.is_inbound and not is_customers(leg) and "callcore_offer" in leg.variables


def is_orphan(leg: LegSnapshot) -> bool:
    """True for a leg we have called that is good for nothing if nobody follows it: a phone that
    rings, or is picked up and hears nobody.

    A customer who hears something may be in others' hands, or ends up there by the dead man's
    switch.
    """
    if leg.bridged_to is not None:
        return False
    return is_agents(leg) or (is_customers(leg) and (leg.is_parked or not leg.is_line_answered))
