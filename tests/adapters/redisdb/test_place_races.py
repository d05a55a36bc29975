"""Many greenlets at once over places, shared offers and posts: each change happens once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial

import pytest
import redis

from callcore.adapters.redisdb.floor import Floor
from callcore.domain.ids import AgentId, CallId, Micros
from callcore.ports.stores import (
    AskingOrder,
    FloorCallState,
    MoveAnswer,
    OfferAnswer,
    Post,
    ReserveAnswer,
)
from tests.adapters.redisdb.floors import SITE
from tests.adapters.redisdb.racing import at_once, check
from tests.contract.floor_builders import (
    ANNA,
    LONG_SECONDS,
    SALES,
    SUPPORT,
    Offer,
    free_ids,
    joining,
    known,
    log_out,
    make_available,
    request,
    reservation,
    reserved,
    ringing_at,
    start_break,
    waiting_ids,
)

ROUNDS = 20
TEAM = [AgentId(f"agent-{number}") for number in range(12)]


def test_all_phones_ring_and_one_wins(floor: Floor, raw: redis.Redis) -> None:
    """Everybody is promised the caller at once, everybody picks up at once: one talks, and each
    loser is free again though all lose at once.
    """
    for agent_id in TEAM:
        make_available(floor, agent_id)
    floor.waiting_room.join(joining("c1"), request())
    promises = [
        reservation("c1", f"o-{agent_id}", agent_id=agent_id, is_additional=True)
        for agent_id in TEAM
    ]
    answers = at_once(*(partial(floor.roster.reserve, promise) for promise in promises))
    assert set(answers) == {ReserveAnswer.RESERVED}
    assert {offer.offer_id for offer in known(floor).offers} == {p.offer_id for p in promises}
    check(raw)
    wins = at_once(*(partial(floor.roster.win, promise, Micros(1)) for promise in promises))
    assert Counter(wins) == {OfferAnswer.DONE: 1, OfferAnswer.STALE: len(TEAM) - 1}
    check(raw)
    losses = at_once(*(Offer(floor=floor, promise=promise).lose for promise in promises))
    assert [won is lost for won, lost in zip(wins, losses, strict=True)] == [False] * len(TEAM)
    assert len(free_ids(floor)) == len(TEAM) - 1
    assert known(floor).state is FloorCallState.TALKING
    check(raw)


def test_all_offers_are_lost_at_once(floor: Floor, raw: redis.Redis) -> None:
    """The caller waits again once, everybody is free."""
    for number in range(ROUNDS):
        raw.flushall()
        offers = ringing_at(floor, *TEAM[:5])
        runs: list[Callable[[], object]] = [offer.lose for offer in offers]
        if number % 2:
            rescore = partial(floor.waiting_room.rescore, CallId("c1"), SUPPORT)
            runs.insert(number % 5, partial(rescore, score=number, priority=1, own_priority=1))
        at_once(*runs)
        assert (waiting_ids(floor), sorted(free_ids(floor))) == (["c1"], TEAM[:5])
        check(raw)


def test_a_winner_against_a_further_offer_and_a_loss(floor: Floor, raw: redis.Redis) -> None:
    """Whatever comes first, nobody is promised a caller who talks, and the talk stands."""
    late = TEAM[2]
    for number in range(ROUNDS):
        raw.flushall()
        first, second = ringing_at(floor, *TEAM[:2])
        make_available(floor, late)
        further = reservation("c1", "late", agent_id=late, is_additional=True)
        runs: list[Callable[[], object]] = [
            partial(floor.roster.win, first.promise, Micros(1)),
            second.lose,
            partial(floor.roster.reserve, further),
        ]
        turned = runs[number % 3 :] + runs[: number % 3]
        at_once(*turned)
        check(raw)
        Offer(floor=floor, promise=further).lose()
        assert known(floor).talk is not None
        assert sorted(free_ids(floor)) == [TEAM[1], late]
        check(raw)


def test_one_dropped_place_is_resumed_by_one(floor: Floor, raw: redis.Redis) -> None:
    """Ten calls from one number at once: one has the place, the others find it gone."""
    floor.waiting_room.join(joining("c0"), request())
    floor.waiting_room.leave(CallId("c0"), SUPPORT, request(), resume_within_seconds=LONG_SECONDS)
    joins = at_once(
        *(
            partial(floor.waiting_room.join, joining(f"c{number}", resumes=True), request())
            for number in range(1, 11)
        )
    )
    assert Counter(joined.answer for joined in joins) == {"joined": 1, "place_gone": 9}
    check(raw)


@pytest.mark.parametrize("rival", ["leave", "reserve", "move"])
def test_a_caller_who_moves_while_something_else_happens(
    floor: Floor, raw: redis.Redis, rival: str
) -> None:
    """The caller is in one queue or in none, never in two, and is moved or the other thing."""
    make_available(floor, ANNA, SUPPORT, SALES)
    for number in range(ROUNDS):
        call_id, promise = CallId(f"c{number}"), reservation(f"c{number}", f"o{number}")
        floor.waiting_room.join(joining(call_id), request())
        there = joining(call_id, queue=SALES)
        rivals: dict[str, Callable[[], object]] = {
            "leave": partial(floor.waiting_room.leave, call_id, SUPPORT, request()),
            "reserve": partial(floor.roster.reserve, promise),
            "move": partial(floor.waiting_room.move, there, SUPPORT, request()),
        }
        move = partial(floor.waiting_room.move, there, SUPPORT, request())
        runs: list[Callable[[], object]] = [move, rivals[rival]]
        answers = at_once(*(runs if number % 2 else reversed(runs)))
        done = {MoveAnswer.MOVED, "left", "reserved"}
        assert sum(answer in done for answer in answers) == 1
        check(raw)
        Offer(floor=floor, promise=promise).lose()
        for queue in (SUPPORT, SALES):
            floor.waiting_room.leave(call_id, queue, request())
        check(raw)


def test_two_callers_who_move_to_the_last_place(floor: Floor, raw: redis.Redis) -> None:
    """One gets it, the other keeps the old place."""
    for number in range(ROUNDS):
        raw.flushall()
        calls = (f"a{number}", f"b{number}")
        for call_id in calls:
            floor.waiting_room.join(joining(call_id), request())
        there = [joining(call_id, queue=SALES, maximum_waiting=1) for call_id in calls]
        moves = at_once(*(partial(floor.waiting_room.move, t, SUPPORT, request()) for t in there))
        assert sorted(moves) == ["moved", "queue_full"]
        assert (len(waiting_ids(floor)), len(waiting_ids(floor, SALES))) == (1, 1)
        check(raw)


@pytest.mark.parametrize("verb", ["log_out", "start_break", "reserve", "lose"])
def test_an_agent_given_other_posts_meanwhile(
    floor: Floor, server_url: str, raw: redis.Redis, verb: str
) -> None:
    """The agent is free and staffed by the new posts, or by none, whoever comes first."""
    editor = Floor(server_url, SITE)
    for number in range(ROUNDS):
        raw.flushall()
        offer = reserved(floor)
        if verb != "lose":
            offer.lose()
        posts = [
            Post(queue=SALES, order=AskingOrder.POSITION, level=2, position=number + 1),
            *([Post(queue=SUPPORT, order=AskingOrder.RANDOM)] if number % 2 else []),
        ]
        rivals: dict[str, Callable[[], object]] = {
            "log_out": partial(log_out, floor),
            "start_break": partial(start_break, floor),
            "reserve": partial(floor.roster.reserve, reservation("c1", "o2")),
            "lose": offer.lose,
        }
        enrol = partial(editor.roster.enrol, ANNA, posts, "Anna")
        runs: list[Callable[[], object]] = [enrol, rivals[verb]]
        at_once(*(runs if number % 4 < 2 else reversed(runs)))
        check(raw)
    editor.close()
