"""A queue is taken out of the settings between two starts, while callers are in it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.events import FlowFailed
from callcore.domain.ids import LegId
from callcore.domain.outcomes import CallOutcome, LeaveReason
from callcore.domain.policies import NumberRoute, SitePolicy
from tests.fakes.clock import settle
from tests.fakes.switch import SILENT
from tests.flows.floor import CLEO, ROOMY, SUPPORT, TestFloor
from tests.flows.stories import come, line_of, record_of, who_talks_with

WITHOUT_SALES: SitePolicy = replace(
    ROOMY,
    queues={SUPPORT: ROOMY.queues[SUPPORT]},
    numbers={"8001": NumberRoute(queue=SUPPORT)},
    agents={
        agent_id: replace(agent, queues=(SUPPORT,)) for agent_id, agent in ROOMY.agents.items()
    },
)


def restart_without_sales(floor: TestFloor, *, is_floor_lost: bool = False) -> None:
    """The daemon begins again by a file in which there is no queue sales."""
    floor.policy = WITHOUT_SALES
    if is_floor_lost:
        floor.store.lose_data()
    floor.restart()
    floor.clock.advance(1)


def is_in_fallback(floor: TestFloor, caller: LegId) -> bool:
    """Has the caller been handed to the dialplan's fallback?"""
    return line_of(floor, caller).dialled == "callcore_fallback"


@pytest.mark.parametrize("is_floor_lost", [False, True])
def test_who_waits_in_it_goes_to_the_fallback_at_once(*, is_floor_lost: bool) -> None:
    """Not when the dead man's switch finds out; the record is of the whole call, and says why."""
    floor = TestFloor(ROOMY)
    caller = floor.call_in("8002")
    restart_without_sales(floor, is_floor_lost=is_floor_lost)
    assert is_in_fallback(floor, caller)
    assert not floor.knows(caller)
    assert floor.records() == []
    floor.clock.advance(60)
    floor.switch.end(caller)
    settle()
    record = record_of(floor, caller)
    assert record.visits[0].leave_reason is LeaveReason.FALLBACK
    assert record.outcome is CallOutcome.LOST
    assert "queue sales is not in the settings any more: sent to the fallback" in record.faults
    assert (record.ended_at - record.arrived_at) / 1e6 == pytest.approx(64, abs=0.5)


def test_whose_agents_phone_rang_goes_to_the_fallback_too() -> None:
    """The phone stops, the agent is free for the queues there are, nothing fails on the way."""
    floor = TestFloor(ROOMY)
    floor.switch.phones[ROOMY.agents[CLEO].contact] = SILENT
    come(floor, CLEO)
    caller = floor.call_in("8002")
    floor.clock.advance(1)
    assert floor.agent(CLEO).state is AgentState.RINGING
    restart_without_sales(floor)
    assert floor.told(FlowFailed) == []
    assert is_in_fallback(floor, caller)
    assert floor.agent(CLEO).state is AgentState.AVAILABLE
    floor.call_in()
    assert floor.agent(CLEO).state is not AgentState.AVAILABLE


@pytest.mark.parametrize("is_floor_lost", [False, True])
def test_who_talks_goes_on_talking(*, is_floor_lost: bool) -> None:
    """The agent is not taken for free, and the record ends when the talk does."""
    floor = TestFloor(ROOMY)
    come(floor, CLEO)
    caller = floor.call_in("8002")
    floor.clock.advance(5)
    restart_without_sales(floor, is_floor_lost=is_floor_lost)
    assert who_talks_with(floor, caller) == CLEO
    assert floor.records() == []
    if not is_floor_lost:  # who was logged in is lost with the floor
        assert floor.agent(CLEO).state is AgentState.TALKING
        floor.call_in()
        floor.clock.advance(1)
        assert floor.agent(CLEO).state is AgentState.TALKING
    floor.clock.advance(100)
    floor.switch.end(caller)
    settle()
    record = record_of(floor, caller)
    assert record.outcome is CallOutcome.SERVED
    assert record.queue == "sales"
    assert record.talk_seconds > 100
    floor.clock.advance(15)
    if not is_floor_lost:
        assert floor.agent(CLEO).state is not AgentState.WRAPPING_UP
