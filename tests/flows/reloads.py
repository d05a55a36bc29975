"""Edits of the settings of the call centre the stories are played in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from callcore.domain.ids import AgentId, QueueName
from callcore.domain.policies import AgentPolicy, NumberRoute, SitePolicy
from tests.flows.floor import ROOMY, SALES, SUPPORT

DORA = AgentId("1004")


def without_queue(policy: SitePolicy = ROOMY, queue: QueueName = SALES) -> SitePolicy:
    """A queue is taken out, with all that leads to it."""
    return replace(
        policy,
        queues={name: one for name, one in policy.queues.items() if name != queue},
        agents={
            agent_id: replace(agent, queues=tuple(name for name in agent.queues if name != queue))
            for agent_id, agent in policy.agents.items()
        },
        numbers={number: route for number, route in policy.numbers.items() if route.queue != queue},
    )


def without_agents(*agents: AgentId, policy: SitePolicy = ROOMY) -> SitePolicy:
    """Agents are taken out."""
    left = {agent_id: one for agent_id, one in policy.agents.items() if agent_id not in agents}
    return replace(policy, agents=left)


def with_agent(agent_id: AgentId, policy: SitePolicy = ROOMY, **settings: Any) -> SitePolicy:
    """An agent is added."""
    agent = AgentPolicy(
        agent_id=agent_id,
        **{"name": "Dora", "contact": f"user/{agent_id}@t", "queues": (SUPPORT,), **settings},
    )
    return replace(policy, agents={**policy.agents, agent_id: agent})


def with_number(number: str, queue: QueueName, policy: SitePolicy = ROOMY) -> SitePolicy:
    """A number is led to a queue."""
    return replace(policy, numbers={**policy.numbers, number: NumberRoute(queue=queue)})
