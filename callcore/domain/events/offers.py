"""Callers and agents brought together, from the decision to the end of the talk."""

from __future__ import annotations

from dataclasses import dataclass

from callcore.domain.events.facts import CallFact, Fact
from callcore.domain.ids import AgentId, OfferId, QueueName
from callcore.domain.outcomes import HungUpBy, OfferLostReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided(Fact):
    """A dispatch decision reached the wire ``seconds`` after the event that called for it.

    ``trigger`` is ``caller_joined``, ``agent_free``, ``relaxation`` or ``callback_due``.
    """

    trigger: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferFact(CallFact):
    """A fact of one offer."""

    queue: QueueName
    offer_id: OfferId
    agent_id: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferMade(OfferFact):
    """An agent is reserved for a caller and the phone is being called."""

    waited_seconds: float
    is_sticky: bool = False
    """True if this agent talked with the caller last, in a queue that asks for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRinging(OfferFact):
    """The agent's phone rings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPickedUp(OfferFact):
    """The agent's phone was picked up after ``rang_seconds``."""

    rang_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferLost(OfferFact):
    """The offer ended without a conversation; ``hangup_cause`` is the switch's word or empty."""

    reason: OfferLostReason
    hangup_cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LegsBridged(OfferFact):
    """Caller and agent talk."""

    waited_seconds: float
    is_within_service_level: bool
    is_callback: bool = False
    promised_seconds: float | None = None
    """Of a callback: since the promise."""
    held_seconds: float | None = None
    """Of a callback: since the customer answered; ``None`` if that was not heard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkEnded(OfferFact):
    """The conversation ended."""

    talked_seconds: float
    hung_up_by: HungUpBy
