"""How callers who hung up get their places back: the same for the fake and each real server."""

from __future__ import annotations

import pytest

from callcore.domain.admission import DroppedPlace
from callcore.domain.ids import CallId, Micros
from callcore.ports.stores import FloorCallState, JoinAnswer, Joined, LeaveAnswer
from tests.contract.conftest import Stage
from tests.contract.floor_builders import (
    LONG_SECONDS,
    NUMBER,
    SALES,
    SHORT_SECONDS,
    SUPPORT,
    AnyFloor,
    bring_call_into,
    ended,
    joining,
    request,
    waiting_ids,
)

DROPPED = DroppedPlace(first_joined_at=Micros(7), own_priority=-3)


def drop(floor: AnyFloor, *, seconds: float = LONG_SECONDS, number: str = NUMBER) -> None:
    """The call ``c1`` joins ``SUPPORT`` and leaves a place that may be had again."""
    given = joining("c1", first_joined_at=7, own_priority=-3, caller_number=number)
    floor.waiting_room.join(given, request())
    left = floor.waiting_room.leave(CallId("c1"), SUPPORT, request(), resume_within_seconds=seconds)
    assert left is LeaveAnswer.LEFT


def test_a_dropped_place_is_found_by_the_same_number(floor: AnyFloor) -> None:
    """However it is written, and in the same queue only."""
    drop(floor)
    for number in (NUMBER, "+48 123 456-789"):
        assert floor.waiting_room.door(SUPPORT, number).dropped == DROPPED
    assert floor.waiting_room.door(SUPPORT, "+48123456780").dropped is None
    assert floor.waiting_room.door(SALES, NUMBER).dropped is None
    assert floor.waiting_room.door(SUPPORT, "").dropped is None


def test_a_dropped_place_is_kept_for_so_long(stage: Stage) -> None:
    """Afterwards it is not found, and cannot be resumed."""
    drop(stage.floor, seconds=SHORT_SECONDS)
    assert stage.floor.waiting_room.door(SUPPORT, NUMBER).dropped == DROPPED
    stage.pass_time(SHORT_SECONDS * 1.1)
    assert stage.floor.waiting_room.door(SUPPORT, NUMBER).dropped is None
    late = stage.floor.waiting_room.join(joining("c2", resumes=True), request())
    assert late == Joined(answer=JoinAnswer.PLACE_GONE, position=None)


@pytest.mark.parametrize(
    ("state", "is_kept"),
    [
        (FloorCallState.WAITING, True),
        (FloorCallState.OFFERED, True),
        (FloorCallState.TALKING, False),
    ],
)
def test_only_who_waited_may_come_back(
    floor: AnyFloor, state: FloorCallState, is_kept: bool
) -> None:
    """Who was being offered waited too; who talked was served."""
    bring_call_into(floor, state)
    floor.waiting_room.leave(CallId("c1"), SUPPORT, request(), resume_within_seconds=LONG_SECONDS)
    assert (floor.waiting_room.door(SUPPORT, NUMBER).dropped is not None) == is_kept


def test_nothing_is_kept_of_an_ordinary_leave(floor: AnyFloor) -> None:
    """Nor of one that finds nobody there."""
    floor.waiting_room.join(joining("c1"), request())
    for queue in (SALES, SUPPORT):
        seconds = LONG_SECONDS if queue == SALES else 0.0
        floor.waiting_room.leave(CallId("c1"), queue, request(), resume_within_seconds=seconds)
        assert floor.waiting_room.door(queue, NUMBER).dropped is None
    floor.waiting_room.leave(CallId("c1"), SUPPORT, request(), resume_within_seconds=LONG_SECONDS)
    floor.waiting_room.leave(CallId("c9"), SUPPORT, request(), resume_within_seconds=LONG_SECONDS)
    assert floor.waiting_room.door(SUPPORT, NUMBER).dropped is None


