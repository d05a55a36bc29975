"""Promised callbacks survive what goes away: the process, the link, the switch, Redis."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.callbacks import CALLBACKS
from callcore.domain.events import CallbackPromised, CallbackUnreached, SelfHealed
from callcore.domain.hours import OpeningHours
from callcore.domain.ids import CallId, NodeName
from callcore.domain.outcomes import CallOutcome, HungUpBy, LeaveReason
from callcore.domain.treatments import OverflowReason
from callcore.flows.site import Site
from callcore.ports.switch_events import SwitchEvent
from tests.fakes.clock import MortalClock
from tests.fakes.switch import NODE, SILENT, FakeSwitch, Phone
from tests.flows.callbacks import KEPT_BY, NUMBER, PROMPTS, QUICK, CallbackFloor, policy
from tests.flows.floor import ANN, BOB, SUPPORT

KEEPING = (*range(0, 300, 13), *range(300, 2200, 190), *range(2200, 2700, 13))
"""Milliseconds from the agent's phone, over what the agent is told, to the talk."""

ANSWERING = Phone(answers_after_seconds=0.1)
SLOWLY = Phone(answers_after_seconds=1.0)


@pytest.fixture
def floor() -> CallbackFloor:
    return CallbackFloor()


def healed(floor: CallbackFloor) -> list[tuple[str, str]]:
    """What was mended, and why."""
    return [(fact.what, fact.reason) for fact in floor.told(SelfHealed)]


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
    assert floor.worker.switchboard.calls_count == 0, step
    assert floor.complaints == [], step


