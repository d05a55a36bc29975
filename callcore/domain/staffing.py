"""How much of the agents a queue has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from callcore.domain.ids import AgentId
from callcore.domain.policies import AgentPolicy


def effective_agents(staffed: Iterable[AgentId], agents: Mapping[AgentId, AgentPolicy]) -> float:
    """The staffed agents of one queue, each shared in equal parts by the queues it serves."""
    return sum(
        1 / len(agents[agent_id].queues)
        for agent_id in staffed
        if agent_id in agents and agents[agent_id].queues
    )
