"""What a caller finds at a queue's door: the same for the fake and each real server."""

from __future__ import annotations

import pytest

from callcore.domain import estimates
from callcore.domain.admission import Closure, Door
from callcore.domain.estimates import Rates, Term, Wait
from callcore.domain.ids import CallId, Micros, QueueName
from tests.contract.conftest import Stage
from tests.contract.floor_builders import (
    ANNA,
    BORIS,
    LONG_SECONDS,
    NUMBER,
    SALES,
    SHORT_SECONDS,
    SUPPORT,
    AnyFloor,
    joining,
    make_available,
    request,
    reserved,
)
from tests.contract.promises import promise


def term(name: str, kept: float, added: float) -> Term:
    return Term(name=name, kept=kept, added=added)


CLOSED_ANEW = Closure(by="ops", reason="", at=Micros(18), until=Micros(1_700_000_000_000_001))


def test_the_door_of_a_queue_nobody_knows(floor: AnyFloor) -> None:
    """Nobody is there, and nothing was learnt."""
    assert floor.waiting_room.door(SUPPORT, NUMBER) == Door(
        waiting_count=0,
        offered_count=0,
        ahead_count=0,
        free_agents_count=0,
        staffed=frozenset(),
        closure=None,
        rates=Rates(),
        head_score=None,
        promise=None,
        dropped=None,
        last_agent=None,
    )


def test_the_door_counts_who_is_there(floor: AnyFloor) -> None:
    """Those being offered wait too; agents are told apart by being free."""
    reserved(floor)
    make_available(floor, BORIS, SUPPORT, SALES)
    second = joining("c2")
    floor.waiting_room.join(second, request())
    door = floor.waiting_room.door(SUPPORT, NUMBER)
    assert (door.waiting_count, door.offered_count, door.ahead_count) == (2, 1, 1)
    for score, ahead in ((second.score, 0), (second.score + 1, 1)):
        assert floor.waiting_room.door(SUPPORT, NUMBER, score).ahead_count == ahead
    assert (door.free_agents_count, door.staffed) == (1, {ANNA, BORIS})
    door = floor.waiting_room.door(SALES, "")
    assert (door.waiting_count, door.free_agents_count, door.staffed) == (0, 1, {BORIS})


# --- closures -----------------------------------------------------------------------------------


def test_a_queue_is_closed_until_it_is_opened(floor: AnyFloor) -> None:
    """A later closure takes the place of an earlier one; other queues stay open."""
    room = floor.waiting_room
    room.close_queue(SUPPORT, Closure(by="ops", reason="drill", at=Micros(17), until=None))
    room.close_queue(SUPPORT, CLOSED_ANEW)
    assert room.door(SUPPORT, NUMBER).closure == CLOSED_ANEW
    assert room.door(SALES, NUMBER).closure is None
    assert [room.open_queue(SUPPORT) for _ in range(2)] == [True, False]
    assert room.door(SUPPORT, NUMBER).closure is None


def test_every_closure_is_told(floor: AnyFloor) -> None:
    """By its queue's door, also one that ended long ago."""
    closures = {
        SUPPORT: Closure(by="ann", reason="x", at=Micros(1), until=Micros(2)),
        SALES: Closure(by="bob", reason='it\'s "late" ż 😀', at=Micros(3), until=None),
    }
    for queue, closure in closures.items():
        floor.waiting_room.close_queue(queue, closure)
    told = {queue: floor.waiting_room.door(queue, NUMBER).closure for queue in closures}
    assert told == closures


# --- what a queue teaches -----------------------------------------------------------------------


def test_a_lesson_keeps_part_of_each_sum_and_adds_to_it(floor: AnyFloor) -> None:
    """In the order of its terms; sums it does not name stay, and so do those of other queues."""
    room = floor.waiting_room
    room.learn(SUPPORT, (term("served_weight", 0.99, 1.0), term("served_seconds", 0.99, 100.0)))
    room.learn(SUPPORT, (term("served_weight", 0.5, 2.5), term("served_seconds", 1.0, -0.25)))
    room.learn(SUPPORT, (term("abandoned_weight", 0.99, 3.0),))
    twice = (term("waited_seconds", 1.0, 8.0), term("waited_seconds", 0.25, 1e-9))
    room.learn(SUPPORT, twice)
    rates = room.door(SUPPORT, NUMBER).rates
    assert (rates.served_weight, rates.served_seconds) == (3.0, 99.75)
    assert rates.abandoned_weight == 3.0
    assert rates.waited_seconds == pytest.approx(2.0 + 1e-9, rel=1e-15)
    assert room.door(SALES, NUMBER).rates == Rates()


