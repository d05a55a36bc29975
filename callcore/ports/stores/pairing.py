"""Who may be paired: callers who wait, agents who are free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from callcore.domain.ids import AgentId, CallId, Micros, NodeName, QueueName


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Which lines are to be read."""

    queues: Sequence[QueueName]
    count: int
    """So many of each side of each queue, at most."""
    rung: Sequence[QueueName] = ()
    """The queues of which also those are wanted who are being offered, as many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingCaller:
    """A caller who may be offered now."""

    call_id: CallId
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FreeAgent:
    """An agent who may be offered a caller now. ``score`` orders them: lower is asked first.

    It is ``level * 2**42`` plus a key below 2**42 that the queue's ``AskingOrder`` gives.
    """

    agent_id: AgentId
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Who may be paired in a queue now, each side best first."""

    callers: tuple[WaitingCaller, ...]
    """Those who wait and are not being offered."""
    agents: tuple[FreeAgent, ...]
    """Those who are available and not resting."""
    rung: tuple[WaitingCaller, ...] = ()
    """Those who are being offered, where they were asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorPromise:
    """What decides beside its place whether a promise may be offered."""

    node: NodeName
    """From where the customer is called while the link to it is up."""
    not_before: Micros
    """The next call to the customer."""
    is_deferred: bool = False
    """True while it is not due, and counts for nobody."""
    is_on_line: bool = False
    """True once the customer has answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorDemand:
    """What decides to whom a caller who waits, or is being offered, may be offered."""

    call_id: CallId
    node: NodeName
    """``CALLBACKS`` of a promise."""
    queue: QueueName
    score: float
    priority: int
    own_priority: int
    skills: tuple[str, ...]
    first_joined_at: Micros
    joined_at: Micros
    caller_number: str
    sticky_agent: AgentId | None = None
    last_offered: AgentId | None = None
    """In this visit to the queue."""
    offered_to: frozenset[AgentId] = frozenset()
    promise: FloorPromise | None = None
    """Of a promised callback."""
