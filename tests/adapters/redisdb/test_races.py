"""Many greenlets at once on one floor: each change happens once, whoever comes first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest
import redis

from callcore.adapters.redisdb.floor import Floor
from callcore.domain.agents import AgentState
from callcore.domain.ids import AgentId, CallId, Micros, QueueName
from callcore.domain.outcomes import OfferLostReason
from callcore.ports.stores import Freed, LeaveAnswer, OfferAnswer, Reservation, ReserveAnswer
from tests.adapters.redisdb.floors import SITE
from tests.adapters.redisdb.racing import OTHER_NODE, at_once, check
from tests.contract.floor_builders import (
    ANNA,
    NODE,
    SALES,
    SUPPORT,
    agent_of,
    ended,
    enrol,
    free_ids,
    joining,
    log_in,
    log_out,
    make_available,
    request,
    reservation,
    reserved,
    talking,
    waiting_ids,
)

ROUNDS = 30


def lose(floor: Floor, promise: Reservation) -> OfferAnswer:
    return floor.roster.lose(
        promise, reason=OfferLostReason.CALLER_GONE, retry_after_seconds=0, is_caller_waiting=True
    ).answer


def test_one_agent_is_promised_to_one_of_fifty_callers(floor: Floor, raw: redis.Redis) -> None:
    """Exactly one reservation is made; the other callers wait on."""
    make_available(floor, ANNA, SUPPORT, SALES)
    for number in range(50):
        floor.waiting_room.join(joining(f"c{number}"), request())
    promises = [reservation(f"c{number}", f"o{number}") for number in range(50)]
    answers = at_once(*(partial(floor.roster.reserve, p) for p in promises))
    assert Counter(answers) == {ReserveAnswer.RESERVED: 1, ReserveAnswer.AGENT_BUSY: 49}
    assert len(waiting_ids(floor)) == 49
    check(raw)


def test_one_caller_is_promised_to_one_of_thirty_agents(floor: Floor, raw: redis.Redis) -> None:
    """Exactly one reservation is made; the other agents stay free."""
    agents = [AgentId(f"agent-{number}") for number in range(30)]
    for agent_id in agents:
        make_available(floor, agent_id)
    floor.waiting_room.join(joining("c1"), request())
    promises = [reservation("c1", f"o-{agent_id}", agent_id=agent_id) for agent_id in agents]
    answers = at_once(*(partial(floor.roster.reserve, p) for p in promises))
    assert Counter(answers) == {ReserveAnswer.RESERVED: 1, ReserveAnswer.CALLER_GONE: 29}
    assert len(free_ids(floor)) == 29
    check(raw)


def test_dispatchers_that_see_the_same_give_each_caller_one_agent(
    floor: Floor, server_url: str, raw: redis.Redis
) -> None:
    """Three processes' worth of dispatching of two queues over shared agents: all are served."""
    for number in range(20):
        make_available(floor, AgentId(f"agent-{number}"), SUPPORT, SALES)
        queue = SUPPORT if number % 2 else SALES
        floor.waiting_room.join(joining(f"c{number}", score=number, queue=queue), request())
    floors = [Floor(server_url, SITE) for _ in range(3)]

    def dispatch(own: Floor, queue: QueueName, name: str) -> list[str]:
        served: list[str] = []
        attempts = 0
        while True:
            (found,) = own.waiting_room.candidates([queue], 3)
            callers, agents = found.callers, found.agents
            if not callers or not agents:
                return served
            attempts += 1
            promise = reservation(
                callers[0].call_id,
                f"{name}-{attempts}",
                agent_id=agents[0].agent_id,
                queue=queue,
            )
            if own.roster.reserve(promise) is ReserveAnswer.RESERVED:
                served.append(callers[0].call_id)

    runs = [
        partial(dispatch, own, queue, f"{number}-{queue}")
        for number, own in enumerate(floors)
        for queue in (SUPPORT, SALES)
    ]
    served = [call_id for some in at_once(*runs) for call_id in some]
    assert sorted(served) == sorted(f"c{number}" for number in range(20))
    check(raw)
    for own in floors:
        own.close()


