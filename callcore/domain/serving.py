"""Who serves which queue: the roster, looked at from the queues."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from callcore.domain.ids import AgentId, QueueName
from callcore.domain.policies import AgentPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueServing:
    """Who serves one queue."""

    agents: Mapping[AgentId, AgentPolicy]
    levels: tuple[int, ...]
    """Those in use, lowest first."""
    level_agents: Mapping[int, frozenset[AgentId]]
    """By level in use."""


_NOBODY = QueueServing(agents={}, levels=(), level_agents={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """Who serves each queue; made once for a roster, so that no decision goes through all of it."""

    queues: Mapping[QueueName, QueueServing]
    """Those that somebody serves."""

    @staticmethod
    def of(agents: Mapping[AgentId, AgentPolicy]) -> Serving:
        """The roster's."""
        by_queue: dict[QueueName, dict[AgentId, AgentPolicy]] = {}
        for agent_id, agent in agents.items():
            for queue in agent.queues:
                by_queue.setdefault(queue, {})[agent_id] = agent
        return Serving(
            queues={queue: _queue_serving(queue, serve) for queue, serve in by_queue.items()}
        )

    def at(self, queue: QueueName) -> QueueServing:
        """Who serves the queue, be it nobody."""
        return self.queues.get(queue, _NOBODY)


def _queue_serving(queue: QueueName, agents: Mapping[AgentId, AgentPolicy]) -> QueueServing:
    on_level: dict[int, set[AgentId]] = {}
    for agent_id, agent in agents.items():
        on_level.setdefault(agent.tier(queue).level, set()).add(agent_id)
    return QueueServing(
        agents=agents,
        levels=tuple(sorted(on_level)),
        level_agents={level: frozenset(ids) for level, ids in on_level.items()},
    )
