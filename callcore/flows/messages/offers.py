"""What is told of agents who are asked for a caller, until the two talk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from callcore.domain.ids import Micros, OfferId
from callcore.domain.records import DecisionRecord
from callcore.ports.stores import Reservation


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
    Reserved | ExplanationDue | RingTimedOut | GreetingTimedOut | BridgeTimedOut
)
