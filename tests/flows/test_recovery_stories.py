"""What happens to calls when the link, the process, the switch or the floor goes away."""

from __future__ import annotations

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.events import SelfHealed
from callcore.domain.ids import LegId
from callcore.domain.outcomes import CallOutcome, HungUpBy, LeaveReason
from callcore.runtime.greenlets import spawn
from tests.fakes.clock import settle
from tests.fakes.switch import SILENT
from tests.flows.floor import ANN, BOB, TestFloor


def healed(floor: TestFloor) -> list[tuple[str, str]]:
    """What was mended, and why."""
    return [(fact.what, fact.reason) for fact in floor.told(SelfHealed)]


class TestProcessDies:
    """Another process adopts what it finds."""

    def test_a_waiting_caller_keeps_place_clock_and_music(self, floor: TestFloor) -> None:
        """Joining time and order are the old ones; the music is not touched; one record."""
        caller = floor.call_in()
        floor.clock.advance(5)
        behind = floor.call_in()
        floor.clock.advance(5)
        began = list(floor.switch.commands)
        floor.restart()
        assert healed(floor) == [("call", "adopted")] * 2
        again = floor.switch.commands[len(began) :]
        assert [name for name, _ in again if name == "play_endlessly"] == []
        assert (floor.position(caller), floor.position(behind)) == (1, 2)

        floor.log_in(ANN)
        floor.clock.advance(5)
        assert floor.agent(ANN).call_id == caller
        floor.switch.end(caller)
        settle()
        record = floor.record()
        assert record.is_adopted
        assert record.outcome is CallOutcome.SERVED
        assert record.wait_seconds == pytest.approx(15, abs=0.2)

    def test_a_phone_that_rings_rings_on(self, floor: TestFloor) -> None:
        """The offer is the same, and what became of it is told."""
        floor.log_in(ANN, phone=SILENT)
        floor.call_in()
        floor.clock.advance(1)
        offer_id, leg_id = floor.agent(ANN).offer_id, floor.switch.requests[0].leg_id
        floor.restart()
        floor.clock.advance(0.1)
        assert leg_id in floor.switch.legs_by_id
        assert floor.agent(ANN).offer_id == offer_id
        assert len(floor.switch.requests) == 1
        assert ("offer", "adopted") in healed(floor)

    def test_a_conversation_is_followed_to_its_end(self, floor: TestFloor) -> None:
        """The talk time runs from the bridge the dead process made; the agent wraps up after."""
        floor.log_in(ANN)
        caller = floor.call_in()
        floor.clock.advance(12)
        floor.restart()
        floor.clock.advance(20)
        floor.switch.end(caller)
        settle()
        record = floor.record()
        assert (record.outcome, record.agent_id) == (CallOutcome.SERVED, ANN)
        assert record.talk_seconds == pytest.approx(33, abs=0.2)
        assert floor.agent(ANN).state is AgentState.WRAPPING_UP

    def test_a_bridge_that_was_asked_for_and_not_heard_of_is_a_conversation(
        self, floor: TestFloor
    ) -> None:
        """Died between the bridge and its word: the switch is believed, the floor follows."""
        floor.log_in(ANN)
        caller = floor.call_in()
        floor.clock.advance(2.01)
        assert floor.agent(ANN).state is not AgentState.TALKING
        floor.restart()
        assert floor.agent(ANN).state is AgentState.TALKING
        floor.switch.end(caller)
        settle()
        assert floor.record().outcome is CallOutcome.SERVED

    def test_a_wrap_up_ends_though_its_process_died(self, floor: TestFloor) -> None:
        """The lease behind the wrap-up ends; the watch frees the agent."""
        floor.log_in(ANN)
        caller = floor.call_in()
        floor.clock.advance(5)
        floor.switch.end(caller)
        settle()
        floor.restart()
        assert floor.agent(ANN).state is AgentState.WRAPPING_UP
        floor.clock.advance(25)
        assert floor.agent(ANN).state is AgentState.AVAILABLE

    def test_a_caller_who_hung_up_unheard_has_a_record_and_leaves(self, floor: TestFloor) -> None:
        """The floor forgets the call, the record says that nobody knows when it ended."""
        caller = floor.call_in()
        floor.clock.advance(5)
        floor.kill_worker()
        floor.switch.end(caller)
        floor.worker = floor.start_worker()
        floor.switch.restore_link()
        settle()
        assert not floor.knows(caller)
        record = floor.record()
        assert (record.outcome, record.hung_up_by) == (CallOutcome.LOST, HungUpBy.UNKNOWN)
        assert record.faults

    def test_a_conversation_that_ended_unheard_frees_the_agent(self, floor: TestFloor) -> None:
        """The agent wraps up; the record has the talk."""
        floor.log_in(ANN)
        caller = floor.call_in()
        floor.clock.advance(5)
        floor.kill_worker()
        floor.switch.end(caller)
        floor.worker = floor.start_worker()
        floor.switch.restore_link()
        settle()
        assert floor.agent(ANN).state is AgentState.WRAPPING_UP
        assert floor.record().outcome is CallOutcome.SERVED

    def test_a_caller_who_arrived_unheard_is_taken(self, floor: TestFloor) -> None:
        """Parked while no process listened: served as one who has just arrived."""
        floor.kill_worker()
        caller = floor.call_in()
        floor.worker = floor.start_worker()
        floor.switch.restore_link()
        settle()
        assert floor.position(caller) == 1
        assert floor.switch.legs_by_id[caller].playing == "local_stream://moh"

    def test_a_caller_in_the_fallback_is_left_there(self, floor: TestFloor) -> None:
        """The dead man's switch sent the caller away: the floor forgets, the leg is not touched."""
        caller = floor.call_in()
        floor.kill_worker()
        leg = floor.switch.legs_by_id[caller]
        leg.dialled, leg.is_parked = "callcore_fallback", False
        floor.worker = floor.start_worker()
        floor.switch.restore_link()
        settle()
        assert not floor.knows(caller)
        assert caller in floor.switch.legs_by_id
        assert floor.record().visits[0].leave_reason is LeaveReason.FALLBACK

    def test_a_floor_that_lost_its_data_is_rebuilt_from_the_legs(self, floor: TestFloor) -> None:
        """Redis came back empty: places are those the channels remember, in the old order."""
        first = floor.call_in()
        floor.clock.advance(5)
        second = floor.call_in(digit="0")
        floor.clock.advance(5)
        floor.store.lose_data()
        floor.restart()
        assert (floor.position(first), floor.position(second)) == (1, 2)


