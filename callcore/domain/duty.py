"""What the settings say of an agent at work: which breaks there are, how long notes take, where
the agent serves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from callcore.domain.agents import ANY_BREAK, BreakCode
from callcore.domain.ids import AgentId, QueueName
from callcore.domain.policies import AgentPolicy, BreakPolicy, SitePolicy

_ANY: Mapping[BreakCode, BreakPolicy] = {ANY_BREAK: BreakPolicy(code=ANY_BREAK)}


def breaks(policy: SitePolicy) -> Mapping[BreakCode, BreakPolicy]:
    """The breaks there are, the usual one first; never empty."""
    return policy.breaks or _ANY


def wrap_up_seconds(policy: SitePolicy, agent_id: AgentId, queue: QueueName) -> float:
    """How long an agent wraps up after a talk in the queue: the agent's setting before the
    queue's; 0 where neither is in the settings any more.
    """
    agent, serves = policy.agents.get(agent_id), policy.queues.get(queue)
    if agent is not None and agent.wrap_up_seconds is not None:
        return agent.wrap_up_seconds
    return serves.wrap_up_seconds if serves is not None else 0.0


def served(
    agent: AgentPolicy, policy: SitePolicy, chosen: Iterable[QueueName] = ()
) -> tuple[QueueName, ...]:
    """The queues the agent serves, having chosen some: those of them that the settings still give,
    or all that they give if none is left. In the order of the settings.
    """
    given = tuple(queue for queue in agent.queues if queue in policy.queues)
    wanted = frozenset(chosen)
    return tuple(queue for queue in given if queue in wanted) or given
