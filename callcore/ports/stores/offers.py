"""A caller promised to an agent."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from callcore.domain.ids import AgentId, CallId, LegId, OfferId, QueueName


class OfferAnswer(StrEnum):
    """What became of a change to an offer: done, or the offer is no longer the agent's."""

    DONE = "done"
    STALE = "stale"


class ReserveAnswer(StrEnum):
    """What became of a reservation."""

    RESERVED = "reserved"
    CALLER_GONE = "caller_gone"
    AGENT_BUSY = "agent_busy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    """A caller promised to an agent for ``lease_seconds``, to be renewed or resolved by then."""

    offer_id: OfferId
    call_id: CallId
    agent_id: AgentId
    queue: QueueName
    leg_id: LegId
    lease_seconds: float
    is_additional: bool = False
    """True if other agents may already be ringing for the caller: one winner, by ``win``."""