class TestProcessDies:
    """Another process finds the promise on the floor."""

    def test_a_promise_waits_on_at_its_place(self, floor: CallbackFloor) -> None:
        """Between live callers; what its record lacks it says."""
        floor.promised()
        before = floor.promise()
        behind = floor.call_in(number="+48200200")
        floor.restart()
        assert floor.promise() == before
        assert (floor.position(before.leg_id), floor.position(behind)) == (1, 2)
        assert [fact.is_adopted for fact in floor.told(CallbackPromised)] == [False, True]
        assert ("call", "adopted") in healed(floor)
        floor.log_in(ANN)
        floor.clock.advance(5)
        assert floor.agent(ANN).call_id == before.call_id
        floor.switch.end(floor.customers_leg().leg_id)
        floor.clock.advance(1)
        record = floor.callback_record()
        assert record.is_adopted
        assert record.callback_of == before.callback.of_call if before.callback else False
        assert record.outcome is CallOutcome.SERVED

    def test_what_was_tried_is_known(self, floor: CallbackFloor) -> None:
        """The next process goes on counting, and waits for the same instant."""
        floor.promised()
        floor.customer(SILENT)
        floor.log_in(ANN)
        floor.clock.advance(23)
        floor.restart()
        floor.clock.advance(50)
        assert floor.dialled_count() == 1
        floor.clock.advance(40)
        assert floor.dialled_count() == 2
        record = floor.callback_record()
        assert record.visits[0].leave_reason is LeaveReason.CALLBACK_FAILED

    def test_a_promise_expires_by_the_same_clock(self, floor: CallbackFloor) -> None:
        """Counted from the promise, whoever keeps it."""
        floor.promised()
        floor.clock.advance(KEPT_BY.expires_after_seconds - 100)
        floor.restart()
        assert len(floor.promises()) == 1
        floor.clock.advance(100)
        assert floor.promises() == []

    def test_the_agent_being_rung_is_asked_anew(self, floor: CallbackFloor) -> None:
        """The phone falls silent and rings again, without a miss."""
        floor.promised()
        floor.log_in(ANN, phone=SILENT)
        floor.clock.advance(1)
        first = floor.offered_leg_of(ANN)
        floor.restart()
        floor.clock.advance(0.1)
        assert floor.switch.causes[first] == "ORIGINATOR_CANCEL"
        assert floor.agent(ANN).miss_count == 0
        assert floor.offered_leg_of(ANN) != first

    def test_the_customers_phone_falls_silent_and_the_promise_waits(
        self, floor: CallbackFloor
    ) -> None:
        """Nobody would be there if it were picked up; it was no attempt."""
        floor.promised()
        floor.customer(SILENT)
        floor.log_in(ANN)
        floor.clock.advance(4)
        legs = [floor.customers_leg().leg_id, floor.offered_leg_of(ANN)]
        floor.restart()
        floor.clock.advance(0.1)
        assert [floor.switch.causes[leg] for leg in legs] == ["ORIGINATOR_CANCEL"] * 2
        callback = floor.promise().callback
        assert callback is not None
        assert callback.attempts_count == 0
        floor.customer(ANSWERING)
        assert_kept_in_the_end(floor, "silenced")

    def test_a_talk_is_followed_to_its_end(self, floor: CallbackFloor) -> None:
        """One record, of a callback, with the customer's number and the whole talk."""
        caller = floor.promised()
        floor.log_in(ANN)
        floor.clock.advance(10)
        assert floor.agent(ANN).state is AgentState.TALKING
        floor.restart()
        floor.clock.advance(10)
        floor.switch.end(floor.customers_leg().leg_id)
        floor.clock.advance(1)
        record = floor.callback_record()
        assert (record.outcome, record.hung_up_by) == (CallOutcome.SERVED, HungUpBy.CALLER)
        assert (record.caller_number, record.callback_of) == (NUMBER, caller)
        assert record.talk_seconds > 15
        assert floor.agent(ANN).state is AgentState.WRAPPING_UP

    def test_a_talk_that_ended_unheard_is_closed(self, floor: CallbackFloor) -> None:
        """The agent wraps up, the floor forgets, the record says what is not known."""
        floor.promised()
        floor.log_in(ANN)
        floor.clock.advance(10)
        floor.kill_worker()
        floor.switch.end(floor.customers_leg().leg_id)
        floor.restart()
        assert floor.agent(ANN).state is AgentState.WRAPPING_UP
        record = floor.callback_record()
        assert (record.outcome, record.hung_up_by) == (CallOutcome.SERVED, HungUpBy.UNKNOWN)
        assert record.faults
        floor.clock.advance(30)
        assert_nothing_is_left(floor, "closed")

    def test_at_every_instant_of_keeping_it(self) -> None:
        """Killed from before the agent's phone rings until after they have begun to talk."""
        for step in KEEPING:
            floor = CallbackFloor()
            floor.customer(ANSWERING)
            floor.promised()
            floor.log_in(ANN, phone=Phone(answers_after_seconds=0.2))
            floor.clock.advance(step * 0.001)
            floor.restart()
            assert_kept_in_the_end(floor, step)

    def test_at_every_instant_of_promising_it(self) -> None:
        """The caller is back in the queue or hung up; a promise that was made is kept."""
        for step in range(0, 6000, 150):
            floor = CallbackFloor()
            floor.customer(ANSWERING)
            caller = floor.call_in()
            floor.clock.advance(29.9)
            floor.clock.after(1.0, partial(floor.switch.press, caller, "1"))
            floor.clock.advance(step * 0.001)
            floor.restart()
            if caller in floor.switch.legs_by_id:
                floor.clock.advance(3)
                floor.switch.end(caller)
            floor.clock.advance(100)
            floor.log_in(ANN)
            floor.clock.advance(20)
            if floor.promises():
                assert_kept_in_the_end(floor, step)
            assert_nothing_is_left(floor, step)
            records = [record for record in floor.records() if not record.is_callback]
            assert [record.call_id for record in records] == [caller], step

    def test_a_caller_who_was_being_asked_is_back_in_the_queue(self, floor: CallbackFloor) -> None:
        """At the old place, and is asked again."""
        caller = floor.call_in()
        floor.overflow(caller, "")
        joined_at = floor.store.waiting_room.call(CallId(caller))
        floor.restart_at_once()
        assert floor.switch.legs_by_id[caller].announcing is not None
        call = floor.store.waiting_room.call(CallId(caller))
        assert call is not None
        assert joined_at is not None
        assert floor.knows(caller)
        assert call.first_joined_at == joined_at.first_joined_at
        floor.overflow(caller)
        assert len(floor.promises()) == 1

    def test_a_caller_who_was_being_asked_at_the_door_comes_to_it_again(self) -> None:
        """Nobody who was not admitted gets a place by it."""
        never = OpeningHours(name="never", timezone="UTC", week={})
        floor = CallbackFloor(policy(reason=OverflowReason.CLOSED, hours=never))
        caller = floor.call_in()
        floor.overflow(caller, "")
        floor.restart_at_once()
        assert not floor.knows(caller)
        floor.clock.advance(1)
        floor.switch.press(caller, "1")
        floor.clock.advance(0.1)
        assert len(floor.promises()) == 1

    def test_a_queue_that_is_no_more(self, floor: CallbackFloor) -> None:
        """The promise cannot be kept: a record says so, and nothing is left."""
        floor.promised()
        site = floor.policy
        queues = {name: queue for name, queue in site.queues.items() if name != SUPPORT}
        floor.policy = replace(site, queues=queues, numbers={}, agents={})
        floor.restart()
        assert floor.promises() == []
        assert floor.callback_record().outcome is CallOutcome.LOST


