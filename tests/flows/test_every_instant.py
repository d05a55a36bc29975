"""One thing goes wrong, at every instant of a short call in turn: nobody is left stuck."""

from __future__ import annotations

from functools import partial

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.events import CallArrived
from callcore.domain.ids import LegId
from callcore.domain.outcomes import CallOutcome
from tests.fakes.switch import NODE, Phone
from tests.flows.floor import ANN, TestFloor
from tests.flows.moments import Moments, advanced, every_moment

CALL_SECONDS = 0.4
"""The agent is rung, picks up and talks."""


def called() -> TestFloor:
    """Somebody has just called, and Ann will pick up."""
    floor = TestFloor()
    floor.log_in(ANN, phone=Phone(answers_after_seconds=0.1))
    floor.call_in()
    return floor


def hung_up_soon() -> TestFloor:
    """The caller will hang up."""
    floor = called()
    floor.clock.after(CALL_SECONDS, partial(floor.switch.end, caller_of(floor)))
    return floor


def caller_of(floor: TestFloor) -> LegId:
    """The caller's leg."""
    (arrived,) = floor.told(CallArrived)
    return LegId(arrived.call_id)


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


@every_moment
def test_the_end_at_every_message_leaves_nobody_stuck(moments: Moments) -> None:
    """A caller who hangs up after any number of milliseconds: agent free, one record, no place."""
    for step, floor in advanced(called, CALL_SECONDS, moments):
        caller = caller_of(floor)
        floor.switch.end(caller)
        floor.clock.advance(30)
        assert floor.agent(ANN).state is AgentState.AVAILABLE, step
        assert floor.record().call_id == caller, step
        assert not floor.knows(caller), step
        assert floor.worker.calls_count == 0, step
        assert set(floor.switch.legs_by_id) == set(), step


@every_moment
def test_a_kill_at_every_message_leaves_nobody_stuck(moments: Moments) -> None:
    """The process dies at any millisecond and another adopts: one record, agent free."""
    for step, floor in advanced(called, CALL_SECONDS, moments):
        caller = caller_of(floor)
        floor.restart()
        floor.clock.advance(60)
        assert floor.agent(ANN).state is AgentState.TALKING, step
        floor.switch.end(caller)
        floor.clock.advance(30)
        assert floor.agent(ANN).state is AgentState.AVAILABLE, step
        assert floor.record().outcome is CallOutcome.SERVED, step
        assert not floor.knows(caller), step
        assert set(floor.switch.legs_by_id) == set(), step


@every_moment
def test_a_short_loss_of_the_link_at_every_message_leaves_nobody_stuck(moments: Moments) -> None:
    """The link is down for a second at any instant: the two talk in the end, one record."""
    for step, floor in advanced(called, CALL_SECONDS, moments):
        caller = caller_of(floor)
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
@every_moment
def test_an_end_while_the_link_is_down_leaves_nobody_stuck(
    deaf_seconds: float, moments: Moments
) -> None:
    """The caller hangs up unheard at any instant."""
    for step, floor in advanced(called, CALL_SECONDS, moments):
        caller = caller_of(floor)
        floor.switch.lose_link()
        floor.switch.end(caller)
        floor.clock.advance(deaf_seconds)
        floor.switch.restore_link()
        assert_nothing_is_left(floor, caller, step=step)


@every_moment
def test_an_end_while_no_process_lives_leaves_nobody_stuck(moments: Moments) -> None:
    """The process dies, the caller hangs up, another process begins."""
    for step, floor in advanced(called, CALL_SECONDS, moments):
        caller = caller_of(floor)
        floor.kill_worker()
        floor.switch.end(caller)
        floor.clock.advance(1)
        floor.restart()
        assert_nothing_is_left(floor, caller, step=step)


@every_moment
def test_a_short_absence_of_redis_at_every_message_leaves_nobody_stuck(moments: Moments) -> None:
    """Three seconds without a floor at any instant of a call's life and end."""
    for step, floor in advanced(hung_up_soon, 2 * CALL_SECONDS, moments):
        floor.store.go_down()
        floor.clock.advance(3)
        floor.store.come_up()
        assert_nothing_is_left(floor, caller_of(floor), step=step)
