"""How long an agent is left alone after a lost offer."""

from __future__ import annotations

import pytest

from callcore.domain import misses
from callcore.domain.agents import AgentReason
from callcore.domain.ids import AgentId, QueueName
from callcore.domain.misses import SHORTEST_REST_SECONDS
from callcore.domain.outcomes import MISSES, OfferLostReason
from callcore.domain.policies import AgentPolicy, QueuePolicy

R = OfferLostReason


def agent(**retry_after: float) -> AgentPolicy:
    """An agent with rests of their own."""
    return AgentPolicy(
        agent_id=AgentId("1001"),
        name="Ann",
        contact="user/1001@t",
        queues=(),
        retry_after={R(word): seconds for word, seconds in retry_after.items()},
    )


def queue(**retry_after: float) -> QueuePolicy:
    """A queue with eight seconds for what it does not name."""
    return QueuePolicy(
        name=QueueName("support"),
        retry_after_miss_seconds=8,
        retry_after={R(word): seconds for word, seconds in retry_after.items()},
    )


@pytest.mark.parametrize("reason", sorted(MISSES))
def test_the_agents_setting_comes_before_the_queues_and_that_before_the_usual_one(
    reason: OfferLostReason,
) -> None:
    """For each miss by itself."""
    of_both = agent(**{reason: 40}), queue(**{reason: 20})
    assert misses.rest_seconds(reason, *of_both) == 40
    assert misses.rest_seconds(reason, agent(), queue(**{reason: 20})) == 20
    assert misses.rest_seconds(reason, agent(), queue()) == 8
    for other in MISSES - {reason, R.NOT_CONFIRMED}:
        assert misses.rest_seconds(other, *of_both) == 8


@pytest.mark.parametrize(
    ("of_agent", "of_queue", "seconds"),
    [
        ({}, {"no_answer": 20}, 20),
        ({"no_answer": 40}, {"no_answer": 20}, 40),
        ({"no_answer": 40}, {"not_confirmed": 5}, 5),
        ({"not_confirmed": 30, "no_answer": 40}, {}, 30),
        ({"busy": 40}, {"busy": 20}, 8),
    ],
)
def test_a_voicemail_is_nobody_who_picked_up(
    of_agent: dict[str, float], of_queue: dict[str, float], seconds: float
) -> None:
    """Unless the settings speak of it."""
    assert misses.rest_seconds(R.NOT_CONFIRMED, agent(**of_agent), queue(**of_queue)) == seconds


@pytest.mark.parametrize("reason", sorted(MISSES))
def test_a_phone_that_fails_at_once_is_not_rung_all_the_time(reason: OfferLostReason) -> None:
    """Whatever the settings say; and where they say nothing any more."""
    for policies in ((agent(**{reason: 0}), queue()), (None, queue(**{reason: 0})), (None, None)):
        assert misses.rest_seconds(reason, *policies) == SHORTEST_REST_SECONDS


@pytest.mark.parametrize("reason", sorted(set(R) - MISSES))
def test_what_is_not_a_miss_is_not_paid_for(reason: OfferLostReason) -> None:
    """A moment where the agent's phone had a part in it, nothing else."""
    is_of_phone = reason in {R.AGENT_GONE, R.BRIDGE_FAILED}
    seconds = SHORTEST_REST_SECONDS if is_of_phone else 0
    assert misses.rest_seconds(reason, agent(), queue()) == seconds


def test_every_reason_has_its_word_in_the_timeline() -> None:
    """Why an agent is free again is told in the same word as why the offer was lost."""
    assert {str(reason) for reason in R} <= {str(reason) for reason in AgentReason}
