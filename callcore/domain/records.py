"""The record of a call: every fact that a report or a dispute may ask for.

One ``CallRecord`` is written per call, once, when it has ended. Instants are epoch microseconds,
``None`` where it did not happen; lists are in the order of events.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from callcore.domain.ids import AgentId, CallId, LegId, Micros, NodeName, OfferId, QueueName
from callcore.domain.outcomes import (
    CallOutcome,
    HungUpBy,
    LeaveReason,
    OfferLostReason,
    RefusalReason,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRecord:
    """One offer of the caller to an agent; won if ``bridged_at`` is set, else lost."""

    offer_id: OfferId
    queue: QueueName
    agent_id: AgentId
    leg_id: LegId
    reserved_at: Micros
    ringing_at: Micros | None = None
    picked_up_at: Micros | None = None
    bridged_at: Micros | None = None
    unbridged_at: Micros | None = None
    ended_at: Micros | None = None
    lost_reason: OfferLostReason | None = None
    hangup_cause: str = ""
    hold_seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueVisit:
    """One stay in one queue, or the refusal of it."""

    queue: QueueName
    joined_at: Micros
    priority: int = 0
    position_at_join: int | None = None
    left_at: Micros | None = None
    leave_reason: LeaveReason | None = None
    refusal_reason: RefusalReason | None = None
    waited_seconds: float = 0.0
    is_short_abandon: bool = False
    announcements_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DigitPress:
    """A key the caller pressed."""

    at: Micros
    digit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A recording of the conversation; ``path`` on the switch's host."""

    path: str
    started_at: Micros
    stopped_at: Micros | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """The whole call."""

    call_id: CallId
    site: str
    node: NodeName
    caller_leg_id: LegId
    caller_number: str
    caller_name: str
    dialled_number: str
    arrived_at: Micros
    line_answered_at: Micros | None = None
    picked_up_at: Micros | None = None
    bridged_at: Micros | None = None
    unbridged_at: Micros | None = None
    ended_at: Micros
    outcome: CallOutcome
    hung_up_by: HungUpBy
    hangup_cause: str
    queue: QueueName | None = None
    """The queue of the last visit."""
    agent_id: AgentId | None = None
    """The agent who talked last."""
    wait_seconds: float = 0.0
    talk_seconds: float = 0.0
    hold_seconds: float = 0.0
    is_within_service_level: bool | None = None
    """``None`` for a call that was not picked up."""
    is_adopted: bool = False
    """True if another process began the call; what it did not leave behind is missing here."""
    visits: tuple[QueueVisit, ...] = ()
    offers: tuple[OfferRecord, ...] = ()
    digits: tuple[DigitPress, ...] = ()
    recordings: tuple[Recording, ...] = ()
    faults: tuple[str, ...] = field(default=())
    """What went wrong on our side, in words of the log."""
