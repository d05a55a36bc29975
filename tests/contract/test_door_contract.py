"""What a caller finds at a queue's door: the same for the fake and each real server."""

from __future__ import annotations

import pytest

from callcore.domain.admission import Closure, Door
from callcore.domain.estimates import Rates
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


def test_lessons_of_one_kind_age_each_other(floor: AnyFloor) -> None:
    """Each weighs a hundredth less with every later one; the two kinds do not touch each other."""
    room = floor.waiting_room
    for seconds in (100.0, 200.5):
        room.learn_service(SUPPORT, seconds)
    room.learn_wait(SUPPORT, 10.0, is_abandoned=True)
    room.learn_wait(SUPPORT, 20.0, is_abandoned=False)
    room.learn_wait(SUPPORT, 0.25, is_abandoned=True)
    rates = room.door(SUPPORT, NUMBER).rates
    assert rates.served_weight == pytest.approx(1.99, rel=1e-12)
    assert rates.served_seconds == pytest.approx(299.5, rel=1e-12)
    assert rates.abandoned_weight == pytest.approx(1 + 0.99**2, rel=1e-12)
    assert rates.waited_seconds == pytest.approx(0.25 + 20 * 0.99 + 10 * 0.99**2, rel=1e-12)
    assert room.door(SALES, NUMBER).rates == Rates()


def test_a_wait_alone_tells_nothing_of_service(floor: AnyFloor) -> None:
    """What was not learnt is 0."""
    floor.waiting_room.learn_wait(SUPPORT, 3.0, is_abandoned=False)
    assert floor.waiting_room.door(SUPPORT, "").rates == Rates(waited_seconds=3.0)


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