def test_a_repetition_at_the_same_time_is_done_once(floor: Floor, raw: redis.Redis) -> None:
    """Ten copies of one request get one answer, and one effect."""
    make_available(floor, ANNA)
    joins = at_once(*[lambda: floor.waiting_room.join(joining("c1"), "r")] * 10)
    assert len(set(joins)) == 1
    promise = reservation("c1", "o1")
    assert set(at_once(*[lambda: floor.roster.reserve(promise)] * 10)) == {ReserveAnswer.RESERVED}
    losses = at_once(
        *[
            lambda: floor.roster.lose(
                promise,
                reason=OfferLostReason.NO_ANSWER,
                retry_after_seconds=0,
                is_caller_waiting=True,
            )
        ]
        * 10
    )
    agent = floor.roster.agent(ANNA)
    assert agent
    assert (set(losses), agent.miss_count) == (
        {Freed(answer=OfferAnswer.DONE, state=AgentState.AVAILABLE)},
        1,
    )
    check(raw)


def test_a_full_queue_takes_no_more_than_its_limit(floor: Floor, raw: redis.Redis) -> None:
    """Forty callers at once for ten places: ten get one, each its own position."""
    joins = at_once(
        *(
            partial(
                floor.waiting_room.join,
                joining(f"c{n}", score=n, maximum_waiting=10),
                request(),
            )
            for n in range(40)
        )
    )
    assert Counter(join.answer for join in joins) == {"joined": 10, "queue_full": 30}
    places = [floor.waiting_room.position(CallId(c), SUPPORT) for c in waiting_ids(floor)]
    assert places == list(range(1, 11))
    check(raw)


@pytest.mark.parametrize("first", ["leave", "reserve"])
def test_a_caller_who_leaves_while_being_promised(
    floor: Floor, raw: redis.Redis, first: str
) -> None:
    """Either order ends with the caller gone and the agent free or promised to a lost offer."""
    make_available(floor, ANNA)
    for number in range(ROUNDS):
        call_id, promise = CallId(f"c{number}"), reservation(f"c{number}", f"o{number}")
        floor.waiting_room.join(joining(call_id), request())
        runs = [
            partial(floor.waiting_room.leave, call_id, SUPPORT, request()),
            partial(floor.roster.reserve, promise),
        ]
        answers = at_once(*(runs if first == "leave" else reversed(runs)))
        assert LeaveAnswer.LEFT in answers
        check(raw)
        if ReserveAnswer.RESERVED in answers:
            assert free_ids(floor) == []
            assert floor.roster.win(promise, Micros(1)) is OfferAnswer.STALE
            floor.roster.lose(
                promise,
                reason=OfferLostReason.CALLER_GONE,
                retry_after_seconds=0,
                is_caller_waiting=True,
            )
        assert free_ids(floor) == [ANNA]
        assert waiting_ids(floor) == []
        check(raw)


def test_leave_win_and_lose_at_once(floor: Floor, raw: redis.Redis) -> None:
    """Whatever comes first, the offer is won or lost, never both, and nobody is left over."""
    make_available(floor, ANNA)
    for number in range(ROUNDS):
        call_id, promise = CallId(f"c{number}"), reservation(f"c{number}", f"o{number}")
        floor.waiting_room.join(joining(call_id), request())
        floor.roster.reserve(promise)
        runs: list[Callable[[], object]] = [
            partial(floor.roster.win, promise, Micros(1)),
            partial(lose, floor, promise),
            partial(floor.waiting_room.leave, call_id, SUPPORT, request()),
        ]
        turned = runs[number % 3 :] + runs[: number % 3]
        answers = at_once(*turned)
        by_verb = dict(zip(turned, answers, strict=True))
        won, lost = by_verb[runs[0]], by_verb[runs[1]]
        assert (won is OfferAnswer.DONE) + (lost is OfferAnswer.DONE) == 1
        check(raw)
        floor.roster.end_talk(promise, wrap_up_seconds=0)
        assert free_ids(floor) == [ANNA]
        assert (ended(floor, call_id).offer_id is not None) == (won is OfferAnswer.DONE)
        check(raw)


