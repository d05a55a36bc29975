"""Who the agents are, and who of them is there: the same for the fake and each real server."""

from __future__ import annotations

import pytest

from callcore.domain.agents import AgentState, HoldReason
from callcore.domain.ids import AgentId, Micros, OfferId, QueueName
from callcore.ports.stores import AgentAnswer, AskingOrder, Doing, OfferAnswer, Post
from tests.contract.floor_builders import (
    ANNA,
    BORIS,
    CHANGES,
    LONG_SECONDS,
    SALES,
    SUPPORT,
    WHY,
    AnyFloor,
    agent_of,
    candidates,
    changes_since,
    end_break,
    enrol,
    free_ids,
    log_in,
    log_out,
    make_available,
    request,
    reserved,
    start_break,
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
    roster, unknown = floor.roster, AgentAnswer.UNKNOWN_AGENT
    for change in CHANGES.values():
        assert change(floor) is unknown
    assert roster.hold(ANNA, frozenset({HoldReason.UNREGISTERED}), request()) is unknown
    assert roster.stand(ANNA, None) is unknown
    assert roster.extend_wrap_up(ANNA, request(), WHY, seconds=1, most_seconds=9) is unknown
    assert roster.end_wrap_up(ANNA, OfferId("o1"), request(), WHY).answer is OfferAnswer.STALE
    assert roster.note_overrun(ANNA) is False
    assert changes_since(floor) == []
    assert floor.roster.agent(ANNA) is None
    assert floor.roster.agents() == []
    assert floor.roster.wake(ANNA) is False


def test_many_agents_are_all_told(floor: AnyFloor) -> None:
    """More than are read at a time, by their ids."""
    ids = [AgentId(f"{number:04}") for number in range(120)]
    for agent_id in reversed(ids):
        enrol(floor, agent_id, SUPPORT)
    assert [agent.agent_id for agent in floor.roster.agents()] == ids


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
    assert log_in(floor) is AgentAnswer.DONE
    assert log_in(floor) is AgentAnswer.ALREADY
    assert free_ids(floor) == [ANNA]
    assert log_out(floor) is AgentAnswer.DONE
    assert log_out(floor) is AgentAnswer.ALREADY
    assert free_ids(floor) == []


def test_a_break_takes_the_agent_away_and_back(floor: AnyFloor) -> None:
    """Each change is done once, then already so; free agents follow."""
    make_available(floor, ANNA)
    assert start_break(floor) is AgentAnswer.DONE
    assert start_break(floor) is AgentAnswer.ALREADY
    assert free_ids(floor) == []
    assert end_break(floor) is AgentAnswer.DONE
    assert end_break(floor) is AgentAnswer.ALREADY
    assert free_ids(floor) == [ANNA]


def test_a_repeated_change_of_an_agent_changes_nothing(floor: AnyFloor) -> None:
    """The answer is the first one's, though the agent has done other things since."""
    make_available(floor, ANNA)
    assert start_break(floor, ANNA, "r") is AgentAnswer.DONE
    assert end_break(floor, ANNA, "s") is AgentAnswer.DONE
    assert log_out(floor, ANNA, "t") is AgentAnswer.DONE
    assert log_in(floor, ANNA, "u") is AgentAnswer.DONE
    assert start_break(floor, ANNA, "r") is AgentAnswer.DONE
    assert log_out(floor, ANNA, "t") is AgentAnswer.DONE
    assert free_ids(floor) == [ANNA]
    assert start_break(floor, ANNA, "v") is AgentAnswer.DONE
    assert end_break(floor, ANNA, "s") is AgentAnswer.DONE
    assert free_ids(floor) == []
    assert log_out(floor, ANNA, "w") is AgentAnswer.DONE
    assert log_in(floor, ANNA, "u") is AgentAnswer.DONE
    assert free_ids(floor) == []


@pytest.mark.parametrize("verb", ["log_out", "start_break"])
@pytest.mark.parametrize("state", ["resting", "wrapping_up"])
def test_going_away_ends_the_rest_or_wrap_up(floor: AnyFloor, verb: str, state: str) -> None:
    """Nothing is left that could expire or bring the agent back."""
    if state == "resting":
        reserved(floor).lose(is_miss=True, rest=LONG_SECONDS)
    else:
        floor.roster.end_talk(talking(floor).promise, wrap_up_seconds=LONG_SECONDS)
    assert CHANGES[verb](floor) is AgentAnswer.DONE
    agent = floor.roster.agent(ANNA)
    assert agent
    assert (agent.lease_until, agent.offer_id, agent.call_id, agent.leg_id) == (None,) * 4
    assert floor.roster.next_expiry_seconds() is None
    assert floor.roster.end_wrap_up(ANNA, OfferId("o1"), "r1", WHY).answer is OfferAnswer.STALE
    assert floor.roster.wake(ANNA) is False
    assert free_ids(floor) == []


def test_who_is_staffed_follows_what_agents_do(floor: AnyFloor) -> None:
    """Logged out and on a break are both absent; whoever rings, talks or wraps up is there."""
    roster = floor.roster
    enrol(floor, ANNA, SUPPORT)
    assert roster.staffed(SUPPORT) == frozenset()
    log_in(floor)
    assert roster.staffed(SUPPORT) == {ANNA}
    promise = reserved(floor).promise
    assert roster.staffed(SUPPORT) == {ANNA}
    roster.mark_ringing(promise)
    roster.win(promise, Micros(1))
    assert roster.staffed(SUPPORT) == {ANNA}
    roster.end_talk(promise, wrap_up_seconds=LONG_SECONDS)
    assert roster.staffed(SUPPORT) == {ANNA}
    start_break(floor)
    assert roster.staffed(SUPPORT) == frozenset()
    end_break(floor)
    assert roster.staffed(SUPPORT) == {ANNA}
    log_out(floor)
    assert roster.staffed(SUPPORT) == frozenset()


def test_who_rests_after_a_miss_is_staffed(floor: AnyFloor) -> None:
    """But not free; going on a break from there ends both."""
    reserved(floor).lose(is_miss=True, rest=LONG_SECONDS)
    assert (floor.roster.staffed(SUPPORT), free_ids(floor)) == ({ANNA}, [])
    start_break(floor)
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
            log_out(floor)
        if state == "on_break":
            start_break(floor)
    third = QueueName("third")
    enrol(floor, ANNA, SALES, third)
    there = frozenset() if state in {"logged_out", "on_break"} else {ANNA}
    assert [floor.roster.staffed(q) for q in (SUPPORT, SALES, third)] == [set(), there, there]
    enrol(floor, ANNA)
    assert [floor.roster.staffed(q) for q in (SUPPORT, SALES, third)] == [set()] * 3


def test_doings_are_told_in_the_order_asked(floor: AnyFloor) -> None:
    """A stranger is as absent as one who is logged out; of one who is available also why nobody
    asks, and in which queues somebody might.
    """
    make_available(floor, BORIS)
    enrol(floor, ANNA, SUPPORT)
    stranger = AgentId("stranger")
    floor.roster.hold(BORIS, frozenset({HoldReason.OUTSIDE_CALL}), request())
    absent = Doing(state=AgentState.LOGGED_OUT)
    there = Doing(
        state=AgentState.AVAILABLE,
        holds=frozenset({HoldReason.OUTSIDE_CALL}),
        queues=agent_of(floor, BORIS).queues,
    )
    assert floor.roster.doings([stranger, BORIS, ANNA, BORIS]) == [absent, there, absent, there]
    assert floor.roster.doings([]) == []


def test_of_two_posts_in_one_queue_the_first_counts(floor: AnyFloor) -> None:
    """The agent has one place in it."""
    posts = [
        Post(queue=SUPPORT, order=AskingOrder.POSITION, level=level, position=7) for level in (3, 2)
    ]
    floor.roster.enrol(ANNA, posts, "Anna")
    log_in(floor)
    (agent,) = candidates(floor, SUPPORT, 9).agents
    assert agent.score == 3 * 2**42 + 7
