"""One of two switches dies, or seems to: its calls are closed once, everything else goes on."""

from __future__ import annotations

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.events import NodeLost
from callcore.domain.outcomes import (
    CallOutcome,
    HungUpBy,
    LeaveReason,
    OfferLostReason,
    RecordSource,
)
from tests.fakes.switch import NODE, SILENT
from tests.flows.feature_codes import by_phone, stand, standing
from tests.flows.floor import ANN
from tests.flows.stories import queue_of
from tests.flows.two_nodes import HELD, TwoNodes, shared


@pytest.fixture
def floor() -> TwoNodes:
    return TwoNodes()


class TestDead:
    """The process is gone, and its calls."""

    def test_who_waited_there_has_a_record_that_says_so(self, floor: TwoNodes) -> None:
        """Nobody stays on the floor, and those on the other switch go on."""
        lost, lives = floor.call_in(), floor.call_other()
        floor.clock.advance(5)
        floor.switch.vanish()
        floor.clock.advance(1)
        record = floor.record()
        assert (record.call_id, record.outcome) == (lost, CallOutcome.LOST)
        assert record.visits[0].leave_reason is LeaveReason.SWITCH_LOST
        assert (record.hung_up_by, record.hangup_cause) == (HungUpBy.SWITCH, "SWITCH_LOST")
        assert floor.position(lives) == 1
        assert [(fact.node, fact.calls_count) for fact in floor.told(NodeLost)] == [(NODE, 1)]
        assert not floor.stuck()

    def test_a_lost_link_alone_ends_nothing(self, floor: TwoNodes) -> None:
        """Before it counts as dead the calls go on."""
        caller = floor.call_in()
        floor.switch.lose_link()
        floor.clock.advance(50)
        assert floor.records() == []
        assert floor.position(caller) == 1

    def test_who_talked_there_is_free(self, floor: TwoNodes) -> None:
        """The talk is in the record, and the agent serves the next on the other switch."""
        floor.log_in(ANN)
        lost = floor.call_in()
        floor.clock.advance(3)
        assert floor.agent_with(lost) == ANN
        floor.other.phones["user/1001@t"] = SILENT
        lives = floor.call_other()
        floor.switch.vanish()
        floor.other.register("user/1001@t")
        floor.clock.advance(1)
        record = floor.record()
        assert (record.outcome, record.hung_up_by) == (CallOutcome.SERVED, HungUpBy.SWITCH)
        assert record.offers[0].unbridged_at is not None
        assert floor.agent_with(lives) == ANN

    def test_offers_there_are_withdrawn_and_no_miss(self, floor: TwoNodes) -> None:
        """Who was being rung is free."""
        floor.switch.phones["user/1001@t"] = SILENT
        floor.log_in(ANN)
        floor.call_in()
        floor.clock.advance(3)
        assert floor.agent(ANN).state is AgentState.RINGING
        floor.switch.vanish()
        floor.clock.advance(1)
        assert floor.agent(ANN).state not in HELD
        assert floor.agent(ANN).miss_count == 0
        assert floor.record().offers[0].lost_reason is OfferLostReason.CALLER_GONE
        assert not floor.stuck()

    def test_what_nobody_follows_is_closed_too(self, floor: TwoNodes) -> None:
        """The process dies as well, and the next one never reaches the switch."""
        floor.log_in(ANN)
        talks, waits = floor.call_in(), floor.call_in()
        floor.clock.advance(3)
        assert floor.agent_with(talks) == ANN
        floor.switch.lose_link()
        floor.restart()
        assert floor.agent(ANN).state is AgentState.TALKING
        floor.switch.vanish()
        floor.clock.advance(6)
        assert {record.call_id for record in floor.records()} == {talks, waits}
        for record in floor.records():
            assert (record.hung_up_by, record.hangup_cause) == (HungUpBy.SWITCH, "SWITCH_LOST")
        assert floor.agent(ANN).state not in HELD
        assert not floor.stuck()

    def test_redis_may_be_away_at_that_instant(self, floor: TwoNodes) -> None:
        """It is told when it is back."""
        floor.log_in(ANN)
        caller = floor.call_in()
        floor.clock.advance(3)
        assert floor.agent_with(caller) == ANN
        floor.store.go_down()
        floor.switch.vanish()
        floor.clock.advance(3)
        floor.store.come_up()
        floor.clock.advance(20)
        assert floor.agent(ANN).state not in HELD
        assert floor.record().outcome is CallOutcome.SERVED
        assert not floor.stuck()

    def test_an_agent_on_a_standing_line_there_is_logged_out(self) -> None:
        """The line is gone: who wants to go on dials in again, perhaps elsewhere."""
        floor = TwoNodes(standing(queue_of(policy=by_phone(), wrap_up_seconds=0)))
        stand(floor)
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        floor.switch.vanish()
        floor.clock.advance(2)
        assert floor.agent(ANN).state is AgentState.LOGGED_OUT
        assert floor.agent(ANN).standing_leg is None

    def test_phones_there_are_not_taken_for_busy(self, floor: TwoNodes) -> None:
        """A call of the agent's own ended with the switch; nothing is known of the phone there."""
        floor.log_in(ANN)
        floor.switch.call_phone("user/1001@t")
        floor.clock.advance(1)
        assert floor.agent(ANN).holds
        floor.switch.vanish()
        floor.other.register("user/1001@t")
        floor.clock.advance(1)
        assert not floor.agent(ANN).holds

    def test_a_new_core_takes_part_again(self, floor: TwoNodes) -> None:
        """It comes back empty; callers and agents are served on it as ever."""
        floor.log_in(ANN)
        lost = floor.call_in()
        floor.clock.advance(3)
        floor.switch.vanish()
        floor.clock.advance(10)
        floor.switch.restore_link(is_restarted=True)
        floor.clock.advance(2)
        assert len(floor.records()) == 1
        caller = floor.call_in()
        floor.clock.advance(3)
        assert floor.agent_with(caller) == ANN
        assert floor.partner(caller) is not None
        assert floor.best_record(lost).hangup_cause == "SWITCH_LOST"


