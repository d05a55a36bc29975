"""Agents who hear a machine when a customer was called back."""

from __future__ import annotations

from dataclasses import replace

from callcore.domain.agents import AgentState
from callcore.domain.events import CallbackUnreached
from callcore.domain.outcomes import AttemptOutcome, CallOutcome, HungUpBy, LeaveReason
from callcore.domain.treatments import OverflowReason
from tests.flows.callbacks import ANSWERING
from tests.flows.customers_first import UNCHECKED, CustomersFirst, customer_first
from tests.flows.floor import ANN


class TestMachine:
    """The agent hears a machine."""

    def test_the_promise_waits_again_on_its_place(self) -> None:
        """The customer's line ends, the agent wraps up; the talk is in the record as it was."""
        kept_by = replace(
            UNCHECKED, machine_key="7", retry_after={AttemptOutcome.MACHINE: 120.0}, attempts=3
        )
        floor = CustomersFirst(customer_first(kept_by, reason=OverflowReason.MAXIMUM_WAIT))
        floor.promised()
        before = floor.promise()
        floor.customer(ANSWERING)
        floor.log_in(ANN)
        leg = floor.until_customer_answers()
        floor.clock.advance(5)
        assert floor.agent(ANN).state is AgentState.TALKING
        floor.switch.press(floor.offered_leg_of(ANN), "7")
        floor.clock.advance(0.2)
        assert leg.leg_id not in floor.switch.legs_by_id
        assert floor.agent(ANN).state is AgentState.WRAPPING_UP
        kept = floor.promise()
        assert kept.callback is not None
        assert [one.outcome for one in kept.callback.attempts] == [AttemptOutcome.MACHINE]
        assert (kept.call_id, kept.score, kept.state) == (before.call_id, before.score, "waiting")
        (unreached,) = floor.told(CallbackUnreached)
        assert unreached.outcome is AttemptOutcome.MACHINE
        floor.clock.advance(110)
        assert floor.dialled_count() == 1
        floor.clock.advance(20)
        assert floor.dialled_count() == 2
        floor.switch.end(floor.customers_leg().leg_id)
        floor.clock.advance(1)
        record = floor.callback_record()
        assert (record.outcome, record.hung_up_by) == (CallOutcome.SERVED, HungUpBy.CALLER)
        assert [one.outcome for one in record.callback_attempts] == [
            AttemptOutcome.MACHINE,
            AttemptOutcome.TALKED,
        ]
        assert [offer.bridged_at is not None for offer in record.offers] == [True, True]
        reasons = [visit.leave_reason for visit in record.visits]
        assert reasons == [LeaveReason.PICKED_UP, LeaveReason.PICKED_UP]
        assert floor.complaints == []

    def test_after_the_last_attempt_it_is_over(self) -> None:
        """The record says that it came to nothing, and that they were joined."""
        floor = CustomersFirst(customer_first(replace(UNCHECKED, machine_key="7", attempts=1)))
        floor.promised()
        floor.customer(ANSWERING)
        floor.log_in(ANN)
        floor.until_customer_answers()
        floor.clock.advance(5)
        floor.switch.press(floor.offered_leg_of(ANN), "7")
        floor.clock.advance(0.5)
        assert floor.promises() == []
        record = floor.callback_record()
        assert record.outcome is CallOutcome.CALLBACK_FAILED
        reasons = [visit.leave_reason for visit in record.visits]
        assert reasons == [LeaveReason.PICKED_UP, LeaveReason.CALLBACK_FAILED]
        assert floor.worker.crew.switchboard.calls_count == 0

    def test_the_key_of_a_customer_is_none(self) -> None:
        """Only the agent knows a machine from a person."""
        floor = CustomersFirst(customer_first(replace(UNCHECKED, machine_key="7")))
        floor.promised()
        floor.customer(ANSWERING)
        floor.log_in(ANN)
        leg = floor.until_customer_answers()
        floor.clock.advance(5)
        floor.switch.press(leg.leg_id, "7")
        floor.clock.advance(1)
        assert floor.agent(ANN).state is AgentState.TALKING
