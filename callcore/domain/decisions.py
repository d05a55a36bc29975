"""What is kept of a decision, so that it can be explained long after."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from callcore.domain import routing
from callcore.domain.agents import AgentState, HoldReason
from callcore.domain.ids import AgentId, Micros, OfferId, seconds_between
from callcore.domain.records import DecisionRecord, PassedOver
from callcore.domain.routing import Demand, Judgement
from callcore.domain.serving import Serving

RESTING = "resting"
"""Available, but left alone for a while after a phone that failed, or free only just now."""


OTHER_QUEUES = "other_queues"
"""Available, but logged in to other queues than this."""


def not_free_word(state: AgentState, holds: frozenset[HoldReason], *, serves: bool) -> str:
    """What an agent does who was not among the free ones of a queue, which the agent ``serves`` at
    the moment or not.
    """
    if state is not AgentState.AVAILABLE:
        return state
    if not serves:
        return OTHER_QUEUES
    return min(holds, default=RESTING)


def record(
    demand: Demand,
    judgements: Sequence[Judgement],
    *,
    offer_id: OfferId,
    agent_id: AgentId,
    trigger: str,
    serving: Serving,
    staffed: frozenset[AgentId],
    now: Micros,
) -> DecisionRecord:
    """The decision, made ``now`` by these ``judgements``, to offer the caller to ``agent_id``.

    Others who were chosen at the same time stand among those passed over, as ``chosen``; agents who
    were not free are for the caller of this function to add.
    """
    return DecisionRecord(
        offer_id=offer_id,
        queue=demand.queue.name,
        agent_id=agent_id,
        decided_at=now,
        trigger=trigger,
        waited_seconds=seconds_between(demand.first_joined_at, now),
        priority=demand.priority,
        strategy=demand.queue.strategy,
        open_level=routing.open_level(demand, serving, staffed, now),
        is_sticky=demand.queue.sticky is not None and demand.sticky_agent == agent_id,
        skill_rule=routing.skill_rule(demand, now),
        passed_over=passed_over(one for one in judgements if one.agent_id != agent_id),
    )


def passed_over(judgements: Iterable[Judgement]) -> tuple[PassedOver, ...]:
    """Judgements as they are kept."""
    return tuple(
        PassedOver(agent_id=one.agent_id, verdict=one.verdict, detail=one.detail)
        for one in judgements
    )
