"""Who may join a queue, and how many of those who wait may stay."""

from __future__ import annotations

from dataclasses import dataclass

from callcore.domain.estimates import Rates, UnknownWait
from callcore.domain.ids import AgentId, Micros
from callcore.domain.outcomes import RefusalReason
from callcore.domain.policies import QueuePolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """An operator closed the queue; ``until`` is ``None`` if until further notice."""

    by: str
    reason: str
    at: Micros
    until: Micros | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DroppedPlace:
    """The place of a caller who hung up and may have it again."""

    first_joined_at: Micros
    own_priority: int
    """The caller's own, without the queue's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """What one caller finds at a queue's door."""

    waiting_count: int
    """Those being offered included."""
    free_agents_count: int
    staffed: frozenset[AgentId]
    closure: Closure | None
    """The latest one; whether it still holds is for the reader to judge."""
    rates: Rates
    dropped: DroppedPlace | None
    """What this caller left behind here, if the caller's number is known."""
    last_agent: AgentId | None
    """Who talked with this caller last, in this queue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How many may wait, and which setting says so."""

    maximum_waiting: int
    setting: str
    """``maximum_waiting``, ``waiting_per_agent`` or ``maximum_estimate_seconds``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """The caller may join while fewer than ``limit`` wait."""

    limit: Limit
    estimate: float | UnknownWait


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """The caller may not; ``limit`` is what the queue would have had room for."""

    reason: RefusalReason
    limit: Limit
    estimate: float | UnknownWait


def decide(
    policy: QueuePolicy, door: Door, effective_agents: float, now: Micros
) -> Admission | Refusal:
    """Whether the caller at ``door`` may join now.

    In this order: closed (by hours or by command), no agents, full, the estimate too long, the
    estimate ending after closing time. Where somebody is free and nobody waits, the estimate is 0.
    """
    raise NotImplementedError


def limit(
    policy: QueuePolicy, staffed_count: int, effective_agents: float, rates: Rates
) -> Limit:
    """How many may wait now: the least of what the settings allow, at least 0."""
    raise NotImplementedError


def is_closed(policy: QueuePolicy, closure: Closure | None, now: Micros) -> bool:
    """True if the hours or a closure that still holds keep new callers out."""
    raise NotImplementedError
