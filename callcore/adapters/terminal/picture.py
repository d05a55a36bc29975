"""What the view shows at one moment, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from callcore.domain.agents import AgentState, BreakCode, HoldReason, Wish


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLine:
    """One queue. ``service_level`` is from 0 to 1, ``None`` while nobody counts.

    ``limit`` is how many may wait, ``None`` until that is told.
    """

    name: str
    is_open: bool
    limit: int | None
    waiting_count: int
    longest_seconds: float | None
    offered_count: int
    free_agents_count: int
    picked_up_count: int | None
    abandoned_count: int | None
    """``None``, as ``picked_up_count``, where it is not known."""
    service_level: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbacksLine:
    """The callbacks of all queues: those not kept yet, and of those since the view began."""

    open_count: int
    deferred_count: int
    """Of the open ones those that are not due."""
    called_count: int | None
    """Of the open ones those whose customer's phone rings; ``None``, as the next two, where it is
    not known.
    """
    kept_count: int | None
    failed_count: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentLine:
    """One agent; ``caller`` is empty unless there is one."""

    name: str
    state: AgentState
    for_seconds: float
    caller: str
    queue: str
    is_resting: bool
    """Left alone for a while after a missed call."""
    holds: frozenset[HoldReason]
    break_code: BreakCode | None
    is_overrun: bool
    wish: Wish | None
    """What comes after the call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLine:
    """One thing that happened: when, to whom, what, in words. ``tone`` is a name of ``words``."""

    time: str
    subject: str
    text: str
    tone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """The whole view. ``fault`` is what keeps it from being current, or empty."""

    title: str
    time: str
    up_seconds: float
    parts: Mapping[str, str]
    urls: tuple[str, ...]
    decision_seconds: float | None
    queues: tuple[QueueLine, ...]
    callbacks: CallbacksLine
    agents: tuple[AgentLine, ...]
    events: tuple[EventLine, ...]
    fault: str = ""