def test_several_queues_learn_at_once(floor: AnyFloor) -> None:
    """Each its own lesson, be it an empty one."""
    floor.waiting_room.learn_all(
        {
            SUPPORT: (term("served_weight", 0.9, 1.0), term("served_seconds", 0.9, 7.0)),
            QueueName("third"): (),
            SALES: (term("waited_seconds", 0.0, 4.0),),
        }
    )
    floor.waiting_room.learn_all({})
    assert floor.waiting_room.door(SUPPORT).rates == Rates(served_weight=1.0, served_seconds=7.0)
    assert floor.waiting_room.door(SALES).rates == Rates(waited_seconds=4.0)
    assert floor.waiting_room.door(QueueName("third")).rates == Rates()


def test_the_floor_keeps_sums_of_any_name(floor: AnyFloor) -> None:
    """It does not understand them: whatever the estimates teach, they find again."""
    lessons = (
        estimates.of_service(seconds=183.25, answer_seconds=4.1, priority=-3),
        estimates.of_lost_offer(17.3),
        estimates.of_wait(
            71.7,
            is_served=True,
            is_abandoned=False,
            is_callback=False,
            expected=Wait(mean=33.3, variance=1200.0),
        ),
        estimates.of_wait(
            0.1, is_served=False, is_abandoned=True, is_callback=False, expected=None
        ),
        estimates.of_sharing(is_here=True),
    )
    sums: dict[str, float] = {}
    for lesson in lessons * 3:
        floor.waiting_room.learn(SUPPORT, lesson)
        for each in lesson:
            sums[each.name] = sums.get(each.name, 0.0) * each.kept + each.added
    assert floor.waiting_room.door(SUPPORT).rates == estimates.rates(sums)


# --- who is first, and who was promised a callback ----------------------------------------------


def test_the_first_who_waits_is_told_of(floor: AnyFloor) -> None:
    """Not one who is being offered: that wait is as good as over."""
    room = floor.waiting_room
    assert room.door(SUPPORT).head_score is None
    reserved(floor, "c1")
    assert room.door(SUPPORT).head_score is None
    for call_id, score in (("c2", 1_800_000_000_123_457.0), ("c3", -7 * 2.0**40)):
        room.join(joining(call_id, score=score), request())
    assert room.door(SUPPORT).head_score == -7 * 2.0**40
    room.leave(CallId("c3"), SUPPORT, request())
    assert room.door(SUPPORT).head_score == 1_800_000_000_123_457.0


def test_a_promise_in_front_is_no_head(floor: AnyFloor) -> None:
    """It may have stood there all night: how long says nothing of the line."""
    room = floor.waiting_room
    room.join(promise("c1", score=1.0), request())
    room.join(joining("c2", score=2.0), request())
    assert room.door(SUPPORT).head_score is None
    room.leave(CallId("c1"), SUPPORT, request())
    assert room.door(SUPPORT).head_score == 2.0


def test_the_promise_to_a_number_is_found_at_the_door(floor: AnyFloor) -> None:
    """However the number is written; not by others, nor in another queue."""
    room = floor.waiting_room
    room.join(promise("c1", caller_number="+48 123 456 789"), request())
    assert room.door(SUPPORT, "+48123456789").promise == CallId("c1")
    assert room.door(SALES, "+48123456789").promise is None
    assert room.door(SUPPORT, "+48123456780").promise is None
    assert room.door(SUPPORT, "").promise is None


# --- who talked with whom -----------------------------------------------------------------------


def test_the_last_agent_of_a_caller_is_remembered_for_a_while(stage: Stage) -> None:
    """By number and queue, however the number is written; the last one counts."""
    room = stage.floor.waiting_room
    for agent_id in (ANNA, BORIS):
        room.remember_agent(SUPPORT, "+48 123-456-789", agent_id, LONG_SECONDS)
    room.remember_agent(SALES, NUMBER, ANNA, SHORT_SECONDS)
    assert room.door(SUPPORT, NUMBER).last_agent == BORIS
    assert room.door(SUPPORT, "+48123456780").last_agent is None
    assert room.door(QueueName("third"), NUMBER).last_agent is None
    assert room.door(SALES, NUMBER).last_agent == ANNA
    stage.pass_time(SHORT_SECONDS * 1.1)
    assert room.door(SALES, NUMBER).last_agent is None


@pytest.mark.parametrize("withheld", ["", "anonymous"])
def test_callers_without_a_number_are_not_each_other(floor: AnyFloor, withheld: str) -> None:
    """Whoever withholds the number leaves nothing behind and finds nothing."""
    room = floor.waiting_room
    room.remember_agent(SUPPORT, withheld, ANNA, LONG_SECONDS)
    room.join(joining("c1", caller_number=withheld), request())
    room.leave(CallId("c1"), SUPPORT, request(), resume_within_seconds=LONG_SECONDS)
    door = room.door(SUPPORT, withheld)
    assert (door.last_agent, door.dropped) == (None, None)
