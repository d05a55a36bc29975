"""Customers who are called back and not reached: tried again, or over."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.events import CallbackUnreached
from callcore.domain.ids import LegId
from callcore.domain.outcomes import CallOutcome, HungUpBy, LeaveReason, OfferLostReason
from callcore.ports.telephony import LegGoneError
from tests.fakes.switch import BUSY, SILENT, Phone
from tests.flows.callbacks import ANSWERING, CONTACT, KEPT_BY, CallbackFloor, policy
from tests.flows.floor import ANN, BOB


@pytest.fixture
def floor() -> CallbackFloor:
    return CallbackFloor()


class TestUnreached:
    """The customer is not there, or the agent is not any more."""

    @pytest.mark.parametrize(
        ("phone", "cause", "after"),
        [(BUSY, "USER_BUSY", 3), (SILENT, "NO_ANSWER", 23)],
        ids=["busy", "no answer"],
    )
    def test_the_agent_is_free_and_the_customer_called_later(
        self, floor: CallbackFloor, phone: Phone, cause: str, after: float
    ) -> None:
        """No miss; the place is kept, and not offered before the time; then it is."""
        floor.promised()
        promise = floor.promise()
        floor.customer(phone)
        floor.log_in(ANN)
        floor.clock.advance(after)
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        assert floor.agent(ANN).miss_count == 0
        assert floor.customers_legs() == []
        (unreached,) = floor.told(CallbackUnreached)
        assert (unreached.attempt, unreached.hangup_cause) == (1, cause)
        live = floor.call_in(number="+48200200")
        assert floor.position(live) == 2 or floor.agent(ANN).call_id == live
        floor.clock.advance(0.1)
        assert floor.agent(ANN).call_id == live, "those behind are served meanwhile, at once"
        floor.clock.advance(3)
        floor.switch.end(live)
        kept = floor.promise()
        assert kept.score == promise.score
        assert kept.callback is not None
        assert kept.callback.attempts_count == 1
        floor.clock.advance(46)
        assert floor.dialled_count() == 1
        floor.customer(ANSWERING)
        floor.clock.advance(20)
        assert floor.agent(ANN).call_id == promise.call_id
        assert floor.dialled_count() == 2
        floor.switch.end(floor.customers_leg().leg_id)
        floor.clock.advance(1)
        record = floor.callback_record()
        assert record.outcome is CallOutcome.SERVED
        lost = [offer.lost_reason for offer in record.offers]
        assert lost == [OfferLostReason.CALLER_UNREACHED, None]
        assert [one.trigger for one in record.decisions] == ["agent_free", "callback_due"]

    def test_a_switch_that_shuts_down_is_nobodys_attempt(self, floor: CallbackFloor) -> None:
        """The customer had no part in it."""
        floor.promised()
        floor.customer(SILENT)
        floor.log_in(ANN)
        floor.clock.advance(4)
        floor.switch.end(floor.customers_leg().leg_id, "SYSTEM_SHUTDOWN")
        floor.clock.advance(0.1)
        callback = floor.promise().callback
        assert callback is not None
        assert callback.attempts_count == 0
        assert floor.told(CallbackUnreached) == []

    def test_an_agent_reserved_as_the_customer_is_gone_is_let_go(
        self, floor: CallbackFloor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Their bridge fails since the customer hung up; nobody else is rung in vain."""
        floor.promised()
        floor.customer(ANSWERING)

        def fail(caller_leg_id: LegId, _: LegId) -> None:
            floor.switch.end(caller_leg_id)
            raise LegGoneError

        monkeypatch.setattr(floor.switch, "bridge", fail)
        floor.log_in(ANN)
        floor.clock.advance(1)
        floor.log_in(BOB)
        floor.clock.advance(5)
        rung = [request.contact for request in floor.switch.requests]
        assert rung == ["user/1001@t", CONTACT]
        assert floor.agent(BOB).state is AgentState.AVAILABLE
        callback = floor.promise().callback
        assert callback is not None
        assert callback.attempts_count == 1

    def test_after_so_many_attempts_it_is_over(self, floor: CallbackFloor) -> None:
        """The record says so, with the cause of the last one; the floor forgets it."""
        floor.promised()
        floor.customer(BUSY)
        floor.log_in(ANN)
        floor.clock.advance(80)
        assert floor.promises() == []
        record = floor.callback_record()
        assert record.outcome is CallOutcome.CALLBACK_FAILED
        assert record.visits[0].leave_reason is LeaveReason.CALLBACK_FAILED
        assert (record.hung_up_by, record.hangup_cause) == (HungUpBy.CALLCORE, "USER_BUSY")
        assert floor.dialled_count() == 2
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        assert floor.worker.crew.switchboard.calls_count == 0
        assert floor.complaints == []

    def test_a_customer_who_hangs_up_while_the_agent_waits(self, floor: CallbackFloor) -> None:
        """Picked up and put down before the two met: not reached."""
        floor.promised()
        floor.customer(ANSWERING)
        floor.log_in(ANN)
        leg = floor.until_customer_answers()
        assert leg.bridged_to is None
        floor.switch.end(leg.leg_id)
        floor.clock.advance(2)
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        assert floor.agent(ANN).miss_count == 0
        callback = floor.promise().callback
        assert callback is not None
        assert callback.attempts_count == 1

    def test_an_agent_who_hangs_up_while_the_customers_phone_rings(
        self, floor: CallbackFloor
    ) -> None:
        """The phone stops ringing; it was no attempt, and the next agent is asked at once."""
        floor.promised()
        floor.customer(SILENT)
        floor.log_in(ANN)
        floor.clock.advance(4)
        ringing = floor.customers_leg()
        floor.switch.end(floor.offered_leg_of(ANN))
        floor.clock.advance(0.1)
        assert floor.switch.causes[ringing.leg_id] == "ORIGINATOR_CANCEL"
        callback = floor.promise().callback
        assert callback is not None
        assert callback.attempts_count == 0
        floor.customer(ANSWERING)
        floor.log_in(BOB)
        floor.clock.advance(5)
        assert floor.agent(BOB).state is AgentState.TALKING

    def test_an_agent_who_hangs_up_as_the_customer_answers(self, floor: CallbackFloor) -> None:
        """The customer is on the line: hears music until the next agent has picked up."""
        floor.promised()
        floor.customer(ANSWERING)
        floor.log_in(ANN)
        floor.clock.advance(2.5)
        agents_leg = floor.offered_leg_of(ANN)
        floor.switch.legs_by_id[agents_leg].is_ending = True
        floor.until_customer_answers()
        floor.switch.end(agents_leg)
        floor.clock.advance(0.1)
        leg = floor.customers_leg()
        assert leg.playing == "local_stream://moh"
        assert leg.guarded is not None
        floor.clock.advance(80)
        assert leg.guarded is None, "Ann's phone is picked up again, and they talk"
        assert leg.bridged_to is not None
        assert floor.dialled_count() == 1

    def test_a_promise_expires(self, floor: CallbackFloor) -> None:
        """Nobody was there in time."""
        floor.promised()
        floor.clock.advance(KEPT_BY.expires_after_seconds)
        assert floor.promises() == []
        record = floor.callback_record()
        assert record.outcome is CallOutcome.CALLBACK_FAILED
        assert record.visits[0].leave_reason is LeaveReason.CALLBACK_EXPIRED

    def test_a_customer_on_the_line_when_it_expires_is_served_or_let_go_in_time(self) -> None:
        """Answered, but the agent was gone: nobody who holds the line is hung up for a promise,
        but nobody holds it for longer than callers may wait either.
        """
        site = policy(callback=replace(KEPT_BY, expires_after_seconds=60), maximum_wait_seconds=90)
        floor = CallbackFloor(site)
        floor.promised()
        floor.customer(ANSWERING)
        floor.log_in(ANN)
        floor.clock.advance(2.5)
        agents_leg = floor.offered_leg_of(ANN)
        floor.switch.legs_by_id[agents_leg].is_ending = True
        floor.until_customer_answers()
        floor.switch.phones["user/1001@t"] = BUSY
        floor.switch.end(agents_leg)
        customers_leg = floor.customers_leg().leg_id
        floor.clock.advance(80)
        assert customers_leg in floor.switch.legs_by_id
        floor.clock.advance(15)
        assert floor.switch.causes[customers_leg] == "NORMAL_CLEARING"
        record = floor.callback_record()
        assert record.visits[0].leave_reason is LeaveReason.CALLBACK_EXPIRED
        assert record.callback_attempts == (), "we have broken it off ourselves"

    def test_a_promise_that_expires_as_the_customer_is_called_is_kept(self) -> None:
        """It is decided by whether they talk."""
        site = policy(callback=replace(KEPT_BY, expires_after_seconds=60, attempts=5))
        floor = CallbackFloor(site)
        floor.promised()
        floor.clock.advance(50)
        floor.customer(Phone(answers_after_seconds=10))
        floor.log_in(ANN)
        floor.clock.advance(20)
        assert floor.agent(ANN).state is AgentState.TALKING

    def test_and_is_over_if_they_do_not(self) -> None:
        """The agent is free, the phone is silent."""
        site = policy(callback=replace(KEPT_BY, expires_after_seconds=60, attempts=5))
        floor = CallbackFloor(site)
        floor.promised()
        floor.clock.advance(47)
        floor.customer(SILENT)
        floor.log_in(ANN)
        floor.clock.advance(25)
        assert floor.callback_record().visits[0].leave_reason is LeaveReason.CALLBACK_EXPIRED
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        assert floor.switch.legs_by_id == {}
