"""Who the agents are, and who of them is there: the same for the fake and each real server."""

from __future__ import annotations

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.ids import AgentId, Micros, OfferId, QueueName
from callcore.ports.stores import AgentAnswer, AskingOrder, OfferAnswer, Post
from tests.contract.floor_builders import (
    ANNA,
    BORIS,
    LONG_SECONDS,
    SALES,
    SUPPORT,
    AnyFloor,
    candidates,
    enrol,
    free_ids,
    make_available,
    request,
    reserved,
    talking,
)


def test_an_enrolled_agent_is_logged_out(floor: AnyFloor) -> None:
    """Being known is not being there."""
    enrol(floor, ANNA, SUPPORT, SALES, SUPPORT)
    agent = floor.roster.agent(ANNA)
    assert agent is not None
    assert (agent.state, agent.queues) == (AgentState.LOGGED_OUT, (SUPPORT, SALES))
    assert (agent.offer_id, agent.lease_until, agent.miss_count) == (None, None, 0)
    assert floor.roster.agents() == [agent]
    assert free_ids(floor) == []


def test_nobody_knows_a_stranger(floor: AnyFloor) -> None:
    """Every verb about an agent who was not enrolled says so and makes nobody."""
    for change in (
        *(floor.roster.log_in, floor.roster.log_out),
        *(floor.roster.start_break, floor.roster.end_break),
    ):
        assert change(ANNA, request()) is AgentAnswer.UNKNOWN_AGENT
    assert floor.roster.agent(ANNA) is None
    assert floor.roster.agents() == []
    assert floor.roster.wake(ANNA) is False


def test_enrolling_moves_a_free_agent_between_queues(floor: AnyFloor) -> None:
    """The agent keeps the state and the place among the idle ones."""
    make_available(floor, ANNA, SUPPORT)
    make_available(floor, BORIS, SALES)
    since = list(candidates(floor, SUPPORT, 1).agents)
    enrol(floor, ANNA, SALES)
    assert (free_ids(floor, SUPPORT), free_ids(floor, SALES)) == ([], [ANNA, BORIS])
    assert list(candidates(floor, SALES, 1).agents) == since


@pytest.mark.parametrize("state", ["logged_out", "reserved", "talking", "resting"])
def test_enrolling_makes_nobody_free_who_is_not(floor: AnyFloor, state: str) -> None:
    """Only an available agent who does not rest is moved; the others keep what they do."""
    if state == "logged_out":
        enrol(floor, ANNA, SUPPORT)
    elif state == "talking":
        talking(floor)
    else:
        offer = reserved(floor)
        if state == "resting":
            offer.lose(is_miss=True, rest=LONG_SECONDS)
    before = floor.roster.agent(ANNA)
    enrol(floor, ANNA, SALES)
    after = floor.roster.agent(ANNA)
    assert before
    assert after
    assert (after.state, after.since, after.lease_until, after.offer_id) == (
        *(before.state, before.since, before.lease_until, before.offer_id),
    )
    assert free_ids(floor, SALES) == []


def test_new_queues_count_from_when_the_agent_becomes_free(floor: AnyFloor) -> None:
    """An agent whose queues change during a call serves the new ones afterwards."""
    offer = talking(floor)
    enrol(floor, ANNA, SALES)
    floor.roster.end_talk(offer.promise, wrap_up_seconds=0)
    assert (free_ids(floor, SUPPORT), free_ids(floor, SALES)) == ([], [ANNA])


def test_logging_in_and_out(floor: AnyFloor) -> None:
    """Each change is done once, then already so; free agents follow."""
    enrol(floor, ANNA, SUPPORT)
    assert floor.roster.log_in(ANNA, request()) is AgentAnswer.DONE
    assert floor.roster.log_in(ANNA, request()) is AgentAnswer.ALREADY
    assert free_ids(floor) == [ANNA]
    assert floor.roster.log_out(ANNA, request()) is AgentAnswer.DONE
    assert floor.roster.log_out(ANNA, request()) is AgentAnswer.ALREADY
    assert free_ids(floor) == []


def test_a_break_takes_the_agent_away_and_back(floor: AnyFloor) -> None:
    """Each change is done once, then already so; free agents follow."""
    make_available(floor, ANNA)
    assert floor.roster.start_break(ANNA, request()) is AgentAnswer.DONE
    assert floor.roster.start_break(ANNA, request()) is AgentAnswer.ALREADY
    assert free_ids(floor) == []
    assert floor.roster.end_break(ANNA, request()) is AgentAnswer.DONE
    assert floor.roster.end_break(ANNA, request()) is AgentAnswer.ALREADY
    assert free_ids(floor) == [ANNA]


def test_a_repeated_change_of_an_agent_changes_nothing(floor: AnyFloor) -> None:
    """The answer is the first one's, though the agent has done other things since."""
    make_available(floor, ANNA)
    assert floor.roster.start_break(ANNA, "r") is AgentAnswer.DONE
    assert floor.roster.end_break(ANNA, "s") is AgentAnswer.DONE
    assert floor.roster.log_out(ANNA, "t") is AgentAnswer.DONE
    assert floor.roster.log_in(ANNA, "u") is AgentAnswer.DONE
    assert floor.roster.start_break(ANNA, "r") is AgentAnswer.DONE
    assert floor.roster.log_out(ANNA, "t") is AgentAnswer.DONE
    assert free_ids(floor) == [ANNA]
    assert floor.roster.start_break(ANNA, "v") is AgentAnswer.DONE
    assert floor.roster.end_break(ANNA, "s") is AgentAnswer.DONE
    assert free_ids(floor) == []
    assert floor.roster.log_out(ANNA, "w") is AgentAnswer.DONE
    assert floor.roster.log_in(ANNA, "u") is AgentAnswer.DONE
    assert free_ids(floor) == []


