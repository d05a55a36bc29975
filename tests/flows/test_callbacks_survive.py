"""Promised callbacks survive the process."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.events import CallbackPromised, SelfHealed
from callcore.domain.hours import OpeningHours
from callcore.domain.ids import CallId
from callcore.domain.outcomes import CallOutcome, HungUpBy, LeaveReason
from callcore.domain.treatments import OverflowReason
from tests.fakes.switch import SILENT
from tests.flows.callbacks import KEPT_BY, NUMBER, CallbackFloor, policy
from tests.flows.floor import ANN, SUPPORT
from tests.flows.stories import pick_up
from tests.flows.surviving import (
    AT_ONCE,
    KEEPING,
    SOON,
    assert_kept_in_the_end,
    assert_nothing_is_left,
)


@pytest.fixture
def floor() -> CallbackFloor:
    return CallbackFloor()


def healed(floor: CallbackFloor) -> list[tuple[str, str]]:
    """What was mended, and why."""
    return [(fact.what, fact.reason) for fact in floor.told(SelfHealed)]


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

    def test_the_agents_phone_rings_on(self, floor: CallbackFloor) -> None:
        """And the customer is called when it is picked up."""
        floor.promised()
        floor.customer(AT_ONCE)
        floor.log_in(ANN, phone=SILENT)
        floor.clock.advance(1)
        first = floor.offered_leg_of(ANN)
        floor.restart()
        pick_up(floor, ANN)
        floor.clock.advance(5)
        assert floor.customers_leg().bridged_to == first
        assert floor.dialled_count() == 1
        assert_kept_in_the_end(floor, "rung on")

    def test_the_customers_phone_rings_on_for_the_agent_who_waits(
        self, floor: CallbackFloor
    ) -> None:
        """Neither is called a second time, and the agent is not told again."""
        floor.promised()
        floor.customer(SILENT)
        floor.log_in(ANN)
        floor.clock.advance(4)
        customer, agents = floor.customers_leg(), floor.offered_leg_of(ANN)
        said = len(floor.switch.legs_by_id[agents].announced)
        floor.restart()
        floor.clock.advance(1)
        assert len(floor.switch.legs_by_id[agents].announced) == said
        floor.switch._pick_up(customer)
        floor.clock.advance(5)
        assert customer.bridged_to == agents
        assert floor.dialled_count() == 1
        assert_kept_in_the_end(floor, "rung on")

    def test_a_customers_phone_rings_no_longer_than_it_may(self, floor: CallbackFloor) -> None:
        """Counted from when it was called, by whichever process; then it was an attempt."""
        floor.promised()
        floor.customer(SILENT)
        floor.log_in(ANN)
        while not floor.customers_legs():
            floor.clock.advance(0.1)
        customer = floor.customers_leg().leg_id
        floor.clock.advance(KEPT_BY.ring_seconds - 5)
        floor.restart()
        floor.clock.advance(1.5)
        assert customer in floor.switch.legs_by_id
        floor.clock.advance(1)
        assert customer not in floor.switch.legs_by_id
        callback = floor.promise().callback
        assert callback is not None
        assert callback.attempts_count == 1

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
            floor.customer(AT_ONCE)
            floor.promised()
            floor.log_in(ANN, phone=SOON)
            floor.clock.advance(step * 0.001)
            floor.restart()
            assert_kept_in_the_end(floor, step)

    def test_at_every_instant_of_promising_it(self) -> None:
        """The caller is back in the queue or hung up; a promise that was made is kept."""
        for step in range(0, 6000, 150):
            floor = CallbackFloor()
            floor.customer(AT_ONCE)
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
