"""Agents in positions and on levels, and who serves the next caller."""

from __future__ import annotations

from typing import Any

from callcore.domain.ids import AgentId
from callcore.domain.policies import SitePolicy, Strategy, Tier
from tests.flows.floor import ANN, BOB, CLEO, SUPPORT, TestFloor
from tests.flows.stories import agent_of, queue_of, who_talks_with

TEAM = (ANN, BOB, CLEO)


def in_order(strategy: Strategy, *order: AgentId, **settings: Any) -> SitePolicy:
    """The site with a strategy, its agents in positions of that order, without wrap-up."""
    policy = queue_of(strategy=strategy, wrap_up_seconds=0, **settings)
    for number, agent_id in enumerate(order or TEAM):
        tiers = {SUPPORT: Tier(position=number + 1)}
        policy = agent_of(agent_id, policy, tiers=tiers, queues=(SUPPORT,))
    return policy


def on_levels(policy: SitePolicy, **levels: int) -> SitePolicy:
    """The site with its agents on those levels of support."""
    for name, level in levels.items():
        agent_id = {"ann": ANN, "bob": BOB, "cleo": CLEO}[name]
        tiers = {SUPPORT: Tier(level=level)}
        policy = agent_of(agent_id, policy, tiers=tiers, queues=(SUPPORT,))
    return policy


def served(floor: TestFloor, seconds: float = 1.0, **what: str) -> AgentId | None:
    """A caller calls and talks for so long with whoever picks up, who is the answer."""
    caller = floor.call_in(**what)
    floor.clock.advance(2.6)
    agent_id = who_talks_with(floor, caller)
    floor.clock.advance(seconds)
    floor.switch.end(caller)
    floor.clock.advance(0.1)
    return agent_id
