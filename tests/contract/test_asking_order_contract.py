"""Which free agent is asked first: the same for the fake and each real server."""

from __future__ import annotations

import pytest

from callcore.domain.agents import HoldReason
from callcore.domain.ids import AgentId, Micros
from callcore.domain.outcomes import OfferLostReason
from callcore.ports.stores import AskingOrder, Post, Reservation, ReserveAnswer
from tests.contract.conftest import Stage
from tests.contract.floor_builders import (
    ANNA,
    BORIS,
    LONG_SECONDS,
    SALES,
    SHORT_SECONDS,
    SUPPORT,
    WHY,
    AnyFloor,
    candidates,
    end_break,
    free_ids,
    joining,
    log_in,
    log_out,
    make_available,
    request,
    reservation,
    reserved,
    start_break,
)

LEVEL_SIZE = 2**42
CELINA = AgentId("celina")


def post(
    floor: AnyFloor,
    agent_id: AgentId,
    order: AskingOrder,
    *,
    level: int = 1,
    position: int = 1,
    others: tuple[Post, ...] = (),
) -> None:
    """An agent with a place in ``SUPPORT``, and perhaps in other queues, logged in."""
    own = Post(queue=SUPPORT, order=order, level=level, position=position)
    floor.roster.enrol(agent_id, (own, *others), "Anna")
    log_in(floor, agent_id)


def scores(floor: AnyFloor) -> dict[str, float]:
    return {agent.agent_id: agent.score for agent in candidates(floor, SUPPORT, 9).agents}


def promise_to(floor: AnyFloor, agent_id: AgentId) -> Reservation:
    """A caller nobody knew, promised to the agent; the offer."""
    offer_id = request()
    floor.waiting_room.join(joining(f"call-{offer_id}"), request())
    promise = reservation(f"call-{offer_id}", offer_id, agent_id=agent_id)
    assert floor.roster.reserve(promise) is ReserveAnswer.RESERVED
    return promise


def lose(floor: AnyFloor, promise: Reservation) -> None:
    floor.roster.lose(
        promise, reason=OfferLostReason.CALLER_GONE, retry_after_seconds=0, is_caller_waiting=False
    )


def talk(stage: Stage, agent_id: AgentId, seconds: float = 0.0) -> None:
    """One conversation of the agent, at least so long."""
    promise = promise_to(stage.floor, agent_id)
    stage.floor.roster.win(promise, Micros(1))
    stage.pass_time(seconds)
    stage.floor.roster.end_talk(promise, wrap_up_seconds=0)


def take_a_break(floor: AnyFloor, agent_id: AgentId) -> None:
    start_break(floor, agent_id)
    end_break(floor, agent_id)


def log_in_anew(floor: AnyFloor, agent_id: AgentId) -> None:
    log_out(floor, agent_id)
    log_in(floor, agent_id)


def test_the_longest_idle_agent_comes_first(stage: Stage) -> None:
    """Who became available first is asked first; a call puts one at the end."""
    floor = stage.floor
    make_available(floor, BORIS)
    offer = reserved(floor)
    assert free_ids(floor) == [BORIS]
    stage.pass_time(0.002)
    offer.lose()
    assert free_ids(floor) == [BORIS, ANNA]
    assert len(list(candidates(floor, SUPPORT, 1).agents)) == 1
    assert list(candidates(floor, SUPPORT, 0).agents) == []


