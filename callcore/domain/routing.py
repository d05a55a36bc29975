"""Which waiting caller is offered to which free agent, and why.

Everything that may stand between a caller and a free agent is a ``Verdict``; one function gives it
for every pair, so that choosing and explaining cannot differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum
from functools import reduce

from callcore.domain import skills
from callcore.domain.ids import MICROS_PER_SECOND, AgentId, CallId, Micros
from callcore.domain.policies import AgentPolicy, Connection, QueuePolicy, Strategy
from callcore.domain.serving import QueueServing, Serving
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
    NO_LINE = "no_line"
    """Works on a standing line, and has none at the caller's switch."""


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
    on_line: frozenset[AgentId] = field(default_factory=frozenset)
    """Who has a standing line at the caller's switch."""


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
    serving: Serving,
    staffed: frozenset[AgentId],
    now: Micros,
) -> list[Judgement]:
    """A judgement for each of the ``free`` agents, given in the order in which they are asked.

    ``CHOSEN`` are the first of those whom nothing stands against, as many as may ring at once
    beyond those that ring already. The others whom nothing stands against are ``RANKED_LATER``.
    While the caller waits for a sticky agent who can take the call, nobody else is asked, and that
    one whatever the level. Where a top-down caller has been through all who are free, the top
    begins again. ``staffed`` are the agents of the queue who are logged in and not on a break;
    agents who do not serve it are left out.
    """
    terms = _terms(demand, serving.at(demand.queue.name), staffed, now)
    found = {
        agent_id: _against(demand, terms, terms.serving.agents[agent_id])
        for agent_id in free
        if agent_id in terms.serving.agents
    }
    tried = _tried_before(
        demand, terms.serving, [agent_id for agent_id, against in found.items() if against is None]
    )
    places_count = demand.may_ring_at_once - len(demand.ringing)
    asked_count = 0
    judgements = []
    for agent_id, against in found.items():
        if against is not None:
            verdict, detail = against
        elif agent_id in tried:
            verdict, detail = Verdict.TRIED_BEFORE, f"goes on after {demand.last_offered}"
        else:
            asked_count += 1
            is_chosen = asked_count <= places_count
            verdict = Verdict.CHOSEN if is_chosen else Verdict.RANKED_LATER
            detail = "" if is_chosen else f"number {asked_count} by {demand.queue.strategy}"
        judgements.append(Judgement(agent_id=agent_id, verdict=verdict, detail=detail))
    return judgements


def open_level(demand: Demand, serving: Serving, staffed: frozenset[AgentId], now: Micros) -> int:
    """The highest level that may be asked for the caller now; 0 if nobody serves the queue."""
    waited = _waited(demand, now)
    openings = _openings(demand.queue, serving.at(demand.queue.name), staffed)
    return max((level for level, after in openings.items() if after <= waited), default=0)


def skill_rule(demand: Demand, now: Micros) -> str:
    """The rules in force for the caller now, in words; empty if anybody may be asked."""
    rules = _rules(demand, _waited(demand, now))
    return reduce(skills.both, rules).text if rules else ""


def next_relaxation_after(
    demand: Demand, serving: Serving, staffed: frozenset[AgentId], now: Micros
) -> float | None:
    """In how many seconds somebody else may be asked (a level, a skill step, the end of waiting for
    a sticky agent); ``None`` if never.
    """
    terms = _terms(demand, serving.at(demand.queue.name), staffed, now)
    changes = [
        *terms.openings.values(),
        *(_micros(one.after_seconds) for one in demand.queue.skills),
    ]
    if terms.kept_for is not None:
        changes.append(terms.kept_until)
    ahead = [change - terms.waited for change in changes if change > terms.waited]
    return min(ahead) / MICROS_PER_SECOND if ahead else None


