"""One thing goes wrong, at every instant of a short call in turn: nobody is left stuck."""

from __future__ import annotations

from functools import partial

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.ids import LegId
from callcore.domain.outcomes import CallOutcome
from tests.fakes.switch import NODE, Phone
from tests.flows.floor import ANN, TestFloor


def assert_nothing_is_left(floor: TestFloor, *callers: LegId, step: object) -> None:
    """All is over: agents free, the floor and the switch empty, a record a call."""
    floor.clock.advance(120)
    assert {agent.state for agent in floor.store.roster.agents()} <= {
        AgentState.AVAILABLE,
        AgentState.LOGGED_OUT,
    }, step
    assert floor.store.waiting_room.calls(NODE) == [], step
    assert sorted(record.call_id for record in floor.records()) == sorted(callers), step
    assert set(floor.switch.legs_by_id) == set(), step
    assert floor.worker.calls_count == 0, step
    assert floor.complaints == [], step


def test_the_end_at_every_message_leaves_nobody_stuck() -> None:
    """A caller who hangs up after any number of milliseconds: agent free, one record, no place."""
    for step in range(400):
        floor = TestFloor()
        floor.log_in(ANN, phone=Phone(answers_after_seconds=0.1))
        caller = floor.call_in()
        floor.clock.advance(step * 0.001)
        floor.switch.end(caller)
        floor.clock.advance(30)
        assert floor.agent(ANN).state is AgentState.AVAILABLE, step
        assert floor.record().call_id == caller, step
        assert not floor.knows(caller), step
        assert floor.worker.calls_count == 0, step
        assert set(floor.switch.legs_by_id) == set(), step


def test_a_kill_at_every_message_leaves_nobody_stuck() -> None:
    """The process dies at any millisecond and another adopts: one record, agent free."""
    for step in range(0, 400, 2):
        floor = TestFloor()
        floor.log_in(ANN, phone=Phone(answers_after_seconds=0.1))
        caller = floor.call_in()
        floor.clock.advance(step * 0.001)
        floor.restart()
        floor.clock.advance(60)
        assert floor.agent(ANN).state is AgentState.TALKING, step
        floor.switch.end(caller)
        floor.clock.advance(30)
        assert floor.agent(ANN).state is AgentState.AVAILABLE, step
        assert floor.record().outcome is CallOutcome.SERVED, step
        assert not floor.knows(caller), step
        assert set(floor.switch.legs_by_id) == set(), step


def test_a_short_loss_of_the_link_at_every_message_leaves_nobody_stuck() -> None:
    """The link is down for a second at any instant: the two talk in the end, one record."""
    for step in range(0, 400, 2):
        floor = TestFloor()
        floor.log_in(ANN, phone=Phone(answers_after_seconds=0.1))
        caller = floor.call_in()
        floor.clock.advance(step * 0.001)
        floor.switch.lose_link()
        floor.clock.advance(1)
        floor.switch.restore_link()
        floor.clock.advance(60)
        assert floor.agent(ANN).state is AgentState.TALKING, step
        assert floor.switch.legs_by_id[caller].guarded is None, step
        floor.switch.end(caller)
        floor.clock.advance(30)
        assert floor.agent(ANN).state is AgentState.AVAILABLE, step
        assert floor.record().outcome is CallOutcome.SERVED, step


@pytest.mark.parametrize("deaf_seconds", [1, 10])
def test_an_end_while_the_link_is_down_leaves_nobody_stuck(deaf_seconds: float) -> None:
    """The caller hangs up unheard at any instant."""
    for step in range(0, 400, 3):
        floor = TestFloor()
        floor.log_in(ANN, phone=Phone(answers_after_seconds=0.1))
        caller = floor.call_in()
        floor.clock.advance(step * 0.001)
        floor.switch.lose_link()
        floor.switch.end(caller)
        floor.clock.advance(deaf_seconds)
        floor.switch.restore_link()
        assert_nothing_is_left(floor, caller, step=step)


def test_an_end_while_no_process_lives_leaves_nobody_stuck() -> None:
    """The process dies, the caller hangs up, another process begins."""
    for step in range(0, 400, 3):
        floor = TestFloor()
        floor.log_in(ANN, phone=Phone(answers_after_seconds=0.1))
        caller = floor.call_in()
        floor.clock.advance(step * 0.001)
        floor.kill_worker()
        floor.switch.end(caller)
        floor.clock.advance(1)
        floor.restart()
        assert_nothing_is_left(floor, caller, step=step)


def test_a_short_absence_of_redis_at_every_message_leaves_nobody_stuck() -> None:
    """Three seconds without a floor at any instant of a call's life and end."""
    for step in range(0, 800, 7):
        floor = TestFloor()
        floor.log_in(ANN, phone=Phone(answers_after_seconds=0.1))
        caller = floor.call_in()
        floor.clock.after(0.4, partial(floor.switch.end, caller))
        floor.clock.advance(step * 0.001)
        floor.store.go_down()
        floor.clock.advance(3)
        floor.store.come_up()
        assert_nothing_is_left(floor, caller, step=step)