def test_an_agent_who_logs_out_while_being_promised(floor: Floor, raw: redis.Redis) -> None:
    """Either the agent is gone and the caller waits, or the promise stands and the agent goes when
    it is lost.
    """
    make_available(floor, ANNA)
    for number in range(ROUNDS):
        promise = reservation(f"c{number}", f"o{number}")
        floor.waiting_room.join(joining(f"c{number}"), request())
        runs: list[Callable[[], object]] = [
            partial(floor.roster.reserve, promise),
            partial(log_out, floor),
        ]
        answers = at_once(*(runs if number % 2 else reversed(runs)))
        assert set(answers) in ({"reserved", "wished"}, {"agent_busy", "done"})
        check(raw)
        floor.waiting_room.leave(CallId(f"c{number}"), SUPPORT, request())
        lose(floor, promise)
        assert agent_of(floor).state is AgentState.LOGGED_OUT
        check(raw)
        log_in(floor)


def test_an_agent_enrolled_anew_while_being_promised(
    floor: Floor, server_url: str, raw: redis.Redis
) -> None:
    """A changing roster neither duplicates nor loses an agent who is busy meanwhile."""
    make_available(floor, ANNA)
    editor = Floor(server_url, SITE)
    for number in range(ROUNDS):
        promise = reservation(f"c{number}", f"o{number}")
        floor.waiting_room.join(joining(f"c{number}"), request())
        queues = [(SALES, SUPPORT), (SUPPORT,), (SUPPORT, SALES)][number % 3]
        at_once(
            partial(enrol, editor, ANNA, *queues),
            partial(floor.roster.reserve, promise),
        )
        check(raw)
        at_once(
            partial(enrol, editor, ANNA, SUPPORT),
            partial(lose, floor, promise),
        )
        check(raw)
        assert free_ids(floor) == [ANNA]
        floor.waiting_room.leave(CallId(f"c{number}"), SUPPORT, request())
    editor.close()


def test_two_who_reclaim_one_lease(floor: Floor, raw: redis.Redis) -> None:
    """Both are told it is done, the caller is put back once and the miss counted once."""
    offer = reserved(floor)
    answers = at_once(*[lambda: offer.lose(is_miss=True)] * 2)
    assert answers == [OfferAnswer.DONE] * 2
    agent = floor.roster.agent(ANNA)
    assert agent
    assert (agent.miss_count, waiting_ids(floor), free_ids(floor)) == (1, ["c1"], [ANNA])
    check(raw)


def test_a_caller_who_leaves_as_the_talk_ends(floor: Floor, raw: redis.Redis) -> None:
    """Both ways of ending the call at once end it once, remember the talk, and free the agent."""
    for number in range(ROUNDS):
        raw.flushall()
        offer = talking(floor)
        runs = [
            partial(floor.waiting_room.leave, CallId("c1"), SUPPORT, request()),
            partial(floor.roster.end_talk, offer.promise, wrap_up_seconds=0),
        ]
        answers = at_once(*(runs if number % 2 else reversed(runs)))
        assert Freed(answer=OfferAnswer.DONE, state=AgentState.AVAILABLE) in answers
        assert (ended(floor).offer_id, free_ids(floor)) == ("o1", [ANNA])
        check(raw)


def test_a_call_that_joins_again_while_it_is_forgotten(floor: Floor, raw: redis.Redis) -> None:
    """Whatever comes first, it has its new place."""
    for number in range(ROUNDS):
        call_id, node = CallId(f"c{number}"), OTHER_NODE if number % 3 else NODE
        floor.waiting_room.join(joining(call_id), request())
        floor.waiting_room.leave(call_id, SUPPORT, request())
        runs: list[Callable[[], object]] = [
            partial(floor.waiting_room.forget, call_id),
            partial(floor.waiting_room.join, joining(call_id, score=number, node=node), request()),
        ]
        at_once(*(runs if number % 2 else reversed(runs)))
        assert waiting_ids(floor)[-1] == call_id
        check(raw)
