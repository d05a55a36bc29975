"""Standing lines outlive processes, links and data."""

from __future__ import annotations

import pytest

from callcore.domain.agents import AgentReason, AgentState, Why
from callcore.domain.events import OfferLost, SelfHealed
from callcore.domain.ids import LegId
from callcore.flows.standing_leg import Phase
from callcore.ports.stores import StandingLeg
from tests.fakes.clock import settle
from tests.fakes.switch import NODE
from tests.flows.feature_codes import (
    by_phone,
    key,
    stand,
    standing,
)
from tests.flows.floor import ANN, TestFloor
from tests.flows.stories import line_of, queue_of

SILENCE = "silence_stream://-1"
CALL_TONE = "tone_stream://%(250,50,880)"
BY_COMMAND = Why(reason=AgentReason.COMMAND)


def talks_on(floor: TestFloor, caller: LegId) -> LegId | None:
    """Whom a caller is joined with."""
    return line_of(floor, caller).bridged_to


@pytest.fixture
def floor() -> TestFloor:
    return TestFloor(standing(queue_of(policy=by_phone(), wrap_up_seconds=0)))


def healed(floor: TestFloor) -> set[tuple[str, str]]:
    """What was mended."""
    return {(fact.what, fact.reason) for fact in floor.told(SelfHealed)}


class TestRestarts:
    """Processes die, links drop, Redis loses its data: the line stays."""

    def test_another_process_goes_on(self, floor: TestFloor) -> None:
        ann = stand(floor)
        floor.restart()
        floor.clock.advance(1)
        caller = floor.call_in()
        floor.clock.advance(3)
        assert talks_on(floor, caller) == ann
        floor.switch.end(caller)
        floor.clock.advance(1)
        assert line_of(floor, ann).playing == SILENCE
        assert ("line", "adopted") in healed(floor)

    def test_during_a_call(self, floor: TestFloor) -> None:
        """The talk goes on, its end is seen, and the next call comes."""
        ann, caller = stand(floor), floor.call_in()
        floor.clock.advance(3)
        floor.restart()
        floor.clock.advance(1)
        assert talks_on(floor, caller) == ann
        key(floor, ann, "**")
        floor.clock.advance(1)
        assert caller not in floor.switch.legs_by_id
        another = floor.call_in()
        floor.clock.advance(3)
        assert talks_on(floor, another) == ann

    @pytest.mark.parametrize("seconds", [0.0, 0.1, 0.3, 1.0, 2.1, 2.3])
    def test_while_a_call_is_about_to_come(self, floor: TestFloor, seconds: float) -> None:
        """Whatever the moment, caller and agent find each other."""
        ann, caller = stand(floor), floor.call_in()
        floor.clock.advance(seconds)
        floor.restart()
        floor.clock.advance(20)
        assert talks_on(floor, caller) == ann
        assert floor.agent(ANN).state is AgentState.TALKING

    def test_parked_before_anybody_has_looked(self, floor: TestFloor) -> None:
        """A new process hears of the line before it has compared: nobody is asked for a PIN."""
        ann, caller = stand(floor), floor.call_in()
        floor.clock.advance(3)
        floor.kill_worker()
        floor.worker = floor.start_worker()
        before = len(line_of(floor, ann).announced)
        floor.switch.end(caller)
        floor.clock.advance(1)
        assert len(line_of(floor, ann).announced) == before
        floor.switch.restore_link()
        floor.clock.advance(1)
        another = floor.call_in()
        floor.clock.advance(3)
        assert talks_on(floor, another) == ann

    def test_the_end_of_a_talk_was_not_heard(self, floor: TestFloor) -> None:
        """A line that is taken to talk takes the next call all the same, by what the floor says."""
        ann = stand(floor)
        found = floor.worker.crew.lines.of(ANN)
        assert found is not None
        found.phase = Phase.TALKING
        caller = floor.call_in()
        floor.clock.advance(6)
        assert talks_on(floor, caller) == ann
        assert floor.told(OfferLost) == []

    def test_the_line_ended_unheard(self, floor: TestFloor) -> None:
        """Nobody was there to hear it: the agent is logged out, and it is counted."""
        ann = stand(floor)
        floor.kill_worker()
        floor.switch.end(ann)
        floor.clock.advance(3)
        floor.worker = floor.start_worker()
        floor.switch.restore_link()
        settle()
        agent = floor.agent(ANN)
        assert (agent.state, agent.reason) == (AgentState.LOGGED_OUT, AgentReason.STANDING_LEG)
        assert agent.standing_leg is None
        assert ("agent", "line_gone") in healed(floor)

    def test_logged_out_while_nobody_listened(self, floor: TestFloor) -> None:
        """The line of an agent who is logged out is ended."""
        ann = stand(floor)
        floor.kill_worker()
        floor.store.roster.log_out(ANN, "r", BY_COMMAND)
        floor.clock.advance(3)
        floor.worker = floor.start_worker()
        floor.switch.restore_link()
        floor.clock.advance(10)
        assert ann not in floor.switch.legs_by_id
        assert floor.agent(ANN).state is AgentState.LOGGED_OUT

    def test_the_link_drops(self, floor: TestFloor) -> None:
        ann, caller = stand(floor), floor.call_in()
        floor.clock.advance(3)
        floor.switch.lose_link()
        floor.switch.end(caller)
        floor.clock.advance(3)
        floor.switch.restore_link()
        floor.clock.advance(1)
        assert line_of(floor, ann).playing == SILENCE
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        another = floor.call_in()
        floor.clock.advance(3)
        assert talks_on(floor, another) == ann

    def test_the_switch_restarts(self, floor: TestFloor) -> None:
        stand(floor)
        floor.switch.lose_link()
        floor.switch.restore_link(is_restarted=True)
        floor.clock.advance(1)
        assert floor.agent(ANN).state is AgentState.LOGGED_OUT
        assert floor.worker.crew.lines.count == 0

    def test_redis_loses_its_data(self, floor: TestFloor) -> None:
        ann = stand(floor)
        floor.store.lose_data()
        floor.clock.advance(30)
        agent = floor.agent(ANN)
        assert agent.state is AgentState.AVAILABLE
        assert agent.standing_leg == StandingLeg(leg_id=ann, node=NODE)
        caller = floor.call_in()
        floor.clock.advance(3)
        assert talks_on(floor, caller) == ann

    def test_redis_and_the_process_lose_all(self, floor: TestFloor) -> None:
        """The line itself tells who stands on it."""
        ann = stand(floor)
        floor.kill_worker()
        floor.store.lose_data()
        floor.worker = floor.start_worker()
        floor.switch.restore_link()
        floor.clock.advance(2)
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        caller = floor.call_in()
        floor.clock.advance(3)
        assert talks_on(floor, caller) == ann

    def test_a_stop_does_not_wait_for_lines(self, floor: TestFloor) -> None:
        """They are the next process's."""
        stand(floor)
        assert floor.worker.drain(0)
