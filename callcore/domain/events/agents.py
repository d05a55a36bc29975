"""Agents: their states, their wishes, and what a supervisor should know of them."""

from __future__ import annotations

from dataclasses import dataclass

from callcore.domain.agents import (
    CALLCORE,
    AgentReason,
    AgentState,
    BreakCode,
    HoldReason,
    Wish,
    WrapUpEnd,
)
from callcore.domain.events.facts import Fact
from callcore.domain.feature_answers import FeatureAnswer
from callcore.domain.ids import AgentId, CallId, QueueName
from callcore.domain.policies import FeatureCode


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentChanged(Fact):
    """An agent's state changed."""

    agent_id: AgentId
    state: AgentState
    reason: AgentReason
    actor: str = CALLCORE
    note: str = ""
    break_code: BreakCode | None = None
    """Of a break."""
    call_id: CallId | None = None
    """Of an agent who is reserved, ringing or talking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentWished(Fact):
    """An agent who holds a call is to go on a break or to log out after it."""

    agent_id: AgentId
    wish: Wish | None
    """``None`` if it was taken back."""
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentHeld(Fact):
    """Why an agent is not asked although free has changed; empty: the agent is asked again."""

    agent_id: AgentId
    holds: frozenset[HoldReason]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentMissedTooMany(Fact):
    """An agent was given a break for so many misses in a row: a supervisor should know."""

    agent_id: AgentId
    queue: QueueName
    misses_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakOverrun(Fact):
    """An agent's break is longer than its code allows: a supervisor should know."""

    agent_id: AgentId
    break_code: BreakCode
    maximum_seconds: float
    """0 if the code is no longer in the settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpExtended(Fact):
    """An agent has longer for notes."""

    agent_id: AgentId
    seconds: float
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpEnded(Fact):
    """The agent's wrap-up ended after ``wrapped_up_seconds``."""

    agent_id: AgentId
    queue: QueueName
    wrapped_up_seconds: float
    end: WrapUpEnd = WrapUpEnd.TIMED_OUT


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentLockedOut(Fact):
    """So many wrong PINs were given for an agent that the right one is not taken either."""

    agent_id: AgentId
    failures_count: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureCodeDialled(Fact):
    """A feature code was dialled; ``answer`` says what came of it."""

    code: FeatureCode
    agent_id: AgentId | None
    """``None`` if the caller named none."""
    answer: FeatureAnswer
