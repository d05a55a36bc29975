"""Promised callbacks: kept at the old place, and what operators do to them."""

from __future__ import annotations

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.ids import CallId
from callcore.domain.outcomes import CallOutcome, HungUpBy, LeaveReason
from callcore.domain.policies import Strategy
from callcore.domain.treatments import OverflowReason
from callcore.flows.promise_line import LOOK_SECONDS
from callcore.flows.site import Site
from callcore.ports.operations import NotWaitingError
from callcore.runtime.greenlets import spawn
from tests.fakes.clock import START, MortalClock
from tests.fakes.switch import SILENT, Phone
from tests.flows.callbacks import (
    ANSWERING,
    CONTACT,
    NUMBER,
    ON_HOOK,
    PROMPTS,
    CallbackFloor,
    policy,
)
from tests.flows.floor import ANN, BOB, CLEO, SALES, SUPPORT


@pytest.fixture
def floor() -> CallbackFloor:
    return CallbackFloor()


class HastyFloor(CallbackFloor):
    """The call centre by a clock whose timers fire a little early, as an event loop's may."""

    __test__ = False

    def _new_site(self, life: MortalClock) -> Site:
        on_time = life.after
        life.after = lambda seconds, run: on_time(seconds * 0.999, run)
        return super()._new_site(life)


