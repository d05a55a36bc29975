"""Which waiting caller is offered to which free agent, and why.

Everything that may stand between a caller and a free agent is a ``Verdict``; one function gives it
for every pair, so that choosing and explaining cannot differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from callcore.domain.ids import AgentId, CallId, Micros
from callcore.domain.policies import AgentPolicy, QueuePolicy
from callcore.domain.skills import SkillRule


class Verdict(StrEnum):
    """Why a free agent is, or is not, asked for a caller."""

    CHOSEN = "chosen"
    RANKED_LATER = "ranked_later"
    LEVEL_CLOSED = "level_closed"
    LACKS_SKILL = "lacks_skill"
    KEPT_FOR_STICKY = "kept_for_sticky"
    """The caller still waits for the agent who talked with them last."""
    TRIED_BEFORE = "tried_before"
    """Going down from the top, the caller was offered to this one or a later one before."""
    RINGS_ALREADY = "rings_already"


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What one waiting caller may be offered."""

    call_id: CallId
    queue: QueuePolicy
    first_joined_at: Micros
    """The order of service counts from here."""
    joined_at: Micros
    """When the caller came to this queue: levels, skills and sticky agents relax from here."""
    priority: int
    """The effective one, aged."""
    skills: tuple[SkillRule, ...] = ()
    """What the number dialled, the caller's list or a menu asks for besides the queue."""
    sticky_agent: AgentId | None = None
    last_offered: AgentId | None = None
    ringing: frozenset[AgentId] = field(default_factory=frozenset)
    """Whose phones ring for the caller now; more than none only where several may."""
    may_ring_at_once: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What was found of one free agent for one caller."""

    agent_id: AgentId
    verdict: Verdict
    detail: str = ""
    """What it takes to differ: ``level 2 opens after 30 s``, ``english >= 50``."""


def judge(
    demand: Demand,
    free: Sequence[AgentId],
    roster: Mapping[AgentId, AgentPolicy],
    staffed: frozenset[AgentId],
    now: Micros,
) -> list[Judgement]:
    """A judgement for each of the ``free`` agents, given in the order in which they are asked.

    ``CHOSEN`` are the first of those whom nothing stands against, as many as may ring at once beyond
    those that ring already; a sticky agent goes before all. The others whom nothing stands against
    are ``RANKED_LATER``. ``staffed`` are the agents of the queue who are logged in and not on a
    break. Where a top-down caller has been through all who are free, the top begins again.
    """
    raise NotImplementedError


def open_level(
    demand: Demand,
    roster: Mapping[AgentId, AgentPolicy],
    staffed: frozenset[AgentId],
    now: Micros,
) -> int:
    """The highest level that may be asked for the caller now."""
    raise NotImplementedError


def skill_rule(demand: Demand, now: Micros) -> str:
    """The rules in force for the caller now, in words; empty if anybody may be asked."""
    raise NotImplementedError


def next_relaxation_after(
    demand: Demand,
    roster: Mapping[AgentId, AgentPolicy],
    staffed: frozenset[AgentId],
    now: Micros,
) -> float | None:
    """In how many seconds somebody else may be asked (a level, a skill step, the end of waiting for
    a sticky agent); ``None`` if never.
    """
    raise NotImplementedError


def first_served(heads: Iterable[Demand], now: Micros) -> Demand | None:
    """Of the first callers of several queues, any of whom one agent may take, the one to serve.

    The highest priority first; of equal ones the longest wait since ``first_joined_at``, each second
    counting the queue's weight; of equal ones the first given.
    """
    raise NotImplementedError
