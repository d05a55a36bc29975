"""Promises that outlive what goes away: how it is seen that they were kept."""

from __future__ import annotations

from callcore.domain.agents import AgentState
from callcore.domain.outcomes import CallOutcome
from tests.fakes.switch import NODE, Phone
from tests.flows.callbacks import CallbackFloor
from tests.flows.floor import ANN

AT_ONCE = Phone(answers_after_seconds=0.1)
SOON = Phone(answers_after_seconds=0.2)
KEEPING = (*range(0, 300, 13), *range(300, 2200, 190), *range(2200, 2700, 13))
"""Milliseconds from the agent's phone, over what the agent is told, to the talk."""


def assert_kept_in_the_end(floor: CallbackFloor, step: object) -> None:
    """The two talk; then all is over, with one record of the callback."""
    floor.clock.advance(150)
    assert floor.agent(ANN).state is AgentState.TALKING, step
    floor.switch.end(floor.customers_leg().leg_id)
    floor.clock.advance(60)
    assert_nothing_is_left(floor, step)
    assert floor.callback_record().outcome is CallOutcome.SERVED, step


def assert_nothing_is_left(floor: CallbackFloor, step: object) -> None:
    """Agents are free; neither floor nor switch hold anything."""
    states = {agent.state for agent in floor.store.roster.agents()}
    assert states <= {AgentState.AVAILABLE, AgentState.LOGGED_OUT}, step
    assert floor.promises() == [], step
    assert floor.store.waiting_room.calls(NODE) == [], step
    assert set(floor.switch.legs_by_id) == set(), step
    assert floor.worker.crew.switchboard.calls_count == 0, step
    assert floor.complaints == [], step


def assert_called_once_at_a_time(floor: CallbackFloor, step: object) -> None:
    """A customer has one line at most."""
    assert len(floor.customers_legs()) <= 1, step
