"""Agents whose phone is on a call of its own are not asked, and no longer than that."""

from __future__ import annotations

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.events import AgentHeld
from callcore.domain.ids import LegId
from callcore.flows.phone_holding import LEG_ENDS_SECONDS
from callcore.flows.phone_watch import COMPARE_SECONDS
from callcore.ports.stores import StandingLeg
from tests.fakes.switch import NODE
from tests.flows.floor import ANN, TestFloor
from tests.flows.phone_holds import ANNS, AWAY, NOTHING, ON_A_CALL, holds, pass_time, with_ann
from tests.flows.stories import come, leg_of, queue_of, rung, who_talks_with


@pytest.fixture
def floor() -> TestFloor:
    return with_ann()


class TestOutsideCalls:
    """A phone that is on a call callcore did not make is left alone until it is over."""

    @pytest.mark.parametrize("act", ["dial", "call_phone"])
    def test_an_agent_on_a_call_of_the_phones_own(self, floor: TestFloor, act: str) -> None:
        """Whoever called whom: another agent is rung, and this one the instant it is over."""
        leg_id: LegId = getattr(floor.switch, act)(ANNS)
        pass_time(floor)
        assert holds(floor) == ON_A_CALL
        floor.call_in()
        pass_time(floor, 30)
        assert rung(floor) == []
        floor.switch.end(leg_id)
        floor.clock.advance(0)
        assert rung(floor) == [ANN]

    def test_one_call_of_two_ends(self, floor: TestFloor) -> None:
        """A call waiting, or an enquiry: the phone is busy until the last of them is over."""
        first, second = floor.switch.dial(ANNS), floor.switch.call_phone(ANNS)
        pass_time(floor)
        floor.switch.end(first)
        pass_time(floor)
        assert holds(floor) == ON_A_CALL
        floor.switch.end(second)
        pass_time(floor)
        assert holds(floor) == NOTHING

    def test_callcores_own_calls_hold_nobody(self, floor: TestFloor) -> None:
        """Neither while they ring, nor while they talk, nor a moment after."""
        caller = floor.call_in()
        for seconds in (1.0, 2.0, COMPARE_SECONDS, LEG_ENDS_SECONDS):
            pass_time(floor, seconds)
            assert holds(floor) == NOTHING
        assert who_talks_with(floor, caller) == ANN
        floor.switch.end(caller)
        pass_time(floor, COMPARE_SECONDS)
        assert floor.told(AgentHeld) == []

    def test_an_enquiry_during_a_talk_outlives_it(self, floor: TestFloor) -> None:
        """The agent talks on with a colleague: nobody is offered before that is over."""
        caller = floor.call_in()
        pass_time(floor, 3)
        enquiry = floor.switch.dial(ANNS)
        pass_time(floor)
        floor.switch.end(caller)
        second = floor.call_in()
        pass_time(floor, 30)
        assert (floor.agent(ANN).state, rung(floor)) == (AgentState.AVAILABLE, [ANN])
        floor.switch.end(enquiry)
        pass_time(floor, 3)
        assert who_talks_with(floor, second) == ANN

    def test_an_agents_leg_that_lives_on(self) -> None:
        """Somebody sent it elsewhere when the talk was over: the phone is busy with it."""
        floor = TestFloor(queue_of(wrap_up_seconds=0))
        pass_time(floor)
        come(floor, ANN)
        floor.call_in()
        pass_time(floor, 3)
        leg_id = leg_of(floor, ANN)
        floor.switch.carry_off(leg_id)
        pass_time(floor, LEG_ENDS_SECONDS)
        assert (floor.agent(ANN).state, holds(floor)) == (AgentState.AVAILABLE, ON_A_CALL)
        floor.call_in()
        pass_time(floor, 10)
        assert rung(floor) == [ANN]
        floor.switch.end(leg_id)
        floor.clock.advance(0)
        assert rung(floor) == [ANN, ANN]

    def test_the_line_of_an_agent_who_stays_connected(self, floor: TestFloor) -> None:
        """It is a call until the floor knows it for the agent's line, and again when it is not."""
        leg_id = floor.switch.dial(ANNS)
        pass_time(floor)
        assert holds(floor) == ON_A_CALL
        floor.store.roster.stand(ANN, StandingLeg(leg_id=leg_id, node=NODE))
        pass_time(floor, COMPARE_SECONDS)
        assert holds(floor) == NOTHING
        floor.store.roster.stand(ANN, None)
        pass_time(floor, COMPARE_SECONDS)
        assert holds(floor) == ON_A_CALL

    def test_a_phone_is_away_and_busy(self, floor: TestFloor) -> None:
        """Both reasons have to be over."""
        leg_id = floor.switch.dial(ANNS)
        floor.switch.unregister(ANNS)
        pass_time(floor)
        assert holds(floor) == AWAY | ON_A_CALL
        floor.switch.register(ANNS)
        pass_time(floor)
        assert holds(floor) == ON_A_CALL
        floor.switch.end(leg_id)
        pass_time(floor)
        assert holds(floor) == NOTHING