class TestLink:
    """The link goes down while the process lives."""

    def test_nobody_is_rung_while_it_is_down(self, floor: CallbackFloor) -> None:
        """There is no switch within reach; then there is."""
        floor.promised()
        floor.switch.lose_link()
        floor.log_in(ANN)
        floor.clock.advance(30)
        assert floor.switch.requests == []
        floor.switch.restore_link()
        floor.clock.advance(5)
        assert floor.agent(ANN).state is AgentState.TALKING

    @pytest.mark.parametrize("deaf_seconds", [0.2, 1, 40])
    def test_a_loss_at_every_instant(self, deaf_seconds: float) -> None:
        """They talk in the end, perhaps at the next attempt."""
        for step in KEEPING[::2]:
            floor = CallbackFloor()
            floor.customer(ANSWERING)
            floor.promised()
            floor.log_in(ANN, phone=Phone(answers_after_seconds=0.2))
            floor.clock.advance(step * 0.001)
            floor.switch.lose_link()
            floor.clock.advance(deaf_seconds)
            floor.switch.restore_link()
            assert_kept_in_the_end(floor, step)

    def test_a_switch_that_restarted_is_nobodys_attempt(self, floor: CallbackFloor) -> None:
        """Both phones went with it; the customer is called again at once."""
        floor.promised()
        floor.customer(SLOWLY)
        floor.log_in(ANN)
        floor.clock.advance(2.5)
        assert floor.customers_leg().leg_id in floor.switch.legs_by_id
        floor.switch.lose_link()
        floor.switch.restore_link(is_restarted=True)
        floor.clock.advance(0.1)
        callback = floor.promise().callback
        assert callback is not None
        assert callback.attempts_count == 0
        assert floor.agent(ANN).miss_count == 0
        assert_kept_in_the_end(floor, "restarted")


class TestOtherSwitch:
    """The switch the caller was on is out of reach, another one is not."""

    def test_what_happens_there_unheard_is_heard_of(self) -> None:
        """The link to that one is lost in turn, and the customer puts down the phone meanwhile."""
        floor = TwoSwitches()
        floor.promised()
        floor.switch.lose_link()
        floor.customer(SILENT)
        floor.other.phones = floor.switch.phones
        floor.log_in(ANN)
        floor.clock.advance(4)
        floor.other.lose_link()
        floor.other.end(floor.other.requests[1].leg_id)
        floor.other.restore_link()
        floor.clock.advance(0.1)
        assert len(floor.told(CallbackUnreached)) == 1
        assert floor.agent(ANN).state is AgentState.AVAILABLE

    def test_a_promise_offered_there_by_a_dead_process_is_taken_up(self) -> None:
        """That switch is out of reach for good: when the agent's lease ends, it is offered anew."""
        floor = TwoSwitches()
        floor.promised()
        floor.log_in(ANN, phone=SILENT)
        floor.clock.advance(1)
        floor.kill_worker()
        floor.switch.lose_link()
        floor.worker = floor.start_worker()
        floor.other.restore_link()
        floor.clock.advance(10)
        assert floor.agent(ANN).state is AgentState.RINGING
        floor.other.phones["user/1001@t"] = ANSWERING
        floor.clock.advance(100)
        assert floor.agent(ANN).state is AgentState.TALKING
        assert len(floor.other.requests) == 2

    def test_the_customer_is_called_from_there(self) -> None:
        """Agent and customer both; the record names it."""
        floor = TwoSwitches()
        floor.promised()
        floor.switch.lose_link()
        floor.log_in(ANN)
        floor.clock.advance(5)
        assert floor.switch.requests == []
        assert [request.contact[:5] for request in floor.other.requests] == ["user/", "sofia"]
        assert floor.agent(ANN).state is AgentState.TALKING
        callback = floor.promise().callback
        assert callback is not None
        assert callback.node == OTHER
        floor.other.end(floor.other.requests[1].leg_id)
        floor.clock.advance(1)
        assert floor.callback_record().node == OTHER

    def test_the_switch_of_the_call_is_preferred(self) -> None:
        """While its link is up."""
        floor = TwoSwitches()
        floor.promised()
        floor.log_in(ANN)
        floor.clock.advance(5)
        assert len(floor.switch.requests) == 2
        assert floor.other.requests == []


