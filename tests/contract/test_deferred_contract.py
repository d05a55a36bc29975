"""Promised callbacks that are not due keep their places and do not count: the same for the fake and
each real server.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from callcore.domain.ids import CallId, Micros
from callcore.ports.stores import JoinAnswer, MoveAnswer, QueueCounts, RescoreAnswer
from tests.contract.floor_builders import (
    ANNA,
    SALES,
    SUPPORT,
    AnyFloor,
    Offer,
    joining,
    make_available,
    request,
    reservation,
    waiting_ids,
)
from tests.contract.promises import promise

P1 = CallId("p1")


def promised(floor: AnyFloor, *call_ids: str, first: float = 1.0) -> None:
    """Promises, one behind the other from that score on, each first joined at its score."""
    for number, call_id in enumerate(call_ids):
        score = first + number
        asked = promise(
            call_id, score=score, caller_number=f"+4810{call_id[1:]}", first_joined_at=round(score)
        )
        assert floor.waiting_room.join(asked, request()).answer is JoinAnswer.JOINED


def join(floor: AnyFloor, call_id: str, score: float, **what: Any) -> JoinAnswer:
    asked = joining(call_id, score=score, first_joined_at=round(score), **what)
    return floor.waiting_room.join(asked, request()).answer


def defer(floor: AnyFloor, *call_ids: str, is_deferred: bool = True, queue=SUPPORT) -> None:
    for call_id in call_ids:
        answer = floor.waiting_room.defer(CallId(call_id), queue, is_deferred=is_deferred)
        assert answer is RescoreAnswer.DONE


def positions(floor: AnyFloor, *call_ids: str, queue=SUPPORT) -> list[int | None]:
    return [floor.waiting_room.position(CallId(each), queue) for each in call_ids]


def counts(floor: AnyFloor, queue=SUPPORT) -> QueueCounts:
    (found,) = floor.waiting_room.counts([queue])
    return found


def numbers(floor: AnyFloor, queue=SUPPORT) -> tuple[int, int, int]:
    """Those who wait and count, the promises that do not, and all promises."""
    found = counts(floor, queue)
    return found.waiting_count, found.deferred_count, found.promises_count


def test_nobody_is_behind_one_that_is_not_due(floor: AnyFloor) -> None:
    """Neither in the position nor in the count ahead; it keeps its place, and counts there again.
    The same told twice is told once.
    """
    promised(floor, "p1", "p2")
    join(floor, "c3", 3.0)
    for _ in range(2):
        defer(floor, "p1")
        assert waiting_ids(floor) == ["p1", "p2", "c3"]
        assert positions(floor, "p1", "p2", "c3") == [1, 1, 2]
        outlook = floor.waiting_room.outlook(CallId("c3"), SUPPORT, tells_position=False)
        assert outlook is not None
        assert (outlook.position, outlook.ahead_count) == (2, 1)
        assert floor.waiting_room.door(SUPPORT, "", 2.5).ahead_count == 1
        assert numbers(floor) == (2, 1, 2)
    for _ in range(2):
        defer(floor, "p1", is_deferred=False)
        assert positions(floor, "p1", "p2", "c3") == [1, 2, 3]
        assert floor.waiting_room.door(SUPPORT, "", 2.5).ahead_count == 2
        assert numbers(floor) == (3, 0, 2)


def test_of_equal_places_only_those_before_are_passed_over(floor: AnyFloor) -> None:
    """Whatever their names are."""
    for call_id in ("p1", "p5"):
        asked = promise(call_id, score=1.0, caller_number=f"+4810{call_id[1:]}")
        floor.waiting_room.join(asked, request())
    join(floor, "p3", 1.0)
    defer(floor, "p1", "p5")
    assert positions(floor, "p3", "p5") == [1, 2]


def test_who_is_being_offered_is_not_behind_one_either(floor: AnyFloor) -> None:
    """Of those before, the ones that count are."""
    promised(floor, "p1", "p2")
    join(floor, "c3", 3.0)
    make_available(floor, ANNA)
    floor.roster.reserve(reservation("c3", "o1"))
    assert positions(floor, "c3") == [3]
    defer(floor, "p1")
    assert positions(floor, "c3") == [2]


def test_it_takes_nobodys_place(floor: AnyFloor) -> None:
    """A queue is as full as those make it who count; so it is for who moves there."""
    promised(floor, "p1", "p2")
    defer(floor, "p1", "p2")
    assert floor.waiting_room.door(SUPPORT).waiting_count == 0
    assert join(floor, "c1", 3.0, maximum_waiting=1) is JoinAnswer.JOINED
    assert join(floor, "c2", 4.0, maximum_waiting=1) is JoinAnswer.QUEUE_FULL
    floor.waiting_room.leave(CallId("c1"), SUPPORT, request())
    join_there = joining("c3", queue=SALES)
    floor.waiting_room.join(join_there, request())
    moving = joining("c3", maximum_waiting=1)
    assert floor.waiting_room.move(moving, SALES, request()) is MoveAnswer.MOVED


def test_the_longest_wait_is_of_one_who_counts(floor: AnyFloor) -> None:
    """However many stand before, and wherever in line the others do."""
    promised(floor, *(f"p{number}" for number in range(1, 8)), first=10.0)
    assert counts(floor).oldest_joined_at == 10
    for number in (1, 2, 3, 5, 7):
        defer(floor, f"p{number}")
    assert counts(floor).oldest_joined_at == 13
    defer(floor, "p4", "p6")
    assert counts(floor).oldest_joined_at is None
    join(floor, "c1", 99.0)
    assert counts(floor).oldest_joined_at == 99
    defer(floor, "p1", is_deferred=False)
    assert counts(floor).oldest_joined_at == 10


def test_the_head_is_one_who_counts(floor: AnyFloor) -> None:
    """What is told of the pace is told by a caller on the line who is first of those who count."""
    promised(floor, "p1", "p2")
    join(floor, "c3", 3.0)
    assert floor.waiting_room.door(SUPPORT).head_score is None
    defer(floor, "p1")
    assert floor.waiting_room.door(SUPPORT).head_score is None
    defer(floor, "p2")
    assert floor.waiting_room.door(SUPPORT).head_score == 3.0
    outlook = floor.waiting_room.outlook(
        CallId("c3"), SUPPORT, tells_position=False, is_estimated=True
    )
    assert outlook is not None
    assert outlook.head_score == 3.0


def test_the_tail_is_of_callers_on_the_line(floor: AnyFloor) -> None:
    """Promises cannot be turned out, due or not, wherever they stand."""
    promised(floor, "p1", "p2", "p3", "p4")
    join(floor, "c0", 0.0)
    join(floor, "c3", 3.5)
    defer(floor, "p2", "p4")
    assert floor.waiting_room.tail(SUPPORT, 1) == ["c3"]
    assert floor.waiting_room.tail(SUPPORT, 2) == ["c3", "c0"]
    assert floor.waiting_room.tail(SUPPORT, 9) == ["c3", "c0"]
    assert floor.waiting_room.tail(SUPPORT, 0) == []
    make_available(floor, ANNA)
    floor.roster.reserve(reservation("p4", "o1"))
    floor.roster.win(reservation("p4", "o1"), Micros(1))
    assert floor.waiting_room.tail(SUPPORT, 2) == ["c3", "c0"]


def test_it_counts_while_it_is_being_offered(floor: AnyFloor) -> None:
    """Told before or meanwhile, it is away from then on that nobody is asked for it any more."""
    promised(floor, "p1")
    make_available(floor, ANNA)
    defer(floor, "p1")
    floor.roster.reserve(reservation("p1", "o1"))
    assert (numbers(floor), counts(floor).offered_count) == ((0, 0, 1), 1)
    Offer(floor=floor, promise=reservation("p1", "o1")).lose()
    assert numbers(floor) == (0, 1, 1)
    defer(floor, "p1", is_deferred=False)
    floor.roster.reserve(reservation("p1", "o2"))
    defer(floor, "p1")
    assert numbers(floor) == (0, 0, 1)
    Offer(floor=floor, promise=reservation("p1", "o2")).lose()
    assert numbers(floor) == (0, 1, 1)
    floor.roster.reserve(reservation("p1", "o3"))
    defer(floor, "p1", is_deferred=False)
    Offer(floor=floor, promise=reservation("p1", "o3")).lose()
    assert numbers(floor) == (1, 0, 1)


def test_another_place_is_one_that_does_not_count(floor: AnyFloor) -> None:
    """Given another priority, it is passed over there."""
    promised(floor, "p1")
    join(floor, "c2", 2.0)
    join(floor, "c3", 3.0)
    defer(floor, "p1")
    answer = floor.waiting_room.rescore(P1, SUPPORT, score=2.5, priority=0, own_priority=0)
    assert answer is RescoreAnswer.DONE
    assert waiting_ids(floor) == ["c2", "p1", "c3"]
    assert positions(floor, "c2", "c3") == [1, 2]
    assert floor.waiting_room.door(SUPPORT, "", 2.2).ahead_count == 1


def test_it_goes_along_when_moved(floor: AnyFloor) -> None:
    """Nothing of it is left where it was."""
    promised(floor, "p1")
    defer(floor, "p1")
    moved = promise("p1", queue=SALES, score=7.0, caller_number="+48101")
    assert floor.waiting_room.move(moved, SUPPORT, request()) is MoveAnswer.MOVED
    assert (numbers(floor), numbers(floor, SALES)) == ((0, 0, 0), (0, 1, 1))
    join(floor, "c2", 9.0)
    assert positions(floor, "c2") == [1]
    defer(floor, "p1", is_deferred=False, queue=SALES)
    assert numbers(floor, SALES) == (1, 0, 1)


@pytest.mark.parametrize("how", ["leaves", "is taken over", "talks"])
def test_nothing_is_left_of_one_that_is_over(floor: AnyFloor, how: str) -> None:
    """The same promise told again counts, as a new one does."""
    room = floor.waiting_room
    promised(floor, "p1")
    defer(floor, "p1")
    if how == "leaves":
        room.leave(P1, SUPPORT, request())
    elif how == "is taken over":
        taking = joining("c1", caller_number="+48101")
        room.join(replace(taking, takes_over=P1), request())
        room.leave(CallId("c1"), SUPPORT, request())
    else:
        make_available(floor, ANNA)
        floor.roster.reserve(reservation("p1", "o1"))
        floor.roster.win(reservation("p1", "o1"), Micros(1))
        floor.roster.end_talk(reservation("p1", "o1"), wrap_up_seconds=0)
    assert numbers(floor) == (0, 0, 0)
    assert room.defer(P1, SUPPORT, is_deferred=True) is RescoreAnswer.NOT_THERE
    promised(floor, "p1")
    assert numbers(floor) == (1, 0, 1)
    if how != "talks":
        make_available(floor, ANNA)
    floor.roster.reserve(reservation("p1", "o2"))
    Offer(floor=floor, promise=reservation("p1", "o2")).lose()
    assert numbers(floor) == (1, 0, 1)


@pytest.mark.parametrize("who", ["nobody", "a caller", "one elsewhere"])
def test_only_a_promise_in_line_there_is_not_due(floor: AnyFloor, who: str) -> None:
    """Nothing changes."""
    if who == "a caller":
        join(floor, "p1", 1.0)
    elif who == "one elsewhere":
        floor.waiting_room.join(promise("p1", queue=SALES), request())
    before = floor.waiting_room.counts([SUPPORT, SALES])
    for is_deferred in (True, False):
        answer = floor.waiting_room.defer(P1, SUPPORT, is_deferred=is_deferred)
        assert answer is RescoreAnswer.NOT_THERE
    assert floor.waiting_room.counts([SUPPORT, SALES]) == before


def test_all_who_have_a_place_are_present(floor: AnyFloor) -> None:
    """Those who do not count too."""
    promised(floor, "p1", "p2")
    join(floor, "c3", 3.0)
    make_available(floor, ANNA)
    floor.roster.reserve(reservation("c3", "o1"))
    defer(floor, "p1")
    assert counts(floor).present_count == 3
