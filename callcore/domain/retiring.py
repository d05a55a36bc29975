"""Queues that were taken out of the configuration and are served out before they go.

Such a queue admits nobody. Those who are in it keep place, offers and talk, and its agents keep
their posts, all by the settings it had last, until nobody is left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from callcore.domain.ids import AgentId, QueueName
from callcore.domain.policies import AgentPolicy, SitePolicy


def taken_out(before: SitePolicy, after: SitePolicy) -> frozenset[QueueName]:
    """The queues in force that are not in the configuration to come."""
    return frozenset(before.queues.keys() - after.queues.keys())


def with_retired(
    configured: SitePolicy, before: SitePolicy, retired: frozenset[QueueName]
) -> SitePolicy:
    """What is to be in force: ``configured``, with queues kept from the one ``before``."""
    if not retired:
        return configured
    kept = {name: queue for name, queue in before.queues.items() if name in retired}
    return replace(
        configured,
        queues=configured.queues | kept,
        agents=_still_serving(configured.agents, before.agents, retired),
        retired=frozenset(kept),
    )


def without(policy: SitePolicy, configured: SitePolicy, gone: frozenset[QueueName]) -> SitePolicy:
    """The configuration in force without retired queues in which nobody is left."""
    return with_retired(configured, policy, policy.retired - gone)


def _still_serving(
    agents: Mapping[AgentId, AgentPolicy],
    before: Mapping[AgentId, AgentPolicy],
    retired: frozenset[QueueName],
) -> dict[AgentId, AgentPolicy]:
    """The agents of the configuration, with their posts of before in the retired queues.

    One who is no longer in the configuration serves nobody.
    """
    serving = dict(agents)
    for agent_id, agent in before.items():
        kept = [queue for queue in agent.queues if queue in retired]
        now = serving.get(agent_id)
        if kept and now is not None:
            serving[agent_id] = replace(
                now,
                queues=(*now.queues, *(queue for queue in kept if queue not in now.queues)),
                tiers={**now.tiers, **{queue: agent.tier(queue) for queue in kept}},
            )
    return serving