class TestKept:
    """An agent is free: the agent's phone first, then the customer's."""

    def test_at_the_old_place_between_live_callers(self) -> None:
        """Served after those ahead and before those behind; counted in positions meanwhile."""
        site = policy(reason=OverflowReason.EXIT_KEY, exit_key="*", maximum_wait_seconds=600)
        floor = CallbackFloor(site)
        ahead = floor.call_in(number="+48200001")
        middle = floor.call_in()
        behind = floor.call_in(number="+48200003")
        floor.switch.press(middle, "*")
        floor.overflow(middle)
        floor.clock.advance(PROMPTS + ON_HOOK)
        promise = floor.promise()
        assert floor.position(behind) == 3
        assert floor.position(promise.leg_id) == 2
        floor.log_in(ANN)
        floor.clock.advance(5)
        assert floor.switch.legs_by_id[ahead].bridged_to is not None
        floor.switch.end(ahead)
        floor.clock.advance(10 + 5)
        assert floor.agent(ANN).state is AgentState.TALKING
        assert floor.agent(ANN).call_id == promise.call_id
        assert floor.position(behind) == 1
        floor.log_in(BOB)
        floor.clock.advance(5)
        assert floor.agent(BOB).call_id == behind

    def test_agent_first_then_the_customer(self, floor: CallbackFloor) -> None:
        """The customer sees the number dialled; the agent hears that it rings; both talk."""
        caller = floor.promised()
        promise = floor.promise()
        floor.customer(ANSWERING)
        floor.log_in(ANN)
        floor.clock.advance(1)
        assert floor.dialled_count() == 0
        agents_leg = floor.offered_leg()
        floor.clock.advance(1.1)
        assert "tone_stream" in (floor.switch.legs_by_id[agents_leg].playing or "")
        request = floor.switch.requests[-1]
        assert (request.contact, request.caller_number) == (CONTACT, "8001")
        assert request.leg_id[0] == caller[0]
        floor.clock.advance(1.1)
        assert floor.customers_leg().bridged_to == agents_leg
        assert floor.agent(ANN).state is AgentState.TALKING
        floor.clock.advance(30)
        floor.switch.end(agents_leg)
        floor.clock.advance(15)
        record = floor.callback_record()
        assert (record.outcome, record.hung_up_by) == (CallOutcome.SERVED, HungUpBy.AGENT)
        assert (record.call_id, record.callback_of) == (promise.call_id, CallId(caller))
        assert (record.caller_number, record.dialled_number) == (NUMBER, "8001")
        assert record.caller_leg_id == request.leg_id
        assert record.node == "fs1"
        assert record.talk_seconds == pytest.approx(30, abs=0.2)
        assert record.visits[0].leave_reason is LeaveReason.PICKED_UP
        assert record.visits[0].joined_at == START + 1000
        assert record.is_within_service_level is None
        assert record.faults == ()
        assert [one.agent_id for one in record.decisions] == [ANN]
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        assert floor.promises() == []
        assert floor.switch.legs_by_id == {}
        assert not [name for name, leg in floor.switch.commands if leg == promise.call_id]

    def test_it_waits_and_never_abandons(self, floor: CallbackFloor) -> None:
        """Which is learnt of it: how long people wait on the line is another matter."""
        floor.promised()
        before = floor.store.waiting_room.door(SUPPORT, "").rates
        floor.log_in(ANN)
        floor.clock.advance(6)
        after = floor.store.waiting_room.door(SUPPORT, "").rates
        assert after.abandoned_weight <= before.abandoned_weight

    def test_the_customer_may_hang_up_after_the_talk(self, floor: CallbackFloor) -> None:
        """From then on it is a call like any other."""
        floor.promised()
        floor.log_in(ANN)
        floor.clock.advance(6)
        floor.switch.end(floor.customers_leg().leg_id)
        floor.clock.advance(1)
        record = floor.callback_record()
        assert (record.outcome, record.hung_up_by) == (CallOutcome.SERVED, HungUpBy.CALLER)
        assert floor.agent(ANN).state is AgentState.WRAPPING_UP

    def test_nobody_is_rung_before_the_first_call_is_over(self, floor: CallbackFloor) -> None:
        """An agent who is free meanwhile would find the customer's phone busy."""
        caller = floor.call_in()
        floor.overflow(caller)
        floor.log_in(ANN)
        floor.clock.advance(PROMPTS + 4)
        assert floor.switch.requests == []
        floor.clock.advance(2)
        assert len(floor.switch.requests) == 1

    def test_a_promise_whose_caller_was_never_let_go_may_begin_after_all(
        self, floor: CallbackFloor
    ) -> None:
        """The process died between promise and hang-up; the next one finds the line ended."""
        caller = floor.call_in()
        floor.overflow(caller)
        floor.kill_worker()
        floor.switch.end(caller)
        floor.restart()
        floor.log_in(ANN)
        floor.clock.advance(LOOK_SECONDS + ON_HOOK - 0.5)
        assert floor.switch.requests == []
        floor.clock.advance(1)
        assert floor.agent(ANN).call_id == floor.promise().call_id

    def test_timers_that_fire_a_moment_early_are_set_again(self) -> None:
        """Nobody would look for the promise any more after that."""
        floor = HastyFloor(policy())
        floor.overflow(floor.call_in())
        floor.clock.advance(PROMPTS)
        floor.log_in(ANN)
        floor.clock.advance(10)
        assert floor.agent(ANN).state is AgentState.TALKING

    def test_several_phones_ring_and_one_customer(self) -> None:
        """Where all phones ring, the customer is called for the first who picks up."""
        floor = CallbackFloor(policy(strategy=Strategy.RING_ALL))
        floor.promised()
        floor.log_in(ANN, BOB, phone=Phone(answers_after_seconds=1))
        floor.clock.advance(6)
        assert floor.dialled_count() == 1
        states = sorted(floor.agent(agent).state for agent in (ANN, BOB))
        assert states == [AgentState.AVAILABLE, AgentState.TALKING]

    def test_a_promise_is_not_for_the_door_to_judge(self) -> None:
        """A queue that is full, closed to the last, or without agents keeps it all the same."""
        floor = CallbackFloor(policy(no_agents_grace_seconds=40, maximum_waiting=1))
        floor.promised()
        assert not floor.knows(floor.call_in(number="+48200200"))
        floor.clock.advance(120)
        assert len(floor.promises()) == 1

    def test_a_customer_transferred_by_the_agent_is_a_caller_again(
        self, floor: CallbackFloor
    ) -> None:
        """Handed to a queue, the customer waits on the line and is in the same record."""
        floor.promised()
        floor.log_in(ANN)
        floor.clock.advance(6)
        customer = floor.switch.blind_transfer(floor.offered_leg_of(ANN), "8002")
        floor.clock.advance(0.1)
        floor.switch.park_again(customer, "8002")
        floor.clock.advance(1)
        call_id = floor.switch.requests[-1].variables["callcore_call"]
        call = floor.store.waiting_room.call(CallId(call_id))
        assert call is not None
        assert (call.queue, call.node, call.callback) == (SALES, "fs1", None)
        assert floor.switch.legs_by_id[customer].playing == "local_stream://moh"
        floor.log_in(CLEO)
        floor.clock.advance(5)
        floor.switch.end(customer)
        floor.clock.advance(1)
        record = floor.callback_record()
        assert [visit.queue for visit in record.visits] == ["support", "sales"]
        assert record.agent_id == CLEO


