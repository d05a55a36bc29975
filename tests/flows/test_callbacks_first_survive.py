"""Customers who are called back first survive the process."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.events import CallbackUnreached, SelfHealed
from callcore.domain.ids import LegId
from callcore.domain.outcomes import AttemptOutcome, CallOutcome, LeaveReason
from callcore.domain.policies import CallbackPolicy
from tests.fakes.switch import SILENT, Phone
from tests.flows.callbacks import ANSWERING
from tests.flows.customers_first import CUSTOMER_FIRST, UNCHECKED, CustomersFirst, customer_first
from tests.flows.floor import ANN, BOB
from tests.flows.stories import pick_up
from tests.flows.surviving import (
    AT_ONCE,
    SOON,
    assert_called_once_at_a_time,
    assert_kept_in_the_end,
    assert_nothing_is_left,
)


@pytest.fixture
def floor() -> CustomersFirst:
    return CustomersFirst()


class TestProcessDies:
    """Another process finds the promise, and perhaps the customer on the line."""

    def hold(self, floor: CustomersFirst, phone: Phone = SILENT) -> LegId:
        """The customer is ready, and the agent's phone rings and rings; the customer's leg."""
        floor.promised()
        floor.customer(ANSWERING)
        floor.log_in(ANN, phone=phone)
        leg = floor.press("1")
        floor.clock.advance(1)
        return leg.leg_id

    def test_a_customer_who_holds_is_kept_on_the_line(self, floor: CustomersFirst) -> None:
        """With music again, next in line, and called by nobody a second time."""
        held = self.hold(floor)
        floor.restart()
        leg = floor.customers_leg()
        assert leg.leg_id == held
        assert leg.playing == "local_stream://moh"
        assert leg.guarded is not None
        pick_up(floor, ANN)
        floor.clock.advance(5)
        assert floor.agent(ANN).state is AgentState.TALKING
        assert leg.bridged_to is not None
        assert floor.dialled_count() == 1
        floor.switch.end(leg.leg_id)
        floor.clock.advance(30)
        record = floor.callback_record()
        assert record.outcome is CallOutcome.SERVED
        assert [one.outcome for one in record.callback_attempts] == [AttemptOutcome.TALKED]
        assert record.callback_attempts[0].leg_id == held
        assert_nothing_is_left(floor, "held")

    def test_one_whose_music_has_ended_too(self, floor: CustomersFirst) -> None:
        """A leg in silence is no orphan if a customer holds it."""
        held = self.hold(floor)
        floor.kill_worker()
        floor.customers_leg().playing = None
        floor.restart()
        assert floor.customers_leg().leg_id == held
        assert floor.customers_leg().playing == "local_stream://moh"

    def test_a_customer_who_is_being_asked_is_asked_again(self, floor: CustomersFirst) -> None:
        """From the beginning; the agent is kept for them."""
        floor.promised()
        floor.customer(ANSWERING)
        floor.log_in(ANN)
        leg = floor.until_customer_answers()
        floor.clock.advance(1)
        floor.restart_at_once()
        floor.clock.advance(0.2)
        assert len(leg.announced) == 2
        floor.press("1")
        floor.clock.advance(5)
        assert floor.agent(ANN).state is AgentState.TALKING
        assert floor.dialled_count() == 1

    def test_a_ringing_phone_rings_on(self, floor: CustomersFirst) -> None:
        """And the agent is kept for the customer."""
        floor.promised()
        floor.customer(SILENT)
        floor.log_in(ANN)
        floor.clock.advance(4)
        ringing, offer_id = floor.customers_leg(), floor.agent(ANN).offer_id
        floor.restart()
        floor.clock.advance(0.05)
        assert floor.customers_leg() is ringing
        assert floor.agent(ANN).offer_id == offer_id
        floor.switch._pick_up(ringing)
        floor.clock.advance(0.1)
        floor.press("1")
        floor.clock.advance(5)
        assert floor.agent(ANN).state is AgentState.TALKING

    def test_the_line_ends_as_the_next_process_begins(self, floor: CustomersFirst) -> None:
        """Found, and gone before it was followed: an attempt that came to nothing."""
        held = self.hold(floor)
        floor.kill_worker()
        floor.clock.advance(3)
        floor.worker = floor.start_worker()
        legs = floor.switch.legs

        def last_look(*among: object) -> object:
            found = legs(*among)  # type: ignore[arg-type] # what was asked for
            floor.switch.end(held)
            return found

        floor.switch.legs = last_look  # type: ignore[assignment] # for once
        floor.switch.restore_link()
        floor.clock.advance(1)
        floor.switch.legs = legs
        (unreached,) = floor.told(CallbackUnreached)
        assert unreached.outcome is AttemptOutcome.HUNG_UP
        assert floor.agent(ANN).state is AgentState.AVAILABLE

    def test_redis_has_lost_its_data_too(self) -> None:
        """The customer on the line is all that is left of the promise: served like a caller."""
        floor = CustomersFirst(customer_first(maximum_wait_seconds=90))
        held = self.hold(floor)
        floor.kill_worker()
        floor.store.lose_data()
        floor.restart()
        assert floor.customers_leg().leg_id == held
        floor.log_in(BOB)
        floor.clock.advance(20)
        assert floor.customers_leg().bridged_to is not None
        floor.switch.end(held)
        floor.clock.advance(1)
        record = floor.callback_record()
        assert record.outcome is CallOutcome.SERVED
        assert [one.outcome for one in record.callback_attempts] == [AttemptOutcome.TALKED]

    def test_who_then_hangs_up_has_not_talked(self, floor: CustomersFirst) -> None:
        """The next process knows of the customer's waiting only."""
        held = self.hold(floor)
        floor.kill_worker()
        floor.store.lose_data()
        floor.restart()
        floor.clock.advance(5)
        floor.switch.end(held)
        floor.clock.advance(1)
        record = floor.callback_record()
        assert record.outcome is CallOutcome.ABANDONED
        (attempt,) = record.callback_attempts
        assert (attempt.outcome, attempt.leg_id) == (AttemptOutcome.HUNG_UP, held)
        assert attempt.hangup_cause == record.hangup_cause

    def test_declined_is_declined(self, floor: CustomersFirst) -> None:
        """Killed as the customer hears that it is cancelled: nobody calls them again."""
        floor.promised()
        floor.customer(ANSWERING)
        floor.log_in(ANN)
        floor.press("3")
        floor.restart()
        floor.clock.advance(600)
        assert floor.dialled_count() == 1
        record = floor.callback_record()
        assert record.visits[-1].leave_reason is LeaveReason.CALLBACK_DECLINED
        assert [one.outcome for one in record.callback_attempts] == [AttemptOutcome.DECLINED]

    @pytest.mark.parametrize("milliseconds", [0, 10, 30, 60, 100, 500])
    def test_a_machine_is_known_to_the_next_process(self, milliseconds: int) -> None:
        """Killed between the agent's key and the place in line."""
        kept_by = replace(UNCHECKED, machine_key="7")
        floor = CustomersFirst(customer_first(kept_by))
        floor.promised()
        before = floor.promise()
        floor.customer(ANSWERING)
        floor.log_in(ANN)
        floor.until_customer_answers()
        floor.clock.advance(5)
        floor.switch.press(floor.offered_leg_of(ANN), "7")
        floor.clock.advance(0.021 + milliseconds / 1000)
        floor.restart()
        floor.clock.advance(15)
        kept = floor.promise()
        assert (kept.state, kept.score) == ("waiting", before.score)
        assert kept.callback is not None
        assert [one.outcome for one in kept.callback.attempts] == [AttemptOutcome.MACHINE]
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        floor.clock.advance(60)
        assert floor.agent(ANN).state is AgentState.TALKING

    @pytest.mark.parametrize("kept_by", [UNCHECKED, CUSTOMER_FIRST], ids=["plain", "asked"])
    def test_at_every_instant_of_keeping_it(self, kept_by: CallbackPolicy) -> None:
        """Killed from before the customer's phone rings until after they have begun to talk."""
        for step in range(0, 1500, 31):
            floor = CustomersFirst(customer_first(kept_by))
            floor.customer(AT_ONCE)
            floor.press_whenever_asked()
            floor.promised()
            floor.log_in(ANN, phone=SOON)
            floor.clock.advance(step * 0.001)
            floor.restart()
            assert_called_once_at_a_time(floor, step)
            assert_kept_in_the_end(floor, step)
            assert floor.dialled_count() == 1, step

    def test_attempts_are_not_lost(self, floor: CustomersFirst) -> None:
        """The record of another process has them all."""
        floor.promised()
        floor.customer(SILENT)
        floor.log_in(ANN)
        floor.clock.advance(23)
        floor.restart()
        floor.customer(AT_ONCE)
        floor.press_whenever_asked()
        floor.clock.advance(70)
        floor.switch.end(floor.customers_leg().leg_id)
        floor.clock.advance(1)
        assert [one.outcome for one in floor.callback_record().callback_attempts] == [
            AttemptOutcome.NO_ANSWER,
            AttemptOutcome.TALKED,
        ]


def test_orphans_are_told_of(floor: CustomersFirst) -> None:
    """Of a floor that knows of no promise any more the phone is silenced, which is a fact."""
    floor.promised()
    floor.customer(SILENT)
    floor.log_in(ANN)
    floor.clock.advance(4)
    floor.kill_worker()
    floor.store.lose_data()
    floor.restart()
    assert ("leg", "orphan") in [(fact.what, fact.reason) for fact in floor.told(SelfHealed)]
