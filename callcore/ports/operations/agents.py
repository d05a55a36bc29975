"""Agents as operators see them, and what may be changed of their presence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from callcore.domain.agents import AgentReason, AgentState, BreakCode, HoldReason, Wish
from callcore.domain.ids import AgentId, Micros, QueueName


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakView:
    """A break that agents may take."""

    code: BreakCode
    name: str
    """For people; empty if it has none."""
    maximum_seconds: float | None
    """After which an alarm is raised; ``None`` for never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentView:
    """One agent at an instant."""

    agent_id: AgentId
    name: str
    state: AgentState
    is_resting: bool
    """Available, but not asked for a while after a missed call."""
    since: Micros | None
    """When the state began; ``None`` for an agent who was never logged in."""
    queues: tuple[QueueName, ...]
    """Those the agent serves, or would when logged in."""
    reason: str = ""
    """Why the agent is in that state: the word of ``AgentReason``."""
    actor: str = ""
    break_code: BreakCode | None = None
    is_overrun: bool = False
    """On a break that is longer than its code allows."""
    until: Micros | None = None
    """When the wrap-up, the rest or the longest break ends."""
    wish: Wish | None = None
    """What happens after the call."""
    holds: frozenset[HoldReason] = frozenset()
    """Why the agent is not asked although free."""
    misses_count: int = 0
    """In a row."""


class DutyChange(StrEnum):
    """What may be changed of an agent's presence, in the command line's words."""

    LOG_IN = "login"
    LOG_OUT = "logout"
    START_BREAK = "break"
    END_BREAK = "return"
    END_WRAP_UP = "ready"
    EXTEND_WRAP_UP = "extend"


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyOrder:
    """A change of an agent's presence, and who asks for it."""

    what: DutyChange
    by: str
    note: str = ""
    queues: tuple[QueueName, ...] = ()
    """Of a login: those to serve, of the agent's; empty: all. Of a logout: those to leave; empty:
    all, and with the last of them the agent is logged out."""
    break_code: BreakCode | None = None
    """Of a break; ``None``: the usual one."""
    seconds: float = 60.0
    """Of an extension."""
    via: AgentReason = AgentReason.COMMAND


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyAnswer:
    """What became of a change that was not refused."""

    is_changed: bool
    """False if it was so already."""
    state: AgentState
    """That which the change made; what the agent is doing if there was nothing to change."""
    wish: Wish | None = None
    """What is to happen after the call, if that is what became of it."""
    queues: tuple[QueueName, ...] = ()
    """Those the agent serves now, or would when logged in."""
    warnings: tuple[str, ...] = ()
    """What an operator should know of it: the phone is not registered."""
