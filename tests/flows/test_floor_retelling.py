"""A floor that lost its data is told again before anybody is offered to anybody."""

from __future__ import annotations

from typing import Any

import pytest

from callcore.domain.agents import AgentState
from callcore.flows.floor_retelling import LEAST_SECONDS, MOST_SECONDS
from tests.fakes.switch import NODE
from tests.flows.floor import ANN, ROOMY, TestFloor
from tests.flows.many_workers import Process, WorkersFloor
from tests.flows.shared_floor import log_in, shared
from tests.flows.stories import agent_of, who_talks_with

NOTICED_SECONDS = 0.6
"""The next beat shows it."""


def slow_to_tell(process: Process, seconds: float) -> None:
    """Each join takes so long."""
    room: Any = process.site.waiting_room
    join = room.join

    def slow(*args: object, **kwargs: object) -> object:
        process.life.sleep(seconds)
        return join(*args, **kwargs)

    room.join = slow


def talking_and_waiting() -> tuple[WorkersFloor, Process]:
    """Ann talks with a caller of the second worker; one of the third waits."""
    floor = shared(ROOMY)
    one, two, three = floor.processes
    floor.call_to(two)
    log_in(one, ANN)
    floor.clock.advance(2)
    assert floor.agent(ANN).state is AgentState.TALKING
    floor.call_to(three)
    floor.clock.advance(1)
    return floor, two


def rung(floor: WorkersFloor) -> int:
    """How often phones were rung, by any of them."""
    return sum(len(process.switches[NODE].requests) for process in floor.processes)


@pytest.mark.parametrize("seconds", [0.0, 1.5, MOST_SECONDS - 1])
def test_an_agent_who_talks_is_not_rung_before_it_is_known(seconds: float) -> None:
    """However long that one's worker takes to tell of it; then all goes on."""
    floor, two = talking_and_waiting()
    slow_to_tell(two, seconds)
    before = rung(floor)
    floor.store.lose_data()
    floor.clock.advance(NOTICED_SECONDS + seconds)
    assert rung(floor) == before
    floor.clock.advance(2)
    assert rung(floor) == before
    assert floor.agent(ANN).state is AgentState.TALKING


def test_who_does_not_tell_is_not_waited_for_long() -> None:
    """Agents who are free serve those who wait."""
    floor, two = talking_and_waiting()
    two.life.stop()
    floor.store.lose_data()
    floor.clock.advance(NOTICED_SECONDS + MOST_SECONDS + 0.2)
    assert floor.agent(ANN).call_id is not None


def test_nobody_is_waited_for_once_all_have_told() -> None:
    """A moment later those who came meanwhile are served."""
    floor, _ = talking_and_waiting()
    floor.store.lose_data()
    floor.clock.advance(NOTICED_SECONDS + LEAST_SECONDS)
    for process in floor.processes:
        assert not process.worker.crew.dispatcher._is_held


def test_one_worker_alone_tells_first_too() -> None:
    """Its only agent is not rung for the caller who waits, and serves that one afterwards."""
    floor = TestFloor(agent_of(ANN, ROOMY, logged_in_at_start=True))
    first = floor.call_in()
    floor.clock.advance(5)
    assert who_talks_with(floor, first) == ANN
    second = floor.call_in()
    before = len(floor.switch.requests)
    floor.store.lose_data()
    floor.clock.advance(30)
    assert len(floor.switch.requests) == before
    floor.switch.end(first)
    floor.clock.advance(15)
    assert who_talks_with(floor, second) == ANN