class TestLinkDrops:
    """The same process, deaf for a while."""

    def test_a_call_that_ended_meanwhile_is_closed(self, floor: TestFloor) -> None:
        """No leg, no waiting caller."""
        caller = floor.call_in()
        floor.switch.lose_link()
        floor.switch.end(caller)
        floor.switch.restore_link()
        settle()
        assert floor.record().visits[0].leave_reason is LeaveReason.ABANDONED
        assert ("leg", "gone_unheard") in healed(floor)

    def test_nobody_is_offered_while_the_link_is_down(self, floor: TestFloor) -> None:
        """An agent who becomes free waits for the link, and is offered the caller then."""
        floor.call_in()
        floor.switch.lose_link()
        floor.log_in(ANN)
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        floor.switch.restore_link()
        settle()
        assert floor.agent(ANN).state is AgentState.RESERVED

    def test_a_pick_up_that_was_not_heard_is_heard_afterwards(self, floor: TestFloor) -> None:
        """The parked leg of the agent is found and bridged."""
        floor.log_in(ANN)
        caller = floor.call_in()
        floor.clock.advance(1)
        floor.switch.lose_link()
        floor.clock.advance(2)
        floor.switch.restore_link()
        floor.clock.advance(1)
        assert floor.agent(ANN).state is AgentState.TALKING
        assert floor.switch.legs_by_id[caller].bridged_to is not None

    def test_a_switch_that_restarted_has_lost_its_calls(self, floor: TestFloor) -> None:
        """Each call is closed with that reason and its agent freed."""
        floor.log_in(ANN)
        floor.call_in()
        floor.clock.advance(5)
        floor.call_in()
        floor.switch.lose_link()
        floor.switch.restore_link(is_restarted=True)
        settle()
        talked, waited = sorted(floor.records(), key=lambda record: record.outcome, reverse=True)
        assert (talked.outcome, talked.hung_up_by) == (CallOutcome.SERVED, HungUpBy.SWITCH)
        assert (waited.outcome, waited.hung_up_by) == (CallOutcome.LOST, HungUpBy.SWITCH)
        assert floor.agent(ANN).state is AgentState.WRAPPING_UP

    def test_comparing_twice_changes_nothing(self, floor: TestFloor) -> None:
        """A floor in order is left in order."""
        floor.log_in(ANN)
        floor.call_in()
        floor.clock.advance(5)
        floor.call_in()
        before = healed(floor)
        floor.switch.lose_link()
        floor.switch.restore_link()
        settle()
        assert healed(floor) == before
        assert floor.records() == []


class TestRedisAway:
    """The floor does not answer."""

    def test_an_offer_lost_meanwhile_is_mended_by_its_lease(self, floor: TestFloor) -> None:
        """Neither the agent nor the caller stays stuck: both are free when the lease ends."""
        floor.log_in(ANN, phone=SILENT)
        caller = floor.call_in()
        floor.clock.advance(1)
        floor.store.go_down()
        floor.switch.end(floor.switch.requests[0].leg_id, "USER_BUSY")
        settle()
        floor.store.come_up()
        floor.clock.advance(60)
        assert len(floor.switch.requests) > 1
        assert floor.switch.requests[1].variables["callcore_call"] == caller

    def test_a_record_is_held_until_the_floor_is_back(self, floor: TestFloor) -> None:
        """A call that ends while Redis is away has its record later."""
        caller = floor.call_in()
        floor.store.go_down()
        floor.switch.end(caller)
        floor.clock.advance(3)
        floor.store.come_up()
        assert floor.records() == []
        floor.clock.advance(2)
        assert floor.record().call_id == caller


def test_draining_takes_no_new_calls_and_ends_with_the_last(floor: TestFloor) -> None:
    """Callers in progress are served; new ones are left to the dialplan's fallback."""
    caller = floor.call_in()
    floor.worker.stop_taking_calls()
    newcomer = floor.switch.call_in()
    settle()
    assert not floor.knows(newcomer)
    ended: list[bool] = []
    spawn("drain", lambda: ended.append(floor.worker.drain(60)))
    floor.clock.advance(5)
    assert ended == []
    floor.switch.end(caller)
    floor.clock.advance(1)
    assert ended == [True]


def test_two_processes_never_offer_one_caller_twice(floor: TestFloor) -> None:
    """Whatever the order of events, an agent holds one caller and a caller one agent."""
    floor.log_in(ANN, BOB)
    caller: LegId = floor.call_in()
    holders = [a for a in (ANN, BOB) if floor.agent(a).call_id == caller]
    assert len(holders) == 1