def first_served(heads: Iterable[Demand], now: Micros) -> Demand | None:
    """Of the first callers of several queues, any of whom one agent may take, the one to serve.

    The highest priority first; of equal ones the longest wait since ``first_joined_at``, each
    second counting the queue's weight; of equal ones the first given.
    """

    def urgency(head: Demand) -> tuple[int, float]:
        return head.priority, max(now - head.first_joined_at, 0) * head.queue.weight

    return max(heads, key=urgency, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Terms:
    """What holds for one caller at one instant; lengths in microseconds of waiting in the queue."""

    serving: QueueServing
    waited: int
    openings: Mapping[int, int]
    """By level in use, lowest first: when it opens."""
    rules: tuple[SkillRule, ...]
    kept_for: AgentId | None
    """The sticky agent who is still waited for."""
    kept_until: int


def _terms(
    demand: Demand, serving: QueueServing, staffed: frozenset[AgentId], now: Micros
) -> _Terms:
    queue = demand.queue
    waited = _waited(demand, now)
    rules = _rules(demand, waited)
    kept_for, kept_until = None, 0
    if queue.sticky is not None and demand.sticky_agent in staffed:
        sticky = serving.agents.get(demand.sticky_agent)
        kept_until = _micros(queue.sticky.wait_seconds)
        if (
            waited < kept_until
            and sticky is not None
            and _can_be_reached(demand, sticky)
            and all(rule.is_met_by(sticky.skills) for rule in rules)
        ):
            kept_for = demand.sticky_agent
    return _Terms(
        serving=serving,
        waited=waited,
        openings=_openings(queue, serving, staffed),
        rules=rules,
        kept_for=kept_for,
        kept_until=kept_until,
    )


def _against(demand: Demand, terms: _Terms, agent: AgentPolicy) -> tuple[Verdict, str] | None:
    """What stands against an agent whoever else is free, and what it takes to differ."""
    agent_id = agent.agent_id
    if agent_id in demand.ringing:
        return Verdict.RINGS_ALREADY, ""
    if not _can_be_reached(demand, agent):
        return Verdict.NO_LINE, ""
    if terms.kept_for is not None:
        if agent_id == terms.kept_for:
            return None
        return (
            Verdict.KEPT_FOR_STICKY,
            f"waits for {terms.kept_for} until {_in_words(terms.kept_until)}",
        )
    level = agent.tier(demand.queue.name).level
    if terms.openings[level] > terms.waited:
        return Verdict.LEVEL_CLOSED, f"level {level} opens after {_in_words(terms.openings[level])}"
    missing = next(
        (rule.missing(agent.skills) for rule in terms.rules if not rule.is_met_by(agent.skills)),
        None,
    )
    return None if missing is None else (Verdict.LACKS_SKILL, missing)


def _can_be_reached(demand: Demand, agent: AgentPolicy) -> bool:
    return agent.connection is Connection.CALLED or agent.agent_id in demand.on_line


def _tried_before(
    demand: Demand, serving: QueueServing, candidates: Sequence[AgentId]
) -> AbstractSet[AgentId]:
    """The candidates a top-down caller has gone past; nobody if that would leave nobody."""
    queue, last_offered = demand.queue, demand.last_offered
    if queue.strategy is not Strategy.TOP_DOWN or last_offered is None:
        return frozenset()
    if last_offered not in serving.agents:
        return frozenset()

    def place(agent_id: AgentId) -> tuple[int, int, AgentId]:
        tier = serving.agents[agent_id].tier(queue.name)
        return tier.level, tier.position, agent_id

    reached = place(last_offered)
    passed = frozenset(agent_id for agent_id in candidates if place(agent_id) <= reached)
    return passed if len(passed) < len(candidates) else frozenset()


def _openings(
    queue: QueuePolicy, serving: QueueServing, staffed: frozenset[AgentId]
) -> dict[int, int]:
    """By level in use, lowest first: after how many microseconds of waiting it opens.

    Each level that is waited for puts off those above it; one that is not opens with the one below.
    """
    if queue.tiers is None:
        return dict.fromkeys(serving.levels, 0)
    length = _micros(queue.tiers.relax_after_seconds)
    openings = {}
    opens_after, waited_for_count = 0, 0
    for level in serving.levels:
        is_absent = staffed.isdisjoint(serving.level_agents[level])
        if not (is_absent and queue.tiers.skips_absent_levels):
            opens_after = waited_for_count * length
            waited_for_count += 1
        openings[level] = opens_after
    return openings


def _rules(demand: Demand, waited: int) -> tuple[SkillRule, ...]:
    reached = [step for step in demand.queue.skills if _micros(step.after_seconds) <= waited]
    if not reached:
        return demand.skills
    return (max(reached, key=lambda step: step.after_seconds).rule, *demand.skills)


def _waited(demand: Demand, now: Micros) -> int:
    return max(now - demand.joined_at, 0)


def _micros(seconds: float) -> int:
    return round(seconds * MICROS_PER_SECOND)


def _in_words(waited: int) -> str:
    return f"{waited / MICROS_PER_SECOND:g} s"
