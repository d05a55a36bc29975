"""How callers get other places: the same for the fake and each real server."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.ids import CallId, QueueName
from callcore.ports.stores import FloorCallState, JoinAnswer, MoveAnswer, RescoreAnswer
from tests.contract.floor_builders import (
    NODE,
    NUMBER,
    SALES,
    SUPPORT,
    AnyFloor,
    bring_call_into,
    joining,
    known,
    request,
    reserved,
    waiting_ids,
)

NOT_WAITING = [state for state in FloorCallState if state is not FloorCallState.WAITING]


# --- between queues -----------------------------------------------------------------------------


def test_a_caller_moves_to_another_queue(floor: AnyFloor) -> None:
    """The place in the first is given up for one in the second, with all that belongs to it."""
    floor.waiting_room.join(joining("c1", score=1.0), request())
    floor.waiting_room.join(joining("c2", score=2.0, queue=SALES), request())
    before = known(floor)
    new = joining(
        "c1", score=3.0, queue=SALES, own_priority=4, skills=("polish",), first_joined_at=11
    )
    assert floor.waiting_room.move(new, SUPPORT, request()) is MoveAnswer.MOVED
    assert (waiting_ids(floor), waiting_ids(floor, SALES)) == ([], ["c2", "c1"])
    assert known(floor) == replace(
        before,
        queue=SALES,
        score=3.0,
        priority=new.priority,
        own_priority=4,
        skills=("polish",),
        first_joined_at=new.first_joined_at,
        joined_at=new.joined_at,
    )
    assert floor.waiting_room.position(CallId("c1"), SALES) == 2
    assert floor.waiting_room.position(CallId("c1"), SUPPORT) is None
    assert {call.call_id for call in floor.waiting_room.calls(NODE)} == {"c1", "c2"}


def test_a_repeated_move_answers_the_same_and_changes_nothing(floor: AnyFloor) -> None:
    """Also when the caller has moved on since, and when it was refused."""
    floor.waiting_room.join(joining("c1"), request())
    there, back = joining("c1", queue=SALES), joining("c1")
    assert floor.waiting_room.move(there, SUPPORT, "r") is MoveAnswer.MOVED
    assert floor.waiting_room.move(there, SUPPORT, "s") is MoveAnswer.NOT_WAITING
    assert floor.waiting_room.move(back, SALES, "t") is MoveAnswer.MOVED
    assert floor.waiting_room.move(there, SUPPORT, "r") is MoveAnswer.MOVED
    assert floor.waiting_room.move(there, SUPPORT, "s") is MoveAnswer.NOT_WAITING
    assert (waiting_ids(floor), waiting_ids(floor, SALES)) == (["c1"], [])


def test_a_full_queue_takes_nobody_over(floor: AnyFloor) -> None:
    """Those being offered count; the caller keeps the old place."""
    reserved(floor, "c1")
    floor.waiting_room.join(joining("c2", queue=SALES), request())
    before = known(floor, "c2")
    full = joining("c2", maximum_waiting=1)
    assert floor.waiting_room.move(full, SALES, request()) is MoveAnswer.QUEUE_FULL
    assert (known(floor, "c2"), waiting_ids(floor, SALES)) == (before, ["c2"])
    roomy = joining("c2", maximum_waiting=2)
    assert floor.waiting_room.move(roomy, SALES, request()) is MoveAnswer.MOVED


@pytest.mark.parametrize("state", NOT_WAITING)
def test_who_does_not_wait_is_not_moved(floor: AnyFloor, state: FloorCallState) -> None:
    """A caller being offered, talking or ended stays, whether the other queue is full or not."""
    bring_call_into(floor, state)
    before = known(floor)
    for maximum_waiting in (0, 1000):
        new = joining("c1", queue=SALES, maximum_waiting=maximum_waiting)
        assert floor.waiting_room.move(new, SUPPORT, request()) is MoveAnswer.NOT_WAITING
    assert (known(floor), waiting_ids(floor, SALES)) == (before, [])


def test_nobody_is_moved_out_of_a_queue_they_are_not_in(floor: AnyFloor) -> None:
    """Neither a stranger nor a caller of a third queue."""
    third = QueueName("third")
    floor.waiting_room.join(joining("c1", queue=third), request())
    for call_id in ("c1", "nobody"):
        new = joining(call_id, queue=SALES)
        assert floor.waiting_room.move(new, SUPPORT, request()) is MoveAnswer.NOT_WAITING
    assert floor.waiting_room.call(CallId("nobody")) is None
    assert (waiting_ids(floor, third), waiting_ids(floor, SALES)) == (["c1"], [])


def test_a_moved_caller_s_dropped_place_is_in_the_queue_left_last(floor: AnyFloor) -> None:
    """Moving leaves nothing behind that could be resumed."""
    floor.waiting_room.join(joining("c1"), request())
    floor.waiting_room.move(joining("c1", queue=SALES), SUPPORT, request())
    floor.waiting_room.leave(CallId("c1"), SALES, request(), resume_within_seconds=100)
    assert floor.waiting_room.door(SUPPORT, NUMBER).dropped is None
    assert floor.waiting_room.door(SALES, NUMBER).dropped is not None
    back = joining("c2", queue=SALES, resumes=True)
    assert floor.waiting_room.join(back, request()).answer is JoinAnswer.JOINED


# --- within one queue ---------------------------------------------------------------------------


def test_a_waiting_caller_gets_another_place(floor: AnyFloor) -> None:
    """The score and the priorities it was made with, nothing else; as often as asked."""
    for call_id, score in (("c1", 1.0), ("c2", 2.0)):
        floor.waiting_room.join(joining(call_id, score=score), request())
    before = known(floor)
    for _ in range(2):
        answer = floor.waiting_room.rescore(
            CallId("c1"), SUPPORT, score=-3e15, priority=-9, own_priority=-7
        )
        assert answer is RescoreAnswer.DONE
        assert known(floor) == replace(before, score=-3e15, priority=-9, own_priority=-7)
    floor.waiting_room.rescore(CallId("c1"), SUPPORT, score=2.5, priority=0, own_priority=0)
    assert waiting_ids(floor) == ["c2", "c1"]


def test_a_caller_being_offered_gets_another_place(floor: AnyFloor) -> None:
    """The position changes at once, and the promise stands."""
    offer = reserved(floor)
    floor.waiting_room.join(joining("c2", score=2.0), request())
    before = known(floor)
    answer = floor.waiting_room.rescore(
        CallId("c1"), SUPPORT, score=3.0, priority=1, own_priority=2
    )
    assert answer is RescoreAnswer.DONE
    assert known(floor) == replace(before, score=3.0, priority=1, own_priority=2)
    assert waiting_ids(floor) == ["c2"]
    assert floor.waiting_room.position(CallId("c1"), SUPPORT) == 2
    offer.lose()
    assert waiting_ids(floor) == ["c2", "c1"]


@pytest.mark.parametrize("state", [FloorCallState.TALKING, FloorCallState.ENDED])
def test_who_has_no_place_gets_none(floor: AnyFloor, state: FloorCallState) -> None:
    """Neither who talks, nor who has left, nor a stranger, nor a caller of another queue."""
    bring_call_into(floor, state)
    floor.waiting_room.join(joining("c2", queue=SALES), request())
    before = (known(floor), known(floor, "c2"))
    for call_id in ("c1", "c2", "nobody"):
        answer = floor.waiting_room.rescore(
            CallId(call_id), SUPPORT, score=9.0, priority=1, own_priority=1
        )
        assert answer is RescoreAnswer.NOT_THERE
    assert (known(floor), known(floor, "c2")) == before
    assert waiting_ids(floor) == []
    assert floor.waiting_room.call(CallId("nobody")) is None


def test_the_tail_is_the_end_of_the_order_of_service(floor: AnyFloor) -> None:
    """The last one first, no more than asked for, and nobody who is being offered."""
    reserved(floor, "c0")
    for call_id, score in (("c3", 3.0), ("c1", 1.0), ("c2", 2.0)):
        floor.waiting_room.join(joining(call_id, score=score), request())
    room = floor.waiting_room
    assert [room.tail(SUPPORT, count) for count in (0, 2, 9)] == [
        [],
        ["c3", "c2"],
        ["c3", "c2", "c1"],
    ]
    assert room.tail(SALES, 9) == []
