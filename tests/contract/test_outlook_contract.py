"""What a waiting caller may be told: the same for the fake and each real server."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain import estimates
from callcore.domain.estimates import Rates
from callcore.domain.ids import CallId, Micros
from callcore.domain.wait_telling import ToldEstimate, ToldWait
from callcore.ports.stores import MoveAnswer, Outlook, RescoreAnswer
from tests.contract.floor_builders import (
    ANNA,
    BORIS,
    SALES,
    SUPPORT,
    AnyFloor,
    joining,
    known,
    make_available,
    request,
    reserved,
    talking,
)
from tests.contract.promises import promise

C1 = CallId("c1")


def told(floor: AnyFloor, call_id: str = "c1", *, told_position: int | None = None) -> int:
    """The position that a caller is told."""
    outlook = floor.waiting_room.outlook(
        CallId(call_id), SUPPORT, tells_position=True, told_position=told_position
    )
    assert outlook is not None
    return outlook.position


def found(floor: AnyFloor, call_id: str = "c1") -> Outlook:
    """What a caller may be told, nothing being told."""
    outlook = floor.waiting_room.outlook(
        CallId(call_id), SUPPORT, tells_position=False, is_estimated=True
    )
    assert outlook is not None
    return outlook


def told_at(at: int, high: int | None = 10) -> ToldEstimate:
    return ToldEstimate(
        at=Micros(1_700_000_600_000_000 + at),
        range=ToldWait(low_minutes=5, high_minutes=high),
        mean_seconds=421.0625,
    )


def joined(floor: AnyFloor, **scores: float) -> None:
    for call_id, score in scores.items():
        floor.waiting_room.join(joining(call_id, score=score), request())


def test_the_position_is_the_place_in_line(floor: AnyFloor) -> None:
    """Those being offered are counted in the position, and are nobody ahead for the estimate."""
    reserved(floor, "c1")
    joined(floor, c2=2.0, c3=3.0)
    assert [told(floor, each) for each in ("c1", "c2", "c3")] == [1, 2, 3]
    assert [found(floor, each).ahead_count for each in ("c1", "c2", "c3")] == [0, 0, 1]
    assert told(floor, "c3") == floor.waiting_room.position(CallId("c3"), SUPPORT)


def test_a_position_once_told_is_the_worst_to_be_told(floor: AnyFloor) -> None:
    """Somebody of higher priority overtakes: the caller does not hear of it, whoever asks."""
    joined(floor, c1=5.0)
    assert told(floor) == 1
    joined(floor, c2=1.0, c3=2.0)
    assert told(floor) == 1
    assert told(floor, told_position=7) == 1
    assert found(floor).position == 1
    assert found(floor).ahead_count == 2


def test_a_position_that_was_not_told_binds_nobody(floor: AnyFloor) -> None:
    """Only looked at, it may be higher when it is told."""
    joined(floor, c1=5.0)
    assert found(floor).position == 1
    joined(floor, c2=1.0)
    assert told(floor) == 2


def test_what_the_asker_knows_counts_where_the_floor_has_forgotten(floor: AnyFloor) -> None:
    """A floor that lost its data learns from the next question."""
    joined(floor, c0=0.0, c1=5.0, c2=1.0)
    assert told(floor, told_position=2) == 2
    assert told(floor) == 2


@pytest.mark.parametrize("is_moved", [True, False])
def test_a_new_place_begins_anew(floor: AnyFloor, is_moved: bool) -> None:
    """In another queue, or on coming back, the line is another one."""
    joined(floor, c1=5.0)
    told(floor)
    floor.waiting_room.note_told_wait(C1, SUPPORT, told_at(9))
    target = SALES if is_moved else SUPPORT
    if is_moved:
        moving = joining("c1", score=5.0, queue=SALES)
        assert floor.waiting_room.move(moving, SUPPORT, request()) is MoveAnswer.MOVED
    else:
        floor.waiting_room.leave(C1, SUPPORT, request())
        joined(floor, c1=5.0)
    floor.waiting_room.join(joining("c2", score=1.0, queue=target), request())
    outlook = floor.waiting_room.outlook(C1, target, tells_position=True, is_estimated=True)
    assert outlook is not None
    assert (outlook.position, outlook.ahead_count, outlook.told) == (2, 1, None)
    assert floor.waiting_room.told_estimates(C1) == ()


def test_an_estimate_is_given_what_the_queue_has_learnt_and_who_is_there(floor: AnyFloor) -> None:
    """Read at once with the place; without being asked for, nothing of it."""
    make_available(floor, ANNA)
    make_available(floor, BORIS, SALES)
    joined(floor, c1=1.0, c2=1_800_000_000_123_457.0)
    floor.waiting_room.learn(
        SUPPORT, estimates.of_service(seconds=30.25, answer_seconds=2.5, priority=0)
    )
    floor.waiting_room.note_told_wait(CallId("c2"), SUPPORT, told_at(1))
    outlook = found(floor, "c2")
    assert outlook.staffed_count == 1
    assert (outlook.score, outlook.head_score) == (1_800_000_000_123_457.0, 1.0)
    assert outlook.rates == floor.waiting_room.door(SUPPORT).rates != Rates()
    plain = floor.waiting_room.outlook(CallId("c2"), SUPPORT, tells_position=False)
    assert plain == Outlook(position=2, ahead_count=1, score=1_800_000_000_123_457.0)


def test_nobody_there_and_nothing_learnt_is_told_as_such(floor: AnyFloor) -> None:
    """A queue that was never served; who is alone is the first."""
    joined(floor, c1=1.0)
    outlook = found(floor)
    assert (outlook.staffed_count, outlook.rates) == (0, Rates())
    assert (outlook.head_score, outlook.told) == (1.0, None)


def test_who_is_being_offered_has_a_score_and_heads_no_line(floor: AnyFloor) -> None:
    """The next one does, unless it is a promised callback."""
    reserved(floor, "c1")
    score = known(floor).score
    assert (found(floor).score, found(floor).head_score) == (score, None)
    floor.waiting_room.join(promise("c2", score=score + 5), request())
    floor.waiting_room.join(joining("c3", score=score + 9), request())
    assert found(floor).head_score is None
    assert found(floor, "c3").ahead_count == 1


def test_what_was_told_of_the_wait_is_kept_with_the_place(floor: AnyFloor) -> None:
    """All of it, in order; the last counts for whoever asks next, also while being offered."""
    joined(floor, c1=1.0)
    room = floor.waiting_room
    assert room.told_estimates(C1) == ()
    first, second = told_at(1), told_at(2, high=None)
    for _ in range(2):
        assert room.note_told_wait(C1, SUPPORT, first) is RescoreAnswer.DONE
    assert found(floor).told == first
    reserved(floor, "c1")
    assert room.note_told_wait(C1, SUPPORT, second) is RescoreAnswer.DONE
    assert found(floor).told == second
    assert room.told_estimates(C1) == (first, second)
    room.leave(C1, SUPPORT, request())
    assert room.told_estimates(C1) == (first, second)
    assert room.told_estimates(CallId("nobody")) == ()


def test_of_very_many_the_last_are_kept(floor: AnyFloor) -> None:
    """Somebody who waits all day and hears of it every five seconds."""
    joined(floor, c1=1.0)
    told = [told_at(number) for number in range(1500)]
    for each in told:
        floor.waiting_room.note_told_wait(C1, SUPPORT, each)
    kept = floor.waiting_room.told_estimates(C1)
    assert kept == tuple(told[-len(kept) :])
    assert len(kept) > 200
    assert found(floor).told == told[-1]


def test_who_does_not_wait_is_told_nothing(floor: AnyFloor) -> None:
    """Strangers, callers of other queues and those who talk; and nothing is kept of them."""
    talking(floor)
    floor.waiting_room.join(joining("c2", queue=SALES), request())
    room = floor.waiting_room
    for call_id in (C1, CallId("c2"), CallId("nobody")):
        assert room.outlook(call_id, SUPPORT, tells_position=True, told_position=3) is None
        assert room.note_told_wait(call_id, SUPPORT, told_at(7)) is RescoreAnswer.NOT_THERE
    assert room.call(CallId("nobody")) is None


def test_language_and_account_are_kept_with_the_place(floor: AnyFloor) -> None:
    """For adopters and promises; a move tells them anew."""
    first = replace(joining("c1"), language="pl", account="gold \udcff")
    floor.waiting_room.join(first, request())
    assert (known(floor).language, known(floor).account) == ("pl", "gold ?")
    floor.waiting_room.move(replace(joining("c1", queue=SALES), language="ru"), SUPPORT, request())
    assert (known(floor).language, known(floor).account) == ("ru", "")


def test_how_many_announcements_were_heard_is_kept_with_what_was_told(floor: AnyFloor) -> None:
    """With each position and each estimate, and forgotten in another queue; looking tells none."""
    room = floor.waiting_room
    room.join(joining("c1"), request())
    assert known(floor).announcements_count == 0
    room.outlook(C1, SUPPORT, tells_position=True, announcements_count=1)
    assert known(floor).announcements_count == 1
    room.outlook(C1, SUPPORT, tells_position=False, is_estimated=True, announcements_count=2)
    assert known(floor).announcements_count == 1
    room.note_told_wait(C1, SUPPORT, told_at(1), announcements_count=4)
    assert known(floor).announcements_count == 4
    room.outlook(C1, SUPPORT, tells_position=True, announcements_count=5)
    assert known(floor).announcements_count == 5
    room.note_told_wait(C1, SALES, told_at(2), announcements_count=9)
    assert known(floor).announcements_count == 5
    room.move(joining("c1", queue=SALES), SUPPORT, request())
    assert known(floor).announcements_count == 0
    room.outlook(C1, SALES, tells_position=True, announcements_count=2)
    room.leave(C1, SALES, request())
    assert known(floor).announcements_count == 2
    room.join(joining("c1"), request())
    assert known(floor).announcements_count == 0
