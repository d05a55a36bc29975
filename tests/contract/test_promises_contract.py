"""Promised callbacks on the floor: the same for the fake and each real server."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.callbacks import CALLBACKS
from callcore.domain.ids import CallId, LegId, Micros
from callcore.domain.outcomes import AttemptOutcome
from callcore.domain.records import CallbackAttempt
from callcore.ports.stores import (
    FloorCallState,
    JoinAnswer,
    Joined,
    LeaveAnswer,
    RescoreAnswer,
)
from tests.contract.floor_builders import (
    NODE,
    NUMBER,
    SALES,
    SUPPORT,
    AnyFloor,
    joining,
    known,
    request,
    waiting_ids,
)
from tests.contract.promises import ATTEMPT, CALLBACK, promise


def test_a_promise_is_kept_with_all_that_is_known_of_it(floor: AnyFloor) -> None:
    """It waits among callers, and is found apart from those of the switches."""
    floor.waiting_room.join(joining("c1", score=1.0), request())
    floor.waiting_room.join(joining("c3", score=3.0), request())
    assert floor.waiting_room.join(promise("c2", score=2.0), request()).position == 2
    assert waiting_ids(floor) == ["c1", "c2", "c3"]
    (kept,) = floor.waiting_room.calls(CALLBACKS)
    assert (kept.call_id, kept.callback) == ("c2", CALLBACK)
    caller = floor.waiting_room.call(CallId("c1"))
    assert caller is not None
    assert caller.callback is None


def test_a_number_has_one_promise_in_a_queue(floor: AnyFloor) -> None:
    """However it is written; another queue is another matter; the first keeps its place."""
    floor.waiting_room.join(promise("c1"), request())
    again = floor.waiting_room.join(promise("c2", caller_number="+48 123 456 789"), request())
    assert again == Joined(answer=JoinAnswer.ALREADY_PROMISED, position=None)
    assert floor.waiting_room.call(CallId("c2")) is None
    elsewhere = floor.waiting_room.join(promise("c3", queue=SALES), request())
    assert elsewhere.answer is JoinAnswer.JOINED
    other = floor.waiting_room.join(promise("c4", caller_number="+48123456780"), request())
    assert other.answer is JoinAnswer.JOINED
    assert waiting_ids(floor) == ["c1", "c4"]


def test_a_promise_that_is_over_makes_room_for_another(floor: AnyFloor) -> None:
    """Ended, or forgotten after that."""
    for number, is_forgotten in enumerate((False, True, False)):
        call_id = CallId(f"c{number}")
        assert floor.waiting_room.join(promise(call_id), request()).answer is JoinAnswer.JOINED
        left = floor.waiting_room.leave(call_id, SUPPORT, request())
        assert left is LeaveAnswer.LEFT
        if is_forgotten:
            floor.waiting_room.forget(call_id)


def test_the_same_promise_told_again_is_the_same(floor: AnyFloor) -> None:
    """By the same request, by another one, and after it had ended."""
    first = request()
    joined = Joined(answer=JoinAnswer.JOINED, position=1)
    for _ in range(2):
        assert floor.waiting_room.join(promise("c1"), first) == joined
    again = floor.waiting_room.join(promise("c1"), request())
    assert again == Joined(answer=JoinAnswer.ALREADY_JOINED, position=1)
    floor.waiting_room.leave(CallId("c1"), SUPPORT, request())
    assert floor.waiting_room.join(promise("c1"), request()) == joined


def test_callers_do_not_care_for_promises(floor: AnyFloor) -> None:
    """A number that has one may wait on the line as well."""
    floor.waiting_room.join(promise("c1"), request())
    assert floor.waiting_room.join(joining("c2"), request()).answer is JoinAnswer.JOINED
    assert floor.waiting_room.door(SUPPORT, NUMBER).waiting_count == 2


def test_a_customer_who_is_on_the_line_again_is_a_caller(floor: AnyFloor) -> None:
    """One who was called back and comes to a queue anew is on a switch, and no promise."""
    floor.waiting_room.join(promise("c1"), request())
    floor.waiting_room.leave(CallId("c1"), SUPPORT, request())
    floor.waiting_room.join(joining("c1"), request())
    (found,) = floor.waiting_room.calls(NODE)
    assert (found.call_id, found.callback) == ("c1", None)
    assert floor.waiting_room.calls(CALLBACKS) == []


def test_what_changes_of_a_promise_is_kept(floor: AnyFloor) -> None:
    """Told twice is told once; the place stays."""
    floor.waiting_room.join(promise("c1"), request())
    again = CallbackAttempt(
        at=Micros(9),
        outcome=AttemptOutcome.SILENT,
        hangup_cause="Zażółć",
        leg_id=LegId("l9"),
        answered_at=Micros(10),
    )
    changed = replace(CALLBACK, attempts=(ATTEMPT, again), not_before=Micros(99))
    for _ in range(2):
        assert floor.waiting_room.keep_callback(CallId("c1"), changed) is RescoreAnswer.DONE
    call = floor.waiting_room.call(CallId("c1"))
    assert call is not None
    assert (call.callback, call.state) == (changed, FloorCallState.WAITING)


@pytest.mark.parametrize("who", ["nobody", "a caller", "a promise that is over"])
def test_nothing_is_kept_of_what_is_no_promise(floor: AnyFloor, who: str) -> None:
    """Neither of a call that is unknown, nor of a caller, nor after the end."""
    if who == "a caller":
        floor.waiting_room.join(joining("c1"), request())
    elif who == "a promise that is over":
        floor.waiting_room.join(promise("c1"), request())
        floor.waiting_room.leave(CallId("c1"), SUPPORT, request())
    before = floor.waiting_room.call(CallId("c1"))
    answer = floor.waiting_room.keep_callback(CallId("c1"), CALLBACK)
    assert answer is RescoreAnswer.NOT_THERE
    assert floor.waiting_room.call(CallId("c1")) == before


@pytest.mark.parametrize("first_joined_at", [None, Micros(5)])
def test_a_place_may_become_that_of_an_earlier_wait(
    floor: AnyFloor, first_joined_at: Micros | None
) -> None:
    """With the order of service and what it was made with; else since when they wait stays."""
    floor.waiting_room.join(promise("c1", score=1.0), request())
    floor.waiting_room.join(promise("c2", score=2.0, caller_number="+482"), request())
    before = known(floor, "c2").first_joined_at
    answer = floor.waiting_room.rescore(
        CallId("c2"),
        SUPPORT,
        score=0.5,
        priority=7,
        own_priority=3,
        first_joined_at=first_joined_at,
    )
    assert answer is RescoreAnswer.DONE
    assert waiting_ids(floor) == ["c2", "c1"]
    moved = known(floor, "c2")
    assert (moved.score, moved.priority, moved.own_priority) == (0.5, 7, 3)
    assert moved.first_joined_at == (first_joined_at or before)
