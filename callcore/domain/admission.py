"""Who may join a queue, and how many of those who wait may stay."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal

from callcore.domain import estimates, waiting
from callcore.domain.estimates import Rates, UnknownWait, Wait
from callcore.domain.ids import MICROS_PER_SECOND, AgentId, CallId, Micros
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
    """Those being offered included, and not the promised callbacks that are not due."""
    offered_count: int
    """Those of them who are being offered: each has an agent already, and is in nobody's way."""
    ahead_count: int
    """Those of the others who would be served before this caller."""
    free_agents_count: int
    staffed: frozenset[AgentId]
    closure: Closure | None
    """The latest one; whether it still holds is for the reader to judge."""
    rates: Rates
    head_score: float | None
    """Of the first who waits, counts and is not being offered; ``None`` too if that is a promised
    callback, which may have been away for long."""
    promise: CallId | None
    """The latest callback promised to the caller's number here; whether it is over is not known."""
    dropped: DroppedPlace | None
    """What this caller left behind here, if the caller's number is known."""
    last_agent: AgentId | None
    """Who talked with this caller last, in this queue."""


AT_ONCE = Wait(mean=0.0, variance=0.0)
"""Of who finds a free agent."""

MAXIMUM_WAITING = "maximum_waiting"
WAITING_PER_AGENT = "waiting_per_agent"
MAXIMUM_ESTIMATE_SECONDS = "maximum_estimate_seconds"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How many may wait, and which setting says so."""

    maximum_waiting: int
    setting: str
    """``MAXIMUM_WAITING``, ``WAITING_PER_AGENT`` or ``MAXIMUM_ESTIMATE_SECONDS``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """The caller may join while fewer than ``places`` are in the queue."""

    limit: Limit
    """How many may stand in line: what is told."""
    places: int
    """The same with those who need not stand in line."""
    expected: Wait | UnknownWait
    """Of no length where somebody is free for the caller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """The caller may not; ``limit`` is what the queue would have had room for."""

    reason: RefusalReason
    limit: Limit
    expected: Wait | UnknownWait


def decide(
    policy: QueuePolicy, door: Door, score: float, effective_agents: float | None, now: Micros
) -> Admission | Refusal:
    """Whether the caller at ``door``, who would stand in line with that score, may join now.

    In this order: closed (by hours or by command), no agents, full, the estimate too long, the
    estimate ending after closing time.
    """
    room = capacity(policy, len(door.staffed))
    least = limit(policy, len(door.staffed), effective_agents, door.rates)
    found = expected(door, score, effective_agents, now, queue_priority=policy.priority)
    reason = _refusal_reason(policy, door, room, found, now)
    if reason is None:
        return Admission(limit=least, places=places_at(door, room), expected=found)
    shown = room if reason is RefusalReason.QUEUE_FULL else least
    return Refusal(reason=reason, limit=shown, expected=found)


def expected(
    door: Door,
    score: float,
    effective_agents: float | None,
    now: Micros,
    *,
    queue_priority: int = 0,
) -> Wait | UnknownWait:
    """The wait of the caller at the door; those ahead take the free agents first."""
    ahead_count = door.ahead_count - door.free_agents_count
    if ahead_count < 0:
        return AT_ONCE
    line = waiting.line(ahead_count, score, door.head_score, now, queue_priority=queue_priority)
    return estimates.wait(line, effective_agents, door.rates)


def capacity(policy: QueuePolicy, staffed_count: int) -> Limit:
    """How many may stand in line, by their number alone; at least 0."""
    least = Limit(maximum_waiting=policy.maximum_waiting, setting=MAXIMUM_WAITING)
    if policy.waiting_per_agent is not None:
        per_agent = policy.waiting_per_agent
        # As written: 0.07 for 100 agents makes 7, of which binary fractions make 8.
        wanted = math.ceil(Decimal(str(per_agent.ratio)) * staffed_count)
        places = max(per_agent.floor, min(wanted, per_agent.ceiling))
        if places < least.maximum_waiting:
            least = Limit(maximum_waiting=places, setting=WAITING_PER_AGENT)
    return least


def limit(
    policy: QueuePolicy, staffed_count: int, effective_agents: float | None, rates: Rates
) -> Limit:
    """How many may stand in line: the least of what all settings allow, at least 0.

    The place from which the estimate is too long counts from the front; an estimate that is
    unknown limits nobody.
    """
    least = capacity(policy, staffed_count)
    if policy.maximum_estimate_seconds is None or effective_agents is None:
        return least
    places = estimates.places_within(
        policy.maximum_estimate_seconds, effective_agents, rates, least.maximum_waiting
    )
    if isinstance(places, UnknownWait) or places >= least.maximum_waiting:
        return least
    return Limit(maximum_waiting=places, setting=MAXIMUM_ESTIMATE_SECONDS)


def places_at(door: Door, limit: Limit) -> int:
    """How many may be in the queue, those being offered included.

    Each of these has an agent and stands in nobody's way, and the limit keeps nobody out for whom
    an agent is free.
    """
    return door.offered_count + max(limit.maximum_waiting, door.free_agents_count)


def is_closed(policy: QueuePolicy, closure: Closure | None, now: Micros) -> bool:
    """True if the hours or a closure that still holds keep new callers out."""
    if closure is not None and (closure.until is None or closure.until > now):
        return True
    return policy.hours is not None and not policy.hours.is_open(now)


def _refusal_reason(
    policy: QueuePolicy, door: Door, room: Limit, wait: Wait | UnknownWait, now: Micros
) -> RefusalReason | None:
    if is_closed(policy, door.closure, now):
        return RefusalReason.CLOSED
    if not door.staffed and not policy.admits_without_agents:
        return RefusalReason.NO_AGENTS
    if door.waiting_count >= places_at(door, room):
        return RefusalReason.QUEUE_FULL
    if _is_too_long(policy, wait):
        return RefusalReason.ESTIMATE_TOO_LONG
    if _ends_after_closing(policy, wait, now):
        return RefusalReason.CLOSES_TOO_SOON
    return None


def _is_too_long(policy: QueuePolicy, wait: Wait | UnknownWait) -> bool:
    if policy.maximum_estimate_seconds is None or isinstance(wait, UnknownWait):
        return False
    return wait.mean > policy.maximum_estimate_seconds


def _ends_after_closing(policy: QueuePolicy, wait: Wait | UnknownWait, now: Micros) -> bool:
    if policy.hours is None or isinstance(wait, UnknownWait):
        return False
    closes_at = policy.hours.closes_at(now)
    return closes_at is not None and now + wait.mean * MICROS_PER_SECOND > closes_at