def test_a_dropped_place_is_used_up_by_who_resumes_it(floor: AnyFloor) -> None:
    """One caller has it; a repetition answers the same, another one finds it gone."""
    drop(floor)
    back = joining("c2", first_joined_at=7, resumes=True, caller_number="+48 123456789")
    joined = Joined(answer=JoinAnswer.JOINED, position=1)
    assert [floor.waiting_room.join(back, "r") for _ in range(2)] == [joined, joined]
    assert floor.waiting_room.door(SUPPORT, NUMBER).dropped is None
    late = floor.waiting_room.join(joining("c3", resumes=True), request())
    assert late == Joined(answer=JoinAnswer.PLACE_GONE, position=None)
    assert floor.waiting_room.call(CallId("c3")) is None
    assert waiting_ids(floor) == ["c2"]


def test_a_place_that_is_gone_stays_gone_for_the_same_request(floor: AnyFloor) -> None:
    """The answer belongs to the request, though a place was dropped since."""
    gone = floor.waiting_room.join(joining("c2", resumes=True), "r")
    drop(floor)
    assert floor.waiting_room.join(joining("c2", resumes=True), "r") == gone
    assert gone.answer is JoinAnswer.PLACE_GONE
    assert floor.waiting_room.door(SUPPORT, NUMBER).dropped == DROPPED


def test_joining_like_anybody_else_leaves_the_dropped_place(floor: AnyFloor) -> None:
    """Only who asks for it uses it up."""
    drop(floor)
    floor.waiting_room.join(joining("c2"), request())
    assert floor.waiting_room.door(SUPPORT, NUMBER).dropped == DROPPED


def test_a_full_queue_does_not_use_up_the_dropped_place(floor: AnyFloor) -> None:
    """The caller may try again; without the place it is gone, full or not."""
    drop(floor)
    floor.waiting_room.join(joining("c2"), request())
    back = joining("c3", maximum_waiting=1, resumes=True)
    refused = floor.waiting_room.join(back, request())
    assert refused == Joined(answer=JoinAnswer.QUEUE_FULL, position=None)
    assert floor.waiting_room.door(SUPPORT, NUMBER).dropped == DROPPED
    other = joining("c4", maximum_waiting=1, resumes=True, caller_number="+48123456780")
    assert floor.waiting_room.join(other, request()).answer is JoinAnswer.PLACE_GONE


def test_who_has_a_place_keeps_it_and_the_dropped_one_stays(floor: AnyFloor) -> None:
    """Joining again while waiting neither resumes anything nor finds it gone."""
    drop(floor)
    floor.waiting_room.join(joining("c2"), request())
    again = floor.waiting_room.join(joining("c2", resumes=True), request())
    assert again == Joined(answer=JoinAnswer.ALREADY_JOINED, position=1)
    assert floor.waiting_room.door(SUPPORT, NUMBER).dropped == DROPPED


def test_nobody_resumes_without_a_number(floor: AnyFloor) -> None:
    """A withheld number has no dropped place, though others dropped theirs."""
    drop(floor, number="")
    back = joining("c2", resumes=True, caller_number="")
    assert floor.waiting_room.join(back, request()).answer is JoinAnswer.PLACE_GONE


def test_the_dropped_place_is_the_latest_one(floor: AnyFloor) -> None:
    """Of two calls from one number."""
    drop(floor)
    floor.waiting_room.join(joining("c2", first_joined_at=9), request())
    floor.waiting_room.leave(CallId("c2"), SUPPORT, request(), resume_within_seconds=LONG_SECONDS)
    later = DroppedPlace(first_joined_at=Micros(9), own_priority=0)
    assert floor.waiting_room.door(SUPPORT, NUMBER).dropped == later
    assert ended(floor, "c2").first_joined_at == 9


def test_a_call_resumes_its_own_place(floor: AnyFloor) -> None:
    """A call that left and comes back itself has it like a new one."""
    drop(floor)
    assert floor.waiting_room.join(joining("c1", resumes=True), request()).position == 1
    assert floor.waiting_room.door(SUPPORT, NUMBER).dropped is None
