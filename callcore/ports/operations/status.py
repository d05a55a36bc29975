"""A site at a glance: what a wallboard shows, and what it costs little to know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from callcore.domain.agents import AgentState, BreakCode, HoldReason, Wish
from callcore.domain.ids import AgentId, Micros, NodeName, QueueName
from callcore.domain.nodes import LinkState
from callcore.domain.queue_days import QueueDay
from callcore.domain.sharding import WorkerId


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueStatus:
    """One queue."""

    queue: QueueName
    is_open: bool
    limit: int | None
    """How many may wait; ``None`` until that is known."""
    waiting_count: int
    """Without those being offered, and those of ``deferred_count``."""
    offered_count: int
    free_agents_count: int
    staffed_count: int
    promises_count: int
    deferred_count: int
    oldest_joined_at: Micros | None
    today: QueueDay | None
    """``None`` where ``SiteStatus.days_at`` is."""
    service_level: float | None
    """Of ``today``, from 0 to 1; ``None`` if nobody counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentStatus:
    """One agent."""

    agent_id: AgentId
    name: str
    state: AgentState
    since: Micros | None
    queue: QueueName | None
    """That of the call, if there is one."""
    is_resting: bool
    holds: frozenset[HoldReason]
    break_code: BreakCode | None
    is_overrun: bool
    wish: Wish | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeStatus:
    """One node, as the worker that was asked reaches it."""

    node: NodeName
    link: LinkState
    is_drained: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteStatus:
    """The site at the instant ``at``."""

    site: str
    at: Micros
    version: str
    """Of the settings in force."""
    worker: WorkerId
    """The one that answers."""
    workers: tuple[WorkerId, ...]
    """Every one of the site, this one included."""
    started_at: Micros
    """When the worker that answers began."""
    parts: Mapping[str, str]
    """As ``/readyz`` has them: ``up``, or what is wrong."""
    draining: str
    """Who has asked for the end of this worker when its calls have ended; empty if nobody has."""
    calls_count: int
    """How many calls the worker that answers follows, without promised callbacks that just wait."""
    nodes: tuple[NodeStatus, ...]
    queues: tuple[QueueStatus, ...]
    """By name."""
    agent_counts: Mapping[AgentState, int]
    """Without those nobody is in."""
    agents: tuple[AgentStatus, ...]
    """``MOST_AGENTS`` at most: those on too long a break first, then those who do something."""
    days_at: Micros | None
    """When the days of the queues were counted, in Postgres; ``None`` if it did not answer."""
