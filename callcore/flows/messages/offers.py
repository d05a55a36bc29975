"""What is told of agents who are asked for a caller, until the two talk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from callcore.domain.ids import Micros, NodeName, OfferId
from callcore.domain.records import DecisionRecord
from callcore.ports.stores import Reservation
from callcore.ports.switch_events import LegSnapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved:
    """An agent is reserved for the caller: call the phone.

    ``trigger`` is the event that led to the decision and ``triggered_at`` when it came in.
    """

    reservation: Reservation
    trigger: str
    triggered_at: Micros
    decision: DecisionRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferFound:
    """An offer that another process made is gone on with."""

    reservation: Reservation
    reserved_at: Micros
    ringing_at: Micros | None
    """Since when the agent's phone rings, as far as that was told."""
    line_node: NodeName | None
    """Where the standing line is on which the agent is asked for; ``None`` of a phone."""
    leg: LegSnapshot | None = None
    """The agent's; ``None`` if there is none, or the switch did not say so of a phone that rang."""
    is_greeted: bool = False
    """True if the agent has heard, and accepted, what there was: the customer was called by that.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationDue:
    """The offer is on the wire: complete what is kept of the decision."""

    offer_id: OfferId


@dataclass(frozen=True, slots=True, kw_only=True)
class RingTimedOut:
    """The agent's phone has rung as long as the queue allows."""

    offer_id: OfferId


@dataclass(frozen=True, slots=True, kw_only=True)
class GreetingTimedOut:
    """The agent has been greeted, or should have been, and is waited for no longer."""

    offer_id: OfferId


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeTimedOut:
    """The switch should have joined the legs by now."""

    offer_id: OfferId


OfferMessage: TypeAlias = (
    Reserved | OfferFound | ExplanationDue | RingTimedOut | GreetingTimedOut | BridgeTimedOut
)
