"""Callers who ring in and take the place of their promise, and how promises are counted: the same
for the fake and each real server.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.ids import CallId, Micros
from callcore.domain.outcomes import LeaveReason
from callcore.ports.stores import (
    FloorCallState,
    JoinAnswer,
    Joined,
    Joining,
    LeaveAnswer,
    MoveAnswer,
    OfferAnswer,
    RescoreAnswer,
)
from tests.contract.floor_builders import (
    ANNA,
    LONG_SECONDS,
    NUMBER,
    SALES,
    SUPPORT,
    AnyFloor,
    Offer,
    agent_of,
    free_ids,
    joining,
    known,
    make_available,
    request,
    reservation,
    waiting_ids,
)
from tests.contract.promises import CALLBACK, promise

GONE = Joined(answer=JoinAnswer.PLACE_GONE, position=None)


def taking_over(call_id: str, promised: str, **what) -> Joining:
    """A caller who takes the place of a promise."""
    return replace(joining(call_id, **what), takes_over=CallId(promised))


def promises_count(floor: AnyFloor, queue=SUPPORT) -> int:
    (counts,) = floor.waiting_room.counts([queue])
    return counts.promises_count


def test_a_caller_takes_the_place_of_the_promise(floor: AnyFloor) -> None:
    """One of the two stands in line before and after; the promise has ended."""
    floor.waiting_room.join(promise("p1", score=1.0), request())
    floor.waiting_room.join(joining("c2", score=2.0, caller_number="+481"), request())
    joined = floor.waiting_room.join(taking_over("c1", "p1", score=1.0), request())
    assert joined == Joined(answer=JoinAnswer.JOINED, position=1)
    assert waiting_ids(floor) == ["c1", "c2"]
    over = known(floor, "p1")
    assert (over.state, over.callback) == (FloorCallState.ENDED, CALLBACK)
    assert over.ended_at is not None
    assert over.left_for is LeaveReason.RANG_IN
    assert promises_count(floor) == 0
    left = floor.waiting_room.leave(CallId("p1"), SUPPORT, request())
    assert left is LeaveAnswer.NOT_THERE
    kept = floor.waiting_room.keep_callback(CallId("p1"), CALLBACK)
    assert kept is RescoreAnswer.NOT_THERE


def test_it_is_taken_over_once(floor: AnyFloor) -> None:
    """Told again by the same request the same; another call finds it gone, and nothing changes."""
    floor.waiting_room.join(promise("p1"), request())
    first = request()
    for _ in range(2):
        joined = floor.waiting_room.join(taking_over("c1", "p1"), first)
        assert joined.answer is JoinAnswer.JOINED
    assert floor.waiting_room.join(taking_over("c2", "p1"), request()) == GONE
    assert floor.waiting_room.call(CallId("c2")) is None
    again = floor.waiting_room.join(taking_over("c1", "p1"), request())
    assert again.answer is JoinAnswer.ALREADY_JOINED
    assert waiting_ids(floor) == ["c1"]


def test_the_agent_of_a_promise_stays_until_the_offer_is_lost(floor: AnyFloor) -> None:
    """As when a caller leaves: nobody is rung for the caller yet, and the talk never begins."""
    floor.waiting_room.join(promise("p1"), request())
    make_available(floor, ANNA)
    offer = Offer(floor=floor, promise=reservation("p1", "o1"))
    floor.roster.reserve(offer.promise)
    assert floor.waiting_room.join(taking_over("c1", "p1"), request()).position == 1
    assert known(floor, "p1").offers == ()
    assert agent_of(floor).offer_id == "o1"
    assert floor.roster.win(offer.promise, Micros(1)) is OfferAnswer.STALE
    offer.lose()
    assert free_ids(floor) == ["anna"]
    assert waiting_ids(floor) == ["c1"]
    assert known(floor, "p1").state is FloorCallState.ENDED


@pytest.mark.parametrize("what", ["unknown", "over", "forgotten", "talking", "elsewhere", "caller"])
def test_what_is_no_open_promise_there_is_not_taken_over(floor: AnyFloor, what: str) -> None:
    """Unknown, ended, with a customer who talks, in another queue, or a caller on the line."""
    room = floor.waiting_room
    match what:
        case "over" | "forgotten":
            room.join(promise("p1"), request())
            room.leave(CallId("p1"), SUPPORT, request())
            if what == "forgotten":
                room.forget(CallId("p1"))
        case "talking":
            room.join(promise("p1"), request())
            make_available(floor, ANNA)
            floor.roster.reserve(reservation("p1", "o1"))
            floor.roster.win(reservation("p1", "o1"), Micros(1))
        case "elsewhere":
            room.join(promise("p1", queue=SALES), request())
        case "caller":
            room.join(joining("p1"), request())
    before = room.call(CallId("p1"))
    assert room.join(taking_over("c1", "p1"), request()) == GONE
    assert room.call(CallId("c1")) is None
    assert room.call(CallId("p1")) == before


def test_a_dropped_place_is_used_up_with_it(floor: AnyFloor) -> None:
    """The number has one place from now on."""
    room = floor.waiting_room
    room.join(joining("c0"), request())
    room.leave(CallId("c0"), SUPPORT, request(), resume_within_seconds=LONG_SECONDS)
    room.join(promise("p1"), request())
    room.join(taking_over("c1", "p1"), request())
    assert room.door(SUPPORT, NUMBER).dropped is None


def test_the_number_may_be_promised_another_callback_afterwards(floor: AnyFloor) -> None:
    """The door tells of no promise once it is taken over."""
    floor.waiting_room.join(promise("p1"), request())
    assert floor.waiting_room.door(SUPPORT, NUMBER).promise == "p1"
    floor.waiting_room.join(taking_over("c1", "p1"), request())
    assert floor.waiting_room.door(SUPPORT, NUMBER).promise is None
    assert floor.waiting_room.join(promise("p2"), request()).answer is JoinAnswer.JOINED


def test_a_promise_whose_taking_over_was_undone_joins_again(floor: AnyFloor) -> None:
    """The caller's answer was lost and the caller is gone: the promise has its place again."""
    floor.waiting_room.join(promise("p1"), request())
    floor.waiting_room.join(taking_over("c1", "p1"), request())
    floor.waiting_room.leave(CallId("c1"), SUPPORT, request())
    assert floor.waiting_room.join(promise("p1"), request()).answer is JoinAnswer.JOINED
    assert waiting_ids(floor) == ["p1"]
    assert promises_count(floor) == 1


