"""How long an agent is left alone after a lost offer: longer after a refusal, perhaps, than after a
phone that was busy.
"""

from __future__ import annotations

from callcore.domain.outcomes import MISSES, OfferLostReason
from callcore.domain.policies import AgentPolicy, QueuePolicy

SHORTEST_REST_SECONDS = 1.0
"""How long an agent whose phone failed is left alone at least: a phone that fails at once would
else be rung a hundred times a second."""

NOT_THE_AGENTS_DOING = frozenset(
    {
        OfferLostReason.CALLER_GONE,
        OfferLostReason.SWITCH_LOST,
        OfferLostReason.RECLAIMED,
        OfferLostReason.PICKED_UP_ELSEWHERE,
        OfferLostReason.CALLER_UNREACHED,
    }
)
"""After these the agent may be asked again at once."""

_STANDS_IN = {OfferLostReason.NOT_CONFIRMED: OfferLostReason.NO_ANSWER}
"""Whose entry holds for a reason without one: a voicemail that picked up is nobody who did."""


def rest_seconds(
    reason: OfferLostReason, agent: AgentPolicy | None, queue: QueuePolicy | None
) -> float:
    """The rest after an offer lost for ``reason``: the agent's setting before the queue's, an entry
    for the reason before ``retry_after_miss_seconds``. ``None`` for what is not in the settings.
    """
    if reason in NOT_THE_AGENTS_DOING:
        return 0.0
    wanted = _wanted_seconds(reason, agent, queue) if reason in MISSES else 0.0
    return max(wanted, SHORTEST_REST_SECONDS)


def _wanted_seconds(
    reason: OfferLostReason, agent: AgentPolicy | None, queue: QueuePolicy | None
) -> float:
    for word in (reason, _STANDS_IN.get(reason)):
        for policy in (agent, queue):
            if word is not None and policy is not None and word in policy.retry_after:
                return policy.retry_after[word]
    return queue.retry_after_miss_seconds if queue is not None else 0.0
