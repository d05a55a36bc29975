"""What a floor that lost its data, a short line and a closure taken back mean for callers."""

from __future__ import annotations

from dataclasses import replace

from callcore.domain.events import CallRefused
from callcore.domain.policies import AtClosing, NumberRoute, WaitingPerAgent
from tests.fakes.clock import settle
from tests.fakes.switch import SILENT
from tests.flows.estimating import learnt
from tests.flows.floor import ANN, BOB, CLEO, ROOMY, SALES, SUPPORT, TestFloor
from tests.flows.stories import come, leg_of, queue_of


def test_redis_that_lost_its_data_costs_nobody_the_place() -> None:
    """The agents sit where they sat; a limit by their number holds for them as before."""
    policy = queue_of(waiting_per_agent=WaitingPerAgent(ratio=5, floor=1, ceiling=100))
    floor = TestFloor(policy)
    come(floor, ANN, BOB)
    for _ in range(2):
        floor.call_in()
    floor.clock.advance(5)
    callers = [floor.call_in() for _ in range(6)]
    floor.store.lose_data()
    floor.clock.advance(40)
    assert [floor.knows(caller) for caller in callers] == [True] * 6


def test_redis_that_lost_its_data_opens_no_queue() -> None:
    """What an operator closed stays closed."""
    floor = TestFloor(ROOMY)
    floor.worker.operating.close_queue(SALES, until=None, reason="fire", by="ann")
    floor.store.lose_data()
    floor.clock.advance(40)
    assert not floor.knows(floor.call_in("8002"))


def test_the_estimate_of_a_caller_who_would_be_first_is_short() -> None:
    """One whose priority puts them before all who wait is not refused for their number."""
    numbers = {**ROOMY.numbers, "8003": NumberRoute(queue=SUPPORT, priority=100)}
    policy = queue_of(maximum_estimate_seconds=60, policy=replace(ROOMY, numbers=numbers))
    floor = TestFloor(policy)
    learnt(floor, 15)
    come(floor, ANN)
    floor.call_in()
    floor.clock.advance(5)
    while floor.knows(floor.call_in()):
        pass
    assert floor.knows(floor.call_in("8003"))


def test_nobody_is_refused_for_the_line_while_agents_are_free() -> None:
    """One of ten may wait in line; three callers and three free agents make no line."""
    floor = TestFloor(queue_of(waiting_per_agent=WaitingPerAgent(ratio=0.1, floor=1, ceiling=100)))
    for agent in ROOMY.agents.values():
        floor.switch.phones[agent.contact] = SILENT
    come(floor, ANN, BOB, CLEO)
    callers = [floor.call_in() for _ in range(3)]
    assert floor.told(CallRefused) == []
    assert [floor.agent(one).call_id for one in (ANN, BOB, CLEO)] == callers


def test_a_queue_that_is_open_again_keeps_those_who_were_to_go() -> None:
    """The wrong queue is closed and opened again at once; a phone rang meanwhile."""
    floor = TestFloor(queue_of(at_closing=AtClosing.OVERFLOW))
    floor.switch.phones[ROOMY.agents[ANN].contact] = SILENT
    come(floor, ANN)
    caller = floor.call_in()
    operating = floor.worker.operating
    operating.close_queue(SUPPORT, until=None, reason="", by="ann")
    settle()
    operating.open_queue(SUPPORT, by="ann")
    settle()
    floor.switch.end(leg_of(floor, ANN), "USER_BUSY")
    settle()
    assert floor.position(caller) == 1
