"""Queues that are taken out of the settings and served out."""

from __future__ import annotations

from callcore.domain import retiring
from callcore.domain.policies import Tier
from tests.flows.floor import ANN, BOB, CLEO, ROOMY, SALES, SUPPORT
from tests.flows.reloads import without_agents, without_queue
from tests.flows.stories import agent_of, queue_of

RETIRED = frozenset({SALES})


def test_what_is_taken_out() -> None:
    """Those that there were and are no more."""
    assert retiring.taken_out(ROOMY, ROOMY) == frozenset()
    assert retiring.taken_out(ROOMY, without_queue()) == RETIRED
    assert retiring.taken_out(without_queue(), ROOMY) == frozenset()


def test_it_keeps_its_last_settings_and_its_agents() -> None:
    """With the places they had in it."""
    before = agent_of(CLEO, queue_of(SALES, music="last.wav"), tiers={SALES: Tier(level=3)})
    policy = retiring.with_retired(without_queue(), before, RETIRED)
    assert policy.queues[SALES].music == "last.wav"
    assert policy.retired == RETIRED
    assert policy.agents[CLEO].queues == (SUPPORT, SALES)
    assert policy.agents[CLEO].tier(SALES) == Tier(level=3)
    assert policy.agents[BOB].queues == (SUPPORT,)
    assert not policy.admits_to(SALES)
    assert policy.admits_to(SUPPORT)


def test_an_agent_who_is_taken_out_too_serves_nobody() -> None:
    """Nobody comes back to serve a queue out."""
    after = without_agents(CLEO, policy=without_queue())
    policy = retiring.with_retired(after, ROOMY, RETIRED)
    assert CLEO not in policy.agents


def test_it_outlives_further_reloads() -> None:
    """Until it is let go; then the settings hold as they are."""
    once = retiring.with_retired(without_queue(), ROOMY, RETIRED)
    twice = retiring.with_retired(
        agent_of(ANN, without_queue(), name="Anna"), once, retiring.taken_out(once, without_queue())
    )
    assert twice.retired == RETIRED
    assert twice.agents[CLEO].queues == (SUPPORT, SALES)
    assert twice.agents[ANN].name == "Anna"
    assert retiring.without(twice, without_queue(), RETIRED) == without_queue()


def test_one_that_is_back_is_as_it_says_now() -> None:
    """Not as it was."""
    once = retiring.with_retired(without_queue(), ROOMY, RETIRED)
    again = queue_of(SALES, music="new.wav")
    policy = retiring.with_retired(again, once, retiring.taken_out(once, again))
    assert policy == again