OTHER = NodeName("fs2")


class TwoSwitches(CallbackFloor):
    """The call centre with a second switch, which nobody calls."""

    __test__ = False

    def _new_site(self, life: MortalClock) -> Site:
        self.other = FakeSwitch(self.clock, OTHER)
        for agent in self.policy.agents.values():
            self.other.phones[agent.contact] = QUICK
        site = super()._new_site(life)
        self.other.deliver_to(self._hear_other)
        return replace(site, switches={NODE: self.switch, OTHER: self.other})

    def _hear_other(self, event: SwitchEvent) -> None:
        self.worker.deliver(event)


class TestRedis:
    """The floor is away, or empty."""

    def test_data_that_were_lost_are_told_again(self, floor: CallbackFloor) -> None:
        """The promise has its place, and what is known of it; the number has no second one, but the
        place itself when it rings in.
        """
        floor.promised()
        before = floor.promise()
        floor.store.lose_data()
        floor.clock.advance(20)
        assert floor.promise() == before
        caller = floor.call_in()
        floor.overflow(caller)
        floor.clock.advance(PROMPTS)
        after = floor.promise()
        assert after.first_joined_at == before.first_joined_at
        floor.log_in(ANN)
        floor.clock.advance(10)
        assert floor.agent(ANN).call_id == after.call_id

    def test_data_lost_during_the_talk_and_the_process_too(self, floor: CallbackFloor) -> None:
        """What the customer's line remembers is enough to follow it."""
        caller = floor.promised()
        floor.log_in(ANN)
        floor.clock.advance(10)
        call_id = floor.promise().call_id
        floor.store.lose_data()
        floor.restart()
        floor.switch.end(floor.customers_leg().leg_id)
        floor.clock.advance(1)
        record = floor.callback_record()
        assert (record.call_id, record.callback_of) == (call_id, caller)
        assert (record.caller_number, record.agent_id) == (NUMBER, ANN)

    def test_a_short_absence_at_every_instant(self) -> None:
        """Three seconds without a floor while the promise is being kept."""
        for step in KEEPING[::2]:
            floor = CallbackFloor()
            floor.customer(ANSWERING)
            floor.promised()
            floor.log_in(ANN, phone=Phone(answers_after_seconds=0.2))
            floor.clock.advance(step * 0.001)
            floor.store.go_down()
            floor.clock.advance(3)
            floor.store.come_up()
            assert_kept_in_the_end(floor, step)

    def test_away_as_the_next_process_begins_to_follow_it(self, floor: CallbackFloor) -> None:
        """Nothing is given up that is promised."""
        floor.promised()
        before = floor.promise()
        floor.kill_worker()
        floor.worker = floor.start_worker()
        floor.store.go_down()
        floor.switch.restore_link()
        floor.clock.advance(5)
        floor.store.come_up()
        floor.clock.advance(5)
        assert floor.promise() == before
        floor.log_in(ANN, BOB)
        floor.clock.advance(5)
        assert floor.store.waiting_room.calls(CALLBACKS)[0].state == "talking"