class TestCutOff:
    """It was the network: the switch is back with the same calls."""

    def test_who_waited_waits_on_in_the_same_place(self, floor: TwoNodes) -> None:
        """Before who came after; one record stays, of the whole call."""
        first, second = floor.call_in(), floor.call_other()
        floor.clock.advance(5)
        floor.switch.vanish(is_dead=False)
        floor.clock.advance(20)
        assert floor.position(second) == 1
        floor.switch.restore_link()
        floor.clock.advance(1)
        assert (floor.position(first), floor.position(second)) == (1, 2)
        floor.log_in(ANN)
        floor.clock.advance(3)
        assert floor.agent_with(first) == ANN
        floor.switch.end(first)
        floor.clock.advance(1)
        record = floor.best_record(first)
        assert (record.outcome, record.is_adopted) == (CallOutcome.SERVED, True)
        assert record.source is RecordSource.FOLLOWED
        assert not floor.stuck()

    def test_who_talked_talks_on_and_is_bridged_once(self, floor: TwoNodes) -> None:
        """The agent is held again, as if nothing had been."""
        floor.log_in(ANN)
        caller = floor.call_in()
        floor.clock.advance(3)
        partner = floor.partner(caller)
        floor.switch.vanish(is_dead=False)
        floor.clock.advance(20)
        assert floor.agent(ANN).state is not AgentState.TALKING
        bridges = floor.switch.commands.count(("bridge", caller))
        floor.switch.restore_link()
        floor.clock.advance(1)
        assert floor.agent_with(caller) == ANN
        assert floor.partner(caller) == partner
        assert floor.switch.commands.count(("bridge", caller)) == bridges
        floor.switch.end(caller)
        floor.clock.advance(1)
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        assert floor.best_record(caller).outcome is CallOutcome.SERVED
        assert floor.best_record(caller).source is RecordSource.FOLLOWED
        assert not floor.stuck()

    @pytest.mark.parametrize("wrap_up_seconds", [0, 60])
    def test_an_agent_who_wraps_up_meanwhile_is_held_again(self, wrap_up_seconds: int) -> None:
        """The talk goes on, so there is nothing to wrap up."""
        floor = TwoNodes(shared(wrap_up_seconds=wrap_up_seconds))
        floor.log_in(ANN)
        caller = floor.call_in()
        floor.clock.advance(3)
        floor.switch.vanish(is_dead=False)
        floor.clock.advance(2)
        floor.switch.restore_link()
        floor.clock.advance(1)
        assert floor.agent(ANN).state is AgentState.TALKING
        assert floor.agent_with(caller) == ANN

    def test_an_agent_who_talks_with_another_by_then_stays_there(self, floor: TwoNodes) -> None:
        """The old talk is followed to its end, and holds nobody."""
        floor.log_in(ANN)
        first = floor.call_in()
        floor.clock.advance(3)
        floor.switch.vanish(is_dead=False)
        floor.other.register("user/1001@t")
        second = floor.call_other()
        floor.clock.advance(3)
        assert floor.agent_with(second) == ANN
        floor.switch.restore_link()
        floor.clock.advance(2)
        assert floor.agent_with(second) == ANN
        floor.switch.end(first)
        floor.clock.advance(1)
        assert floor.agent_with(second) == ANN
        floor.other.end(second)
        floor.clock.advance(1)
        assert floor.agent(ANN).state not in HELD
        assert not floor.stuck()

    def test_who_hung_up_meanwhile_keeps_the_first_record(self, floor: TwoNodes) -> None:
        """There is nothing more to tell."""
        caller = floor.call_in()
        floor.clock.advance(5)
        floor.switch.vanish(is_dead=False)
        floor.clock.advance(5)
        floor.switch.end(caller)
        floor.switch.restore_link()
        floor.clock.advance(1)
        assert floor.record().source is RecordSource.FLOOR

    def test_an_agent_on_a_standing_line_is_let_go(self) -> None:
        """Logged out when the line seemed lost: the line says goodbye and ends."""
        floor = TwoNodes(standing(queue_of(policy=by_phone(), wrap_up_seconds=0)))
        line = stand(floor)
        floor.switch.vanish(is_dead=False)
        floor.clock.advance(10)
        assert floor.agent(ANN).state is AgentState.LOGGED_OUT
        floor.switch.restore_link()
        floor.clock.advance(30)
        assert line not in floor.switch.legs_by_id
