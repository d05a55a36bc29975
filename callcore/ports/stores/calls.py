"""What the floor tells of its calls and of whole queues."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from callcore.domain.callbacks import Callback
from callcore.domain.estimates import Rates
from callcore.domain.ids import AgentId, CallId, LegId, Micros, NodeName, OfferId, QueueName
from callcore.domain.outcomes import LeaveReason
from callcore.domain.records import OfferRecord
from callcore.domain.wait_telling import ToldEstimate
from callcore.ports.stores.offers import Reservation

MOST_LOST_OFFERS: Final = 100
"""So many lost offers of a call are kept on the floor: the last ones."""


class FloorCallState(StrEnum):
    """Where the floor holds a call."""

    WAITING = "waiting"
    OFFERED = "offered"
    TALKING = "talking"
    ENDED = "ended"
    """Without a place; remembered until the call's record is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorCall:
    """What the floor knows of a call."""

    call_id: CallId
    leg_id: LegId
    node: NodeName
    queue: QueueName
    state: FloorCallState
    score: float
    priority: int
    arrived_at: Micros
    first_joined_at: Micros
    own_priority: int
    skills: tuple[str, ...]
    joined_at: Micros
    offers: tuple[Reservation, ...]
    """The agents the call is promised to, in the order of their reservations; without leases. Empty
    unless ``offered``."""
    offer_id: OfferId | None
    """Of the talk; ``None`` before it."""
    agent_id: AgentId | None
    agent_leg_id: LegId | None
    bridged_at: Micros | None
    ended_at: Micros | None
    """When the place was given up or the talk ended, by Redis' clock; ``None`` before."""
    left_for: LeaveReason | None = None
    """Why an ended call has no place, where the floor itself knows it: of a promise whose customer
    rang in and has the place."""
    callback: Callback | None = None
    """``None`` if a caller took the place."""
    caller_number: str
    caller_name: str
    dialled_number: str
    language: str = ""
    account: str = ""
    announcements_count: int = 0
    """Of those heard in this queue, as last told with a position or an estimate."""
    lost_offers: tuple[OfferRecord, ...] = ()
    """What the call's record has of them, in all queues, in the order in which they were lost; of
    very many the last ``MOST_LOST_OFFERS``."""

    @property
    def talk(self) -> Reservation | None:
        """The agent the call talks or talked with; without a lease of its own."""
        if self.offer_id is None or self.agent_id is None or self.agent_leg_id is None:
            return None
        return Reservation(
            offer_id=self.offer_id,
            call_id=self.call_id,
            agent_id=self.agent_id,
            queue=self.queue,
            leg_id=self.agent_leg_id,
            lease_seconds=0.0,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What a caller who waits, or is being offered, may be told now."""

    position: int
    """Never above one told before in the same queue."""
    ahead_count: int
    """Those who are served before, count and are not being offered; 0 for one who is."""
    score: float
    """The caller's place in the order of service."""
    staffed_count: int = 0
    """This and all below is read for an estimate."""
    rates: Rates = field(default=Rates())
    head_score: float | None = None
    """Of the first who waits, counts and is not being offered; ``None`` too if that is a promised
    callback, which may have been away for long."""
    told: ToldEstimate | None = None
    """What the caller was told last of the wait in this queue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueCounts:
    """One queue at an instant. ``oldest_joined_at`` is of the first who counts, or ``None``."""

    queue: QueueName
    waiting_count: int
    """Without those of ``deferred_count``."""
    offered_count: int
    free_agents_count: int
    staffed_count: int
    """Agents of the queue who are logged in and not on a break."""
    promises_count: int = 0
    """Callbacks promised here that are not kept yet; those that wait are in the other counts too.
    """
    deferred_count: int = 0
    """Those of them that wait and are not due."""
    oldest_joined_at: Micros | None

    @property
    def present_count(self) -> int:
        """All who have a place, whether they count or not."""
        return self.waiting_count + self.offered_count + self.deferred_count
