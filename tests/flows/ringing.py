"""A call centre in which several phones ring for one caller."""

from __future__ import annotations

from typing import Any

from callcore.domain.agents import AgentState
from callcore.domain.ids import AgentId, LegId
from callcore.domain.policies import SitePolicy, Strategy, Tier
from tests.flows.floor import SUPPORT, TestFloor
from tests.flows.stories import agent_of, queue_of, record_of
from tests.flows.teams import TEAM


def ringing(strategy: Strategy = Strategy.RING_ALL, **settings: Any) -> SitePolicy:
    """The site whose support rings many; positions are in the order of the names."""
    policy = queue_of(strategy=strategy, **settings)
    for number, agent_id in enumerate(TEAM):
        tiers = {SUPPORT: Tier(position=number + 1)}
        policy = agent_of(agent_id, policy, tiers=tiers)
    return policy


def states(floor: TestFloor) -> list[AgentState]:
    """What Ann, Bob and Cleo do."""
    return [floor.agent(agent_id).state for agent_id in TEAM]


def causes(floor: TestFloor) -> dict[AgentId, str]:
    """Why the phones that rang stopped, by the last leg of each."""
    return {
        AgentId(one.variables["callcore_agent"]): floor.switch.causes[one.leg_id]
        for one in floor.switch.requests
        if one.leg_id in floor.switch.causes
    }


def lost(floor: TestFloor, caller: LegId) -> dict[AgentId, str | None]:
    """Why the last offer to each was lost, of a call that has ended."""
    return {offer.agent_id: offer.lost_reason for offer in record_of(floor, caller).offers}