def test_the_longest_idle_are_ordered_by_the_millisecond(floor: AnyFloor) -> None:
    """The key is the instant the agent became available."""
    make_available(floor, ANNA)
    agent = floor.roster.agent(ANNA)
    assert agent
    assert scores(floor) == {ANNA: LEVEL_SIZE + agent.since // 1000}


@pytest.mark.parametrize("order", list(AskingOrder))
def test_a_lower_level_comes_first_by_whatever_order(floor: AnyFloor, order: AskingOrder) -> None:
    """The level outweighs every key, for every order."""
    post(floor, ANNA, order, level=1000, position=1)
    post(floor, BORIS, order, level=2, position=1000)
    post(floor, CELINA, order, level=1, position=1000)
    assert free_ids(floor) == [CELINA, BORIS, ANNA]
    levels = {agent_id: score // LEVEL_SIZE for agent_id, score in scores(floor).items()}
    assert levels == {ANNA: 1000, BORIS: 2, CELINA: 1}


def test_round_robin_goes_by_the_last_offer_of_the_queue(stage: Stage) -> None:
    """Whoever was never asked comes first, by position; an offer of another queue does not count,
    nor does a break or a new log-in change anything.
    """
    floor = stage.floor
    order = AskingOrder.ROUND_ROBIN
    sales = Post(queue=SALES, order=order)
    post(floor, ANNA, order, position=2, others=(sales,))
    post(floor, BORIS, order, position=1)
    assert scores(floor) == {BORIS: LEVEL_SIZE + 1, ANNA: LEVEL_SIZE + 2}
    promise = promise_to(floor, BORIS)
    agent = floor.roster.agent(BORIS)
    assert agent
    stage.pass_time(0.002)
    lose(floor, promise)
    assert scores(floor) == {ANNA: LEVEL_SIZE + 2, BORIS: LEVEL_SIZE + agent.since // 1000}
    stage.pass_time(0.002)
    lose(floor, promise_to(floor, ANNA))
    assert free_ids(floor) == [BORIS, ANNA]
    floor.waiting_room.join(joining("c1", queue=SALES), request())
    offer = reservation("c1", "o1", queue=SALES)
    stage.pass_time(0.002)
    assert floor.roster.reserve(offer) is ReserveAnswer.RESERVED
    before = scores(floor)
    lose(floor, offer)
    take_a_break(floor, BORIS)
    log_in_anew(floor, BORIS)
    assert free_ids(floor) == [BORIS, ANNA]
    assert scores(floor)[BORIS] == before[BORIS]


def test_whoever_talked_least_comes_first(stage: Stage) -> None:
    """Whole seconds count, parts of which add up over conversations, then the position. Wrap-ups
    do not count. A break keeps what was talked, logging in begins anew.
    """
    floor = stage.floor
    order = AskingOrder.LEAST_TALK_TIME
    post(floor, ANNA, order, position=1)
    post(floor, BORIS, order, position=2)
    promise = promise_to(floor, BORIS)
    floor.roster.win(promise, Micros(1))
    floor.roster.end_talk(promise, wrap_up_seconds=LONG_SECONDS)
    for _ in range(3):
        talk(stage, ANNA, 0.35)
    floor.roster.end_wrap_up(BORIS, promise.offer_id, request(), WHY)
    assert free_ids(floor) == [BORIS, ANNA]
    assert scores(floor) == {BORIS: LEVEL_SIZE + 2, ANNA: LEVEL_SIZE + 1024 + 1}
    take_a_break(floor, ANNA)
    assert scores(floor)[ANNA] == LEVEL_SIZE + 1024 + 1
    log_in_anew(floor, ANNA)
    assert scores(floor)[ANNA] == LEVEL_SIZE + 1
    assert free_ids(floor) == [ANNA, BORIS]


def test_whoever_had_fewest_calls_comes_first(stage: Stage) -> None:
    """Only conversations count; a break keeps them, logging in begins anew."""
    floor = stage.floor
    order = AskingOrder.FEWEST_CALLS
    post(floor, ANNA, order, position=3)
    post(floor, BORIS, order, position=4)
    for _ in range(2):
        talk(stage, ANNA)
    talk(stage, BORIS)
    lose(floor, promise_to(floor, BORIS))
    assert scores(floor) == {BORIS: LEVEL_SIZE + 1024 + 4, ANNA: LEVEL_SIZE + 2048 + 3}
    take_a_break(floor, ANNA)
    assert free_ids(floor) == [BORIS, ANNA]
    log_in_anew(floor, ANNA)
    assert scores(floor)[ANNA] == LEVEL_SIZE + 3


def test_positions_stay(floor: AnyFloor) -> None:
    """Whatever the agents did before."""
    post(floor, ANNA, AskingOrder.POSITION, position=7)
    post(floor, BORIS, AskingOrder.POSITION, position=3)
    lose(floor, promise_to(floor, BORIS))
    assert scores(floor) == {BORIS: LEVEL_SIZE + 3, ANNA: LEVEL_SIZE + 7}


def talk_and_wrap_up(floor: AnyFloor, agent_id: AgentId) -> None:
    promise = promise_to(floor, agent_id)
    floor.roster.win(promise, Micros(1))
    floor.roster.end_talk(promise, wrap_up_seconds=LONG_SECONDS)
    floor.roster.end_wrap_up(agent_id, promise.offer_id, request(), WHY)


def hold_and_release(floor: AnyFloor, agent_id: AgentId) -> None:
    floor.roster.hold(agent_id, frozenset({HoldReason.UNREGISTERED}), request())
    floor.roster.hold(agent_id, frozenset(), request())


def test_chance_is_drawn_anew_whenever_an_agent_becomes_free(stage: Stage) -> None:
    """Each time another number below the next level; being enrolled again draws none."""
    floor = stage.floor
    post(floor, ANNA, AskingOrder.RANDOM, level=3)
    drawn = [scores(floor)[ANNA]]
    for change in (
        lambda: take_a_break(floor, ANNA),
        lambda: log_in_anew(floor, ANNA),
        lambda: lose(floor, promise_to(floor, ANNA)),
        lambda: talk(stage, ANNA),
        lambda: talk_and_wrap_up(floor, ANNA),
        lambda: hold_and_release(floor, ANNA),
    ):
        change()
        drawn.append(scores(floor)[ANNA])
        post(floor, ANNA, AskingOrder.RANDOM, level=3)
        assert scores(floor)[ANNA] == drawn[-1]
    assert len(set(drawn)) == len(drawn)
    assert all(3 * LEVEL_SIZE <= score < 4 * LEVEL_SIZE for score in drawn)


def test_each_queue_has_an_order_of_its_own(floor: AnyFloor) -> None:
    """One agent stands differently in two queues."""
    sales = Post(queue=SALES, order=AskingOrder.POSITION, level=2, position=9)
    post(floor, ANNA, AskingOrder.FEWEST_CALLS, position=5, others=(sales,))
    assert scores(floor) == {ANNA: LEVEL_SIZE + 5}
    assert candidates(floor, SALES, 9).agents[0].score == 2 * LEVEL_SIZE + 9


def test_enrolling_moves_a_free_agent_within_the_order(stage: Stage) -> None:
    """The new place counts at once, from what the agent did before."""
    floor = stage.floor
    post(floor, ANNA, AskingOrder.POSITION, position=1)
    post(floor, BORIS, AskingOrder.POSITION, position=2)
    talk(stage, ANNA)
    post(floor, ANNA, AskingOrder.POSITION, position=3)
    assert free_ids(floor) == [BORIS, ANNA]
    post(floor, ANNA, AskingOrder.FEWEST_CALLS, level=2, position=3)
    assert scores(floor)[ANNA] == 2 * LEVEL_SIZE + 1024 + 3


def test_an_agent_who_rested_has_the_old_place(stage: Stage) -> None:
    """The rest after a miss does not make the time without a caller shorter."""
    floor = stage.floor
    make_available(floor, ANNA)
    promise = promise_to(floor, ANNA)
    floor.roster.lose(
        promise,
        reason=OfferLostReason.NO_ANSWER,
        retry_after_seconds=SHORT_SECONDS,
        is_caller_waiting=False,
    )
    stage.pass_time(0.002)
    make_available(floor, BORIS)
    assert floor.roster.wake(ANNA) is True
    assert free_ids(floor) == [ANNA, BORIS]