def test_as_many_promises_wait_as_may(floor: AnyFloor) -> None:
    """Whatever the number of callers; one that is over makes room; another queue is another."""
    floor.waiting_room.join(joining("c1"), request())
    numbers = ["+481", "+482", "+483"]
    for place, number in enumerate(numbers[:2]):
        asked = promise(f"p{place}", most=2, caller_number=number)
        assert floor.waiting_room.join(asked, request()).answer is JoinAnswer.JOINED
    third = promise("p2", most=2, caller_number=numbers[2])
    refused = floor.waiting_room.join(third, request())
    assert refused == Joined(answer=JoinAnswer.TOO_MANY_PROMISES, position=None)
    assert floor.waiting_room.call(CallId("p2")) is None
    assert floor.waiting_room.door(SUPPORT, numbers[2]).promise is None
    elsewhere = floor.waiting_room.join(replace(third, queue=SALES), request())
    assert elsewhere.answer is JoinAnswer.JOINED
    floor.waiting_room.leave(CallId("p0"), SUPPORT, request())
    fourth = promise("p3", most=2, caller_number="+484")
    assert floor.waiting_room.join(fourth, request()).answer is JoinAnswer.JOINED


def test_one_more_promise_to_a_number_is_told_so_though_there_are_too_many(
    floor: AnyFloor,
) -> None:
    """The person has what was wanted."""
    floor.waiting_room.join(promise("p1", most=1), request())
    again = floor.waiting_room.join(promise("p2", most=1), request())
    assert again.answer is JoinAnswer.ALREADY_PROMISED


