"""Which place each agent has in each queue, as the floor is to know it."""

from __future__ import annotations

from collections.abc import Iterable

from callcore.domain import duty
from callcore.domain.ids import QueueName
from callcore.domain.policies import AgentPolicy, SitePolicy, Strategy
from callcore.ports.stores import AskingOrder, Post

_ORDERS = {
    Strategy.LONGEST_IDLE: AskingOrder.LONGEST_IDLE,
    Strategy.ROUND_ROBIN: AskingOrder.ROUND_ROBIN,
    Strategy.TOP_DOWN: AskingOrder.POSITION,
    Strategy.LEAST_TALK_TIME: AskingOrder.LEAST_TALK_TIME,
    Strategy.FEWEST_CALLS: AskingOrder.FEWEST_CALLS,
    Strategy.SEQUENTIAL: AskingOrder.POSITION,
    Strategy.RANDOM: AskingOrder.RANDOM,
    Strategy.RING_ALL: AskingOrder.POSITION,
    Strategy.RING_PROGRESSIVELY: AskingOrder.POSITION,
}


def posts_of(
    agent: AgentPolicy, policy: SitePolicy, chosen: Iterable[QueueName] = ()
) -> list[Post]:
    """The agent's posts in the queues of the policy, or in those ``chosen`` of them."""
    return [
        Post(
            queue=queue,
            order=_ORDERS[policy.queues[queue].strategy],
            level=agent.tier(queue).level,
            position=agent.tier(queue).position,
        )
        for queue in duty.served(agent, policy, chosen)
    ]