def test_an_agent_with_a_caller_neither_leaves_nor_rests(floor: AnyFloor) -> None:
    """Reserved and talking agents are refused; logging in is already so."""
    offer = reserved(floor)
    for _ in range(2):
        assert floor.roster.log_out(ANNA, request()) is AgentAnswer.REFUSED
        assert floor.roster.start_break(ANNA, request()) is AgentAnswer.REFUSED
        assert floor.roster.end_break(ANNA, request()) is AgentAnswer.REFUSED
        assert floor.roster.log_in(ANNA, request()) is AgentAnswer.ALREADY
        floor.roster.win(offer.promise, Micros(1))


@pytest.mark.parametrize("verb", ["log_out", "start_break"])
@pytest.mark.parametrize("state", ["resting", "wrapping_up"])
def test_going_away_ends_the_rest_or_wrap_up(floor: AnyFloor, verb: str, state: str) -> None:
    """Nothing is left that could expire or bring the agent back."""
    if state == "resting":
        reserved(floor).lose(is_miss=True, rest=LONG_SECONDS)
    else:
        floor.roster.end_talk(talking(floor).promise, wrap_up_seconds=LONG_SECONDS)
    assert getattr(floor.roster, verb)(ANNA, request()) is AgentAnswer.DONE
    agent = floor.roster.agent(ANNA)
    assert agent
    assert (agent.lease_until, agent.offer_id, agent.call_id, agent.leg_id) == (None,) * 4
    assert floor.roster.next_expiry_seconds() is None
    assert floor.roster.end_wrap_up(ANNA, OfferId("o1"), "r1") is OfferAnswer.STALE
    assert floor.roster.wake(ANNA) is False
    assert free_ids(floor) == []


def test_who_is_staffed_follows_what_agents_do(floor: AnyFloor) -> None:
    """Logged out and on a break are both absent; whoever rings, talks or wraps up is there."""
    roster = floor.roster
    enrol(floor, ANNA, SUPPORT)
    assert roster.staffed(SUPPORT) == frozenset()
    roster.log_in(ANNA, request())
    assert roster.staffed(SUPPORT) == {ANNA}
    promise = reserved(floor).promise
    assert roster.staffed(SUPPORT) == {ANNA}
    roster.mark_ringing(promise)
    roster.win(promise, Micros(1))
    assert roster.staffed(SUPPORT) == {ANNA}
    roster.end_talk(promise, wrap_up_seconds=LONG_SECONDS)
    assert roster.staffed(SUPPORT) == {ANNA}
    roster.start_break(ANNA, request())
    assert roster.staffed(SUPPORT) == frozenset()
    roster.end_break(ANNA, request())
    assert roster.staffed(SUPPORT) == {ANNA}
    roster.log_out(ANNA, request())
    assert roster.staffed(SUPPORT) == frozenset()


def test_who_rests_after_a_miss_is_staffed(floor: AnyFloor) -> None:
    """But not free; going on a break from there ends both."""
    reserved(floor).lose(is_miss=True, rest=LONG_SECONDS)
    assert (floor.roster.staffed(SUPPORT), free_ids(floor)) == ({ANNA}, [])
    floor.roster.start_break(ANNA, request())
    assert floor.roster.staffed(SUPPORT) == frozenset()


@pytest.mark.parametrize("state", ["logged_out", "on_break", "available", "talking", "resting"])
def test_enrolling_moves_an_agent_between_the_staffed(floor: AnyFloor, state: str) -> None:
    """Whoever is there is there in the new queues; whoever is absent is so in all."""
    if state == "talking":
        talking(floor)
    elif state == "resting":
        reserved(floor).lose(is_miss=True, rest=LONG_SECONDS)
    else:
        make_available(floor, ANNA)
        if state == "logged_out":
            floor.roster.log_out(ANNA, request())
        if state == "on_break":
            floor.roster.start_break(ANNA, request())
    third = QueueName("third")
    enrol(floor, ANNA, SALES, third)
    there = frozenset() if state in {"logged_out", "on_break"} else {ANNA}
    assert [floor.roster.staffed(q) for q in (SUPPORT, SALES, third)] == [set(), there, there]
    enrol(floor, ANNA)
    assert [floor.roster.staffed(q) for q in (SUPPORT, SALES, third)] == [set()] * 3


def test_states_are_told_in_the_order_asked(floor: AnyFloor) -> None:
    """A stranger is as absent as one who is logged out."""
    make_available(floor, BORIS)
    enrol(floor, ANNA, SUPPORT)
    stranger = AgentId("stranger")
    assert floor.roster.states([stranger, BORIS, ANNA, BORIS]) == [
        AgentState.LOGGED_OUT,
        AgentState.AVAILABLE,
        AgentState.LOGGED_OUT,
        AgentState.AVAILABLE,
    ]
    assert floor.roster.states([]) == []


def test_of_two_posts_in_one_queue_the_first_counts(floor: AnyFloor) -> None:
    """The agent has one place in it."""
    posts = [
        Post(queue=SUPPORT, order=AskingOrder.POSITION, level=level, position=7) for level in (3, 2)
    ]
    floor.roster.enrol(ANNA, posts, "Anna")
    floor.roster.log_in(ANNA, request())
    (agent,) = candidates(floor, SUPPORT, 9).agents
    assert agent.score == 3 * 2**42 + 7