def test_a_promise_counts_until_the_customer_talks(floor: AnyFloor) -> None:
    """Waiting and offered; not while they talk or afterwards; again once it waits again."""
    floor.waiting_room.join(promise("p1"), request())
    make_available(floor, ANNA)
    counts = [promises_count(floor)]
    floor.roster.reserve(reservation("p1", "o1"))
    counts.append(promises_count(floor))
    Offer(floor=floor, promise=reservation("p1", "o1")).lose()
    counts.append(promises_count(floor))
    floor.roster.reserve(reservation("p1", "o2"))
    floor.roster.win(reservation("p1", "o2"), Micros(1))
    counts.append(promises_count(floor))
    floor.roster.end_talk(reservation("p1", "o2"), wrap_up_seconds=0)
    counts.append(promises_count(floor))
    floor.waiting_room.join(promise("p1"), request())
    counts.append(promises_count(floor))
    assert counts == [1, 1, 1, 0, 0, 1]


def test_a_promise_moves_with_its_number(floor: AnyFloor) -> None:
    """It is counted where it waits, found at that door, and the first queue may promise anew."""
    room = floor.waiting_room
    room.join(promise("p1"), request())
    moved = room.move(promise("p1", queue=SALES), SUPPORT, request())
    assert moved is MoveAnswer.MOVED
    assert (promises_count(floor), promises_count(floor, SALES)) == (0, 1)
    assert room.door(SUPPORT, NUMBER).promise is None
    assert room.door(SALES, NUMBER).promise == "p1"
    assert room.join(taking_over("c1", "p1"), request()) == GONE
    there = room.join(taking_over("c1", "p1", queue=SALES), request())
    assert there.answer is JoinAnswer.JOINED
    assert room.join(promise("p2"), request()).answer is JoinAnswer.JOINED


def test_a_promise_does_not_move_to_where_its_number_has_one(floor: AnyFloor) -> None:
    """Both keep their places."""
    room = floor.waiting_room
    room.join(promise("p1"), request())
    room.join(promise("p2", queue=SALES), request())
    answer = room.move(promise("p1", queue=SALES), SUPPORT, request())
    assert answer is MoveAnswer.ALREADY_PROMISED
    assert (waiting_ids(floor), waiting_ids(floor, SALES)) == (["p1"], ["p2"])
    assert room.door(SUPPORT, NUMBER).promise == "p1"


def test_a_promise_does_not_move_to_where_there_are_too_many(floor: AnyFloor) -> None:
    """It keeps its place."""
    room = floor.waiting_room
    room.join(promise("p1"), request())
    room.join(promise("p2", queue=SALES, caller_number="+482"), request())
    answer = room.move(promise("p1", queue=SALES, most=1), SUPPORT, request())
    assert answer is MoveAnswer.TOO_MANY_PROMISES
    assert (promises_count(floor), promises_count(floor, SALES)) == (1, 1)


def test_a_number_of_home_is_one_however_it_is_written(floor_at_home: AnyFloor) -> None:
    """It has one promise, whose place is found, and dropped ones and last agents likewise."""
    room = floor_at_home.waiting_room
    room.join(promise("p1", caller_number="601 100 200"), request())
    again = room.join(promise("p2", caller_number="+48601100200"), request())
    assert again.answer is JoinAnswer.ALREADY_PROMISED
    assert room.door(SUPPORT, "0048 601 100 200").promise == "p1"
    taking = replace(joining("c1", caller_number="+48601100200"), takes_over=CallId("p1"))
    assert room.join(taking, request()).answer is JoinAnswer.JOINED
    assert room.door(SUPPORT, "601100200").promise is None
    kept = room.call(CallId("p1"))
    assert kept is not None
    assert kept.caller_number == "601 100 200", "what is called is the number as it was given"
    room.leave(CallId("c1"), SUPPORT, request(), resume_within_seconds=60.0)
    assert room.door(SUPPORT, "601100200").dropped is not None