class TestOperators:
    """What operators see and do."""

    def test_it_is_shown_as_what_it_is(self, floor: CallbackFloor) -> None:
        """Among those who wait, its number shortened."""
        floor.promised()
        live = floor.call_in(number="+48200200")
        views = floor.worker.operating.waiting()
        assert [(view.call_id, view.is_callback) for view in views] == [
            (floor.promise().call_id, True),
            (live, False),
        ]
        assert views[0].caller_number == "+4820…00"
        assert views[0].position == 1
        assert views[0].waited_seconds > 30

    def test_its_priority_can_be_set_and_stays(self, floor: CallbackFloor) -> None:
        """On the floor and for the next process; there is no line to keep it on."""
        floor.promised()
        call_id = floor.promise().call_id
        spawn("operator", lambda: floor.worker.operating.set_priority(call_id, 5, by="eve"))
        floor.clock.advance(1)
        promise = floor.promise()
        assert (promise.own_priority, promise.priority) == (5, 5)
        assert not [name for name, leg in floor.switch.commands if leg == call_id]
        floor.restart()
        assert floor.promise() == promise

    def test_it_can_be_withdrawn(self, floor: CallbackFloor) -> None:
        """Nobody is called back; another promise may be made."""
        floor.promised()
        call_id = floor.promise().call_id
        spawn("operator", lambda: floor.worker.operating.withdraw(call_id, by="eve"))
        floor.clock.advance(1)
        assert floor.promises() == []
        assert floor.callback_record().visits[0].leave_reason is LeaveReason.WITHDRAWN
        floor.log_in(ANN)
        floor.clock.advance(30)
        assert floor.switch.requests == []

    def test_not_while_an_agent_waits_for_the_customer(self, floor: CallbackFloor) -> None:
        """That is no time to take it back."""
        floor.promised()
        floor.customer(SILENT)
        floor.log_in(ANN)
        floor.clock.advance(4)
        refused: list[str] = []

        def withdraw() -> None:
            try:
                floor.worker.operating.withdraw(floor.promise().call_id, by="eve")
            except NotWaitingError as error:
                refused.append(str(error))

        spawn("operator", withdraw)
        floor.clock.advance(1)
        assert len(refused) == 1
        assert len(floor.customers_legs()) == 1

    def test_it_can_be_moved(self, floor: CallbackFloor) -> None:
        """It waits in the other queue since the first joining, and is kept there."""
        floor.promised()
        call_id = floor.promise().call_id
        spawn("operator", lambda: floor.worker.operating.move(call_id, SALES, by="eve"))
        floor.clock.advance(1)
        promise = floor.promise()
        assert (promise.queue, promise.first_joined_at) == (SALES, START + 1000)
        floor.log_in(CLEO)
        floor.clock.advance(6)
        assert floor.agent(CLEO).call_id == call_id
        floor.switch.end(floor.customers_leg().leg_id)
        floor.clock.advance(1)
        visits = [visit.queue for visit in floor.callback_record().visits]
        assert visits == ["support", "sales"]

    def test_draining_leaves_promises_to_the_next_process(self, floor: CallbackFloor) -> None:
        """A process that stops does not wait for them, and calls nobody any more."""
        floor.promised()
        floor.worker.stop_taking_calls()
        assert floor.worker.calls_count == 0
        floor.log_in(ANN)
        floor.clock.advance(30)
        assert floor.switch.requests == []
        floor.restart()
        floor.clock.advance(6)
        assert floor.agent(ANN).state is AgentState.TALKING
